"""E29: whoever may not know of a child learns nothing, by whatever way; figures are those of the lists behind them."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.access.exceptions import actions as exceptions
from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.models import BreakGlass
from anmin.kernel.access.queries import reader_for
from anmin.kernel.people import queries as people
from anmin.kernel.screening import queries as screening
from anmin.kernel.screening.models import DivisionSum, HouseholdResult, Run
from tests.access.world import COUNTY, TOWN, VILLAGE
from tests.make import a_household, a_number, a_person, a_user

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)


@pytest.fixture
def town():
    """Three households with results: one with a child under protection, two without; figures of the village."""
    child = a_person("赵小苗", VILLAGE, serial=1, level=3, phone="19000000001")
    a_household("P00001", VILLAGE, child)
    for at in (2, 3):
        a_household(f"P0000{at}", VILLAGE, a_person(f"钱{'山水'[at - 2]}", VILLAGE, serial=at))
    run = Run.objects.create(
        on=ON,
        city="371000",
        snapshot="none",
        results="none",
        fingerprint="0" * 16,
        source="test",
        households=3,
        persons=3,
        broken=0,
        made_by="test",
    )
    for number in ("P00001", "P00002", "P00003"):
        HouseholdResult.objects.create(
            run=run,
            number=number,
            division=VILLAGE,
            settlement=1,
            layer=1,
            coverage=0,
            members=1,
            aid_month=100,
            values={"layer": 1},
            people={},
        )
    for output, total, count in (("households", 0, 3), ("persons", 0, 3)):
        DivisionSum.objects.create(run=run, division=VILLAGE, output=output, total=total, count=count)
    return child, run


def as_seen(user, run):
    """The list, and the figures of the place, as a reader has them."""
    reader = reader_for(user, ON)
    with reading_as(reader):
        listed = sorted(row.number for row in screening.households(run, reader.scope))
        figures = screening.overview(run, reader.scope, VILLAGE)
        raw = HouseholdResult.objects.count()
    return listed, figures.households, raw


def test_outsiders_count_one_household_less_and_see_one_less_and_the_two_agree(town):
    _child, run = town
    outsider = a_user("outsider", TOWN)
    insider = a_user("insider", COUNTY, role="child_protector")

    assert as_seen(outsider, run) == (["P00002", "P00003"], 2, 2)
    assert as_seen(insider, run) == (["P00001", "P00002", "P00003"], 3, 3)


def test_figures_that_forget_the_hidden_household_are_noticed(town, monkeypatch):
    """The wrong variant."""
    _child, run = town
    monkeypatch.setattr(screening, "_hidden", lambda run, scope: [])

    listed, figure, _raw = as_seen(a_user("outsider", TOWN), run)

    assert figure != len(listed)


WAYS = ["person", "person_reads", "assignments", "delegations"]


@pytest.mark.parametrize("name", WAYS)
def test_a_page_about_the_child_reads_and_works_like_one_about_nobody(town, name):
    """Status, bytes and the number of questions put to the database: what a stop-watch would measure."""
    child, _run = town
    role = "town_leader" if name == "assignments" else None
    client = Client()
    client.force_login(a_user("outsider", TOWN, role=role))
    nobody = child.pk + 10_000
    answers = {}
    client.get(reverse(f"console:{name}", args=[nobody + 1]))  # the first look of a session asks more

    for key in (child.pk, nobody):
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(reverse(f"console:{name}", args=[key]))
        body = answer.content.decode().replace(str(key), "KEY")
        answers[key] = (answer.status_code, len(asked), without_numbers(body))

    assert answers[child.pk][0] == 404
    assert answers[child.pk] == answers[nobody]


def without_numbers(body):
    """Without the token of the form and the number of the request, which differ every time."""
    import re

    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", body)
    return re.sub(r"\b[0-9a-f]{8}\b", "", body)


@pytest.mark.parametrize("text", ["赵小苗", "小苗", "zxm", "0001", "19000000001", "P00001", a_number(1)])
def test_no_word_of_the_child_finds_it_nor_says_that_there_is_something(town, text):
    reader = reader_for(a_user("outsider", TOWN), ON)

    with reading_as(reader):
        found = people.search(reader, text)
        absent = people.search(reader, "查无此人")

    assert (found.people, found.is_more, found.is_too_short) == ([], absent.is_more, absent.is_too_short)


def test_the_reasons_of_the_child_s_household_are_opened_printed_and_exported_by_nobody_outside(
    town, monkeypatch
):
    """The snapshot knows every household; what is kept from a reader reads as if it knew none."""
    _child, run = town
    known = SimpleNamespace(division=VILLAGE, key="P00001", members=[])
    monkeypatch.setattr(screening, "Snapshot", SimpleNamespace(open=lambda path: None))
    monkeypatch.setattr(screening, "find_household", lambda *given: known)
    outsider, insider = a_user("outsider", TOWN), a_user("insider", COUNTY, role="child_protector")
    client = Client()
    client.force_login(outsider)

    answers = [
        client.get(reverse(f"console:{name}", args=["P00001"])).status_code
        for name in ("household", "print", "explain")
    ]
    with reading_as(reader := reader_for(insider, ON)):
        opened = screening.household_facts(run, reader.scope, "P00001")

    assert answers == [404, 404, 404]
    assert opened is known


def test_an_exception_is_for_four_hours_at_most_also_for_whoever_writes_sql(town):
    child, _run = town
    asker, boss = a_user("asker", COUNTY), a_user("boss", COUNTY, role="county_leader")
    row = exceptions.ask(by=asker, person=child.pk, reason="孩子夜间走失，需联系家人")

    done = exceptions.approve(by=boss, request=row)

    assert done.until - timezone.now() <= timedelta(hours=4)
    with (
        reading_as(reader_for(boss, ON)),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        BreakGlass.objects.filter(pk=row.pk).update(until=timezone.now() + timedelta(hours=9))
    with reading_as(reader_for(asker, ON)), pytest.raises(DatabaseError), transaction.atomic():
        BreakGlass.objects.create(
            user=asker,
            person=child.pk,
            reason="自己批准自己",
            state="approved",
            approved_by=boss,
            until=timezone.now(),
        )


def test_every_exception_waits_for_its_review_and_stands_first_until_then(town):
    child, _run = town
    asker, boss = a_user("asker", COUNTY), a_user("boss", COUNTY, role="county_leader")
    keeper = a_user("keeper", COUNTY, role="security_admin")
    used = exceptions.approve(
        by=boss, request=exceptions.ask(by=asker, person=child.pk, reason="孩子夜间走失，需联系家人")
    )
    refused = exceptions.ask(by=asker, person=child.pk + 1, reason="另一件不紧急的事情查看")
    exceptions.refuse(by=boss, request=refused, reason="不紧急")
    client = Client()
    client.force_login(keeper)

    page = client.get(reverse("console:exceptions")).content.decode()
    assert "1 件待复核" in page
    with pytest.raises(exceptions.ExceptionRefused, match="写明"):
        exceptions.review(by=keeper, request=used, words=" ")
    exceptions.review(by=keeper, request=used, words="已联系家人，用途属实")

    assert "待复核" not in client.get(reverse("console:exceptions")).content.decode()
