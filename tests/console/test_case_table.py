"""The work table: views of one's own, files, many cases at once, batches that hold a sample back, the palette."""

import csv
import io
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from anmin.kernel.audit.models import Act
from anmin.kernel.cases.deciding.models import Sample
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.publicity.models import Publicity
from anmin.kernel.cases.sampling.queries import draws_again
from anmin.kernel.cases.verification import actions as verification
from anmin.kernel.exchange.checks.models import CheckOrder
from anmin.kernel.exchange.consents.actions import withdraw_consent
from anmin.kernel.exchange.consents.models import Consent
from anmin.kernel.papers.models import Paper
from tests.console.casework import as_, believe, families, text_of
from tests.kernel.cases.road import COUNTY, VILLAGE, earns
from tests.make import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def that_day(monkeypatch):
    believe(monkeypatch)


def bulk(client, what, roads, **more):
    given = {"what": what, "case": [road.case.number for road in roads]}
    given |= {f"seen-{road.case.number}": road.seen for road in roads}
    return client.post("/cases/bulk/", given | more)


def test_visits_are_handed_out_with_a_preview_partial_success_and_nothing_twice(client):
    """T6: the villages of two cases have no worker; a repetition creates nothing, the ticks stay."""
    a_user("worker", VILLAGE)
    roads, staff = families(4)
    lonely, _staff = families(2, staff, first=5, division="371002001002")
    everybody = [*roads, *lonely]
    as_(client, staff, "clerk")

    preview = text_of(bulk(client, "visit", everybody))
    untouched = Case.objects.filter(steps__action="start_survey").count()
    bulk(client, "visit", everybody, go="1")
    page = client.get("/cases/")
    bulk(client, "visit", everybody, go="1")
    again = text_of(client.get("/cases/"))

    assert "共 6 件：4 件可以办，0 件已经办过，2 件办不了" in preview
    assert untouched == 0
    assert "办好 4 件，已经办过 0 件，没办成 2 件" in text_of(page)
    assert page.content.decode().count(" checked>") == 6
    for road in lonely:
        assert f"/cases/{road.case.number}/#handler" in page.content.decode()
    assert "办好 0 件，已经办过 4 件，没办成 2 件" in again
    assert all(road.case.steps.filter(action="start_survey").count() == 1 for road in roads)
    assert {str(Case.objects.get(pk=road.case.pk).handler.username) for road in roads} == {"worker"}


def test_a_case_that_moved_on_since_the_page_was_opened_fails_alone(client):
    a_user("worker", VILLAGE)
    roads, staff = families(2)
    as_(client, staff, "clerk")
    seen = {f"seen-{road.case.number}": road.seen for road in roads}
    roads[0].step("checker", "start_check")

    client.post(
        "/cases/bulk/",
        {"what": "visit", "go": "1", "case": [road.case.number for road in roads], **seen},
    )

    assert "办好 1 件，已经办过 0 件，没办成 1 件" in text_of(client.get("/cases/"))


def test_a_view_of_ones_own_is_kept_on_the_server_and_seen_by_nobody_else(client):
    _roads, staff = families(1)
    as_(client, staff, "clerk")
    client.post("/cases/views/", {"name": "窗口低保", "matter": "dibao", "channel": "counter"})

    mine = client.get("/cases/").content.decode()
    theirs = as_(client, staff, "second").get("/cases/").content.decode()
    (pk,) = re.findall(r"/cases/views/(\d+)/drop/", mine)
    client.post(f"/cases/views/{pk}/drop/")
    kept = as_(client, staff, "clerk").get("/cases/").content.decode()
    client.post(f"/cases/views/{pk}/drop/")
    gone = client.get("/cases/").content.decode()

    assert "窗口低保" in mine
    assert "matter=dibao&amp;channel=counter" in mine
    assert "窗口低保" not in theirs
    assert "窗口低保" in kept
    assert "窗口低保" not in gone


