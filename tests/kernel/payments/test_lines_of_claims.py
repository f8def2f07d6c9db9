"""A claim stands on the budget line that paid too much, from its notice to its end, whatever pays the family since."""

import pytest
from django.db import DatabaseError, transaction

from anmin.kernel.payments.budget.models import Fund
from anmin.kernel.payments.ledger.models import LedgerEntry
from anmin.kernel.payments.ledger.queries import household_sums
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.recovery.queries import left_of
from anmin.kernel.payments.recovery.refunds.queries import refund_of
from anmin.kernel.payments.verifying import flaws
from tests.kernel.payments.banks.banking import by_force
from tests.kernel.payments.money import TOWN, a_budget, a_family, a_fund, a_grant, an_account
from tests.kernel.payments.owing import (
    DEC,
    FEB,
    JAN,
    NOV,
    agreed,
    answered,
    books,
    by_hand,
    change,
    clerk,
    day_of,
    line_of,
    noticed,
    paid,
    paid_in,
    sent_again,
    taken_back,
    written_off,
)

pytestmark = pytest.mark.django_db


def two_years(fen=10_000_00):
    """November 2024 was 200.00 too much of 600.00; it is claimed in December and settled in 2025. 2024 has so many fen."""
    old = a_budget(fen, year=2024)
    new = a_budget(10_000_00, year=2025, fund=Fund.objects.get(), document="指标〔2025〕1号")
    home, _people = a_family()
    row = a_grant(home, 600_00, NOV)
    paid(NOV)
    change(row, 400_00, NOV, day_of(NOV, 27))
    change(row, 600_00, DEC, day_of(NOV, 28))
    paid(DEC)
    return old.pk, new.pk, noticed(Recovery.objects.get(), day_of(DEC, 28))


def opened(year, fen):
    """What a line came with and has left."""
    return {"appropriation": -10_000_00, "available": fen} | year


def test_a_claim_on_2024_that_is_deducted_from_2025_leaves_nothing_open_on_either_line():
    old, new, row = two_years()
    agreed(row, (JAN, 150_00, "deduct"), (FEB, 50_00, "paid_in"), on=day_of(DEC, 28))

    paid(JAN)
    paid_in(row, 50_00, day_of(FEB, 5))

    row.refresh_from_db()
    assert (row.state, left_of(row)) == ("repaid", 0)
    # 2024 paid 1,200.00, of which 50.00 came in again; 2025 paid 450.00.
    assert books()[old] == {
        "appropriation": -10_000_00,
        "available": 8_800_00,
        "spent": 1_150_00,
        "recovered": 50_00,
    }
    assert books()[new] == {"appropriation": -10_000_00, "available": 9_550_00, "spent": 450_00}
    assert flaws() == []


def test_a_deduction_from_2025_that_comes_back_and_goes_out_again_moves_both_lines_there_and_back():
    old, new, row = two_years()
    agreed(row, (JAN, 200_00, "deduct"), on=day_of(DEC, 28))
    run, file = paid(JAN)
    settled = books()
    assert settled == {
        old: opened({"spent": 1_200_00}, 8_800_00),
        new: opened({"spent": 400_00}, 9_600_00),
    }

    answered(file, "returned", day_of(FEB, 4))

    assert books() == {
        old: opened({"spent": 1_000_00, "receivable": 200_00}, 8_800_00),
        new: opened({"returned": 400_00}, 9_600_00),
    }
    answered(sent_again(line_of(run), day_of(FEB, 5), 7))
    assert books() == settled and flaws() == []


def test_a_part_written_off_stands_on_the_line_of_its_notice():
    old, new, row = two_years()
    paid(JAN)

    written_off(row, day_of(FEB, 5), 120_00)
    written_off(row, day_of(FEB, 6))

    assert books()[old] == opened({"spent": 1_000_00, "written_off": 200_00}, 8_800_00)
    assert books()[new] == opened({"spent": 600_00}, 9_400_00)


@pytest.mark.parametrize("way", ["run", "voucher"])
def test_what_is_given_back_out_of_2025_is_the_spending_of_2025(way):
    """150.00 deducted from January, 50.00 paid in, taken back: 2024 has paid 1,200.00 and got 50.00; 2025 pays 1,400.00."""
    old, new, row = two_years()
    agreed(row, (JAN, 150_00, "deduct"), (FEB, 50_00, "paid_in"), on=day_of(DEC, 28))
    paid(JAN)
    paid_in(row, 50_00, day_of(JAN, 28))
    row = taken_back(row, day_of(JAN, 29))
    assert books()[old] == opened({"spent": 1_350_00, "refundable": -200_00}, 8_850_00)

    if way == "run":
        paid(FEB)
        assert books() == {
            old: opened({"spent": 1_150_00}, 8_850_00),
            new: opened({"spent": 1_250_00}, 8_750_00),
        }
    else:
        by_hand(row, day_of(FEB, 5))
        assert books() == {
            old: opened({"spent": 1_350_00}, 8_650_00),
            new: opened({"spent": 450_00}, 9_550_00),
        }
    assert refund_of(row).is_paid and flaws() == []


