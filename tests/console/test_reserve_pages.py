"""The reserve fund's page: money in, paid first by two within the limit, the ledger with its balance, months closed by two."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.access.models import User
from anmin.kernel.cases.reserve.models import ReserveClosing, ReserveEntry
from anmin.kernel.cases.reserve.queries import balance
from anmin.kernel.cases.verification.actions import Said
from anmin.kernel.payments.errands.models import Errand
from anmin.kernel.payments.reserve.queries import standing
from tests.console.counter import at, logged_in
from tests.console.moneydesk import worked
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


def an_urgent_case_of(staff, day):
    """An emergency in a matter for which the place has fixed nothing."""
    home, _people = a_family(("王秀英", 1970))
    said = [Said("temporary_need", 300_000), Said("temporary_event", 3)]
    road = Road.begin(home, staff, matter="temp_urgent", said=said, day=day)
    road.step("clerk", "record_survey", beside=staff["second"])
    return road


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


def test_what_was_left_at_the_end_of_the_year_goes_back_in_january_and_is_no_money_of_the_new_year(
    staff, clerk
):
    posted(clerk, what="put_in", kind="advance", yuan="50000", note="年初预拨")
    with time_machine.travel(f"{DAY.year + 1}-01-05T02:00:00Z", tick=False):
        User.objects.update(password_changed_at=timezone.now())
        clerk = logged_in(staff["clerk"])
        page = posted(clerk, what="put_in", kind="give_back", yuan="1", note="")
        assert "余额 0.00 元" in page
        posted(clerk, what="put_in", kind="last_year", yuan="50000", note="年终交回")

    assert (balance(TOWN, DAY.year), balance(TOWN, DAY.year + 1)) == (0, 0)
    assert standing(TOWN, DAY.year) == standing(TOWN, DAY.year + 1) == {}
    assert ReserveEntry.objects.get(fen__lt=0).on == date(DAY.year, 12, 31)


def test_the_ledger_leaves_as_a_file_with_its_balances_for_a_purpose(clerk):
    posted(clerk, what="put_in", kind="advance", yuan="50000", note="年初预拨")
    posted(clerk, what="put_in", kind="give_back", yuan="1000.50", note="")
    address = reverse("console:reserve_file")

    asked = clerk.get(address, {"town": TOWN}).content.decode()
    file = clerk.get(address, {"town": TOWN, "kind": "csv", "purpose": "pay"})

    assert "导出备用金台账" in asked
    _heading, first, second, *mark = file.content.decode("utf-8-sig").splitlines()
    assert "50000.00,50000.00,年初预拨" in first and "-1000.50,48999.50" in second
    assert "clerk" in mark[-1]


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
    page = posted(clerk, what="pay_first", **given)
    assert (
        "等另一人复核" in page
        and "600.00" in page
        and not ReserveEntry.objects.filter(kind="payout").exists()
    )
    agreed(staff, clerk)

    row = ReserveEntry.objects.get(kind="payout")
    step = road.case.steps.get(action="pay_first")
    assert (row.fen, step.by, step.beside) == (-60_000, staff["clerk"], staff["second"])
    assert f"手续 {row.papers_due} 前补" in at(clerk, "reserve")


def agreed(staff, clerk):
    """Nobody agrees to what they asked for; the second person does under their own log-in, and the worker acts."""
    asked = Errand.objects.get(state="asked")
    assert "须由两人办理" in posted(clerk, what="second", errand=asked.pk)
    page = posted(logged_in(staff["second"]), what="second", errand=asked.pk)
    assert "已复核同意" in page
    worked()


def test_what_the_second_person_declines_is_not_paid_and_says_why(staff, clerk):
    posted(clerk, what="put_in", kind="advance", yuan="50000", note="")
    posted(clerk, what="close", month="2026-02-01")
    asked = Errand.objects.get(state="asked")

    page = posted(logged_in(staff["second"]), what="decline", errand=asked.pk, reason="余额对不上")

    assert "余额对不上" in page and "复核不同意" in page
    worked()
    assert not ReserveClosing.objects.exists()


def test_a_case_that_moved_on_meanwhile_is_not_paid_and_whoever_asked_reads_it(staff, clerk):
    posted(clerk, what="put_in", kind="advance", yuan="50000", note="")
    road = urgent(staff)
    given = {"case": road.case.number, f"seen-{road.case.number}": road.seen, "yuan": "600", "reason": "急"}
    posted(clerk, what="pay_first", **given)
    road.step("clerk", "withdraw", reason="家庭撤回")

    agreed(staff, clerk)

    assert "有了新进展" in at(clerk, "reserve") and not ReserveEntry.objects.filter(kind="payout").exists()


def test_more_than_the_limit_is_refused_with_the_limit(staff, clerk):
    posted(clerk, what="put_in", kind="advance", yuan="50000", note="")
    road = urgent(staff)

    given = {"case": road.case.number, f"seen-{road.case.number}": road.seen, "yuan": "99999", "reason": "急"}
    page = posted(clerk, what="pay_first", **given)

    assert "先行救助每次不超过" in page and not Errand.objects.exists()


def test_a_limit_that_the_place_has_not_fixed_is_named_with_who_fixes_it_and_nothing_is_asked_for(
    staff, clerk
):
    """Before the opinion of January 2026 nothing stands in for Weihai's own limit."""
    with time_machine.travel("2025-12-01T02:00:00Z", tick=False):
        posted(clerk, what="put_in", kind="advance", yuan="50000", note="")
        road = an_urgent_case_of(staff, date(2025, 12, 1))
        page = at(clerk, "reserve")
        given = {"case": road.case.number, f"seen-{road.case.number}": road.seen, "yuan": "600"}
        pressed = posted(clerk, what="pay_first", reason="突发重病", **given)

    for words in (page, pressed):
        assert "还没有规定镇街先行救助限额" in words and "请县级民政局" in words
    assert road.case.number in page and 'value="pay_first"' not in page
    assert not Errand.objects.exists()


def test_a_standard_that_nobody_has_published_is_named_with_who_publishes_it(staff, clerk, monkeypatch):
    """From 2027 on no standard is known, of which the limit is so many times."""
    road = urgent(staff)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: date(2027, 3, 25))

    page = at(clerk, "reserve")

    stuck = page.split("还不能先行救助的")[1].split("</section>")[0]
    assert road.case.number in stuck and "标准" in stuck and "民政局" in stuck


def test_a_month_is_closed_by_two(staff, clerk):
    posted(clerk, what="put_in", kind="advance", yuan="50000", note="")

    posted(clerk, what="close", month="2026-02-01")
    assert not ReserveClosing.objects.exists()
    agreed(staff, clerk)

    row = ReserveClosing.objects.get()
    assert (row.month, row.by, row.beside) == (date(2026, 2, 1), staff["clerk"], staff["second"])


def test_somebody_from_elsewhere_sees_another_ledger(clerk):
    from tests.make import a_user

    posted(clerk, what="put_in", kind="advance", yuan="50000", note="秘密")

    assert "秘密" not in at(logged_in(a_user("far", "371003001")), "reserve", town=TOWN)
