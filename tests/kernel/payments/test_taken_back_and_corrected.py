"""A claim that was taken back and a correction upwards, in both orders: a family has what it is due, or somebody is told.

Of July 500.00 were paid and 300.00 due: 200.00 are claimed.
"""

import pytest

from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.recovery import actions as recovery
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.recovery.months import queries as months
from anmin.kernel.payments.recovery.queries import left_of
from anmin.kernel.payments.recovery.refunds import actions as refunds
from anmin.kernel.payments.runs import actions as runs
from tests.kernel.payments.money import a_budget, a_family, a_grant, a_run, approved
from tests.kernel.payments.owing import (
    AUG,
    JUL,
    NOV,
    OCT,
    SEP,
    agreed,
    boss,
    change,
    day_of,
    given_up,
    line_of,
    noticed,
    paid,
    paid_in,
    parts_of,
    taken_back,
    written_off,
)

pytestmark = pytest.mark.django_db


def a_finding():
    """500.00 paid for July, 300.00 due: 200.00 are found."""
    a_budget(10_000_00, year=2024)
    home, _people = a_family()
    row = a_grant(home, 500_00, JUL)
    paid(JUL)
    correct(row, 300_00)
    paid(AUG)
    return row, Recovery.objects.get()


def a_debt():
    """200.00 of July."""
    row, finding = a_finding()
    return row, noticed(finding, day_of(AUG, 28))


def correct(row, fen):
    """Another amount for July alone."""
    change(row, fen, JUL, day_of(AUG, 20))
    change(row, 500_00, AUG, day_of(AUG, 21))


def found_after(claim):
    """What later findings say, the claim apart."""
    return [one.fen for one in Recovery.objects.exclude(pk=claim.pk).order_by("pk")]


@pytest.mark.parametrize("back", [0, 80_00, 200_00])
def test_a_claim_of_200_whose_month_was_paid_200_more_since_is_not_taken_back(back):
    """Open, in part or wholly paid in: 700.00 were paid and 200.00 are owed or came, 500.00 are due. It stays so."""
    row, claim = a_debt()
    if back:
        paid_in(claim, back, day_of(AUG, 28))
    correct(row, 500_00)
    run, _file = paid(SEP)
    assert parts_of(run) == [("basic", 200_00), ("basic", 500_00)]

    with pytest.raises(PaymentProblem, match=r"2024-07 补发 200\.00 元.*追回与补发相抵") as refused:
        taken_back(claim, day_of(SEP, 28))

    assert refused.value.code == "recovery_offset"
    assert parts_of(paid(OCT)[0]) == [("basic", 500_00)] and found_after(claim) == []
    claim.refresh_from_db()
    assert left_of(claim) == 200_00 - back


def test_the_other_order_pays_nothing_more_and_finds_nothing():
    row, claim = a_debt()
    taken_back(claim, day_of(AUG, 29))
    correct(row, 500_00)

    assert parts_of(a_run(SEP)) == [("basic", 500_00)]
    assert found_after(claim) == []


def test_whoever_takes_it_back_all_the_same_leaves_200_that_the_next_run_finds(monkeypatch):
    """Without the refusal the 200.00 are found; with what was kept before, nobody would be told."""
    monkeypatch.setattr(refunds, "_not_offset", lambda _row: None)
    row, claim = a_debt()
    correct(row, 500_00)
    paid(SEP)
    taken_back(claim, day_of(SEP, 28))

    a_run(OCT)

    assert found_after(claim) == [200_00]


def test_whoever_keeps_all_of_the_claim_finds_nothing_of_what_is_too_much(monkeypatch):
    """The wrong variant: what is dropped is kept as a whole."""
    monkeypatch.setattr(refunds, "_not_offset", lambda _row: None)
    monkeypatch.setattr(refunds, "keep_what_is_left", lambda _row: None)
    row, claim = a_debt()
    correct(row, 500_00)
    paid(SEP)
    taken_back(claim, day_of(SEP, 28))

    a_run(OCT)

    assert found_after(claim) == []


