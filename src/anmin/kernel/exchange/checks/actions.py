"""Ask, start, answer and end a check. Every way to a source leads through `_authorised`, which refuses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from anmin.kernel.access.queries import Reader
from anmin.kernel.audit import actions as audit
from anmin.kernel.exchange.checks.asking import LakeAnswer, Member, answer_of, check_sources
from anmin.kernel.exchange.checks.models import CheckAnswer, CheckOrder
from anmin.kernel.exchange.consents.actions import withdraw_consent
from anmin.kernel.exchange.consents.models import Consent
from anmin.kernel.exchange.consents.queries import Missing, adults_of, missing_of
from anmin.kernel.exchange.periods import due
from anmin.kernel.people import queries as people
from anmin.kernel.people.models import Household, Identifier, Membership

HIDDEN = "一名您无权查看的家庭成员"
LAPSED = "有成年家庭成员的授权已撤回或到期"


class CheckProblem(ValueError):
    """A check cannot go this step; the message says why and what to do."""


class NotAuthorised(CheckProblem):
    """An adult's authorisation is missing, so no source may be asked (社会救助暂行办法 §58); nothing was asked."""

    def __init__(self, missing: list[Missing], names: dict[int, str], titles: dict[str, str]) -> None:
        self.missing = missing
        who = "；".join(
            f"{names.get(row.person, HIDDEN)}（{'、'.join(titles.get(one, one) for one in row.sources)}）"
            for row in missing
        )
        super().__init__(
            f"没有查询：下列成年家庭成员没有当天有效的核对授权——{who}。请先登记他们的授权，再发起核对。"
        )


def _authorised(reader: Reader, household: Household, sources: Sequence[str], on: date) -> list[int]:
    """The adults of a household on a day, each with a live authorisation for every source; else refuses.

    Raises:
        NotAuthorised: naming every adult whose authorisation is missing.
    """
    adults = adults_of(household, on)
    missing = missing_of(adults, sources, on)
    if missing:
        asked = [row.person for row in missing]
        names = {row.pk: row.name for row in people.persons(reader).filter(pk__in=asked)}
        titles = {key: row.title for key, row in check_sources().items()}
        raise NotAuthorised(missing, names, titles)
    return adults


@transaction.atomic
def ask_check(
    *,
    by: Reader,
    household: Household,
    sources: Sequence[str],
    matter: str,
    on: date,
    replaces: CheckOrder | None = None,
) -> CheckOrder:
    """Ask for a check (委托核对), for a case or a campaign that has a name. The county starts it within its period.

    Raises:
        NotAuthorised: when an adult has not agreed to each source on this day.
        CheckProblem: without a matter or a source, or while another check of the household is under way.
    """
    chosen = sorted(set(sources))
    if not matter.strip():
        raise CheckProblem("请写明为哪个办件或哪次复核而核对；没有事由不能查询")
    if not chosen or set(chosen) - set(check_sources()):
        raise CheckProblem("请从列表中选择要查询的来源")
    if CheckOrder.objects.filter(household=household, state__in=["asked", "running"]).exists():
        raise CheckProblem("这户正在核对，不用重复发起；可以在核对列表里看进度")
    adults = _authorised(by, household, chosen, on)
    row = CheckOrder.objects.create(
        household=household,
        division=household.division,
        level=household.level,
        matter=matter.strip()[:100],
        sources=chosen,
        persons=adults,
        asked_by=by.name[:150],
        asked_on=on,
        start_due=due("check_start", on),
        replaces=replaces,
    )
    _record(by, "exchange.ask_check", row, {"sources": chosen, "persons": adults})
    return row


@transaction.atomic
def start_check(*, by: Reader, order: CheckOrder, on: date) -> CheckOrder:
    """Start a check (启动核对): each source gets its period to answer. Authorisations must be live on this day too."""
    row = _held(order, CheckOrder.State.ASKED)
    row.persons = _authorised(by, row.household, row.sources, on)
    row.state, row.started_on = CheckOrder.State.RUNNING, on
    row.save(update_fields=["state", "started_on", "persons"])
    last_day = due("check_answer", on)
    for source in row.sources:
        CheckAnswer(order=row, source=source, due=last_day).save()
    _record(by, "exchange.start_check", row, {"started_on": on, "due": last_day, "persons": row.persons})
    return row


