"""The demonstration has a department's log-in and pairs that wait for a clerk; a second run makes nothing twice."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.cli import commands_demo_data as demo
from anmin.kernel.access.queries import demo_accounts, reader_for
from anmin.kernel.facts.demo.lists import ROWS, misspelt_list
from anmin.kernel.partners.models import PartnerKey
from anmin.kernel.people.loading import Home, Newcomer, load_population
from anmin.kernel.people.matching import queries as matching
from anmin.kernel.people.matching.models import MatchPair
from tests.make import a_number, a_user

pytestmark = pytest.mark.django_db
ON, TOWN = date(2026, 11, 1), "371002001"
NAMES = [
    "王秀英",
    "李建国",
    "张伟",
    "刘芳",
    "陈军",
    "杨丽",
    "赵强",
    "黄敏",
    "周杰",
    "吴静",
    "徐明",
    "孙霞",
    "胡平",
    "朱红",
]


@pytest.fixture(autouse=True)
def demonstration(settings):
    settings.DEMO = True


def homes():
    """Fourteen households of one grown-up each, in the town's first village."""
    return [
        Home(
            f"D{at:03d}",
            f"{TOWN}001",
            1,
            f"幸福路 {at} 号",
            [Newcomer(name, a_number(at), 2, date(1950, 3, 2), 0, f"1390000{at:04d}")],
        )
        for at, name in enumerate(NAMES, 1)
    ]


def test_a_list_with_errors_has_every_kind_of_them_and_no_right_row():
    rows = misspelt_list(homes(), TOWN, ON).to_pylist()

    assert len(rows) == ROWS
    for row, home in zip(rows, homes(), strict=False):
        (one,) = home.people
        told = (row["name"], row["number"], row["birth_day"])
        assert told != (one.name, one.number, one.birth_day.isoformat())


def test_pairs_wait_for_the_clerk_of_the_town_once():
    load_population(by="test", homes=homes(), first_day=date(2020, 1, 1), source="test")

    for _ in range(2):
        demo._match_a_list(iter(homes()), TOWN, ON)

    clerk = reader_for(a_user("clerk", TOWN), timezone.localdate())
    waiting = matching.queue(clerk).count()
    assert 0 < waiting <= ROWS
    assert waiting == MatchPair.objects.count()


def test_the_department_s_log_in_is_told_and_opens_its_own_page_once(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path
    for _ in range(2):
        demo._make_partner("371000", ON, "")

    (account,) = [one for one in demo_accounts() if one.username == "canlian"]
    client = Client()
    client.post(reverse("console:login"), {"username": account.username, "password": account.password})
    page = client.get(reverse("console:own")).content.decode()

    assert "残联" in account.place
    assert "两项补贴系统（威海市）" in page
    assert PartnerKey.objects.count() == 1
