"""What a family does in its own matter (本人申请): keep an answer, hand in, agree to checks, let somebody act, withdraw."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.delegations.actions import DelegationProblem, delegate, revoke
from anmin.kernel.access.delegations.queries import in_force
from anmin.kernel.access.messages.actions import send
from anmin.kernel.access.messages.gateways import NoMessages
from anmin.kernel.access.middleware import tell
from anmin.kernel.access.models import Delegation
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.actions import take_step
from anmin.kernel.cases.appeals.actions import file_appeal
from anmin.kernel.cases.intake import actions as intake
from anmin.kernel.cases.intake.forms import ApplicationForm, FormProblem, read_form
from anmin.kernel.cases.intake.models import Draft
from anmin.kernel.cases.matters import procedure_for
from anmin.kernel.cases.models import Case, Step
from anmin.kernel.cases.own.forms import Filling
from anmin.kernel.cases.own.homes import Home, myself, somebody
from anmin.kernel.cases.parties import Applicant
from anmin.kernel.cases.scans.queries import scans_of_draft
from anmin.kernel.exchange.consents.actions import record_consent
from anmin.kernel.exchange.consents.models import Consent
from anmin.kernel.exchange.consents.queries import notice_in_force
from anmin.kernel.people.models import Person
from anmin.kernel.people.residents import actions as residents
from anmin.kernel.people.residents.queries import PHONE, Resident
from anmin.kernel.people.residents.readers import helped_by
from anmin.lib.calendar import add_months

CONSENT_MONTHS = 12
DELEGATION_MONTHS = 12
"""A delegation by telephone holds a year; then it is asked for again."""
BY_PHONE = ("apply", "progress", "money")


class NotYours(LookupError):
    """It is somebody else's, or there is no such thing: nobody is told which."""


def applicant_of(resident: Resident, person: int) -> Applicant:
    """How a resident signs in a matter of somebody: as applicant, or as whoever acts for them."""
    return Applicant(resident.person, is_helper=person != resident.person)


def begin(*, by: Resident, home: Home, matter: str) -> Draft:
    """Begin an application for a household, or go on with the one that was begun (开始填写)."""
    for row in Draft.objects.filter(
        resident=by.person, household=home.household, matter=matter, case__isnull=True
    ):
        if row.content.get("for") == home.person.pk:
            return row
    return intake.keep_draft(
        by=applicant_of(by, home.person.pk),
        token=secrets.token_urlsafe(24),
        matter=matter,
        division=home.household.division,
        household=home.household,
        content={"for": home.person.pk, "said": {}, "done": []},
    )


@transaction.atomic
def keep_answer(*, by: Resident, draft: Draft, said: Mapping[str, str], done: str, **more: Any) -> Draft:
    """Keep the answers of one page with all earlier ones (保存一页). `done` is the page; later saves win field by field."""
    row = Draft.objects.select_for_update().get(pk=draft.pk)
    content = dict(row.content)
    content["said"] = {**content.get("said", {}), **said}
    content["done"] = sorted({*content.get("done", ()), done})
    content |= more
    signer = applicant_of(by, int(content["for"]))
    return intake.keep_draft(
        by=signer,
        token=row.token,
        matter=row.matter,
        division=row.division,
        content=content,
        seen=row.version,
    )


def hand_in(*, by: Resident, filling: Filling) -> Case:
    """Hand the application in (提交申请); twice the same form is one case.

    Raises:
        FormProblem: naming what is wrong; everything typed stays in the draft.
    """
    draft, home = filling.draft, filling.home
    procedure = procedure_for(draft.matter, draft.division, by.on)
    said = read_form(procedure, filling.written())
    left_out = filling.left_out
    members = tuple(row for row in home.members if row.person_id not in left_out)
    form = ApplicationForm(
        matter=draft.matter,
        household=home.household,
        applicant=home.person,
        members=members,
        said=said,
        channel=Case.Channel.RESIDENT,
        token=draft.token,
        statement=filling.text("statement"),
        contact=filling.text("contact"),
        helper=myself(by) if home.person.pk != by.person else None,
        agrees_to_transfer=filling.text("transfer") == "yes",
        left_out=left_out,
        given=frozenset(scan.key for scan in scans_of_draft(draft) if scan.key and scan.state == "kept"),
    )
    return intake.file_application(by=applicant_of(by, home.person.pk), form=form, on=by.on)


@transaction.atomic
def appeal(*, by: Resident, case: Case, matter: str, words: str) -> Case:
    """Ask to check again, or complain about how a matter was handled (申请复核、投诉); answered in writing, in time."""
    return file_appeal(
        by=applicant_of(by, case.applicant_id),
        case=case,
        matter=matter,
        words=words,
        on=by.on,
        channel=Case.Channel.RESIDENT,
    )


@transaction.atomic
def withdraw(*, by: Resident, case: Case, seen: int, reason: str) -> Step:
    """Take an application back (撤回申请)."""
    return take_step(
        by=applicant_of(by, case.applicant_id),
        case=case,
        action="withdraw",
        on=by.on,
        seen=seen,
        reason=reason,
    )


