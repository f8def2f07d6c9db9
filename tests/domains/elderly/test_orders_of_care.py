"""Care is ordered, given to a place on the book, served and settled; beds and vouchers are counted from the same orders."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from anmin.domains.elderly.attention import attention
from anmin.domains.elderly.beds.queries import account_of
from anmin.domains.elderly.indicators.homes import BEDS_SERVED
from anmin.domains.elderly.registers.beds import FamilyBed
from anmin.domains.elderly.vouchers.limits import voucher_of
from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.queries import reader_for
from anmin.kernel.delivery.orders import actions as orders
from anmin.kernel.delivery.orders.models import Order
from anmin.kernel.delivery.orders.offers import offers
from anmin.kernel.indicators.periods import period_of
from anmin.kernel.indicators.queries import figure
from tests.domains.elderly.made import COUNTY, TODAY, VILLAGE, an_elder, assessed, entered, staff
from tests.make import a_household, a_user

pytestmark = pytest.mark.django_db
JULY = date(2026, 7, 1)


@pytest.fixture
def readers():
    found = staff()
    found["helper"] = reader_for(a_user("helper", VILLAGE, role="elder_helper"), TODAY)
    return found


@pytest.fixture
def home():
    return a_household("E1", VILLAGE, an_elder())


def an_order(readers, home, kind="care", on=TODAY):
    person = home.memberships.get().person
    with reading_as(readers["helper"]):
        return orders.order_help(by=readers["helper"], kind=kind, household=home, person=person, on=on)


def served(readers, home, day, kind="care", place=""):
    """An order brought to its rating by the officer."""
    order, officer = an_order(readers, home, kind, on=day), readers["elder_officer"]
    with reading_as(officer):
        orders.dispatch(
            by=officer, order=order, provider="康乐护理站", place=place, due=day + timedelta(2), on=day
        )
        orders.record_service(by=officer, order=order, on=day, minutes=60, words="擦浴、翻身")
        return orders.rate(by=officer, order=order, stars=5)


def settled(readers, order, fen, fund="voucher"):
    approver = readers["elder_approver"]
    with reading_as(approver):
        return orders.settle(by=approver, order=order, price=fen, subsidy=fen, fund=fund, on=TODAY)


def a_bed(home, accepted=JULY, needed=2):
    person = home.memberships.get().person
    result = assessed(reader_for(a_user("pinggu", COUNTY, role="elder_assessor"), TODAY), person, on=TODAY)
    return FamilyBed.objects.create(
        number="JTCW-1", person=person, division=VILLAGE, first_day=accepted, state="open", accepted_on=accepted,
        assessment=result, services_month=needed, reviewed_on=TODAY,
    )  # fmt: skip


def test_an_order_of_meals_is_given_to_an_open_point_of_the_county_and_to_no_other(readers, home):
    officer = readers["elder_officer"]
    known = {"kind": "table", "operator": "幸福餐饮", "licence": "JY1", "licence_until": "2027-12-31"}
    with reading_as(officer):
        near = entered(officer, "points", name="东村老年餐桌", division=VILLAGE, state="open", **known)
        entered(officer, "points", name="停业餐桌", division=VILLAGE, state="paused", **known)
        offered = offers(officer, "meals", VILLAGE, TODAY)
    order = served(readers, home, TODAY, "meals", offered[0].key)

    assert [one.name for one in offered] == ["东村老年餐桌"]
    assert (order.provider, order.place) == ("东村老年餐桌", f"elderly/points/{near.number}")
    second = an_order(readers, home, "meals")
    with reading_as(officer), pytest.raises(orders.OrderProblem, match="不能接单"):
        orders.dispatch(by=officer, order=second, provider="", place="elderly/points/NO", due=TODAY, on=TODAY)


def test_nothing_is_ordered_for_the_dead_and_no_mandatory_report_by_order(readers, home):
    person = home.memberships.get().person
    helper = readers["helper"]
    with reading_as(helper), pytest.raises(orders.OrderProblem, match="没有这种帮助"):
        orders.order_help(by=helper, kind="protect", household=home, person=person, on=TODAY)
    person.died_on = TODAY
    with reading_as(helper), pytest.raises(orders.OrderProblem, match="去世"):
        orders.order_help(by=helper, kind="care", household=home, person=person, on=TODAY)


def test_a_voucher_pays_up_to_the_cap_of_the_month_of_the_service(readers, home):
    person = home.memberships.get().person
    first = served(readers, home, TODAY)
    with pytest.raises(orders.OrderProblem, match="没有有效的能力评估"):
        settled(readers, first, 10_000)
    assessed(readers["elder_assessor"], person, total=40, on=TODAY)
    settled(readers, first, 50_000)
    second = served(readers, home, TODAY)
    with pytest.raises(orders.OrderProblem, match="还剩 300"):
        settled(readers, second, 30_001)
    settled(readers, second, 30_000)

    held = voucher_of(person, VILLAGE, TODAY)
    assert (held.cap, held.used, held.left, held.is_verified) == (80_000, 80_000, 0, False)
    assert voucher_of(person, VILLAGE, TODAY + timedelta(30)).left == 80_000


def test_who_is_hardly_disabled_has_no_voucher_and_other_funds_have_no_such_cap(readers, home):
    assessed(readers["elder_assessor"], home.memberships.get().person, total=80, on=TODAY)
    order = served(readers, home, TODAY)

    with pytest.raises(orders.OrderProblem, match="及以上"):
        settled(readers, order, 1_000)
    assert settled(readers, order, 90_000, fund="local").fund == "local"


def test_the_months_of_a_bed_are_counted_from_orders_and_a_place_without_a_rate_owes_nothing(readers, home):
    bed = a_bed(home)
    for day in (date(2026, 7, 3), date(2026, 7, 20), date(2026, 8, 5)):
        served(readers, home, day)
    officer = readers["elder_officer"]
    with reading_as(officer):
        account = account_of(officer, bed, date(2026, 9, 10))

    assert [(row.month.month, row.services, row.needed) for row in account.months] == [(7, 2, 2), (8, 1, 2)]
    assert "少于约定的 2 次" in account.months[1].because
    assert (account.has_rate, account.fen) == (False, 0)


def test_a_bed_without_care_for_thirty_days_is_not_in_service_and_someone_must_look(readers, home):
    bed = a_bed(home)
    officer, period = readers["elder_officer"], period_of("month", TODAY)

    def now():
        with reading_as(officer):
            found = figure(officer, BEDS_SERVED, period)
            return (
                found.value,
                found.whole,
                [row.words for row in attention(officer, TODAY) if row.entry == bed],
            )

    before = now()
    served(readers, home, TODAY)

    assert before == (0, 1, ["床位已经 147 天没有服务"])
    assert now() == (1, 1, [])
    assert Order.objects.get().state == "rated"


def test_who_serves_is_told_what_the_voucher_still_pays_and_what_is_not_settled_yet(readers, home):
    person = home.memberships.get().person
    assessed(readers["elder_assessor"], person, total=40, on=TODAY)
    settled(readers, served(readers, home, TODAY), 50_000)
    served(readers, home, TODAY)
    order, officer = an_order(readers, home), readers["elder_officer"]
    with reading_as(officer):
        orders.dispatch(by=officer, order=order, provider="康乐护理站", due=TODAY, on=TODAY)
    client = Client()
    client.force_login(officer.user)

    page = client.get(reverse("field:order", args=[order.number])).content.decode()

    assert "记下服务" in page
    assert "还剩 300.00 元" in page and "还有 1 次服务没有结算" in page


@pytest.mark.parametrize("role", ["county_approver", "county_leader"])
def test_the_county_looks_at_the_orders_of_its_own_and_changes_none(readers, home, role):
    order = an_order(readers, home)
    reader = reader_for(a_user("xian", COUNTY, role=role), TODAY)
    client, stranger = Client(), Client()
    client.force_login(reader.user)
    stranger.force_login(a_user("linxian", "371003", role=role))

    listed = client.get(reverse("console:orders")).content.decode()
    page = client.get(reverse("field:order", args=[order.number])).content.decode()

    assert (
        order.number in listed
        and order.number not in stranger.get(reverse("console:orders")).content.decode()
    )
    assert "取消这张服务单" not in page and "可以看这张服务单" in page
    with reading_as(reader), pytest.raises(orders.OrderProblem, match="只能查看"):
        orders.cancel(by=reader, order=order, reason="试试")
    order.refresh_from_db()
    assert order.state == "asked"