def test_a_voucher_out_of_another_line_leaves_both_lines_balanced():
    """2024 has nothing left: its 200.00 go back out of 2025."""
    old, new, claim = two_years(1_200_00)
    agreed(claim, (JAN, 200_00, "deduct"), on=day_of(DEC, 28))
    paid(JAN)
    taken_back(claim, day_of(JAN, 29))

    by_hand(claim, day_of(FEB, 5))

    assert books() == {
        old: {"appropriation": -1_200_00, "spent": 1_200_00},
        new: opened({"spent": 600_00}, 9_400_00),
    }
    assert flaws() == []


def test_a_deduction_from_another_benefit_of_the_household_settles_the_claim_of_the_first():
    """Dibao ended and 200.00 of it are owed; an orphan's allowance of 900.00 from another fund bears it."""
    orphan = "children/orphan"
    dibao = a_budget(10_000_00, year=2024)
    other = a_budget(
        10_000_00,
        year=2024,
        fund=a_fund(key="lottery", source="lottery", uses=("children/*",), title="福彩公益金"),
        use="children/*",
        document="指标2",
    )
    home, (_head, child) = a_family("H1", "张甲", "张乙")
    row = a_grant(home, 600_00, NOV, last_month=NOV)
    paid(NOV, benefits=("assistance/dibao", orphan))
    row.amounts.update(fen=400_00)
    an_account(child, 5)
    a_grant(home, 900_00, DEC, benefit=orphan, person=child)
    run, _file = paid(DEC, benefits=("assistance/dibao", orphan))
    assert line_of(run).benefit == orphan
    claim = noticed(Recovery.objects.get(), day_of(DEC, 28))
    a_budget(10_000_00, year=2025, fund=other.fund, use="children/*", document="指标3")
    agreed(claim, (JAN, 200_00, "deduct"), on=day_of(DEC, 28))

    paid(JAN, benefits=("assistance/dibao", orphan))

    claim.refresh_from_db()
    assert (claim.state, claim.budget_line_id) == ("repaid", dibao.pk)
    assert books()[dibao.pk] == opened({"spent": 600_00}, 9_400_00)
    assert {one.benefit: one.receivable for one in household_sums(clerk(), home.pk)} == {
        "assistance/dibao": 0,
        orphan: 0,
    }
    assert flaws() == []


def test_a_claim_of_another_book_is_settled_there():
    """The town paid too much; the county pays since: what it deducts comes off in the town's book."""
    town = a_budget(10_000_00, year=2024, division=TOWN)
    county = a_budget(10_000_00, year=2025, fund=Fund.objects.get(), document="指标〔2025〕1号")
    home, _people = a_family()
    row = a_grant(home, 600_00, NOV)
    paid(NOV, division=TOWN)
    change(row, 400_00, NOV, day_of(NOV, 27))
    change(row, 600_00, DEC, day_of(NOV, 28))
    paid(DEC, division=TOWN)
    claim = noticed(Recovery.objects.get(), day_of(DEC, 28))
    assert (claim.book, claim.budget_line_id) == (TOWN, town.pk)
    agreed(claim, (JAN, 200_00, "deduct"), on=day_of(DEC, 28))

    paid(JAN)

    claim.refresh_from_db()
    assert claim.state == "repaid"
    entry = LedgerEntry.objects.get(kind="return_paid", division=TOWN, source__endswith=f":{TOWN}")
    assert {one.account: one.fen for one in entry.lines.all()} == {"spent": 200_00, "receivable": -200_00}
    assert books() == {
        town.pk: opened({"spent": 1_200_00}, 8_800_00),
        county.pk: opened({"spent": 400_00}, 9_600_00),
    }


def test_the_database_keeps_a_claim_on_its_line_and_says_where_a_line_does_not_balance():
    old, new, row = two_years()
    with pytest.raises(DatabaseError, match="recovery_line_stays"), transaction.atomic():
        Recovery.objects.filter(pk=row.pk).update(budget_line=new)
    assert flaws() == []

    by_force(
        "kernel_ledgerline",
        f"UPDATE kernel_ledgerline SET budget_line_id = {new} WHERE account = 'receivable'",
    )

    assert {flaw.where for flaw in flaws()} == {f"指标 {old}", f"指标 {new}"}
