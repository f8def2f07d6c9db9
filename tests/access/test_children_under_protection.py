"""E29: whoever may not know of a child learns nothing, by whatever way; figures are those of the lists behind them."""

import re
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
from anmin.kernel.people.models import ChangeRequest, Identifier
from anmin.kernel.people.register import actions as register
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
        address = reverse(f"console:{name}", args=[key])
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(address)
        body = answer.content.decode().replace(address, "ADDRESS")
        answers[key] = (answer.status_code, len(asked), without_numbers(body))

    assert answers[child.pk][0] == 404
    assert answers[child.pk] == answers[nobody]


def without_numbers(body):
    """Without the token of the form and the number of the request, which differ every time."""
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", body)
    return re.sub(r"\b[0-9a-f]{8}\b", "", body)


def entered(asker, decider, name, number):
    """Ask for a newcomer with a number and have it decided; every answer on the way and how much was asked for it.

    What was typed, the keys of the rows that were made, the minute and how many changes there were are left out.
    """
    asking, deciding = Client(), Client()
    asking.force_login(asker)
    deciding.force_login(decider)
    asking.get(reverse("console:changes"))
    deciding.get(reverse("console:changes"))
    answers = []

    def step(client, address, given=None):
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(address) if given is None else client.post(address, given)
        answers.append(
            (answer.status_code, len(asked), answer.content.decode(), answer.headers.get("Location"))
        )
        return answer

    form = {
        "name": name,
        "sex": "2",
        "division": VILLAGE,
        "settlement": "1",
        "kind": "resident",
        "number": number,
    }
    form |= {"on": ON.isoformat(), "evidence": "看过户口簿", "birth_day": "1950-03-02", "is_another": "on"}
    made = step(asking, reverse("console:change", args=["enter"]), form)
    assert made.status_code == 302, made.content.decode()
    step(deciding, made["Location"])
    decide = f"{made['Location']}decide/"
    step(deciding, decide, {"what": "accept", "answer": ""})
    step(deciding, made["Location"])
    request = ChangeRequest.objects.latest("pk")
    if request.person is not None:
        step(asking, reverse("console:person", args=[request.person.pk]))
    step(asking, reverse("console:changes"))
    told = [
        *(r"\d\d:\d\d", rf"(?<=/changes/){request.pk}(?=/)", r"(?<=我提出的 )\d+", r"(?<=已经办过 )\d+"),
        *(rf"(?<=people/){request.person_id}(?=/)", rf"(?<=person=){request.person_id}\b"),
        *(rf"(?<=number-){row.pk}\b" for row in Identifier.objects.filter(person=request.person)),
        *(rf"\b{name}\b", rf"(?<=\*){number[-2:]}\b"),
    ]
    plain = [
        (status, asked, re.sub("|".join(told), "", without_numbers(f"{body}{place}")))
        for status, asked, body, place in answers
    ]
    return request.person, plain


def test_the_number_of_the_child_is_registered_like_any_other_by_whoever_may_not_know_of_it(town):
    child, _run = town
    asker, decider = a_user("asker", TOWN), a_user("decider", TOWN, role="town_leader")
    entered(asker, decider, "孙大江", a_number(4_001))

    _person, of_nobody = entered(asker, decider, "孙大海", a_number(4_002))
    newcomer, of_child = entered(asker, decider, "孙大河", child.identifiers.get().value)

    assert [row[:2] for row in of_child] == [row[:2] for row in of_nobody]
    assert of_child == of_nobody
    assert newcomer.identifiers.get().is_disputed


def test_an_answer_that_says_the_number_is_taken_is_noticed(town):
    """The wrong variant: without the trigger the clash is told to whoever decides."""
    child, _run = town
    asker, decider = a_user("asker", TOWN), a_user("decider", TOWN, role="town_leader")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE kernel_identifier DISABLE TRIGGER kernel_identifier_disputed")

    _person, of_nobody = entered(asker, decider, "孙大海", a_number(4_002))
    _newcomer, of_child = entered(asker, decider, "孙大河", child.identifiers.get().value)

    assert of_child != of_nobody


def test_whoever_sees_the_child_is_told_of_the_clash_and_settles_it(town):
    child, _run = town
    asker, decider = a_user("asker", TOWN), a_user("decider", TOWN, role="town_leader")
    insider = a_user("insider", COUNTY, role="child_protector")
    newcomer, _answers = entered(asker, decider, "孙大河", child.identifiers.get().value)
    client = Client()
    client.force_login(insider)

    pages = [
        client.get(address).content.decode()
        for address in (reverse("console:changes"), reverse("console:person", args=[child.pk]))
    ]
    register.end_number(by=insider, identifier=child.identifiers.get(), last_day=ON)

    assert all("同一证件号码登记在两个人名下" in page and "孙大河" in page for page in pages)
    assert not newcomer.identifiers.get().is_disputed
    assert "同一证件号码" not in client.get(reverse("console:changes")).content.decode()


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
