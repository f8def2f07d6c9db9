"""A town's reserve in the ledger: filled out of its budget, spent when it pays first, and never paid a second time."""

from datetime import date

import pytest

from anmin.kernel.access.models import User
from anmin.kernel.cases.reserve import actions as reserve
from anmin.kernel.cases.reserve.actions import ReserveProblem
from anmin.kernel.cases.reserve.models import ReserveEntry
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.payments.budget import actions as budget
from anmin.kernel.payments.ledger.models import LedgerEntry, LedgerLine
from anmin.kernel.payments.ledger.queries import balance, trial_balance
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.reserve import actions as postings
from anmin.kernel.payments.reserve import queries as books
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.models import PayLine, PayPart
from anmin.kernel.payments.verifying import flaws
from tests.kernel.cases.road import DAY, TOWN, town_staff
from tests.kernel.cases.test_reserve import an_emergency, pay
from tests.kernel.payments.money import a_budget, a_fund, decided
from tests.make import a_user

pytestmark = pytest.mark.django_db
COUNTY = "371002"


@pytest.fixture
def staff():
    return town_staff()


def a_town_line(fen, total=10_000_000):
    """Money that came to the county and was allotted to the town."""
    fund = a_fund()
    above = a_budget(total, fund=fund)
    line = budget.open_line(by="test", fund=fund, division=TOWN, year=2026, use="assistance/*", on=DAY)
    budget.allot(by="test", line=above, to_line=line, fen=fen, document="分配1号", on=DAY)
    return line


def put_in(staff, fen, **more):
    return reserve.put_in(by=staff["clerk"], town=TOWN, fen=fen, on=DAY, **more)


def paid_and_confirmed(staff, first, need=300_000, matter="temp_urgent"):
    road = an_emergency(staff, matter=matter, need=need)
    pay(road, first)
    road.opine()
    road.step("clerk", "complete_papers")
    road.confirm()
    return road


def a_run(benefit, month=date(2026, 3, 1)):
    run = runs.lock_roster(
        by="test", division=COUNTY, month=month, benefits=[benefit], on=month.replace(day=28)
    )
    runs.compute(by="test", run=run, on=month.replace(day=28))
    return run


def test_the_reserve_is_filled_out_of_the_towns_budget_and_goes_back_to_it(staff):
    line = a_town_line(500_000)

    put_in(staff, 300_000)
    put_in(staff, 100_000, kind="give_back")

    assert (balance(line.pk), balance(line.pk, "reserve")) == (300_000, 200_000)
    assert books.standing(TOWN, 2026) == {line.pk: 200_000}
    assert [row.source for row in LedgerEntry.objects.filter(division=TOWN, kind__startswith="reserve")] == [
        f"reserve:{row.pk}" for row in ReserveEntry.objects.order_by("pk")
    ]


def test_more_than_the_town_has_been_allotted_is_refused_with_what_is_lacking(staff):
    a_town_line(200_000)

    with pytest.raises(ReserveProblem, match=r"还差 1,000\.00 元"):
        put_in(staff, 300_000)

    assert not ReserveEntry.objects.exists()


def test_a_town_without_budget_lines_here_gets_its_reserve_from_elsewhere(staff):
    put_in(staff, 300_000)

    assert trial_balance(TOWN) == {"appropriation": -300_000, "reserve": 300_000}


def test_what_is_paid_first_is_spent_for_the_household_and_gone_from_the_reserve(staff):
    line = a_town_line(500_000)
    put_in(staff, 400_000)
    road = an_emergency(staff, matter="temp_urgent")

    pay(road, 60_000)

    assert (balance(line.pk, "reserve"), balance(line.pk, "spent")) == (340_000, 60_000)
    (spent,) = LedgerLine.objects.filter(account="spent")
    assert (spent.household_id, spent.benefit) == (road.case.household_id, "assistance/temporary_urgent")
    assert [row.fen for row in books.paid_first(road.case.number)] == [60_000]
    assert flaws() == []


def test_the_books_give_out_no_fen_more_than_the_reserve_holds(staff):
    line = a_town_line(500_000)
    put_in(staff, 300_000)

    with pytest.raises(PaymentProblem, match=r"只有 3,000\.00 元") as refused:
        postings.give_back(by="test", town=TOWN, fen=300_001, on=DAY, source="too much")

    assert (refused.value.code, balance(line.pk, "reserve")) == ("ledger_short", 300_000)


def test_a_run_pays_only_what_the_reserve_has_not_paid_first(staff):
    put_in(staff, 400_000)
    road = paid_and_confirmed(staff, 60_000)

    run = a_run("assistance/temporary_urgent")

    line = PayLine.objects.get(run=run)
    assert (line.household_id, line.fen) == (road.case.household_id, 300_000 - 60_000)
    runs.compute(by="test", run=run, on=DAY)
    assert PayLine.objects.get(run=run).fen == 240_000


def test_a_rise_after_the_run_is_a_part_of_its_own_beside_what_the_reserve_and_the_run_paid(staff):
    put_in(staff, 400_000)
    paid_and_confirmed(staff, 60_000)
    line = PayLine.objects.get(run=a_run("assistance/temporary_urgent"))
    given = line.entitlement
    decision = decided(
        given.household,
        "change",
        date(2026, 4, 2),
        350_000,
        benefit=given.benefit,
        by=a_user("jueding", COUNTY),
    )
    entitlements.change_amount(
        by="test", decision=decision, entitlement=given, first_month=date(2026, 3, 1), fen=350_000
    )

    again = a_run("assistance/temporary_urgent", date(2026, 4, 1))

    part = PayPart.objects.get(line__run=again, month=date(2026, 3, 1))
    assert (part.fen, part.cause, part.sequence) == (50_000, "raised", 1)


def test_where_the_reserve_paid_all_of_it_the_run_pays_nothing(staff):
    put_in(staff, 5_000_000)
    paid_and_confirmed(staff, 106_200, matter="temp_small")

    run = a_run("assistance/temporary_small")

    assert not PayLine.objects.filter(run=run).exists()
    assert not Recovery.objects.exists()


def test_whoever_forgets_what_was_paid_first_pays_it_twice(staff, monkeypatch):
    """The wrong variant: runs do not look at the reserve."""
    from anmin.kernel.payments.runs import computing

    blind = computing.DIFFERENCES.replace(
        "FROM anmin_paid_first", "FROM (SELECT * FROM anmin_paid_first LIMIT 0)"
    )
    monkeypatch.setattr(computing, "DIFFERENCES", blind)
    put_in(staff, 400_000)
    paid_and_confirmed(staff, 60_000)

    run = a_run("assistance/temporary_urgent")

    assert PayLine.objects.get(run=run).fen + 60_000 > 300_000


def test_what_the_reserve_paid_beyond_what_was_decided_becomes_a_found_overpayment(staff):
    put_in(staff, 400_000)
    paid_and_confirmed(staff, 60_000, need=50_000)

    run = a_run("assistance/temporary_urgent")

    assert not PayLine.objects.filter(run=run).exists()
    assert [row.fen for row in Recovery.objects.all()] == [10_000]
    assert User.objects.exists()
