"""Temporary assistance: paid first from the town's reserve within its limit, papers to follow, never below nought."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases.actions import StepRefused
from anmin.kernel.cases.procedures import ProcedureProblem
from anmin.kernel.cases.reserve import actions as reserve
from anmin.kernel.cases.reserve.actions import ReserveProblem
from anmin.kernel.cases.reserve.limits import mark_of_limit
from anmin.kernel.cases.reserve.models import ReserveEntry
from anmin.kernel.cases.reserve.queries import balance, is_low, ledger, overdue_papers
from anmin.kernel.cases.verification.actions import Said
from anmin.kernel.screening.rulebooks import rulebook
from tests.kernel.cases.road import DAY, TOWN, Road, a_family, town_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return town_staff()


def an_emergency(staff, matter="temp_small", need=300_000, **more):
    home, _people = a_family(("王秀英", 1970), **more)
    said = [Said("temporary_need", need), Said("temporary_event", 3)]
    road = Road.begin(home, staff, matter=matter, said=said, token=f"form-{home.number}")
    road.step("clerk", "record_survey", beside=staff["second"])
    return road


def pay(road, fen):
    return reserve.pay_first(
        by=road.staff["clerk"],
        case=road.case,
        fen=fen,
        on=road.day,
        seen=road.seen,
        beside=road.staff["second"],
        reason="突发重病，先行救助",
    )


def standard():
    return rulebook().rates.entry("dibao_standard", "371002", DAY).value(0)


def test_small_quick_relief_is_paid_first_up_to_a_month_of_the_standard_and_confirmed_after(staff):
    """X-82: three thousand are needed, a month of the standard is what may go out at once."""
    road = an_emergency(staff)
    reserve.put_in(by=staff["clerk"], town=TOWN, fen=5_000_000, on=DAY)
    with pytest.raises(StepRefused, match="不超过"):
        pay(road, 300_000)

    entry = pay(road, standard())

    assert balance(TOWN, 2026) == 5_000_000 - standard()
    assert entry.papers_due == date(2026, 4, 9)
    road.opine()
    road.step("clerk", "complete_papers")
    decision = road.confirm()
    assert (decision.benefit, decision.amount) == ("assistance/temporary_small", standard())
    assert not decision.is_public


def test_a_place_that_has_fixed_no_limit_pays_nothing_first_and_says_who_can_fix_it(staff):
    """Before the opinion of January 2026 nothing stands in for Weihai's own limit."""
    home, _people = a_family(("王秀英", 1970))
    said = [Said("temporary_need", 300_000), Said("temporary_event", 3)]
    road = Road.begin(home, staff, matter="temp_urgent", said=said, day=date(2025, 12, 1))
    road.step("clerk", "record_survey", beside=staff["second"])

    with pytest.raises(ProcedureProblem, match=r"限额.*民政局"):
        pay(road, 10_000)


def test_the_demonstrations_city_pays_first_in_emergencies_under_a_mark_that_says_who_verifies(staff):
    road = an_emergency(staff, matter="temp_urgent")
    reserve.put_in(by=staff["clerk"], town=TOWN, fen=5_000_000, on=DAY)
    assert mark_of_limit(road.case).startswith("待核实：镇街先行救助限额")
    with pytest.raises(StepRefused, match=r"不超过 1,062\.00 元.*待核实.*威海市民政局"):
        pay(road, standard() + 1)

    entry = pay(road, standard())

    step = road.case.steps.get(action="pay_first")
    assert step.details == {"fen": standard(), "limit": standard(), "limit_is_verified": False}
    assert entry.papers_due == date(2026, 4, 9)
    road.opine()
    road.step("clerk", "complete_papers")
    assert road.confirm().amount == 300_000
    with pytest.raises(StepRefused):
        pay(road, 1)


def test_papers_handed_in_early_do_not_stand_in_for_the_opinion(staff):
    road = an_emergency(staff)
    reserve.put_in(by=staff["clerk"], town=TOWN, fen=5_000_000, on=DAY)
    pay(road, standard())

    road.step("clerk", "complete_papers")

    assert road.case.state == "paid_first"
    with pytest.raises(StepRefused):
        road.confirm()
    road.opine()
    assert road.confirm().amount == standard()


def test_the_reserve_never_falls_below_nought_not_even_by_sql(staff):
    road = an_emergency(staff)
    reserve.put_in(by=staff["clerk"], town=TOWN, fen=50_000, on=DAY)

    with pytest.raises(ReserveProblem, match="余额 500"):
        pay(road, 80_000)
    with pytest.raises(DatabaseError, match="reserve_empty"), transaction.atomic():
        ReserveEntry.objects.create(
            division=TOWN, year=2026, kind="give_back", fen=-60_000, on=DAY, by=staff["clerk"]
        )
    road.case.refresh_from_db()
    assert road.case.state == "submitted"


def test_papers_that_do_not_follow_turn_red(staff):
    road = an_emergency(staff)
    road.case.materials.filter(key="event").update(state="asked", on=None)
    reserve.put_in(by=staff["clerk"], town=TOWN, fen=200_000, on=DAY)
    pay(road, 90_000)
    reader = reader_for(staff["clerk"], DAY)

    assert list(overdue_papers(reader, date(2026, 4, 9))) == []
    assert [row.case for row in overdue_papers(reader, date(2026, 4, 10))] == [road.case]
    assert [row.fen for row in ledger(reader, TOWN, 2026)] == [200_000, -90_000]
    assert not is_low(TOWN, 2026, 3_000)
    assert is_low(TOWN, 2026, 6_000)


def test_a_month_is_closed_by_two_and_then_holds_nothing_more(staff):
    reserve.put_in(by=staff["clerk"], town=TOWN, fen=200_000, on=DAY)
    with pytest.raises(ReserveProblem, match="两人"):
        close(staff["clerk"], staff["clerk"])

    row = close(staff["clerk"], staff["second"])

    assert (row.balance, row.entries) == (200_000, 1)
    with pytest.raises(ReserveProblem, match="已经对账"):
        reserve.put_in(by=staff["clerk"], town=TOWN, fen=1, on=DAY)


def close(by, beside):
    return reserve.close_month(by=by, beside=beside, town=TOWN, month=date(2026, 3, 1), on=date(2026, 4, 1))
