"""The matrix as a page shows it, and what the rules make of it at this moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from anmin.kernel.cases.matters import REVIEW, kind_of, matters, procedure_for
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.cases.verification.evidence import best_of, is_disputed, undecided
from anmin.kernel.cases.verification.models import CaseFact
from anmin.kernel.cases.verification.standing import is_unfounded, rests_on_standing, standing_facts
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.benefits import Benefit
from anmin.policy.codes import Layer
from anmin.policy.errors import PolicyError
from anmin.policy.evaluate import Household, Outcome, evaluate
from anmin.policy.examples import shown
from anmin.policy.explain import Explanation, explain
from anmin.policy.phrases import CHINESE, Words
from anmin.policy.plan import make_plan
from anmin.policy.rules import Level

Values = Mapping[tuple[int | None, str], int]
"""Values by member's register key (None for the household) and fact."""
LAYER = "layer"


@dataclass(frozen=True)
class Cell:
    """A value as it is shown; `value` is the engine's integer."""

    value: int
    shown: str


@dataclass(frozen=True)
class MatrixLine:
    """One row of the matrix: each side, what counts, on which basis and why."""

    row: CaseFact
    title: str
    declared: Cell | None
    checked: Cell | None
    seen: Cell | None
    adopted: Cell | None
    best: str
    is_disputed: bool
    is_undecided: bool


@dataclass(frozen=True)
class Claim:
    """A benefit that the adopted facts give: to whom, and how much in fen per period. `member` is a register key."""

    benefit: Benefit
    member: int | None
    fen: int


@dataclass(frozen=True)
class Result:
    """What the rules make of the facts (测算结果): the layer, the benefits of the matter, the monthly total in fen.

    `concerned` are the register keys of those whom its benefits of single persons are about, the first one first.
    """

    outcome: Outcome
    persons: tuple[int, ...]
    layer: Layer | None
    claims: tuple[Claim, ...]
    concerned: tuple[int, ...] = ()

    @property
    def principal(self) -> Claim | None:
        """The strongest benefit found."""
        return min(self.claims, key=lambda one: one.benefit.rank, default=None)

    @property
    def month(self) -> int:
        """Fen a month over all benefits that pay by the month."""
        return sum(one.fen for one in self.claims if one.benefit.period == "month")

    def line(self) -> str:
        """The result in one sentence."""
        if self.principal is None:
            return "按已认定的情况，不符合本事项的任何一项条件"
        parts = [f"{one.benefit.title} {one.fen / 100:,.2f} 元" for one in self.claims if one.fen]
        named = self.layer.title if self.layer not in (None, Layer.NONE) else self.principal.benefit.title
        return f"{named}：{'；'.join(parts)}" if parts else f"{named}（不发放资金）"

    def why(self, name: str | None = None, member: int | None = None, words: Words = CHINESE) -> Explanation:
        """Why a value came out as it did; the strongest benefit's amount where none is named."""
        if name is None:
            found = self.principal
            name = (found.benefit.amount or found.benefit.eligible) if found else self.outcome.plan.outputs[0]
            member = found.member if found else None
            if found is None and self.outcome.plan.level(name) is Level.PERSON and self.persons:
                member = (self.concerned or self.persons)[0]
        position = None if member is None else self.persons.index(member)
        return explain(self.outcome, name, position, words)


def matrix(case: Case) -> list[MatrixLine]:
    """The rows of the matrix: the household first, then members in the order of the application."""
    facts = rulebook().facts
    order = {row.person_id: row.position for row in case.members.all()}
    names = {name: at for at, name in enumerate(facts)}
    rows = sorted(
        case.facts.select_related("person", "seen_by", "adopted_by"),
        key=lambda row: (
            -1 if row.person_id is None else order.get(row.person_id, 99),
            names.get(row.name, 0),
        ),
    )
    open_rows = {row.pk for row in undecided(rows)}
    return [_line(row, row.pk in open_rows) for row in rows]


def _line(row: CaseFact, is_undecided: bool) -> MatrixLine:
    fact = rulebook().facts[row.name]

    def cell(value: int | None) -> Cell | None:
        return None if value is None else Cell(value, shown(value, fact.kind, fact.codes))

    best = best_of(row)
    return MatrixLine(
        row,
        fact.title,
        cell(row.declared),
        cell(row.checked),
        cell(row.seen),
        cell(row.adopted),
        best.basis if best else "",
        is_disputed(row),
        is_undecided,
    )


def counting_values(case: Case, instead: Values | None = None) -> dict[tuple[int | None, str], int]:
    """The value of each fact that counts: the adopted one, else the best-evidenced one; `instead` tries others."""
    found = {}
    for row in case.facts.all():
        best = best_of(row)
        value = row.adopted if row.adopted is not None else best.value if best else None
        if value is not None:
            found[row.person_id, row.name] = value
    return {**found, **(instead or {})}