@transaction.atomic
def answer_from_lake(*, by: Reader, order: CheckOrder, on: date) -> list[CheckAnswer]:
    """Take from departments' batches what waits for an answer (按批次答复); sources without a batch go on waiting."""
    row = _held(order, CheckOrder.State.RUNNING)
    _authorised(by, row.household, row.sources, on)
    members = _members(row.household, on)
    answered = []
    for answer in row.answers.filter(state=CheckAnswer.State.WAITING).order_by("source"):
        told = answer_of(answer.source, members, on)
        if told is None:
            continue
        _fill(answer, told, by, on)
        answered.append(answer)
    if answered:
        sources = [one.source for one in answered]
        _record(by, "exchange.answer_check", row, {"sources": sources, "way": "lake"})
        _read(by, row, sources)
        _finish(by, row, on)
    return answered


@transaction.atomic
def answer_by_hand(
    *,
    by: Reader,
    answer: CheckAnswer,
    lines: Sequence[dict[str, Any]],
    as_of: date,
    on: date,
    document: str,
) -> CheckAnswer:
    """Enter what a source answered on paper (人工录入答复). `document` names the paper; no lines mean no record.

    A line says `person`, a member of the household, and `values`: texts by what they are called on the paper.

    Raises:
        CheckProblem: without a paper, for a day to come, about somebody else, or when the source has answered already.
    """
    order = _held(answer.order, CheckOrder.State.RUNNING)
    _authorised(by, order.household, order.sources, on)
    row = CheckAnswer.objects.select_for_update().get(pk=answer.pk)
    if row.state != CheckAnswer.State.WAITING:
        raise CheckProblem("这个来源已经答复过了；要改，请先把原答复作为校核单提出")
    if not document.strip():
        raise CheckProblem("请写明答复函的文号或名称，以便日后核对原件")
    if as_of > on:
        raise CheckProblem("数据日期不能晚于今天，请按答复函上的日期填写")
    members = {one.person for one in _members(order.household, on).values()} | set(order.persons)
    if any(line["person"] not in members or not line["values"] for line in lines):
        raise CheckProblem("每条记录都要写明是这一户的哪一位成员，以及查到了什么")
    row.state = CheckAnswer.State.FOUND if lines else CheckAnswer.State.NOTHING
    row.way, row.as_of, row.batch = CheckAnswer.Way.HAND, as_of, document.strip()[:80]
    row.lines = {"rows": list(lines)}
    row.answered_on, row.answered_by = on, by.name[:150]
    row.save()
    _record(by, "exchange.answer_check", order, {"sources": [row.source], "way": "hand", "as_of": as_of})
    _finish(by, order, on)
    return row


@transaction.atomic
def ask_again(*, by: Reader, order: CheckOrder, on: date) -> CheckOrder:
    """Ask the same sources anew (重新核对) when a report is older than its validity; the old report stays.

    Raises:
        CheckProblem: while the report is still valid.
    """
    old = _held(order, CheckOrder.State.DONE)
    if old.valid_until is not None and old.valid_until >= on:
        raise CheckProblem(f"这份报告到 {old.valid_until} 仍有效，不用重新查询")
    return ask_check(
        by=by, household=old.household, sources=old.sources, matter=old.matter, on=on, replaces=old
    )


@transaction.atomic
def cancel_check(*, by: Reader, order: CheckOrder, reason: str) -> CheckOrder:
    """End a check without a report (终止核对), with a reason."""
    row = CheckOrder.objects.select_for_update().get(pk=order.pk)
    if row.state not in (CheckOrder.State.ASKED, CheckOrder.State.RUNNING):
        raise CheckProblem("这次核对已经结束，不能再终止")
    if not reason.strip():
        raise CheckProblem("终止核对要写原因，例如“申请人撤回授权”")
    row.state, row.reason = CheckOrder.State.CANCELLED, reason.strip()[:300]
    row.save(update_fields=["state", "reason"])
    _record(by, "exchange.cancel_check", row, {"state": row.state}, reason=row.reason)
    return row


