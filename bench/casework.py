"""63,000 families with cases and benefits: a few walked through the demonstration's own actions, the others copied from them.

A copy has every row of its pattern under keys of its own, with sealed texts sealed for their new place; nothing of it
is told apart from a real one by a page, the guards or a replay.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from bench.driving import Page, Seat
from bench.register import COUNTIES, TOWNS, villages

PASSWORD = "Bench-desks-2026-lange"
SEATS = {"town": 130, "county": 50, "village": 20}
ROLES = {"town": "town_clerk", "county": "county_approver", "village": "village_worker"}
OPEN_STOPS = ("accepted", "surveyed", "opined", "publicity", "objection", "confirming", "returned")
OPEN_IN = 8
"""Of so many families one has a second case under way: some 8,000 in a city."""
STAFF = {
    "clerk": "town_clerk",
    "worker": "village_worker",
    "checker": "county_checker",
    "approver": "county_approver",
    "leader": "town_leader",
}
CASE_TABLES = ("step", "caseclock", "casemember", "casematerial", "casefact", "application", "publicity")
MEMBER_TABLES = frozenset({"casemember", "casefact"})
WEIGHTS = {"list": 40, "case": 40, "save": 20}
NEAR = 200
DONE = "bench_casework_done"


@dataclass
class Pattern:
    """A walked case with its rows by table, sealed texts opened, and its members by place."""

    case: Any
    rows: dict[str, list[Any]]
    members: list[int]


def prepare(on: date) -> list[Seat]:
    """Fill the casework once, forget what was counted, and give every user their work."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [DONE])
        (is_done,) = cursor.fetchone()
    if is_done is None:
        _fill(on)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE kernel_taking, kernel_takingalarm, django_session")
        cursor.execute("ANALYZE")
    return [seat for role, count in SEATS.items() for seat in _seats(role, count)]


def _seats(role: str, count: int) -> Iterator[Seat]:
    for number in range(count):
        division = _division_of(role, number)
        username = f"bench-case-{role}-{number}"
        _user(username, ROLES[role], division)
        yield Seat(role, username, PASSWORD, _work(division))


def _division_of(role: str, number: int) -> str:
    if role == "county":
        return COUNTIES[number % len(COUNTIES)]
    if role == "town":
        place = number % (len(COUNTIES) * TOWNS)
        return f"{COUNTIES[place // TOWNS]}{place % TOWNS + 1:03d}"
    return villages()[number * 126 % len(villages())]


def _user(username: str, role: str, division: str) -> Any:
    from anmin.kernel.access import actions
    from anmin.kernel.access.models import User

    user = User.objects.filter(username=username).first()
    if user is None:
        user = actions.create_user(
            by="bench", username=username, display_name=username, password=PASSWORD, must_change=False
        )
        actions.grant(
            by="bench", user=user, division=division, role=role, first_day=date(2020, 1, 1), last_day=None
        )
    return user


