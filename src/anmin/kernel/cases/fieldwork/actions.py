"""A visit written down, with what it sets off: a death asked to be registered, running benefits to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader, operator, user_of
from anmin.kernel.cases.changes.actions import report_change
from anmin.kernel.cases.changes.kinds import kinds
from anmin.kernel.cases.changes.queries import touched
from anmin.kernel.cases.deaths.actions import raise_reported
from anmin.kernel.cases.fieldwork.queries import Returned
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.delivery.orders.powers import PROTECT
from anmin.kernel.delivery.visits.actions import Kept, keep_visit
from anmin.kernel.delivery.visits.answers import FormProblem, VisitForm
from anmin.kernel.exchange.consents.actions import ConsentProblem, record_consent
from anmin.kernel.exchange.consents.models import Consent
from anmin.kernel.exchange.consents.notices import notice_in_force
from anmin.kernel.people.models import ChangeRequest, Person
from anmin.kernel.people.queries import members_on
from anmin.kernel.people.requests import actions as requests

ASK = "register.ask"


@dataclass(frozen=True)
class Done:
    """A visit that is stored, and what it set off."""

    kept: Kept
    death: ChangeRequest | None = None
    reviews: tuple[Case, ...] = ()

    @property
    def updated(self) -> list[str]:
        """What was brought up to date, in words, for whoever saved it."""
        found = [_("救助链")]
        if self.kept.visit.plan_id is not None:
            found.append(_("走访计划"))
        found.append(_("月报"))
        asked = [row for row in self.kept.orders if row.kind != PROTECT]
        if asked:
            found.append(_("%(n)d 件服务单（转镇街）") % {"n": len(asked)})
        if len(asked) < len(self.kept.orders):
            found.append(_("强制报告（转县级未成年人保护机构）"))
        if self.death is not None:
            found.append(_("家庭人口（待确认）"))
        if self.reviews:
            found.append(_("%(n)d 件待遇核实（转镇街）") % {"n": len(self.reviews)})
        return found


@transaction.atomic
def visit(*, by: Reader, form: VisitForm, on: date) -> Done:
    """Write a visit down and set off what follows from it (登记走访). Nothing is stopped or changed by it alone.

    Every running benefit that a change touches gets a review at the town, with the report as its reason; a death is also
    asked to be registered, for somebody else to confirm.

    Raises:
        FormProblem: by question; nothing was stored.
    """
    kept = keep_visit(by=by, form=form, on=on)
    if not kept.is_new:
        return Done(kept)
    changed = _reviews_of_changes(kept, on)
    if "death" not in kept.checked.many("change"):
        return Done(kept, reviews=changed)
    home = kept.visit.household
    here = {row.person_id: row.person for row in members_on(by, home, on)}
    person = here.get(int(kept.checked.answers["died_who"]))
    if person is None:
        raise FormProblem({"died_who": _("请在家庭成员里选是谁去世了。")})
    day = date.fromisoformat(kept.checked.answers["died_on"])
    if day > on:
        raise FormProblem({"died_on": _("去世日期不能晚于今天。")})
    asked = _ask(by, person, day, kept)
    # Nobody has decided anything yet: the reviews are opened by the report, and the town takes them up.
    reviews = raise_reported(by=operator(on, _("走访登记")), person=person, day=day, on=on)
    return Done(kept, asked, tuple({row.pk: row for row in (*reviews, *changed)}.values()))


def _reviews_of_changes(kept: Kept, on: date) -> tuple[Case, ...]:
    """The reviews that the changes seen at a visit lead to; a family without benefits has nothing to review."""
    home, found = kept.visit.household, dict[int, Case]()
    for key in kept.checked.many("change"):
        kind = kinds().get(key)
        if home is None or kind is None or kind.is_death or not touched(home, kind, on):
            continue
        for row in report_change(
            by=operator(on, _("走访登记")),
            home=home,
            kind=key,
            day=min(kept.visit.happened_on, on),
            on=on,
            words=_("走访登记 %(number)s") % {"number": kept.visit.number},
        ):
            found[row.pk] = row
    return tuple(found.values())


def _ask(by: Reader, person: Person, day: date, kept: Kept) -> ChangeRequest | None:
    """The request, unless one waits already: two people may report the same death."""
    user = user_of(by)
    if user is None or not by.may(ASK, person.division):
        return None
    waiting = person.change_requests.filter(kind="die", state=ChangeRequest.State.OPEN).first()
    if waiting is not None or person.died_on is not None:
        return waiting
    try:
        return requests.ask(
            by=user,
            kind="die",
            on=day,
            division=person.division,
            person=person,
            household=kept.visit.household,
            payload={"source": "family"},
            evidence=_("走访登记 %(number)s") % {"number": kept.visit.number},
        )
    except requests.ChangeRefused as trouble:
        raise FormProblem({"died_on": str(trouble)}) from trouble


@transaction.atomic
def sign(
    *,
    by: Reader,
    returned: Returned,
    person: int,
    signer: Person | None,
    last_day: date,
    on: date,
) -> Consent:
    """Record an authorisation that a returned case lacked and that was signed on paper before the worker (补签核对授权).

    `signer` is the guardian who signed for the person, None where the person signed. The sources are those that the
    matter asks for, as the printed sheet names them.

    Raises:
        ConsentProblem: for somebody whose signature is not missing, or whatever the authorisation itself lacks.
    """
    wanted = next((one.person for one in returned.signatures if one.person.pk == person), None)
    notice = notice_in_force(Consent.Purpose.CHECK, on)
    if wanted is None or notice is None:
        raise ConsentProblem(_("这一件不缺这个人的签名，请返回看看缺谁的。"))
    if signer is not None and signer.pk == wanted.pk:
        raise ConsentProblem(_("代签人不能是授权人自己；本人签署请选“本人签署”。"))
    return record_consent(
        by=user_of(by),
        person=wanted,
        purpose=Consent.Purpose.CHECK,
        sources=procedure_of(returned.case).intake.get("sources", ()),
        first_day=on,
        last_day=last_day,
        channel=Consent.Channel.PAPER,
        signed_at=timezone.make_aware(datetime.combine(on, timezone.localtime().time())),
        notice=notice.key,
        witness=str(by.user),
        signer=signer,
    )