@transaction.atomic
def supply(*, by: Resident, case: Case, keys: list[str], seen: int) -> Step:
    """Hand in what a notice named (补齐材料)."""
    signer = applicant_of(by, case.applicant_id)
    return intake.supply(by=signer, case=case, keys=keys, on=by.on, seen=seen)


@transaction.atomic
def agree(*, by: Resident, person: Person, sources: list[str]) -> Consent:
    """Agree to a check (同意核对): oneself, come in by a code on the own telephone, or by a code that was just confirmed.

    Raises:
        ConsentProblem: when nothing is to be agreed to.
    """
    notice = notice_in_force("check", by.on)
    assert notice is not None
    return record_consent(
        by=applicant_of(by, person.pk),
        person=person,
        purpose=Consent.Purpose.CHECK,
        sources=sources,
        first_day=by.on,
        last_day=add_months(by.on, CONSENT_MONTHS),
        channel=Consent.Channel.PHONE,
        signed_at=timezone.now(),
        notice=notice.key,
    )


def ask_family_code(*, by: Resident, person: Person, wanted: Mapping[str, Any]) -> residents.Asked:
    """Send a code to an adult of the family who is to agree to a check."""
    return residents.ask_code_of(
        by="居民", person=person, kind="consent", wanted={**wanted, "helper": by.person, "person": person.pk}
    )


def may_agree_here(resident: Resident, person: Person) -> bool:
    """Whether somebody agrees by a press of a button: oneself, come in by the own telephone."""
    return person.pk == resident.person and resident.way == PHONE


def ask_to_act(*, by: Resident, number: str, name: str, address: str) -> residents.Asked:
    """Ask somebody to let one act for them: a code goes to their own telephone, whoever they are or are not."""
    return residents.ask_code(
        by="居民",
        number=number,
        name=name,
        address=address,
        kind="delegation",
        wanted={"helper": by.person, "purposes": list(BY_PHONE)},
    )


@transaction.atomic
def act_for(*, by: Resident, ticket: str, code: str) -> Delegation:
    """Begin to act for somebody whose code one was told (亲友代办); they get a text that says so.

    Raises:
        EntryRefused: for a wrong, used or late code. DelegationProblem: for oneself.
    """
    found = residents.confirm(by=by, ticket=ticket, code=code, kind="delegation")
    assert found.person is not None
    if found.person == by.person:
        raise DelegationProblem(_("这是您自己，不用委托。"))
    tell({"anmin.own_any": ",".join(str(key) for key in sorted({*by.everybody, found.person}))})
    _end_all(found.person, by.person, by.on, _("由新的委托代替"))
    row = delegate(
        by="居民",
        person=found.person,
        helper=by.person,
        purposes=found.wanted["purposes"],
        channel=Delegation.Channel.PHONE,
        first_day=by.on,
        last_day=add_months(by.on, DELEGATION_MONTHS) - timedelta(1),
    )
    person = Person.objects.get(pk=found.person)
    words = _(
        "您已同意家人替您办民政事项：申请、查进度、查到账，到 %(day)s 为止。不是您的意思，请马上打 12345，或找村（社区）取消。"
    ) % {"day": row.last_day}
    _tell(person, words)
    tell(Resident(by.person, by.on, by.way, by.session, helped_by(by.person, by.on)).settings)
    return row


@transaction.atomic
def end_acting(*, by: Resident, delegation: Delegation) -> Delegation:
    """Take back that somebody acts for oneself, or stop acting for somebody; it holds no more at once.

    Raises:
        NotYours: for a delegation between others.
    """
    if by.person not in (delegation.person, delegation.helper):
        raise NotYours
    words = _("本人在居民页面取消") if by.person == delegation.person else _("受托人在居民页面取消")
    return _end_all(delegation.person, delegation.helper, by.on, words) or delegation


def _end_all(person: int, helper: int, on: date, words: str) -> Delegation | None:
    """End every delegation between two people, or an older one would go on to hold."""
    ended = None
    for row in in_force(on).filter(person=person, helper=helper):
        ended = revoke(by="居民", delegation=row, reason=words)
    return ended


def _tell(person: Person, words: str) -> None:
    if not person.phone:
        return
    try:
        send(by="系统", kind="told", phone=person.phone, words=words, person=person.pk)
    except NoMessages:
        audit.record(by="系统", act="resident.not_told", subject=person, division=person.division)


@transaction.atomic
def note_seen(*, by: Resident, persons: list[int], what: str) -> None:
    """Whom a page showed to somebody who acts for them: into the book of reads."""
    others = [key for key in persons if key != by.person]
    audit.record_reads(by="受托人" if others else "居民", person_ids=others, via="residents", fields=[what])


__all__ = ["FormProblem", "NotYours", "act_for", "agree", "begin", "hand_in", "keep_answer", "somebody"]
