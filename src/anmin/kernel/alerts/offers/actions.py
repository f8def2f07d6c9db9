"""Find offers, write down what people answered, approve a batch of those who agreed, look again each month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import Reader, Scope, reader_for, signature, user_of
from anmin.kernel.alerts.offers.models import Offer
from anmin.kernel.alerts.offers.rules import offering
from anmin.kernel.alerts.raising.actions import Raised, raise_hits
from anmin.kernel.alerts.steps import COURTEOUS, HANDLE
from anmin.kernel.alerts.sweeps.actions import hits_of
from anmin.kernel.alerts.sweeps.comparing import without_ground
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.intake.actions import number_for
from anmin.kernel.cases.models import Case
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.entitlements.grounds import ground
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.payments.payees.queries import account_on
from anmin.kernel.payments.placerules import pairs
from anmin.kernel.payments.sentinels.models import Sentinel
from anmin.kernel.people.models import Level, Membership, Person
from anmin.kernel.people.queries import names_in
from anmin.kernel.screening.claims import claims_in, members_in_order
from anmin.kernel.screening.models import HouseholdResult, Run
from anmin.kernel.screening.queries import household_facts, outcome
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.calendar import add_months
from anmin.policy.errors import PolicyError

APPROVE = "case.confirm"
BACK = frozenset({"excluded", "no_facts", "not_eligible"})
"""What goes back to whoever asked, not merely unapproved."""
ANSWERS = ("agreed", "refused", "silent")


class OfferRefused(Exception):
    """It cannot be done so; `code` for programs, the message for people."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


@transaction.atomic
def find_offers(*, by: Any, run: Run, on: date, division: str = "") -> dict[str, int]:
    """Match a run with those who have none of it yet (匹配); what stands in the way is noted as left out (排除).

    The same run again adds nothing. Refused offers come back after their time; silence is asked again by its day.
    """
    book, counts = rulebook(), {"new": 0, "excluded": 0}
    benefits = [book.benefits[key] for key in offering()["benefits"] if key in book.benefits]
    rows = HouseholdResult.objects.filter(run=run, division__startswith=division.rstrip("0"))
    found = [(row, one, claims) for row in rows for one in benefits if (claims := claims_in(row, one))]
    places = members_in_order([row.number for row, _one, _claims in found])
    people = Person.objects.in_bulk({key for keys in places.values() for key in keys})
    homes = {
        member.household.number: member.household
        for member in Membership.objects.filter(household__number__in=places).select_related("household")
    }
    for row, benefit, claims in found:
        for position, fen in claims:
            keys = places.get(row.number, [])
            if row.number not in homes or (position is not None and position >= len(keys)) or not fen:
                continue
            person = people[keys[position]] if position is not None else None
            why = _new(by, run, on, homes[row.number], person, benefit.key, fen)
            if why is not None:
                counts["excluded" if why else "new"] += 1
    audit.record(by=signature(by), act="alerts.find_offers", subject=run, after=counts, division=division)
    return counts


def _new(by: Any, run: Run, on: date, home: Any, person: Person | None, benefit: str, fen: int) -> str | None:
    """Write one offer down; gives why it was left out, or None where there is nothing to write."""
    running = Entitlement.objects.filter(household=home, person=person).exclude(state=Entitlement.State.ENDED)
    if running.filter(benefit=benefit).exists():
        return None
    before = (
        Offer.objects.filter(household=home, person=person, benefit=benefit).exclude(state="granted").first()
    )
    if before is not None:
        if before.state == Offer.State.REFUSED and before.next_on is not None and before.next_on <= on:
            before.state, before.tries, before.fen, before.run = Offer.State.READY, 0, fen, run
            before.save()
            return ""
        return None
    why = _exclusion(home, person, benefit, on)
    Offer(
        household=home,
        person=person,
        division=home.division,
        level=max(home.level, person.level if person is not None and person.level >= Level.PROTECTED else 0),
        benefit=benefit,
        fen=fen,
        run=run,
        found_on=on,
        state=Offer.State.EXCLUDED if why else Offer.State.READY,
        excluded=why,
    ).save()
    return why


