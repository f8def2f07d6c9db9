"""Fifty users and their work over the register of the benchmarks: log-ins, results of a run, requests, pages."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bench.driving import Page, Seat
from bench.register import COUNTIES, villages

PASSWORD = "Bench-desks-2026-lange"
SEATS = {"city": 10, "county": 20, "village": 20}
ROLES = {"city": "city_officer", "county": "county_approver", "village": "village_worker"}
ONE_IN = 12
"""Of so many households one has a result: about 8 % of a city's."""
REQUESTS = 60
"""Requests for changes that wait, in each county."""
NEAR = 300
WEIGHTS = {"search": 35, "person": 25, "home": 10, "households": 20, "changes": 7, "city": 3}
"""How often each page is asked for."""


@dataclass(frozen=True)
class Known:
    """Somebody in a user's divisions: what a visitor might say at the counter."""

    pk: int
    name: str
    texts: tuple[str, ...]
    household: str


def division_of(role: str, number: int) -> str:
    """The division of a role's nth user."""
    if role == "city":
        return "371000"
    if role == "county":
        return COUNTIES[number % len(COUNTIES)]
    return villages()[number * 126 % len(villages())]


def prepare(on: date) -> list[Seat]:
    """Make what is missing, forget what was counted and locked before, and give every user their work."""
    from django.db import connection

    with connection.cursor() as cursor:
        # Users of the benchmark take more persons a day than a day allows, run after run.
        cursor.execute("TRUNCATE kernel_taking, kernel_takingalarm, django_session")
        _results(cursor, on)
        cursor.execute("ANALYZE")
    seats = []
    for role, count in SEATS.items():
        for number in range(count):
            division = division_of(role, number)
            username = f"bench-{role}-{number}"
            _user(username, role, division)
            seats.append(Seat(role, username, PASSWORD, _work(_known(division, on), division)))
    _requests(on)
    return seats


def _user(username: str, role: str, division: str) -> None:
    from anmin.kernel.access import actions
    from anmin.kernel.access.models import User

    if User.objects.filter(username=username).exists():
        return
    user = actions.create_user(
        by="bench", username=username, display_name=username, password=PASSWORD, must_change=False
    )
    actions.grant(
        by="bench", user=user, division=division, role=ROLES[role], first_day=date(2020, 1, 1), last_day=None
    )


def _results(cursor, on: date) -> None:
    """A run over the city, as far as the pages read one."""
    cursor.execute("SELECT id FROM kernel_run WHERE made_by = 'bench'")
    if cursor.fetchone():
        return
    cursor.execute(
        'INSERT INTO kernel_run ("on", city, snapshot, results, fingerprint, source, households, persons, broken,'
        " made_at, made_by) SELECT %s, '371000', 'bench', 'bench', 'bench', 'bench', count(*), 0, 0, now(), 'bench'"
        " FROM kernel_household RETURNING id",
        [on],
    )
    (run,) = cursor.fetchone()
    cursor.execute(
        "INSERT INTO kernel_householdresult (run_id, number, division, settlement, layer, coverage, members, aid_month,"
        " values, people) SELECT %s, number, division, settlement, 1 + id %% 5, id / 12 %% 4, 1 + id %% 4,"
        " 30000 + id %% 70000, '{}', '{}' FROM kernel_household WHERE id %% %s = 0",
        [run, ONE_IN],
    )
    cursor.execute(
        "INSERT INTO kernel_divisionsum (run_id, division, output, total, count)"
        " SELECT %s, division, 'households', 0, count(*) FROM kernel_household GROUP BY division"
        " UNION ALL SELECT %s, division, 'layer=' || layer, 0, count(*) FROM kernel_householdresult"
        " WHERE run_id = %s GROUP BY division, layer",
        [run, run, run],
    )


def _known(division: str, on: date) -> list[Known]:
    """People of a division, drawn by their keys; read as the operator."""
    from anmin.kernel.access.scopes import Scope
    from anmin.kernel.people.models import Membership
    from anmin.lib.names import pinyin_initials

    low, high = Scope.of([division]).ranges[0]
    rows = Membership.objects.filter(person__division__gte=low, person__division__lte=high)
    found = []
    for row in rows.select_related("person", "household").prefetch_related("person__identifiers")[:NEAR]:
        person = row.person
        number = person.identifiers.all()[0].value
        texts = [person.name, person.name[-2:], pinyin_initials(person.name), number, number[-4:]]
        texts += [person.phone] if person.phone else []
        found.append(Known(person.pk, person.name, tuple(texts), row.household.number))
    return found


def _requests(on: date) -> None:
    from anmin.kernel.people.models import ChangeRequest, Person
    from anmin.kernel.people.requests import actions
    from anmin.kernel.people.requests.actions import ChangeRefused

    for county in COUNTIES:
        if ChangeRequest.objects.filter(division__startswith=county).count() >= REQUESTS:
            continue
        for person in Person.objects.filter(division__startswith=f"{county}001")[:REQUESTS]:
            try:
                actions.ask(
                    by=_clerk(),
                    kind="correct",
                    on=on,
                    division=person.division,
                    person=person,
                    payload={"phone": "19000000000"},
                    evidence="电话核对",
                )
            except ChangeRefused as refused:
                raise SystemExit(f"the benchmark's own request was refused: {refused}") from refused


def _clerk():
    from anmin.kernel.access.models import User

    return User.objects.get(username="bench-city-0")


def _work(known: list[Known], division: str) -> Callable[[random.Random], Page]:
    """What a user of a division does next."""
    from urllib.parse import quote

    kinds, weights = list(WEIGHTS), list(WEIGHTS.values())

    def next_page(dice: random.Random) -> Page:
        somebody = dice.choice(known)
        kind = dice.choices(kinds, weights)[0]
        if kind == "search":
            return Page(kind, f"/people/?q={quote(dice.choice(somebody.texts))}", "figures-table")
        if kind == "person":
            return Page(kind, f"/people/{somebody.pk}/", somebody.name)
        if kind == "home":
            return Page(kind, f"/homes/{somebody.household}/", somebody.household)
        if kind == "households":
            layer = dice.choice(["", "DIBAO", "EDGE", "WATCHED"])
            return Page(
                kind, f"/households/?page={dice.choice([1, 1, 1, 2, 3])}&layer={layer}", "/households/"
            )
        return Page(kind, "/changes/" if kind == "changes" else "/", "masthead")

    return next_page
