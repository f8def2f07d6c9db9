"""Which running benefits a word of somebody's death touches, what a case is told of it, the draft to the family."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anmin.kernel.cases.models import Case
from anmin.kernel.cases.papers.gathering import deciding_office
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.entitlements.queries import each_period, paying, title_of_benefit
from anmin.kernel.people.models import Death, Membership
from anmin.kernel.people.queries import in_force
from anmin.lib.calendar import add_months

CLUE = "clue"
"""Where a case's form keeps what it was opened for."""


CLUES = "clues"
"""Where it keeps the keys of all of them: a second source's word joins the same review, and the first stays known."""


@dataclass(frozen=True)
class Touched:
    """A running benefit and the word of a death that touches it: the person's own, or their household's."""

    death: Death
    entitlement: Entitlement

    @property
    def key(self) -> str:
        """The same word about the same benefit, however often it comes."""
        row = self.death
        return f"death:{row.person_id}:{row.source}:{row.day.isoformat()}:{self.entitlement.pk}"


def touched(on: date) -> Iterator[Touched]:
    """Every running benefit that a trusted word of a death touches and no case was ever opened for, in order."""
    known = _known(Case.objects.all())
    for death in Death.objects.filter(is_trusted=True, day__lte=on).select_related("person").order_by("pk"):
        yield from _touched_by(death, known)


def touched_by(death: Death) -> list[Touched]:
    """The running benefits that one word of a death touches and no case was ever opened for."""
    homes = Membership.objects.filter(person=death.person_id).values("household")
    return list(_touched_by(death, _known(Case.objects.filter(household__in=homes))))


def _touched_by(death: Death, known: set[str]) -> Iterator[Touched]:
    running = Entitlement.objects.exclude(state=Entitlement.State.ENDED).select_related(
        "household", "begun_by"
    )
    homes = Membership.objects.filter(in_force(death.day), person=death.person_id).values("household")
    rows = running.filter(Q(person=death.person_id) | Q(person__isnull=True, household__in=homes))
    for row in rows.order_by("pk"):
        found = Touched(death, row)
        if found.key not in known:
            yield found


def _known(rows: QuerySet[Case]) -> set[str]:
    """The keys of words that cases were opened for."""
    known: set[str] = set()
    for form in rows.filter(form__has_key=CLUE).values_list("form", flat=True):
        known |= {str(form[CLUE]["key"]), *form.get(CLUES, ())}
    return known


@dataclass(frozen=True)
class Clue:
    """What a case was opened for: whose death, by whose word, of which day; `amount` fen a month being paid."""

    person: int
    source: str
    day: date
    benefit: str
    amount: int
    holds: bool


def clue_of(case: Case, on: date) -> Clue | None:
    """The word of a death that a case was opened for; None for all others.

    `holds` is whether the place's procedure holds payment back while it is verified; without such a rule nothing is held.
    """
    kept = case.form.get(CLUE)
    if not kept or case.entitlement is None:
        return None
    held = paying(case.entitlement, on.replace(day=1))
    return Clue(
        int(kept["person"]),
        str(Death.Source(kept["source"]).label),
        date.fromisoformat(kept["day"]),
        title_of_benefit(case.entitlement.benefit),
        held.fen if held is not None else 0,
        bool(procedure_of(case).terms.get("holds_on_death_clue", False)),
    )


def draft_to_family(case: Case, name: str, on: date) -> list[str]:
    """What the family will be told, in plain words: what is proposed, how much, until when, and how to object."""
    found = clue_of(case, on)
    if found is None:
        return []
    last, office = found.day.replace(day=1), deciding_office(case, on)
    given: dict[str, Any] = {
        "name": name,
        "day": found.day.isoformat(),
        "source": found.source,
        "benefit": found.benefit,
        "amount": f"{found.amount / 100:,.2f}",
        "each": each_period(case.entitlement.benefit) if case.entitlement is not None else "",
        "month": f"{last:%Y-%m}",
        "next": f"{add_months(last, 1):%Y-%m}",
        "office": office.name,
        "phone": office.phone,
    }
    return [
        _("我们从%(source)s信息得知，%(name)s于 %(day)s 去世。请您核对是否属实。") % given,
        _(
            "属实的，%(benefit)s（现在%(each)s %(amount)s 元）拟发到 %(month)s，从 %(next)s 起停发或按现有人口重新计算。"
        )
        % given,
        _("不属实或您有不同意见的，请在收到之日起 7 日内告诉我们，口头、书面都可以：%(office)s %(phone)s。")
        % given,
        _(
            "作出决定以前照常发放。对决定不服的，可以自收到决定之日起 60 日内申请行政复议，或六个月内提起行政诉讼。"
        ),
    ]
