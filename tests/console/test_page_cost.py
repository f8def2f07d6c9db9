"""What a list costs does not grow with its rows: as many questions to the database for forty persons as for two."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anmin.kernel.cases.papers.queries import makeable
from tests.console.casework import BACKEND, believe, families
from tests.make import a_household, a_person, a_user

pytestmark = pytest.mark.django_db
VILLAGE = "371002001001"


@pytest.fixture
def clerk(client):
    client.force_login(a_user("clerk", VILLAGE), backend="anmin.kernel.access.login.backends.StaffBackend")
    return client


def questions(client, address):
    client.get(address)  # the first look is also counted as taking; later ones are not
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(asked), answer.content.decode()


def people_named(name, number, first):
    return [a_person(name, VILLAGE, serial=first + at) for at in range(number)]


def test_a_search_asks_as_often_for_forty_persons_as_for_two(clerk):
    for at, name in enumerate(["欧阳少见", "司马常有"]):
        for place, person in enumerate(people_named(name, 2 if at == 0 else 40, 100 * at + 1)):
            a_household(f"H{at}{place:03d}", VILLAGE, person)

    few, short = questions(clerk, "/people/?q=欧阳少见")
    many, long = questions(clerk, "/people/?q=司马常有")

    assert (short.count("欧阳少见</a>"), long.count("司马常有</a>")) == (2, 40)
    assert (short.count("/homes/H0"), long.count("/homes/H1")) == (2, 40)
    assert many == few


def test_a_household_asks_as_often_for_eight_members_as_for_two(clerk):
    a_household("SMALL", VILLAGE, *people_named("欧阳少见", 2, 1))
    a_household("LARGE", VILLAGE, *people_named("司马常有", 8, 101))

    few, _short = questions(clerk, "/homes/SMALL/")
    many, long = questions(clerk, "/homes/LARGE/")

    assert long.count("司马常有</a>") == 8
    assert many == few


MOST_A_CASE = {"visit": 4, "check": 6, "publish": 5, "papers": 4}
"""Questions that the preview of a bulk step asks for each further case: relatives on the staff, facts, authorisations."""


def more_for_a_case(client, what):
    a_user("worker", VILLAGE)
    roads, staff = families(2)
    client.force_login(staff["clerk"], backend=BACKEND)

    def asked_for(some):
        with CaptureQueriesContext(connection) as asked:
            client.post("/cases/bulk/", {"what": what, "case": [road.case.number for road in some]})
        return len(asked)

    asked_for(roads)
    few = asked_for(roads)
    roads += families(4, staff, first=3)[0]
    asked_for(roads)
    return (asked_for(roads) - few) / 4


@pytest.mark.parametrize("what", list(MOST_A_CASE))
def test_the_preview_of_a_bulk_step_asks_little_for_each_further_case(client, monkeypatch, what):
    believe(monkeypatch)

    assert more_for_a_case(client, what) < MOST_A_CASE[what] + 1


def test_papers_that_were_all_made_are_previewed_as_cheaply(client, monkeypatch):
    """Where nothing is left to make every kind is looked at: it must not be read case by case."""
    believe(monkeypatch)
    monkeypatch.setattr(
        "anmin.kernel.cases.table.bulk.kinds_made",
        lambda by, cases: {
            case.number: {"application", "summary", "authorisation", "survey_form"} for case in cases
        },
    )

    assert more_for_a_case(client, "papers") < MOST_A_CASE["papers"] + 4


def test_a_preview_of_papers_that_reads_each_case_alone_is_noticed(client, monkeypatch):
    """The wrong variant: what papers tell is read for every case by questions of its own, all kinds of it."""
    believe(monkeypatch)
    monkeypatch.setattr("anmin.kernel.cases.table.bulk.read_together", lambda cases: None)
    monkeypatch.setattr(
        "anmin.kernel.cases.table.bulk.first_makeable",
        lambda case, **more: next(iter(makeable(case, **more)), None),
    )

    assert more_for_a_case(client, "papers") > 2 * (MOST_A_CASE["papers"] + 4)


def test_a_preview_that_reads_each_case_alone_is_noticed(client, monkeypatch):
    """The wrong variant: steps and clocks of every case by questions of their own."""
    believe(monkeypatch)
    monkeypatch.setattr("anmin.kernel.cases.table.bulk.prefetch_related_objects", lambda *told: None)

    assert more_for_a_case(client, "visit") >= MOST_A_CASE["visit"] + 1
