"""The reserve fund's page: money in, paid first by two within the limit, the ledger with its balance, months closed by two."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from anmin.kernel.cases.reserve.models import ReserveClosing, ReserveEntry
from anmin.kernel.cases.reserve.queries import balance
from anmin.kernel.cases.verification.actions import Said
from tests.console.counter import at, logged_in
from tests.kernel.cases.road import DAY, TOWN, Road, a_family, town_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"
    with time_machine.travel(f"{DAY}T02:00:00Z", tick=False):
        yield


@pytest.fixture
def staff(db):
    return town_staff()


@pytest.fixture
def clerk(staff):
    return logged_in(staff["clerk"])


def posted(client, **given):
    return client.post(reverse("console:reserve") + f"?town={TOWN}", given, follow=True).content.decode()


def urgent(staff):
    home, _people = a_family(("王桂兰", 1950), ("王强", 1980))
    said = [Said("temporary_need", 260_000), Said("temporary_event", 3)]
    road = Road.begin(home, staff, matter="temp_small", said=said)
    road.step("clerk", "record_survey", beside=staff["second"])
    return road


def test_an_empty_ledger_says_what_comes_first(clerk):
    page = at(clerk, "reserve")

    assert "这一年还没有收支" in page and "年初先登记预拨" in page


def test_money_comes_in_and_the_balance_stands_on_every_line(clerk):
    posted(clerk, what="put_in", kind="advance", yuan="50000", note="年初预拨")
    page = posted(clerk, what="put_in", kind="give_back", yuan="1000.50", note="")

    assert balance(TOWN, 2026) == 4_899_950 and "48,999.50" in page and "年初预拨" in page


def test_an_unreadable_amount_is_said_and_nothing_is_entered(clerk):
    page = posted(clerk, what="put_in", kind="advance", yuan="五万", note="年初")

    assert "没有提交成功" in page and 'value="五万"' in page and not ReserveEntry.objects.exists()


def test_an_emergency_is_paid_first_by_two_and_its_papers_have_a_day(staff, clerk):
    posted(clerk, what="put_in", kind="advance", yuan="50000", note="")
    road = urgent(staff)
    assert road.case.number in at(clerk, "reserve")

    given = {
        "case": road.case.number,
        f"seen-{road.case.number}": road.seen,
        "yuan": "600",
        "reason": "突发重病",
    }
    alone = posted(clerk, what="pay_first", **given)
    assert "须两人办理" in alone and 'value="突发重病"' in alone
    page = posted(clerk, what="pay_first", beside=staff["second"].pk, **given)

    row = ReserveEntry.objects.get(kind="payout")
    assert row.fen == -60_000 and f"手续 {row.papers_due} 前补" in page


def test_more_than_the_limit_is_refused_with_the_limit(staff, clerk):
    posted(clerk, what="put_in", kind="advance", yuan="50000", note="")
    road = urgent(staff)

    given = {"case": road.case.number, f"seen-{road.case.number}": road.seen, "yuan": "99999", "reason": "急"}
    page = posted(clerk, what="pay_first", beside=staff["second"].pk, **given)

    assert "先行救助每次不超过" in page


def test_a_month_is_closed_by_two(staff, clerk):
    posted(clerk, what="put_in", kind="advance", yuan="50000", note="")

    posted(clerk, what="close", month="2026-02-01", beside=staff["second"].pk)

    row = ReserveClosing.objects.get()
    assert (row.month, row.beside) == (date(2026, 2, 1), staff["second"])


def test_somebody_from_elsewhere_sees_another_ledger(clerk):
    from tests.make import a_user

    posted(clerk, what="put_in", kind="advance", yuan="50000", note="秘密")

    assert "秘密" not in at(logged_in(a_user("far", "371003001")), "reserve", town=TOWN)