def _exclusion(home: Any, person: Person | None, benefit: str, on: date) -> str:
    if person is not None and (person.died_on is not None or person.deaths.filter(is_trusted=True).exists()):
        return "dead"
    others = {
        row.other if row.one == benefit else row.one for row in pairs() if benefit in (row.one, row.other)
    }
    held = Entitlement.objects.exclude(state=Entitlement.State.ENDED).filter(benefit__in=others)
    if held.filter(Q(person=person) if person is not None else Q(household=home)).exists():
        return "exclusive"
    if person is not None and Sentinel.objects.filter(person=person, lifted_at__isnull=True).exists():
        return "held"
    matter = offering()["benefits"][benefit]["matter"]
    if Case.objects.filter(household=home, matter=matter, closed_on__isnull=True).exists():
        return "applying"
    return ""


@transaction.atomic
def note_answer(
    *, by: Reader | User, offer: Offer, answer: str, on: date, words: str, seen_alive: bool = False
) -> Offer:
    """Write down what somebody answered (征求意见): agreed, refused, or no answer, which is asked again.

    To agree they were spoken to themselves, and a confirmed account is on file.

    Raises:
        OfferRefused: naming what is lacking.
    """
    row = Offer.objects.select_for_update(of=("self",)).select_related("household").get(pk=offer.pk)
    reader = by if isinstance(by, Reader) else reader_for(by, on)
    if reader.user is None or not reader.may(HANDLE, row.division):
        raise OfferRefused("no_power", _("您的岗位在这个地方不能办理这一步"))
    if row.state not in (Offer.State.READY, Offer.State.SILENT, Offer.State.RETURNED, Offer.State.AGREED):
        raise OfferRefused(
            "no_way", _("这一条现在是“%(state)s”，不能再登记") % {"state": row.get_state_display()}
        )
    if answer not in ANSWERS:
        raise OfferRefused("no_answer", _("请选择本人的意见"))
    if len(words.strip()) < COURTEOUS:
        raise OfferRefused("no_words", _("请写明情况，至少四个字"))
    if answer == "agreed":
        _check_agreed(row, on, seen_alive=seen_alive)
    row.state, row.answered_on, row.asked_by = answer, on, reader.user
    row.words, row.seen_alive = words.strip(), seen_alive
    row.tries += 1
    row.next_on = {
        "agreed": None,
        "refused": add_months(on, offering()["refused_months"]),
        "silent": on + timedelta(offering()["again_days"]),
    }[answer]
    row.save()
    audit.record(
        by=reader.user,
        act="alerts.note_answer",
        subject=row,
        after={"answer": answer, "tries": row.tries, "benefit": row.benefit},
        reason=row.words,
        about=names_in(row.household),
        division=row.division,
    )
    return row


def _check_agreed(row: Offer, on: date, *, seen_alive: bool) -> None:
    if not seen_alive:
        raise OfferRefused("not_alive", _("请先确认是本人（或监护人）当面或电话里同意的"))
    person = row.person_id or _head_of(row)
    row.account = account_on(person, row.household_id, on) if person is not None else None
    if row.account is None:
        raise OfferRefused("no_account", _("还没有复核过的收款账户，请先登记账户并由另一人复核"))


def _head_of(row: Offer) -> int | None:
    head = row.household.memberships.filter(is_head=True, last_day__isnull=True).first()
    return head.person_id if head is not None else None


@dataclass
class Batch:
    """What a batch came to: the benefits that began, and those sent back with the reason."""

    granted: list[Offer] = field(default_factory=list)
    returned: list[tuple[Offer, str]] = field(default_factory=list)


def approve(*, by: Reader | User, offers: Sequence[Offer], on: date) -> Batch:
    """Approve a batch of those who agreed (批量审核): each by a decision of its own with its grounds; once.

    What the rules no longer give, or what whoever asked would approve themselves, goes back with the reason.
    """
    done = Batch()
    for offer in offers:
        try:
            done.granted.append(_grant(by, offer, on))
        except (OfferRefused, PolicyError) as trouble:
            done.returned.append((offer, str(trouble)))
            if getattr(trouble, "code", "") in BACK:
                _send_back(by, offer, str(trouble), on)
    return done


@transaction.atomic
def _send_back(by: Any, offer: Offer, why: str, on: date) -> None:
    row = Offer.objects.select_for_update().get(pk=offer.pk)
    row.state, row.next_on = Offer.State.RETURNED, on
    row.save()
    audit.record(
        by=signature(by),
        act="alerts.return_offer",
        subject=row,
        reason=why,
        division=row.division,
        result="refused",
    )


