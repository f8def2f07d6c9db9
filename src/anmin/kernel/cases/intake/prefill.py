"""What the system already knows of a family, so that nobody is asked twice (系统已填、需要您填)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.procedures import Procedure
from anmin.kernel.exchange.consents.queries import adults_of, missing_of
from anmin.kernel.facts.sources.catalogue import sources
from anmin.kernel.people.models import Household, Membership
from anmin.kernel.people.queries import in_force
from anmin.kernel.screening import queries as screening
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError
from anmin.policy.examples import shown
from anmin.policy.facts import Fact

REMEMBERED_DAYS = 366
"""How long what an earlier case adopted is offered again; the law asks for twelve months of income."""


@dataclass(frozen=True)
class Field:
    """One thing asked: of a member (register key) or of the household, with what is known and from where."""

    fact: Fact
    person: int | None
    value: int | None
    source: str = ""
    as_of: date | None = None

    @property
    def is_filled(self) -> bool:
        """Whether the system knows it already."""
        return self.value is not None

    @property
    def shown(self) -> str:
        """The value as people read it."""
        return "" if self.value is None else shown(self.value, self.fact.kind, self.fact.codes)


@dataclass(frozen=True)
class Prefilled:
    """A form with what is known. `filled` and `open` are the two numbers that the page shows."""

    members: tuple[Membership, ...]
    fields: tuple[Field, ...]

    @property
    def filled(self) -> int:
        """How many fields the system has filled in."""
        return sum(field.is_filled for field in self.fields)

    @property
    def open(self) -> int:
        """How many are left to the applicant."""
        return len(self.fields) - self.filled

    def sentence(self) -> str:
        """The promise at the head of the form."""
        return f"系统已填 {self.filled} 项，需要您填 {self.open} 项"


def prefilled(reader: Reader, household: Household, procedure: Procedure, on: date) -> Prefilled:
    """The form of a matter for a family, with what the register, earlier cases and departments already say.

    What departments say about money is used only with live authorisations of every adult (社会救助暂行办法 §58).
    """
    rows = Membership.objects.filter(in_force(on), household=household, is_double=False)
    members = tuple(rows.select_related("person").order_by("-is_head", "relation", "pk"))
    known = {
        **_by_departments(reader, household, members, procedure, on),
        **_by_earlier_cases(household, on),
        **_by_register(members, on),
    }
    facts = rulebook().facts
    form = procedure.intake.get("form", {})
    wanted: list[tuple[int | None, str]] = [(None, name) for name in form.get("household", ())]
    wanted += [(row.person_id, name) for row in members for name in form.get("person", ())]
    fields = []
    for person, name in wanted:
        value, source, as_of = known.get((person, name), (None, "", None))
        fields.append(Field(facts[name], person, value, source, as_of))
    return Prefilled(members, tuple(fields))


Known = dict[tuple[int | None, str], tuple[int, str, date | None]]


def _by_register(members: Iterable[Membership], on: date) -> Known:
    found: Known = {}
    for row in members:
        birth = row.person.birth_day
        found[row.person_id, "sex"] = (row.person.sex, "人口登记", on)
        found[row.person_id, "relation"] = (row.relation, "人口登记", on)
        if birth is not None:
            day = birth.year * 10_000 + birth.month * 100 + birth.day
            found[row.person_id, "birth_day"] = (day, "人口登记", on)
    return found


def _by_earlier_cases(household: Household, on: date) -> Known:
    """What the newest case that was decided adopted."""
    rows = Case.objects.filter(household=household, closed_on__isnull=False, closed_on__lte=on)
    case = rows.filter(facts__adopted__isnull=False).order_by("-closed_on", "-pk").first()
    if case is None or (on - case.closed_on).days > REMEMBERED_DAYS:  # type: ignore[operator]
        return {}
    return {
        (row.person_id, row.name): (row.adopted, f"上次认定（{case.number}）", case.closed_on)
        for row in case.facts.all()
        if row.adopted is not None
    }


def _by_departments(
    reader: Reader, household: Household, members: tuple[Membership, ...], procedure: Procedure, on: date
) -> Known:
    """The newest snapshot's facts of the family, those that need a mandate only where everybody gave it."""
    run = screening.latest_run(reader.scope)
    if run is None:
        return {}
    try:
        stored = screening.household_facts(run, reader.scope, household.number)
    except PolicyError:  # the snapshot is no longer there: nothing is known by it
        return {}
    if stored is None:
        return {}
    asked = procedure.intake.get("sources", ())
    is_authorised = not asked or not missing_of(adults_of(household, on), asked, on)
    open_facts = _facts_without_mandate()
    book = rulebook().facts
    found: Known = {}
    for name in procedure.intake.get("form", {}).get("household", ()):
        if is_authorised or name in open_facts:
            _note(found, None, book[name], stored.facts, run.on)
    own: dict[tuple[Any, Any, Any], int] = {
        _mark(row.person.birth_day, row.person.sex, row.relation): row.person_id for row in members
    }
    for person in stored.members:
        key = own.get((person.get("birth_day"), person.get("sex"), person.get("relation")))
        if key is None:
            continue
        for name in procedure.intake.get("form", {}).get("person", ()):
            if is_authorised or name in open_facts:
                _note(found, key, book[name], person, run.on)
    return found


def _note(found: Known, person: int | None, fact: Fact, stored: Mapping[str, Any], as_of: date) -> None:
    """A department's value; its silence about what it keeps is an answer too, but not about what only people know."""
    value = stored.get(fact.name)
    if value is None and "申报" not in fact.source and "入户" not in fact.source:
        value = fact.default
    if value is not None:
        found[person, fact.name] = (int(value), fact.source, as_of)


def _mark(birth: date | None, sex: int, relation: int) -> tuple[int | None, int, int]:
    day = None if birth is None else birth.year * 10_000 + birth.month * 100 + birth.day
    return day, sex, relation


def _facts_without_mandate() -> set[str]:
    return {
        column.fact
        for source in sources().values()
        if not source.needs_mandate
        for column in source.columns
        if column.fact
    }
