"""Whoever moves to another county while a benefit runs is looked at; moving within it, or before it began, is nothing."""

from datetime import date

import pytest

from anmin.kernel.alerts.changes.actions import open_reviews, raise_moves
from anmin.kernel.alerts.models import Alert
from anmin.kernel.people.models import FormerPlace, Household
from tests.kernel.alerts.desk import DAY, VILLAGE, staff
from tests.kernel.cases.road import a_family
from tests.kernel.payments.money import a_grant

pytestmark = pytest.mark.django_db


def moved(home, to, last_day=date(2026, 3, 1)):
    FormerPlace(household=home, division=home.division, last_day=last_day).save()
    Household.objects.filter(pk=home.pk).update(division=to)


def test_a_move_to_another_county_opens_a_review_and_is_told_from_where_to_where():
    people = staff()
    home, _people = a_family(("王秀英", 1956))
    held = a_grant(home, 73_200, date(2025, 1, 1))
    moved(home, "371003001001")

    raise_moves(by="系统", on=DAY)
    raise_moves(by="系统", on=DAY)
    open_reviews(by=people["approver"], on=DAY)

    alert = Alert.objects.get()
    words = alert.hits.get().values[0]["words"]
    assert alert.direction == "LESS" and "2026-03-01 起从" in words and "迁往" in words
    assert alert.entitlement == held and alert.case is not None
    held.refresh_from_db()
    assert held.state == "active"


@pytest.mark.parametrize(
    ("to", "last_day"),
    [("371002002001", date(2026, 3, 1)), ("371003001001", date(2024, 12, 31)), (VILLAGE, date(2026, 3, 1))],
    ids=["within the county", "before the benefit began", "back again"],
)
def test_other_moves_are_no_sign(to, last_day):
    home, _people = a_family(("王秀英", 1956))
    a_grant(home, 73_200, date(2025, 1, 1))
    moved(home, to, last_day)

    raise_moves(by="系统", on=date(2025, 12, 1) if last_day.year == 2024 else DAY)

    assert Alert.objects.count() == 0