@transaction.atomic
def _grant(by: Reader | User, offer: Offer, on: date) -> Offer:
    row = Offer.objects.select_for_update(of=("self",)).select_related("household", "run").get(pk=offer.pk)
    reader = by if isinstance(by, Reader) else reader_for(by, on)
    user = user_of(by)
    if user is None or not reader.may(APPROVE, row.division):
        raise OfferRefused("no_power", _("您的岗位在这个地方不能审核"))
    if row.state != Offer.State.AGREED:
        raise OfferRefused(
            "no_way", _("这一条现在是“%(state)s”，不能审核") % {"state": row.get_state_display()}
        )
    if row.asked_by_id == user.pk:
        raise OfferRefused("same_person", _("征求意见的人不能自己审核"))
    if why := _exclusion(row.household, row.person, row.benefit, on):
        raise OfferRefused("excluded", str(dict(Offer.EXCLUSIONS)[why]))
    benefit = rulebook().benefits[row.benefit]
    if lacking := rulebook().lacking(row.benefit, row.division, on):
        raise OfferRefused(
            "waiting",
            _("当地还没有登记“%(what)s”，由%(who)s确定并登记以后再审核")
            % {"what": "、".join(lacking), "who": benefit.source or _("市民政局")},
        )
    found, persons = _outcome_now(row)
    known = offering()["benefits"][row.benefit]
    fen = int(found.values[benefit.amount]) if row.person_id is None else _of_person(row, found, persons)
    if not fen:
        raise OfferRefused("not_eligible", _("按现在的数据不再符合条件"))
    first = add_months(on.replace(day=1), 1)
    decision = entitlements.decide(
        by=user,
        case_number=number_for("offer", row.division, on),
        matter=known["matter"],
        division=row.division,
        household=row.household,
        outcome="grant",
        on=on,
        grounds=ground(found, persons),
        benefit=row.benefit,
        person=row.person,
        amount=fen,
        reason=_("免申即享：本人同意，账户和在世已核对"),
        law=known["law"],
        level=row.level,
    )
    row.entitlement = entitlements.begin(
        by=user,
        decision=decision,
        benefit=row.benefit,
        first_month=first,
        fen=fen,
        person=row.person,
        review_due=add_months(on, known["review_months"]),
    )
    row.state = Offer.State.GRANTED
    row.save()
    after = {"benefit": row.benefit, "fen": fen, "decision": decision.pk}
    audit.record(by=user, act="alerts.grant_offer", subject=row, after=after, division=row.division)
    return row


def _outcome_now(row: Offer) -> tuple[Any, tuple[int, ...]]:
    facts = household_facts(row.run, Scope.nation(), row.household.number)
    if facts is None:
        raise OfferRefused("no_facts", _("测算用的数据里已经没有这一户，请等下一次测算"))
    keys = members_in_order([row.household.number]).get(row.household.number, [])
    return outcome(row.run, facts), tuple(keys[: len(facts.members)])


def _of_person(row: Offer, found: Any, persons: tuple[int, ...]) -> int:
    benefit = rulebook().benefits[row.benefit]
    if row.person_id not in persons:
        return 0
    values = found.members[persons.index(row.person_id)]
    return int(values[benefit.amount]) if benefit.amount and values.get(benefit.eligible) else 0


def check_granted(*, by: Any, run: Run, on: date) -> Raised:
    """Compare what runs without application with the newest run (每月比对): what no longer fits becomes an alert.

    By the same judgment as the reverse of a sweep, in the same alert: whom the data cannot tell of is not accused.
    """
    benefits = [key for key in offering()["benefits"] if key in rulebook().benefits]
    granted = Offer.objects.filter(state=Offer.State.GRANTED).exclude(entitlement__state="ended")
    mine = {
        (benefit, home if person is None else person)
        for benefit, home, person in granted.values_list("benefit", "household__number", "person")
    }
    rows = [
        row
        for row in without_ground(run, benefits)
        if (row.benefit, row.household if row.person is None else row.person) in mine
    ]
    return raise_hits(by=by, hits=hits_of(rows, run), on=on)
