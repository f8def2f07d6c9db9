"""Papers of place names: made from the entry as it is, kept with their code, opened by whoever works in the place alone."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.domains.placenames.demo.actions import make_demo_names
from anmin.domains.placenames.registers.doorplates import DOORPLATES, DoorPlate
from anmin.domains.placenames.registers.names import NAMES
from anmin.domains.placenames.registers.namings import NAMINGS, Naming
from anmin.domains.placenames.registers.reports import Report
from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.queries import reader_for
from anmin.kernel.audit.models import Act
from anmin.kernel.papers.models import Paper
from anmin.kernel.papers.words import PaperProblem
from anmin.kernel.registers import actions
from anmin.kernel.registers.actions import EntryRefused
from anmin.kernel.registers.papers import queries as papers
from anmin.kernel.registers.papers.actions import make_entry_paper
from tests.kernel.papers.reading import text_of_pdf
from tests.make import a_user

pytestmark = pytest.mark.django_db
COUNTY, TOWN, OTHER = "371002", "371002001", "371003"
TODAY = timezone.localdate()


@pytest.fixture
def demonstration():
    """Two log-ins and everything that the demonstration has of place names."""
    users = (
        a_user("diming", COUNTY, role="placename_officer"),
        a_user("dishen", COUNTY, role="placename_approver"),
    )
    known = {"county": COUNTY, "neighbour": OTHER, "town": TOWN, "ending": "", "on": TODAY}
    made = make_demo_names(**known)
    assert make_demo_names(**known) == 0
    return users, made


def opened(user):
    client = Client()
    client.force_login(user)
    return client


def page_of(client, name, number):
    return client.get(reverse("console:register_entry", args=["placenames", name, number])).content.decode()


def officer_of(county, name="jingban"):
    return reader_for(a_user(name, county, role="placename_officer"), TODAY)


def a_street(by, **values):
    raw = {"division": TOWN, "kind": "street", "proper": "望海", "generic": "路", "first_day": "2000-01-01"}
    return actions.enter(by=by, register=NAMES, raw=raw | values, on=TODAY)


def a_plate(by, street, **values):
    raw = {"division": TOWN, "name": street.number, "plate": "12 号", "first_day": "2026-01-01"}
    return actions.enter(by=by, register=DOORPLATES, raw=raw | values, on=TODAY)


def test_the_demonstration_stands_at_every_step_and_is_made_once(demonstration):
    (user, approver), made = demonstration

    states = sorted(Naming.objects.values_list("state", flat=True))
    late = Naming.objects.get(state="approved")
    page, waiting = (
        page_of(opened(user), "namings", late.number),
        page_of(opened(approver), "namings", Naming.objects.get(state="argued").number),
    )

    assert states == ["accepted", "announced", "approved", "argued"] and made > 20
    assert "逾期" in page and "批准" in waiting
    assert Report.objects.get().state == "new"
    assert (
        "渔歌路"
        in opened(user).get(reverse("console:register", args=["placenames", "namings"])).content.decode()
    )


def test_an_announced_name_has_its_papers_as_pdf_and_each_opening_is_written_down(demonstration):
    (user, _approver), _made = demonstration
    entry, client = Naming.objects.get(state="announced"), opened(user)

    page = page_of(client, "namings", entry.number)
    (address,) = re.findall(r'href="([^"]+)">地名公告</a>', page)
    answer = client.get(address)
    text = re.sub(r"\s", "", text_of_pdf(answer.content))

    assert answer["Content-Type"] == "application/pdf"
    assert "海悦路" in text and "HǎiyuèLù" in text and "区人民政府（演示）" in text
    assert Act.objects.filter(act="papers.print", by=user).count() == 1
    assert {row.kind for row in Paper.objects.filter(subject=f"entry placenames/namings/{entry.number}")} == {
        "naming_report",
        "naming_approval",
        "naming_filing",
        "naming_announcement",
    }


def test_a_paper_is_made_on_the_page_and_one_before_its_time_is_refused_with_words(demonstration):
    (_user, approver), _made = demonstration
    entry, client = Naming.objects.get(state="argued"), opened(approver)
    where = reverse("console:register_paper_new", args=["placenames", "namings", entry.number])

    early = client.post(where, {"kind": "naming_announcement"}, follow=True).content.decode()
    done = client.post(where, {"kind": "naming_report"}, follow=True).content.decode()

    assert "还不能出这种文书" in early and "论证报告》" in done
    assert list(Paper.objects.filter(made_by=approver).values_list("kind", flat=True)) == ["naming_report"]


def test_a_refusal_says_its_reason(demonstration):
    (_user, approver), _made = demonstration
    entry, client = Naming.objects.get(state="argued"), opened(approver)
    step = reverse("console:register_step", args=["placenames", "namings", entry.number])

    client.post(step, {"step": "refuse", "seen": entry.version, "reason": "与海月路同音，容易混淆"})
    where = reverse("console:register_paper_new", args=["placenames", "namings", entry.number])
    client.post(where, {"kind": "naming_refusal"})

    row = Paper.objects.get(kind="naming_refusal")
    assert "与海月路同音，容易混淆" in str(row.sheet)


def test_another_county_opens_no_paper_and_the_database_shows_it_none(demonstration):
    stranger = a_user("linqu", OTHER, role="placename_officer")
    row = Paper.objects.filter(kind="naming_announcement").get()
    number = row.subject.rsplit("/", 1)[-1]

    answer = opened(stranger).get(
        reverse("console:register_paper", args=["placenames", "namings", number, row.code])
    )
    with reading_as(reader_for(stranger, TODAY)):
        seen = Paper.objects.count()

    assert (answer.status_code, seen) == (404, 0)


def test_papers_about_persons_stay_unseen_by_whoever_keeps_place_names(demonstration):
    """The wrong variant of the policy: a paper of a case in the same county, with no entry behind it."""
    (user, _approver), _made = demonstration
    known = Paper.objects.first()
    case = Paper(
        **{
            one.name: getattr(known, one.name)
            for one in Paper._meta.fields
            if one.name not in ("id", "code", "subject", "made_at")
        }
    )
    case.subject, case.code = "DB-371002-2026-000117", "CASEPAPER2"
    case.save()

    with reading_as(reader_for(user, TODAY)):
        codes = set(Paper.objects.values_list("code", flat=True))

    assert known.code in codes and "CASEPAPER2" not in codes


def test_a_plate_has_the_address_of_its_standard_name_once_and_a_certificate_of_the_former_one():
    by = officer_of(COUNTY)
    street = a_street(by)
    row = a_plate(by, street, state="placed", placed_on="2026-03-01", former="北村 27 号")

    with reading_as(by):
        paper = make_entry_paper(
            by=by, register=DOORPLATES, entry=row, kind="doorplate_certificate", on=TODAY
        )
        with pytest.raises(EntryRefused, match="已经有这个门牌号"):
            a_plate(by, street)

    text = str(paper.sheet)
    assert row.address == "望海路 12 号" and DoorPlate.objects.count() == 1
    assert "原地址为北村 27 号" in text and "Wànghǎi Lù" in text and "不收费" in text


def test_no_plate_in_a_street_whose_name_has_ended_and_no_certificate_before_it_hangs():
    by = officer_of(COUNTY)
    ended = a_street(by, last_day="2020-12-31")
    planned = a_plate(by, a_street(by, proper="听涛"))

    with pytest.raises(EntryRefused, match="§18"):
        a_plate(by, ended, plate="14 号")
    with pytest.raises(PaperProblem, match="还不能出"):
        make_entry_paper(by=by, register=DOORPLATES, entry=planned, kind="doorplate_certificate", on=TODAY)
    assert [one.key for one in papers.makeable(NAMINGS, Naming(state="new", division=TOWN))] == [
        "naming_application"
    ]


def test_whoever_only_looks_makes_no_paper():
    by = officer_of(COUNTY)
    row = a_plate(by, a_street(by), state="placed", placed_on="2026-03-01")
    leader = reader_for(a_user("approver", OTHER, role="placename_approver"), date(2026, 1, 1))

    with pytest.raises(PermissionError):
        make_entry_paper(by=leader, register=DOORPLATES, entry=row, kind="doorplate_certificate", on=TODAY)