@transaction.atomic
def withdraw_authorisation(*, by: Reader, consent: Consent, reason: str, on: date) -> list[CheckOrder]:
    """Withdraw an authorisation (撤回核对授权) and stop the checks under way that rested on it; tells which.

    Reports that are done stay: what was lawful then is not undone (个人信息保护法 §15).

    Raises:
        ConsentProblem: without a reason, or when it was withdrawn already.
    """
    row = withdraw_consent(by=by.user or by.name, consent=consent, reason=reason)
    return stop_unauthorised(by=by, on=on, person=row.person_id)


@transaction.atomic
def stop_unauthorised(*, by: Reader, on: date, person: int | None = None) -> list[CheckOrder]:
    """Stop checks under way for which an adult's authorisation ran out or was withdrawn (授权失效，终止核对)."""
    open_ones = CheckOrder.objects.filter(state__in=[CheckOrder.State.ASKED, CheckOrder.State.RUNNING])
    if person is not None:
        open_ones = open_ones.filter(persons__contains=[person])
    stopped = []
    for row in open_ones.select_related("household").order_by("pk"):
        if missing_of(adults_of(row.household, on), row.sources, on):
            stopped.append(cancel_check(by=by, order=row, reason=LAPSED))
    return stopped


def _held(order: CheckOrder, state: str) -> CheckOrder:
    row = CheckOrder.objects.select_for_update().select_related("household").get(pk=order.pk)
    if row.state != state:
        raise CheckProblem(f"这次核对现在是“{row.get_state_display()}”，不能做这一步；请刷新页面")
    return row


def _members(household: Household, on: date) -> dict[bytes, Member]:
    """Everybody in a household on a day by the blind keys of all their numbers."""
    members = Membership.objects.filter(people.in_force(on), household=household).values("person")
    rows = Identifier.objects.filter(person__in=members, last_day__isnull=True).select_related("person")
    rows = rows.exclude(kind__in=[Identifier.Kind.BANK, Identifier.Kind.BOOKLET])
    return {bytes(row.blind): Member(row.person_id, row.person.name) for row in rows}


def _fill(answer: CheckAnswer, told: LakeAnswer, by: Reader, on: date) -> None:
    answer.state = CheckAnswer.State.FOUND if told.lines else CheckAnswer.State.NOTHING
    answer.way, answer.as_of, answer.batch = CheckAnswer.Way.LAKE, told.as_of, told.batch[:80]
    answer.lines = {"rows": told.lines}
    answer.answered_on, answer.answered_by = on, by.name[:150]
    answer.save()


def _finish(by: Reader, order: CheckOrder, on: date) -> None:
    """The report is there when the last source has answered. It decides nothing."""
    if order.answers.filter(state=CheckAnswer.State.WAITING).exists():
        return
    order.state, order.done_on, order.valid_until = CheckOrder.State.DONE, on, due("check_valid", on)
    order.save(update_fields=["state", "done_on", "valid_until"])
    _record(by, "exchange.report_check", order, {"done_on": on, "valid_until": order.valid_until})


def _read(by: Reader, order: CheckOrder, sources: Sequence[str]) -> None:
    audit.record_reads(
        by=by.user or by.name,
        person_ids=order.persons,
        purpose=f"家庭经济状况核对：{order.matter}",
        fields=list(sources),
        via=by.via,
        division=order.division,
    )


def _record(by: Reader, act: str, row: CheckOrder, after: dict[str, Any], reason: str = "") -> None:
    audit.record(
        by=by.user or by.name,
        act=act,
        subject=row,
        after=after,
        division=row.division,
        reason=reason,
        about=people.names_in(row.household) if reason else (),
    )