def _work(division: str) -> Any:
    """What a user of a division does: looks at the table and its views, opens cases, says which value counts."""
    from anmin.kernel.access.scopes import Scope
    from anmin.kernel.cases.models import Case
    from anmin.kernel.cases.verification.models import CaseFact
    from anmin.lib.divisions import DivisionLevel, level_of

    low, high = Scope.of([division]).ranges[0]
    mine = Case.objects.filter(division__gte=low, division__lte=high)
    numbers = list(mine.filter(closed_on__isnull=True).values_list("number", flat=True)[:NEAR])
    closed = list(mine.filter(closed_on__isnull=False).values_list("number", flat=True)[: NEAR // 4])
    # A village hands in and looks; which value counts is said in the town or above.
    open_facts = CaseFact.objects.filter(
        case__in=mine, case__state="accepted", name="wage_year", checked__isnull=False
    ).values_list("case__number", "person_id")
    facts = list(open_facts[:NEAR]) if level_of(division) is not DivisionLevel.VILLAGE else []

    seen: list[bool] = []

    def draw(dice: random.Random) -> Page:
        """A page; the first is the table, whose token the first form is sent with."""
        kind = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0] if seen else "list"
        seen.append(True)
        if kind == "case" and (numbers or closed):
            number = dice.choice(numbers if numbers and dice.random() < 0.8 else closed or numbers)
            return Page("case", f"/cases/{number}/", number)
        if kind == "save" and facts:
            number, person = dice.choice(facts)
            form = {"person": str(person), "name": "wage_year", "basis": "checked", "why": "以核对为准"}
            return Page("save", f"/cases/{number}/adopt/", form=form)
        return Page("list", dice.choice(["/cases/", "/cases/", "/cases/?page=2", "/cases/?matter=dibao"]))

    return draw


def _fill(on: date) -> None:
    from django.db import connection

    patterns = _patterns(on)
    print(f"{len(patterns)} cases walked through the actions, now copied", flush=True)
    with _unwatched(), connection.cursor() as cursor:
        _copy(cursor, patterns)
        cursor.execute(f"CREATE TABLE {DONE} ()")


def _patterns(on: date) -> dict[str, Pattern]:
    """One family walked to each stop of the demonstration's plan, in the first town."""
    from anmin.kernel.cases.demo.actions import _homes, _walk
    from anmin.kernel.cases.demo.plans import PLANS
    from anmin.kernel.cases.models import Case

    town = f"{COUNTIES[0]}001"
    staff = {
        post: _user(f"bench-walk-{post}", role, COUNTIES[0] if role.startswith("county") else town)
        for post, role in STAFF.items()
    }
    homes, found = _homes(town), {}
    for stop in ("approved", *OPEN_STOPS):
        token = f"bench-pattern-{stop}"
        if walked := Case.objects.filter(token=token).first():
            found[stop] = _pattern(walked)
            continue
        home = next(home for home in homes if home.memberships.count() >= 2)
        _walk(next(plan for plan in PLANS if plan.stop == stop), home, staff, token, on, "bench")
        found[stop] = _pattern(Case.objects.get(token=token))
    return found


def _pattern(case: Any) -> Pattern:
    from django.apps import apps

    from anmin.kernel.entitlements.models import Amount, Decision, Entitlement

    rows = {name: list(apps.get_model("kernel", name).objects.filter(case=case)) for name in CASE_TABLES}
    rows["decision"] = list(Decision.objects.filter(case_number=case.number))
    rows["entitlement"] = list(Entitlement.objects.filter(begun_by__in=rows["decision"]))
    rows["amount"] = list(Amount.objects.filter(entitlement__in=rows["entitlement"]))
    members = [row.person_id for row in sorted(rows["casemember"], key=lambda row: row.position)]
    return Pattern(case, rows, members)


@contextmanager
def _unwatched() -> Iterator[None]:
    """Triggers rest while rows are copied that lawfully came to be once already."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
        try:
            yield
        finally:
            cursor.execute("RESET session_replication_role")


def _copy(cursor: Any, patterns: dict[str, Pattern]) -> None:
    """Every family gets a granted case with its benefit; one in eight a second one under way."""
    from django.apps import apps

    cursor.execute(
        "SELECT home.id, home.division, array_agg(one.person_id ORDER BY one.is_head DESC, one.id)"
        " FROM kernel_household AS home JOIN kernel_membership AS one ON one.household_id = home.id"
        " WHERE NOT EXISTS (SELECT 1 FROM kernel_case WHERE household_id = home.id) GROUP BY home.id ORDER BY home.id"
    )
    homes = cursor.fetchall()
    for part in range(0, len(homes), 2_000):
        made: dict[str, list[Any]] = {
            name: [] for name in ("case", "decision", *CASE_TABLES, "entitlement", "amount")
        }
        for at, (home, division, people) in enumerate(homes[part : part + 2_000], part):
            _clone(patterns["approved"], home, division, people, f"K{at:07d}", made)
            if at % OPEN_IN == 0:
                stop = OPEN_STOPS[at // OPEN_IN % len(OPEN_STOPS)]
                _clone(patterns[stop], home, division, people, f"L{at:07d}", made)
        for name, rows in made.items():
            model = apps.get_model("kernel", name)
            _key(model, rows)
        for name, rows in made.items():
            _write(cursor, apps.get_model("kernel", name), rows)


def _clone(pattern: Pattern, home: int, division: str, people: list[int], number: str, made: Any) -> None:
    """Copies of a pattern's rows, linked to one another as objects until they have keys."""
    from copy import copy

    person_of = dict(zip(pattern.members, people, strict=False))
    case = copy(pattern.case)
    case.number, case.token, case.division = number, None, division
    case.household_id, case.applicant_id, case.handler_id = home, people[0], None
    made["case"].append((case, {}))
    fresh: dict[tuple[str, int], Any] = {}
    for name in ("decision", *CASE_TABLES, "entitlement", "amount"):
        for row in pattern.rows[name]:
            if name in MEMBER_TABLES and row.person_id is not None and row.person_id not in person_of:
                continue
            one = copy(row)
            fresh[name, row.pk] = one
            links = {"case_id": case} if hasattr(row, "case_id") else {}
            if name == "decision":
                one.case_number, one.division, one.household_id = number, division, home
            if name == "entitlement":
                one.division, one.household_id = division, home
                links["begun_by_id"] = fresh["decision", row.begun_by_id]
            if name == "amount":
                links = {
                    "entitlement_id": fresh["entitlement", row.entitlement_id],
                    "decision_id": fresh["decision", row.decision_id],
                }
            if name == "step" and row.decision_id is not None:
                links["decision_id"] = fresh["decision", row.decision_id]
            if name in MEMBER_TABLES and row.person_id is not None:
                one.person_id = person_of[row.person_id]
            if name == "publicity":
                one.division = division
            made[name].append((one, links))


def _key(model: Any, rows: list[Any]) -> None:
    """Fresh keys; texts are opened first, while they still stand at their old place."""
    from anmin.kernel.keys.fields import SealedText, next_keys

    sealed = [field.attname for field in model._meta.fields if isinstance(field, SealedText)]
    for (row, _links), key in zip(rows, next_keys(model, len(rows)), strict=True):
        for name in sealed:
            getattr(row, name)
        row.pk = key


def _write(cursor: Any, model: Any, rows: list[Any]) -> None:
    from django.db import connection, models
    from psycopg.types.json import Jsonb

    from anmin.kernel.keys.fields import SealedText

    fields = list(model._meta.fields)
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    with cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as copy:
        for row, links in rows:
            for name, other in links.items():
                setattr(row, name, other.pk)
            values = []
            for field in fields:
                value = getattr(row, field.attname)
                if isinstance(field, SealedText):
                    value = field.sealed(value, row.pk) if value else b""
                elif isinstance(field, models.JSONField):
                    value = Jsonb(value)
                values.append(value)
            copy.write_row(values)
