"""Who receives what already comes as a list that the bureau hands in: whoever is on it is not missed, and the page says how."""

from datetime import date

import pytest
from django.urls import reverse

from anmin.kernel.alerts.models import Alert
from anmin.kernel.alerts.sweeps.actions import sweep
from anmin.kernel.alerts.sweeps.queries import parts_of
from anmin.kernel.facts.lake.queries import flagged
from anmin.kernel.facts.sources.catalogue import sources
from tests.kernel.alerts.desk import DAY, staff
from tests.kernel.alerts.landing import land
from tests.kernel.alerts.test_sweeps import AGE, a_run
from tests.kernel.cases.road import a_family
from tests.make import a_number, a_user

pytestmark = pytest.mark.django_db
LIVING = "disability/living_subsidy"
HEADING = ["身份证号", "姓名", "高龄津贴", "困难残疾人生活补贴", "重度残疾人护理补贴", "分类施保"]
EMPTY = ["", "", ""]
BOTH = {
    "people": {
        at: {
            "age_allowance_eligible": 1,
            "age_allowance_amount": 10_000,
            "living_subsidy_eligible": 1,
            "living_subsidy_amount": 8_000,
        }
        for at in ("0", "1")
    }
}


NUMBERS = [a_number(at, date(year, 5, 6)) for at, year in ((1, 1930), (2, 1932))]


@pytest.fixture
def family(settings, tmp_path, db):
    """A couple who are both eligible for two allowances, in the order of the household."""
    settings.ANMIN_HOME = tmp_path / "home"
    return a_family(("王秀英", 1930), ("王建国", 1932))[1]


@pytest.fixture
def people(family):
    return staff()


def hand_in(folder, *rows, heading=HEADING, **more):
    return land(folder, "benefit_rolls", "2026-02", heading, *rows, on=DAY, **more)


def part_of(made, benefit):
    return next(row for row in parts_of(made) if row.benefit == benefit)


def test_whoever_is_on_the_list_is_not_missed_and_an_empty_column_is_no_list(family, people, tmp_path):
    hand_in(tmp_path, [NUMBERS[0], "王秀英", "是", *EMPTY], [NUMBERS[1], "王建国", "否", *EMPTY])

    made = sweep(by="系统", run=a_run(H1=BOTH), on=DAY)

    age, living = part_of(made, AGE), part_of(made, LIVING)
    assert (age.has_roll, age.eligible, age.missed) == (True, 2, 1)
    assert (living.has_roll, living.missed) == (False, 0)
    alert = Alert.objects.get()
    assert alert.cause == f"missed:{AGE}" and alert.person.pk == family[1].pk


def test_a_correction_counts_and_a_list_that_never_came_says_nothing(people, tmp_path):
    assert flagged(sources()["benefit_rolls"], DAY) == {}
    first = hand_in(tmp_path, [NUMBERS[0], "王秀英", "否", *EMPTY], [NUMBERS[1], "王建国", "是", *EMPTY])
    hand_in(tmp_path, [NUMBERS[0], "王秀英", "是", *EMPTY], corrects=first)

    said = flagged(sources()["benefit_rolls"], DAY)

    assert set(said) == {"age_allowance"} and len(said["age_allowance"]) == 2


def test_the_page_says_which_list_to_hand_in_and_who_may(client, people):
    sweep(by="系统", run=a_run(H1=BOTH), on=DAY)
    checker = a_user("checker", "371002", role="county_checker")

    def page(user):
        client.force_login(user, backend="anmin.kernel.access.login.backends.StaffBackend")
        return client.get(reverse("console:sweep")).content.decode()

    assert "请在《待遇发放名册》里填“困难残疾人生活补贴”一列" in page(people["approver"])
    assert "由县级核对员或市级业务处室在“数据来源”里上传" in page(people["approver"])
    upload = f"{reverse('console:batches')}?source=benefit_rolls"
    assert upload in page(checker) and upload not in page(people["approver"])
    client.force_login(checker, backend="anmin.kernel.access.login.backends.StaffBackend")
    assert '<option value="benefit_rolls" selected>' in client.get(upload).content.decode()
    assert "由县级核对员" not in page(checker)
    assert "这项待遇没有名册可传" in page(checker)
