"""What a case's calculation says to programs: the same as the page, for the same readers, the same bytes whenever it is asked."""

import json

import pytest
from django.db import connection
from typer.testing import CliRunner

from anmin.cli import build
from anmin.kernel.audit.models import Read
from anmin.kernel.cases.verification.actions import Said
from tests.console.casework import BACKEND, as_, believe, text_of
from tests.kernel.cases.road import Road, a_family, earns, town_staff
from tests.make import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def that_day(monkeypatch):
    believe(monkeypatch)


@pytest.fixture
def road():
    home, people = a_family(("陈国栋", 1970), ("李秀兰", 1972), ("陈小龙", 2000))
    road = Road.begin(
        home, town_staff(), said=[earns(people[0], 14_400), Said("financial_assets", 2_000_000)]
    )
    road.to_confirming(earns(people[0], 14_400))
    return road


def asked(client, road, who="approver"):
    return as_(client, road.staff, who, road.day).get(f"/cases/{road.case.number}/explain.json")


def test_facts_name_their_source_and_day_and_the_arithmetic_comes_to_the_amount_of_the_page(client, road):
    told = asked(client, road).json()
    page, grounds = (text_of(client.get(f"/cases/{road.case.number}/{part}")) for part in ("", "why/"))

    wage = next(row for row in told["facts"] if row["name"] == "wage_year" and row["value"])
    assert (wage["member"], wage["value"], wage["basis"]) == (1, 1_440_000, "checked")
    assert (wage["source"], wage["on"]) == ("人力资源和社会保障局", "2026-03-25")
    (result,) = told["result"]
    standard = told["rates"]["dibao_standard"]
    assert result["fen"] == standard["value"] * 3 - 1_440_000 // 12
    assert standard["law"] and standard["since"] <= told["on"]
    assert told["rules"] in page and f"{result['fen'] / 100:,.2f}" in page
    assert told["why"]["value"] == result["fen"]
    assert all(line["law"] in grounds for line in told["why"]["lines"] if line["value"])
    assert "陈国栋" not in json.dumps(told, ensure_ascii=False)


def test_a_decided_case_is_told_from_what_was_frozen_and_reads_the_same_to_the_byte_for_ever(client, road):
    decision = road.confirm()
    first = asked(client, road)
    as_(client, road.staff, "approver").get(f"/cases/{road.case.number}/?replay=1")

    again = as_(client, road.staff, "approver", road.day.replace(year=2027)).get(
        f"/cases/{road.case.number}/explain.json"
    )
    printed = CliRunner().invoke(build(), ["explain-case", road.case.number])

    assert first.content == again.content
    told = first.json()
    assert told["decision"]["replays"] and told["seal"] == decision.grounds
    assert (told["decision"]["fen"], told["on"]) == (decision.amount, decision.facts["day"])
    assert printed.exit_code == 0, printed.output
    assert json.loads(printed.stdout) == told


def test_touched_facts_are_told_as_not_replaying(client, road):
    """The wrong variant: the frozen wage was changed behind everybody's back."""
    decision = road.confirm()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE kernel_decision DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE kernel_decision SET facts = jsonb_set(facts, '{members,0,wage_year}', '1') WHERE id = %s",
            [decision.pk],
        )
        cursor.execute("ALTER TABLE kernel_decision ENABLE TRIGGER USER")

    assert asked(client, road).json()["decision"]["replays"] is False


def test_a_refusal_tells_its_words_and_what_failed(client):
    home, people = a_family(("陈国栋", 1970), ("李秀兰", 1972))
    road = Road.begin(home, town_staff(), said=[earns(people[0], 90_000)])
    road.to_confirming()
    road.refuse()

    told = asked(client, road).json()

    assert told["decision"]["outcome"] == "refuse" and told["decision"]["words"][0].startswith("您家")
    assert told["why"]["value"] == 0


def test_it_is_read_like_the_page_and_absent_outside_the_divisions(client, road):
    before = Read.objects.count()
    asked(client, road)
    read = Read.objects.latest("pk")
    client.force_login(a_user("elsewhere", "371003001"), backend=BACKEND)

    assert Read.objects.count() == before + 1
    assert read.fields == "case" and road.case.applicant_id in read.persons
    assert client.get(f"/cases/{road.case.number}/explain.json").status_code == 404


def test_a_command_for_no_case_says_so():
    printed = CliRunner().invoke(build(), ["explain-case", "DIB0"])

    assert printed.exit_code != 0
    assert "没有编号为 DIB0 的办件" in str(printed.exception)
