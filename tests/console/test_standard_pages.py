"""A new standard on the pages: proposed with its mistakes named, shown in its difference, confirmed by another, taken back."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from anmin.kernel import ruletasks
from anmin.kernel.screening.standards.models import StandardChange
from tests.console.casework import BACKEND, text_of
from tests.kernel.screening.test_standards_of_a_place import COUNTY, NEW, OLD, granted, people

__all__ = ["people"]
pytestmark = pytest.mark.django_db
GIVEN = {
    "rate": "dibao_standard",
    "division": COUNTY,
    "first_day": NEW.isoformat(),
    "urban": "1200",
    "rural": "1000",
    "law": "威民发〔2026〕9号",
}


@pytest.fixture(autouse=True)
def home(settings, tmp_path, monkeypatch):
    settings.ANMIN_HOME = tmp_path
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: date(2026, 11, 26))


def at(people, who):
    client = Client()
    client.force_login(people[who], backend=BACKEND)
    return client


def proposed(people, **more):
    return at(people, "officer").post(reverse("console:standards"), {**GIVEN, **more})


def test_a_standard_is_proposed_by_one_and_confirmed_by_another(people, django_capture_on_commit_callbacks):
    answer = proposed(people)
    row = StandardChange.objects.get()
    page = reverse("console:standard", args=[row.pk])
    mine, others = at(people, "officer").get(page), at(people, "leader").get(page)
    with django_capture_on_commit_callbacks(execute=True):
        at(people, "leader").post(page, {"step": "confirm"})

    assert answer.url == page and (row.urban, row.rural) == (120_000, 100_000)
    assert "等另一人确认" in text_of(mine) and "与文件一致，确认" not in text_of(mine)
    assert "与文件一致，确认" in text_of(others)
    rate = text_of(at(people, "clerk").get(f"/rates/dibao_standard/?division={COUNTY}&on={NEW}"))
    assert "1,200.00" in rate and "威民发〔2026〕9号" in rate
    assert "已确认" in text_of(at(people, "clerk").get(reverse("console:standards")))


def test_a_mistake_stands_at_its_field_and_what_was_typed_stays(people):
    page = proposed(people, urban="一千二", law="").content.decode()

    assert "错误：" in page and "请填写这一项" in page and 'value="一千二"' in page
    again = proposed(people, urban="一千二").content.decode()
    assert "要写成数字" in again and not StandardChange.objects.exists()


def test_who_may_not_propose_has_no_form_and_is_refused(people):
    client = at(people, "clerk")

    page = client.get(reverse("console:standards")).content.decode()
    refused = client.post(reverse("console:standards"), GIVEN)

    assert 'name="urban"' not in page and "还没有提出过新标准" in page
    assert refused.status_code == 200 and not StandardChange.objects.exists()


def test_the_difference_waits_for_the_worker_then_names_households_and_the_sum(people):
    decision = granted(people["leader"], OLD)
    proposed(people)
    row = StandardChange.objects.get()
    page = reverse("console:standard", args=[row.pk])
    before = text_of(at(people, "officer").get(page))

    ruletasks.work_out_standard(change=row.pk)

    after, elsewhere = text_of(at(people, "leader").get(page)), text_of(at(people, "clerk").get(page))
    more = f"{(240_000 - decision.amount) / 100:,.2f}"
    assert "正在后台逐户测算" in before
    assert f"1 户的 1 项待遇会变多，每月共多 {more} 元" in after and decision.household.number in after
    assert "差异要由能看到这个地方全部待遇的人看" in elsewhere and decision.household.number not in elsewhere


def test_a_standard_is_declined_with_a_reason_and_an_own_proposal_taken_back(people):
    proposed(people)
    page = reverse("console:standard", args=[StandardChange.objects.get().pk])

    empty = text_of(at(people, "leader").post(page, {"step": "decline", "reason": " "}))
    own = text_of(at(people, "officer").post(page, {"step": "confirm"}))
    at(people, "leader").post(page, {"step": "decline", "reason": "数值与文件不符"})

    assert "请写明理由" in empty and "须由提出人以外的人确认" in own
    assert "数值与文件不符" in text_of(at(people, "officer").get(page))
    assert StandardChange.objects.get().state == "declined"


def test_what_was_typed_into_an_ended_session_comes_back_after_the_log_in(people):
    client = at(people, "officer")
    who = (
        client.get(reverse("console:standards")).content.decode().split('name="who" value="')[1].split('"')[0]
    )
    client.logout()

    answer = client.post(reverse("console:standards"), {**GIVEN, "urban": "1234", "who": who})
    client.force_login(people["officer"], backend=BACKEND)

    page = client.get(reverse("console:standards")).content.decode()
    assert "why=expired" in answer.url and not StandardChange.objects.exists()
    assert 'value="1234"' in page and 'value="威民发〔2026〕9号"' in page


def test_a_standard_that_does_not_exist_is_not_there(people):
    assert at(people, "officer").get(reverse("console:standard", args=[999])).status_code == 404
