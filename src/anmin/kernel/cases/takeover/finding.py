"""Whom the rows of a list are about (清单里的人): found in the register by number, with the household of the day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db.models import Q

from anmin.kernel.cases.takeover.columns import benefits
from anmin.kernel.cases.takeover.models import TakeoverRow
from anmin.kernel.cases.takeover.reading import Given
from anmin.kernel.entitlements.years import first_year_here, is_yearly
from anmin.kernel.facts.intake.cells import Trouble
from anmin.kernel.keys.queries import blind_index
from anmin.kernel.payments.payees.actions import NewAccount
from anmin.kernel.people.models import Death, Household, Identifier, Membership, Person
from anmin.kernel.people.queries import homes_on, in_force
from anmin.lib.calendar import add_months
from anmin.lib.names import NameProblem, parse_name

KINDS = ("resident", "permit", "foreign")
UNKNOWN = "在本地的人员登记里找不到这个号码；请先登记人员，或核对号码和您负责的地区"
"""One sentence for whoever is not registered and for whoever the reader may not know of."""


Subject = tuple[int | None, int | None, str]
"""What is only once: a household's benefit, or a person's, wherever that person lives."""


def subject_of(household: int, person: int | None, benefit: str) -> Subject:
    """What a benefit is known by."""
    return (household, None, benefit) if person is None else (None, person, benefit)


@dataclass(frozen=True)
class Claim:
    """A benefit that a row says somebody receives. `person` is none where it is the household's."""

    row: int
    receiver: Person
    home: Household
    person: Person | None
    benefit: str
    fen: int
    since: date
    last_paid: date
    account: NewAccount | None

    @property
    def subject(self) -> Subject:
        """What it is known by."""
        return subject_of(self.home.pk, None if self.person is None else self.person.pk, self.benefit)

    @cached_property
    def first_month(self) -> date:
        """The first month that is paid here; of a benefit by the year, the one in which it is due here first.

        Raises:
            PolicyError: where the place has not said in which month a year's sum is due.
        """
        if is_yearly(self.benefit):
            return first_year_here(self.benefit, self.home.division, self.last_paid, self.since)
        return add_months(self.last_paid, 1)

    @property
    def level(self) -> int:
        """How closely the benefit is held."""
        return max(self.home.level, 0 if self.person is None else self.person.level)


@dataclass
class Homes:
    """The members of some households on a day, the head first, and who of them has died on which day."""

    members: dict[int, list[Person]] = field(default_factory=dict)
    died: dict[int, date] = field(default_factory=dict)


def found(rows: Sequence[Given], on: date) -> list[Claim | Trouble]:
    """Each row's person and household, or why there is none. As the database lets the caller see them."""
    blinds = {(kind, blind_index(kind, row.identity)): row for row in rows for kind in KINDS}
    held = Identifier.objects.filter(
        kind__in=KINDS,
        blind__in={blind for _kind, blind in blinds},
        last_day__isnull=True,
        is_disputed=False,
        person__merged_into__isnull=True,
    )
    persons: dict[str, Person] = {}
    for one in held.select_related("person"):
        row = blinds.get((one.kind, bytes(one.blind)))
        if row is not None:
            persons[row.identity] = one.person
    homes = homes_on(persons.values(), on)
    return [_claim(row, persons.get(row.identity), homes) for row in rows]


def _claim(row: Given, person: Person | None, homes: dict[int, Household]) -> Claim | Trouble:
    if person is None:
        return Trouble("unknown_person", "证件号码", UNKNOWN)
    try:
        same = parse_name(row.name) == person.name
    except NameProblem:
        same = False
    if not same:
        return Trouble("name_differs", "姓名", "姓名和登记的不一致，请核对号码和姓名")
    home = homes.get(person.pk)
    if home is None:
        return Trouble("no_household", "证件号码", "这个人没有登记在任何家庭里，请先登记家庭")
    if row.home and row.home.upper() != home.number.upper():
        return Trouble("other_household", "户编号", f"这个人登记在另一户（{home.number}），请核对")
    return Claim(
        row=row.row,
        receiver=person,
        home=home,
        person=person if benefits()[row.benefit].unit == "person" else None,
        benefit=row.benefit,
        fen=row.fen,
        since=row.since,
        last_paid=row.last_paid,
        account=row.account,
    )


def claims_of(rows: Sequence[TakeoverRow]) -> list[Claim]:
    """Rows that were accepted, as claims again."""
    return [
        Claim(
            row=row.row,
            receiver=row.receiver,
            home=row.household,
            person=row.person,
            benefit=row.benefit,
            fen=row.fen,
            since=row.since,
            last_paid=row.last_paid,
            account=account_in(row),
        )
        for row in rows
        if row.household is not None
        and row.receiver is not None
        and row.fen is not None
        and row.since is not None
        and row.last_paid is not None
    ]


def account_in(row: TakeoverRow) -> NewAccount | None:
    """The account that a row came with."""
    given = row.given.get("account")
    return NewAccount(**given) if given else None


def homes_of(claims: Iterable[Claim], on: date) -> Homes:
    """Who lives in the households of claims, and who of them is dead by the register or by a trusted word."""
    result = Homes()
    rows = Membership.objects.filter(
        in_force(on), household__in={one.home.pk for one in claims}, is_double=False
    )
    for row in rows.select_related("person").order_by("household", "-is_head", "relation", "pk"):
        result.members.setdefault(row.household_id, []).append(row.person)
    people = {one.pk for members in result.members.values() for one in members}
    people |= {one.receiver.pk for one in claims}
    dead = Person.objects.filter(pk__in=people, died_on__isnull=False)
    result.died = {pk: day for pk, day in dead.values_list("pk", "died_on") if day is not None}
    told = Death.objects.filter(Q(person__in=people), is_trusted=True).order_by("-day")
    for pk, day in told.values_list("person", "day"):
        result.died.setdefault(pk, day)
    return result