@pytest.mark.parametrize("back", [0, 150_00, 200_00])
def test_a_claim_that_was_set_off_in_part_is_taken_back_and_that_part_found_anew(back):
    """Corrected to 400.00: 100.00 are paid more. Taken back the family has 600.00: 500.00 that it keeps and 100.00 found."""
    row, claim = a_debt()
    if back:
        paid_in(claim, back, day_of(AUG, 28))
    correct(row, 400_00)
    assert parts_of(paid(SEP)[0]) == [("basic", 100_00), ("basic", 500_00)]

    taken_back(claim, day_of(SEP, 28))

    october, _file = paid(OCT)
    assert parts_of(october) == [("basic", 500_00), *([("refund", back)] if back else [])]
    assert found_after(claim) == [100_00]
    anew = Recovery.objects.exclude(pk=claim.pk).get()
    noticed(anew, day_of(OCT, 28))
    assert parts_of(a_run(NOV)) == [("basic", 500_00)] and found_after(claim) == [100_00]


def test_the_other_order_in_part_keeps_what_had_been_paid():
    """Taken back first, then corrected to 400.00: the family keeps the 500.00 that it had, nothing is paid or found."""
    row, claim = a_debt()
    taken_back(claim, day_of(AUG, 29))
    correct(row, 400_00)

    assert parts_of(a_run(SEP)) == [("basic", 500_00)]
    assert found_after(claim) == []


def test_back_pay_that_is_not_sent_is_voided_first_and_then_nothing_is_paid_twice():
    row, claim = a_debt()
    correct(row, 500_00)
    draft = a_run(SEP)
    with pytest.raises(PaymentProblem, match="先作废那个批次"):
        taken_back(claim, day_of(SEP, 5))
    runs.void(by="test", run=draft, on=day_of(SEP, 5), reason="先撤回追回")

    taken_back(claim, day_of(SEP, 5))

    assert parts_of(paid(SEP)[0]) == [("basic", 500_00)]
    a_run(OCT)
    assert found_after(claim) == []


@pytest.mark.parametrize("end", ["void", "given up"])
def test_back_pay_in_part_that_comes_to_nothing_after_the_claim_was_taken_back_is_not_found(end):
    """100.00 more stand in September's run when the claim is taken back; it never goes out: the family keeps 500.00."""
    row, claim = a_debt()
    correct(row, 400_00)
    run = a_run(SEP)
    taken_back(claim, day_of(SEP, 5))

    if end == "void":
        runs.void(by="test", run=run, on=day_of(SEP, 6), reason="重做")
    else:
        given_up(line_of(approved(run)), day_of(SEP, 6))

    assert parts_of(paid(OCT)[0]) == [("basic", 500_00), ("basic", 500_00)]
    assert found_after(claim) == []


def test_what_was_written_off_in_part_is_not_paid_again_when_the_month_is_corrected_upwards():
    """100.00 of the 200.00 written off, 100.00 owed. Corrected to 500.00 the family had 400.00 that nobody asks back."""
    row, claim = a_debt()
    written_off(claim, day_of(AUG, 29), 100_00)
    correct(row, 500_00)

    assert parts_of(paid(SEP)[0]) == [("basic", 100_00), ("basic", 500_00)]

    paid_in(claim, 100_00, day_of(SEP, 28))
    claim.refresh_from_db()
    assert claim.state == "repaid"
    assert parts_of(paid(OCT)[0]) == [("basic", 500_00)] and found_after(claim) == []


def test_whoever_looks_at_no_part_pays_the_written_off_part_again(monkeypatch):
    """The wrong variant: 200.00 more for a month of which only 100.00 are owed: 600.00 for 500.00."""
    monkeypatch.setattr(recovery, "keep_part", lambda *_given: None)
    row, claim = a_debt()
    written_off(claim, day_of(AUG, 29), 100_00)
    correct(row, 500_00)

    assert parts_of(a_run(SEP)) == [("basic", 200_00), ("basic", 500_00)]


def test_what_came_back_before_the_rest_was_written_off_is_paid_again_when_it_is_due_after_all():
    """150.00 came, 50.00 were written off: the family has 350.00. Corrected to 500.00 it is due 150.00 more."""
    row, claim = a_debt()
    paid_in(claim, 150_00, day_of(AUG, 28))
    claim = written_off(claim, day_of(AUG, 29))
    assert claim.state == "written_off"
    correct(row, 500_00)

    assert parts_of(paid(SEP)[0]) == [("basic", 150_00), ("basic", 500_00)]
    a_run(OCT)
    assert found_after(claim) == []


