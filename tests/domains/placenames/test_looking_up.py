"""Anybody looks up a name and reports an error without a log-in; figures of place names equal their lists."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from anmin.domains.placenames.indicators import FILED, INSPECTED, INTACT
from anmin.domains.placenames.registers.askings import NameAsking
from anmin.domains.placenames.registers.boundaries import LINES, MARKERS
from anmin.domains.placenames.registers.names import NAMES
from anmin.domains.placenames.registers.namings import NAMINGS, Naming
from anmin.domains.placenames.registers.reports import Report
from anmin.kernel.access.queries import reader_for
from anmin.kernel.audit.models import Act
from anmin.kernel.indicators import queries
from anmin.kernel.indicators.periods import period_written
from anmin.kernel.registers import actions
from tests.make import a_user

pytestmark = pytest.mark.django_db
COUNTY, TOWN = "371002", "371002001"
ON = date(2026, 5, 11)
KEY = ["placenames", "names"]


@pytest.fixture
def officer():
    return a_user("jingban", COUNTY, role="placename_officer", first_day=date(2020, 1, 1))


def named(user, proper="新威", **values):
    raw = {"division": TOWN, "kind": "street", "proper": proper, "generic": "路", "first_day": "2000-01-01"}
    raw |= {"longitude": "122.12", "latitude": "37.50"}
    return actions.enter(by=reader_for(user, ON), register=NAMES, raw=raw | values, on=ON)


def test_anybody_finds_a_name_by_characters_or_letters_and_sees_it_on_a_map(officer):
    row = named(officer)
    named(officer, "文化")

    page = Client().get(reverse("residents:register", args=KEY), {"q": "xinwei"}).content.decode()
    entry = Client().get(reverse("residents:register_entry", args=[*KEY, row.number])).content.decode()

    assert "找到 1 条" in page and "新威路" in page and "文化路" not in page and "<circle" in page
    assert "Xīnwēi Lù" in entry and "这里有错" in entry
    assert (
        "没有找到"
        in Client().get(reverse("residents:register", args=KEY), {"q": "查无此地"}).content.decode()
    )


def test_what_is_held_closer_or_ended_is_on_no_public_page(officer):
    row = named(officer)
    NAMES.model.objects.filter(pk=row.pk).update(level=2)

    assert Client().get(reverse("residents:register_entry", args=[*KEY, row.number])).status_code == 404
    assert Client().get(reverse("residents:register", args=["placenames", "namings"])).status_code == 404


def test_an_error_is_reported_without_a_log_in_and_answered_by_the_office(officer):
    row = named(officer)
    where = reverse("residents:register_report", args=[*KEY, row.number])

    empty = Client().post(where, {"words": " "})
    taken = Client().post(where, {"words": "路牌拼写错了", "contact": "13812345678"}).content.decode()
    report = Report.objects.get()
    client = Client()
    client.force_login(officer)
    page = client.get(
        reverse("console:register_entry", args=["placenames", "reports", report.number])
    ).content.decode()
    step = reverse("console:register_step", args=["placenames", "reports", report.number])
    client.post(step, {"step": "right", "seen": "1", "answer": "已更换路牌"})

    assert (empty.status_code, Report.objects.count()) == (422, 1)
    assert report.number in taken
    assert "路牌拼写错了" in page and "13812345678" not in page
    report.refresh_from_db()
    assert (report.state, report.answer) == ("right", "已更换路牌")
    assert Act.objects.get(act="registers.receive").by is None


def test_a_name_is_applied_for_online_and_taken_over_by_the_office(officer):
    where = reverse("residents:register_ask", args=KEY)
    form = {
        "place_code": COUNTY,
        "place": "海悦路",
        "position": "东起滨海路",
        "meaning": "临海而悦",
        "applicant": "某置业公司",
        "contact": "王工 13812345678",
    }

    offered = Client().get(reverse("residents:register", args=KEY)).content.decode()
    wrong = Client().post(where, form | {"meaning": " ", "place_code": "999999"})
    taken = Client().post(where, form).content.decode()
    row = NameAsking.objects.get()
    client = Client()
    client.force_login(officer)
    page = client.get(
        reverse("console:register_entry", args=["placenames", "askings", row.number])
    ).content.decode()
    step = reverse("console:register_step", args=["placenames", "askings", row.number])
    client.post(step, {"step": "take", "seen": "1", "naming": "DMSQ-1"})

    assert where in offered
    assert wrong.status_code == 422 and "含义和理由" in wrong.content.decode()
    assert "海悦路" in wrong.content.decode() and "请选是哪个县" in wrong.content.decode()
    assert row.number in taken and (row.division, row.place) == (COUNTY, "海悦路")
    assert "某置业公司" in page and "13812345678" not in page
    row.refresh_from_db()
    assert (row.state, row.naming) == ("taken", "DMSQ-1")
    assert Act.objects.get(act="registers.receive").by is None
    bases = reverse("residents:register_ask", args=["placenames", "bases"])
    assert Client().get(bases).status_code == 404


def test_a_figure_equals_its_list_on_the_page_and_lacks_what_is_late(officer):
    """P1 as a figure: one of two was filed on the sixteenth day."""
    reader = reader_for(officer, ON)
    for proper, filed in (("海悦", "2026-03-17"), ("海乐", "2026-03-18")):
        raw = {
            "division": TOWN,
            "what": "name",
            "kind": "street",
            "proper": proper,
            "generic": "路",
            "position": "某处",
            "meaning": "某意",
            "applicant": "某单位",
            "first_day": "2026-01-01",
        }
        row = actions.enter(by=reader, register=NAMINGS, raw=raw, on=ON)
        Naming.objects.filter(pk=row.pk).update(
            approved_on=date(2026, 3, 2), filed_on=date.fromisoformat(filed), state="filed"
        )
    march = period_written("month", "2026-03", ON)

    found = queries.figure(reader, FILED, march, COUNTY)
    lacking = queries.behind(reader, FILED, march, division=COUNTY, part="lacking")
    client = Client()
    client.force_login(officer)
    address = reverse("console:indicator_list", args=["placenames", "filed_in_time"])
    page = client.get(address, {"period": "2026-03", "part": "whole"}).content.decode()
    whole = client.get(
        reverse("console:indicator", args=["placenames", "filed_in_time"]), {"period": "2026-03"}
    )

    assert (found.value, found.whole, found.per_mille) == (1, 2, 500)
    assert [row.name for row in lacking] == ["海乐路"]
    assert "<b>2</b>" in page
    assert "50.0%（1/2）" in whole.content.decode()
    assert [(one.value, one.whole) for one in queries.figures(reader, FILED, march, [TOWN, "371002002"])] == [
        (1, 2),
        (0, 0),
    ]


def test_a_line_inspected_five_years_and_a_day_ago_is_not_counted(officer):
    """P9."""
    reader = reader_for(officer, ON)
    for name, day in (("甲线", "2021-05-10"), ("乙线", "2021-05-11")):
        raw = {
            "division": COUNTY,
            "name": name,
            "other": "371003",
            "inspected_on": day,
            "first_day": "2001-01-01",
        }
        line = actions.enter(by=reader, register=LINES, raw=raw, on=ON)
    raw = {"division": COUNTY, "line": line.number, "name": "01", "first_day": "2001-01-01"}
    actions.enter(by=reader, register=MARKERS, raw=raw, on=ON)
    today = period_written("day", "2026-05-11", ON)

    found = queries.figure(reader, INSPECTED, today)

    assert (found.value, found.whole) == (1, 2)
    assert queries.figure(reader, INTACT, today).per_mille == 1000
