"""The print centre: what can be made and what is missing, the pack in one PDF, rare and long names, state of sealing (T7)."""

import io

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from anmin.kernel.papers.models import Paper
from tests.console.counter import at, logged_in
from tests.kernel.cases.road import DAY, Road, a_family, earns, town_staff
from tests.scans import a_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"
    with time_machine.travel(f"{DAY}T02:00:00Z", tick=False):
        yield


@pytest.fixture
def road(db):
    home, people = a_family(("欧阳阿依努尔·买买提", 1950), ("林䶮", 1980))
    road = Road.begin(home, town_staff(), said=[earns(people[0], 3_000)])
    road.accept()
    return road


def made(road, client, *kinds):
    address = reverse("console:case-papers", args=[road.case.number])
    return client.post(address, {"kind": kinds}, follow=True).content.decode()


def test_every_paper_says_its_template_and_what_is_missing(road):
    page = at(logged_in(road.staff["clerk"]), "case-papers", road.case.number)

    assert ("还没有生成文书" in page and "AM-SA-" in page) or "2026.1" in page
    assert "没有“确认”" in page or "还没有" in page


def test_the_pack_is_one_pdf_with_every_name_whole(road):
    client = logged_in(road.staff["clerk"])
    made(road, client, "application", "acceptance")

    answer = client.post(reverse("console:papers_print", args=[road.case.number]))

    reader = PdfReader(io.BytesIO(answer.content))
    text = "".join(page.extract_text() for page in reader.pages).replace("\n", "")
    assert "林䶮" in text and "欧阳阿依努尔·买买提" in text
    assert all(round(float(page.mediabox.width)) == 595 for page in reader.pages)


def test_a_preview_keeps_nothing(road):
    page = at(logged_in(road.staff["clerk"]), "paper_preview", road.case.number, "application")

    assert "欧阳阿依努尔·买买提" in page and "没有保存" in page
    assert not Paper.objects.exists()


def test_a_paper_is_printed_as_page_pdf_and_word(road):
    client = logged_in(road.staff["clerk"])
    made(road, client, "acceptance")
    row = Paper.objects.get()

    assert "（盖章）" in at(client, "paper", row.pk)
    assert client.get(reverse("console:paper_pdf", args=[row.pk])).content.startswith(b"%PDF")
    assert client.get(reverse("console:paper_word", args=[row.pk])).content.startswith(b"PK")


def test_a_stamped_scan_goes_back_to_its_paper(road):
    client = logged_in(road.staff["clerk"])
    assert "未用印" in made(road, client, "acceptance")
    row = Paper.objects.get()
    file = SimpleUploadedFile("盖章.pdf", a_pdf(), "application/pdf")

    address = reverse("console:case-papers", args=[road.case.number])
    page = client.post(address, {f"scan-{row.pk}": file}, follow=True).content.decode()

    assert "线下已用印" in page and row.scans.get().state == "kept"


def test_papers_of_others_are_not_there(road):
    from tests.make import a_user

    client = logged_in(road.staff["clerk"])
    made(road, client, "application")
    stranger = logged_in(a_user("stranger", "371003001"))

    assert stranger.get(reverse("console:paper", args=[Paper.objects.get().pk])).status_code == 404
    assert stranger.get(reverse("console:case-papers", args=[road.case.number])).status_code == 404


def test_the_application_tells_the_bank_card_and_who_owes_support(road):
    said = road.case.application
    said.beside = {
        "bank": "6222000011112222",
        "bank_name": "农商行",
        "kin": [{"name": "林远", "relation": "儿子"}],
    }
    said.save()

    page = at(logged_in(road.staff["clerk"]), "paper_preview", road.case.number, "application")

    assert "农商行 6222000011112222" in page and "林远" in page