def test_a_part_written_off_and_the_rest_set_off_is_taken_back_and_found_anew_as_far_as_it_is_too_much():
    """100.00 written off, 100.00 owed and paid more: 600.00 for 500.00 once it is taken back; 100.00 are found."""
    row, claim = a_debt()
    written_off(claim, day_of(AUG, 29), 100_00)
    correct(row, 500_00)
    paid(SEP)

    taken_back(claim, day_of(SEP, 28))

    a_run(OCT)
    assert found_after(claim) == [100_00]


def test_what_is_written_off_after_it_was_set_off_stays_forgiven_by_two():
    """700.00 were paid, 200.00 are owed and are written off: that is a loss in the books, and nothing is found."""
    row, claim = a_debt()
    correct(row, 500_00)
    paid(SEP)

    written_off(claim, day_of(SEP, 28))

    assert parts_of(a_run(OCT)) == [("basic", 500_00)] and found_after(claim) == []


@pytest.mark.parametrize(("end", "found"), [("drop", [200_00]), ("void", [200_00])])
def test_a_finding_that_a_correction_overtook_shields_nothing_that_a_later_one_makes_too_much(end, found):
    """500.00 paid; 300.00 due is found, 500.00 due again overtakes it; dropped or void it keeps nothing. 300.00 once more."""
    row, finding = a_finding()
    correct(row, 500_00)
    act = recovery.drop if end == "drop" else recovery.void
    act(by=boss(), recovery=finding, on=day_of(AUG, 29), reason="已更正")
    assert parts_of(paid(SEP)[0]) == [("basic", 500_00)] and found_after(finding) == []

    correct(row, 300_00)

    a_run(OCT)
    assert found_after(finding) == found


def test_a_finding_that_is_dropped_while_it_stands_is_not_found_again():
    row, finding = a_finding()

    recovery.drop(by=boss(), recovery=finding, on=day_of(AUG, 29), reason="经办差错，金额小")

    assert parts_of(paid(SEP)[0]) == [("basic", 500_00)] and found_after(finding) == []
    assert [one.left_to_keep for one in months.standings(finding)] == [200_00]
    correct(row, 250_00)
    a_run(OCT)
    assert found_after(finding) == [50_00]


def test_two_claims_on_one_month_are_each_set_off_by_what_was_paid_since():
    """1,000.00 paid for 400.00: claimed as 300.00 and 300.00. Corrected to 700.00: 300.00 more; neither is taken back now."""
    a_budget(10_000_00, year=2024)
    home, _people = a_family()
    row = a_grant(home, 1_000_00, JUL)
    paid(JUL)
    change(row, 700_00, JUL, day_of(AUG, 20))
    paid(AUG)
    first = noticed(Recovery.objects.get(), day_of(AUG, 28))
    change(row, 400_00, JUL, day_of(AUG, 29))
    change(row, 700_00, AUG, day_of(AUG, 30))
    paid(SEP)
    second = noticed(Recovery.objects.exclude(pk=first.pk).get(), day_of(SEP, 28))
    assert (first.fen, second.fen) == (300_00, 300_00)
    change(row, 700_00, JUL, day_of(SEP, 29))
    assert parts_of(paid(OCT)[0]) == [("basic", 300_00), ("basic", 700_00)]

    for claim in (first, second):
        with pytest.raises(PaymentProblem) as refused:
            taken_back(claim, day_of(OCT, 28))
        assert refused.value.code == "recovery_offset"


def test_a_claim_on_two_months_of_which_one_was_set_off_gives_back_the_other():
    """July and August each 200.00 too much; August is corrected and paid. Taken back, July is kept and August found."""
    a_budget(10_000_00, year=2024)
    home, _people = a_family()
    row = a_grant(home, 500_00, JUL)
    paid(JUL)
    paid(AUG)
    change(row, 300_00, JUL, day_of(AUG, 27))
    change(row, 500_00, SEP, day_of(AUG, 28))
    paid(SEP)
    claim = noticed(Recovery.objects.get(), day_of(SEP, 28))
    agreed(claim, (OCT, 400_00, "deduct"), on=day_of(SEP, 28))
    change(row, 500_00, AUG, day_of(SEP, 29))
    assert parts_of(paid(OCT)[0]) == [("basic", 200_00), ("basic", 500_00), ("deduct", -400_00)]

    taken_back(claim, day_of(OCT, 28))

    assert parts_of(paid(NOV)[0]) == [("basic", 500_00), ("refund", 400_00)]
    assert [(one.month, one.fen) for one in Recovery.objects.exclude(pk=claim.pk).get().months.all()] == [
        (AUG, 200_00)
    ]