def test_a_file_of_the_list_asks_a_purpose_and_bears_a_watermark(client):
    _roads, staff = families(3)
    as_(client, staff, "clerk")

    without = client.post("/cases/file/", {"kind": "csv", "purpose": ""})
    plain = client.post("/cases/file/", {"kind": "csv", "purpose": "镇街周调度会"})
    book = client.post("/cases/file/", {"kind": "xlsx", "purpose": "镇街周调度会"})

    rows = list(csv.reader(io.StringIO(plain.content.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(book.content)).active
    assert without.status_code == 302
    assert [row[1] for row in rows[1:4]] == ["陈国乙", "陈国丙", "陈国丁"]
    assert "clerk 的姓名" in rows[-1][0]
    assert not re.search(r"99\d{15}[\dXx]", plain.content.decode())
    assert [cell.value for cell in sheet["B"]][1:4] == ["陈国乙", "陈国丙", "陈国丁"]
    assert Act.objects.filter(act="cases.file").count() == 2
    assert Act.objects.filter(act="cases.file").first().purpose == "镇街周调度会"


def test_a_batch_takes_only_cases_without_doubt_and_holds_the_sample_back(client):
    """R5: the doubtful one stands beside with its reason; the seed draws the same sample again."""
    roads, staff = families(4, to="confirming")
    doubtful, _staff = families(1, staff, first=5, to="confirming")
    person = doubtful[0].case.applicant
    verification.state_checked(
        by=staff["checker"],
        case=doubtful[0].case,
        said=[earns(person, 7_000)],
        source="税务",
        as_of=doubtful[0].day,
        on=doubtful[0].day,
    )
    day = max(road.day for road in roads)
    numbers = [road.case.number for road in [*roads, *doubtful]]
    as_(client, staff, "approver", day)

    page = client.post("/cases/batch/", {"case": numbers})
    body = page.content.decode()
    offered = re.findall(r'name="case" value="([^"]+)"', body)
    others = body[body.index('id="others"') :]
    seen = {f"seen-{road.case.number}": road.seen for road in roads}
    client.post("/cases/batch/", {"go": "1", "case": offered, "seed": "二〇二六春", **seen})

    assert sorted(offered) == sorted(road.case.number for road in roads)
    assert doubtful[0].case.number in others
    assert "不一致" in others
    sample = Sample.objects.get()
    assert (sample.seed, len(sample.drawn)) == ("二〇二六春", 1)
    assert draws_again(sample)
    states = {row.number: row.state for row in Case.objects.all()}
    assert states[sample.drawn[0]] == "confirming"
    assert [states[number] for number in numbers].count("approved") == 3
    assert states[doubtful[0].case.number] == "confirming"
    assert "二〇二六春" in text_of(client.get("/cases/samples/"))


def test_a_doubtful_case_slipped_into_the_batch_is_still_refused(client):
    """The wrong variant: a form that names it all the same."""
    roads, staff = families(1, to="confirming")
    person = roads[0].case.applicant
    verification.state_checked(
        by=staff["checker"],
        case=roads[0].case,
        said=[earns(person, 7_000)],
        source="税务",
        as_of=roads[0].day,
        on=roads[0].day,
    )
    as_(client, staff, "approver", roads[0].day)

    answer = client.post(
        "/cases/batch/",
        {"go": "1", "case": [roads[0].case.number], f"seen-{roads[0].case.number}": roads[0].seen},
    )

    assert "没有确认的" in text_of(answer)
    assert Case.objects.get(pk=roads[0].case.pk).state == "confirming"


def test_views_of_the_reviewer_part_what_is_doubtful_from_what_is_clear(client):
    roads, staff = families(3, to="confirming")
    verification.state_checked(
        by=staff["checker"],
        case=roads[0].case,
        said=[earns(roads[0].case.applicant, 7_000)],
        source="税务",
        as_of=roads[0].day,
        on=roads[0].day,
    )
    as_(client, staff, "approver", roads[0].day)

    doubtful, clear = client.get("/cases/?view=doubtful"), client.get("/cases/?view=clear")

    assert doubtful.content.decode().count("data-row>") == 1
    assert clear.content.decode().count("data-row>") == 2


def test_the_list_asks_as_often_for_many_cases_as_for_few(client, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    _few, staff = families(2)
    as_(client, staff, "clerk")
    client.get("/cases/")
    with CaptureQueriesContext(connection) as two:
        client.get("/cases/")
    families(7, staff, first=3)
    client.get("/cases/")
    with CaptureQueriesContext(connection) as nine:
        client.get("/cases/")

    assert len(nine) == len(two)


def test_the_palette_finds_a_case_by_initials_and_pages_that_the_role_opens(client):
    roads, staff = families(1)
    as_(client, staff, "clerk")

    found = client.post("/palette/", {"q": "cgy"}).json()["items"]
    pages = [one["title"] for one in client.post("/palette/", {"q": "批量"}).json()["items"]]
    boss = [
        one["title"]
        for one in as_(client, staff, "approver").post("/palette/", {"q": "批量"}).json()["items"]
    ]

    assert found[0]["title"] == "陈国乙"
    assert found[0]["href"] == f"/cases/{roads[0].case.number}/"
    assert (pages, boss) == ([], ["批量确认"])


def test_the_palette_finds_nobody_outside_the_divisions(client):
    families(1)
    client.force_login(
        a_user("elsewhere", "371003001"), backend="anmin.kernel.access.login.backends.StaffBackend"
    )

    assert client.post("/palette/", {"q": "cgy"}).json()["items"] == []


def test_checks_are_asked_for_where_every_adult_agreed_and_the_others_lead_to_the_authorisation(client):
    roads, staff = families(3)
    consents = Consent.objects.filter(person__in=roads[2].case.household.memberships.values("person"))
    for row in consents:
        withdraw_consent(by="test", consent=row, reason="本人撤回")
    consents.update(withdrawn_at=datetime(2026, 3, 25, 8, tzinfo=ZoneInfo("Asia/Shanghai")))
    as_(client, staff, "clerk")

    bulk(client, "check", roads, go="1")
    page = client.get("/cases/")
    bulk(client, "check", roads[:2], go="1")
    again = text_of(client.get("/cases/"))

    assert "办好 2 件，已经办过 0 件，没办成 1 件" in text_of(page)
    assert "去补签授权" in text_of(page)
    assert CheckOrder.objects.count() == 2
    assert "办好 0 件，已经办过 2 件" in again
    assert CheckOrder.objects.count() == 2


def test_sheets_are_put_up_for_many_at_once_and_only_once(client):
    roads, staff = families(2, to="filed")
    for road in roads:
        road.to_opinion(earns(road.case.applicant, 6_000))
    as_(client, staff, "clerk", roads[0].day)

    bulk(client, "publish", roads, go="1")
    first = text_of(client.get("/cases/"))
    bulk(client, "publish", roads, go="1")

    assert "办好 2 件" in first
    assert Publicity.objects.count() == 2
    assert "已经办过 2 件" in text_of(client.get("/cases/"))


def test_a_set_of_papers_is_made_once_and_printed_as_one_file(client):
    roads, staff = families(2)
    as_(client, staff, "clerk")

    preview = text_of(bulk(client, "papers", roads))
    bulk(client, "papers", roads, go="1")
    page = text_of(client.get("/cases/"))
    made = Paper.objects.count()
    bulk(client, "papers", roads, go="1")
    printed = client.post("/cases/bulk/print/", {"case": [road.case.number for road in roads]})

    assert "2 件可以办" in preview
    assert "办好 2 件" in page
    assert "打开这一套" in page
    assert made >= 4
    assert Paper.objects.count() == made
    assert printed["Content-Type"] == "application/pdf"
    assert printed.content[:5] == b"%PDF-"


def test_a_sample_is_drawn_on_the_page_by_whoever_confirms(client):
    roads, staff = families(4, to="confirming")
    key, address = f"dibao@{COUNTY}", "/cases/samples/"
    as_(client, staff, "clerk")
    assert "抽一次" not in text_of(client.get(address))
    as_(client, staff, "approver", roads[0].day)

    wrong = text_of(client.post(address, {"of": key, "share": "三成", "seed": "种子"}))
    client.post(address, {"of": key, "share": "50", "seed": "种子一"})

    row = Sample.objects.get()
    assert "请选择抽查范围" in wrong and "4 件待确认" in wrong
    assert (row.division, row.seed, row.share_bp, len(row.cases), len(row.drawn)) == (
        COUNTY,
        "种子一",
        5_000,
        4,
        2,
    )
    assert all("sampled" in Case.objects.get(number=number).causes for number in row.drawn)
    assert "2 件待确认" in text_of(client.get(address))