def form_of(case: Case) -> Mapping[str, Sequence[str]]:
    """The facts that a case asks for, of the `household` and of each `person`; a review asks what its benefit's form asked."""
    own: Mapping[str, Sequence[str]] = procedure_of(case).intake.get("form") or {}
    if own or case.entitlement is None or kind_of(case.matter) != REVIEW:
        return own
    division, on = case.division, case.opened_on
    for row in matters(division, on):
        if row.can_be_applied_for and case.entitlement.benefit in row.benefits:
            found: Mapping[str, Sequence[str]] = procedure_for(row.key, division, on).intake["form"]
            return found
    return own


def benefits_of(case: Case) -> tuple[str, ...]:
    """The benefits a case may come to: those of its matter; a review of another benefit is about that one alone."""
    keys = procedure_of(case).benefits
    if keys and case.entitlement is not None and case.entitlement.benefit not in keys:
        return (case.entitlement.benefit,)
    return keys


def household_of(
    case: Case, on: date, instead: Values | None = None, without: Collection[int] = ()
) -> tuple[Household, tuple[int, ...]]:
    """The family as the rules see it, and the register keys of its members by position; `without` leaves some out."""
    rows = case.members.select_related("person").exclude(person__in=without).order_by("position")
    members = list(rows)
    persons = tuple(row.person_id for row in members)
    values = counting_values(case, instead)
    if not values and case.entitlement is not None and is_unfounded(case.entitlement):
        raise PolicyError(
            "grounds_missing",
            what="这项待遇是接过来的，本件还没有登记任何收入、财产或人员情况；不能当作没有收入来算",
            where=case.number,
            todo="请先核对、入户，把情况登记并认定，再看结论",
        )
    if rests_on_standing(benefits_of(case), case.division, on):
        values = standing_facts(case, on) | values
    people = []
    for row in members:
        birth = row.person.birth_day
        known = {"sex": row.person.sex, "relation": row.relation}
        if birth is not None:
            known["birth_day"] = birth.year * 10_000 + birth.month * 100 + birth.day
        own = {name: value for (person, name), value in values.items() if person == row.person_id}
        people.append({**known, **own})
    shared = {name: value for (person, name), value in values.items() if person is None}
    settlement = case.household.settlement
    return Household(case.number, case.division, settlement, shared, people, [""] * len(people)), persons


def result_of(
    case: Case, *, on: date, instead: Values | None = None, without: Collection[int] = ()
) -> Result:
    """What the rules make of a case on a day; `instead` shows what another choice would come to, `without` who is gone.

    Raises:
        PolicyError: `rate_missing` or `fact_missing`, naming what is missing and who can supply it.
    """
    household, persons = household_of(case, on, instead, without)
    book = rulebook()
    benefits = [book.benefits[key] for key in benefits_of(case) if key in book.benefits]
    names = [name for one in benefits for name in (one.eligible, one.amount) if name is not None]
    names = [name for name in dict.fromkeys(names) if book.version(name, on) is not None]
    has_layer = any(one.eligible in LAYERS for one in benefits) and book.version(LAYER, on) is not None
    outcome = evaluate(make_plan(book, on, [*names, *([LAYER] if has_layer else [])]), household)
    claims = [
        one for benefit in benefits for one in _claims(benefit, outcome, persons) if benefit.eligible in names
    ]
    layer = Layer.of(outcome.values[LAYER]) if has_layer else None
    return Result(outcome, persons, layer, tuple(claims), concerned_in(case, persons, instead))


def concerned_in(case: Case, persons: tuple[int, ...], instead: Values | None = None) -> tuple[int, ...]:
    """Whom the person-level benefits of a case are about (当事人), by register key, in the order of the application.

    The holder of a running benefit; else the applicant where the form says something of that person; else every member of
    whom it does, such as the mother for whom a daughter applies; the applicant where it says nothing of anybody.
    """
    if case.entitlement is not None and case.entitlement.person_id in persons:
        return (case.entitlement.person_id,)
    asked = set(form_of(case).get("person", ())) - {"is_registered_here"}
    told = {
        person
        for (person, name), value in counting_values(case, instead).items()
        if name in asked and value and person is not None
    }
    if case.applicant_id in told or not told & set(persons):
        return (case.applicant_id,) if case.applicant_id in persons else persons[:1]
    return tuple(person for person in persons if person in told)


LAYERS = frozenset({"dibao_eligible", "dibao_expenditure_eligible", "is_edge", "is_rigid", "is_watched"})


def _claims(benefit: Benefit, outcome: Outcome, persons: tuple[int, ...]) -> list[Claim]:
    if benefit.unit == "household":
        if not outcome.values.get(benefit.eligible):
            return []
        return [Claim(benefit, None, int(outcome.values[benefit.amount]) if benefit.amount else 0)]
    return [
        Claim(benefit, persons[at], int(row[benefit.amount]) if benefit.amount else 0)
        for at, row in enumerate(outcome.members)
        if row.get(benefit.eligible)
    ]
