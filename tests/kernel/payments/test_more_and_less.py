"""What is due against what was paid and claimed, worked month by month; deductions of several instalments from several parts."""

from datetime import date

import pytest

from anmin.kernel.access.models import User
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.runs.models import PayLine, PayPart
from tests.kernel.payments.money import DIBAO, a_family, a_grant, a_run, decided

pytestmark = pytest.mark.django_db
AUG, SEP, OCT, NOV, DEC = (date(2026, month, 1) for month in (8, 9, 10, 11, 12))
TEKUN, ORPHAN = "assistance/tekun", "children/orphan"
GIVEN_UP = ("dropped", "void")

# Of October, in fen: paid, due today (none is: no amount), claims in their states; what the next run pays more, or finds.
CARD = {
    "a claim, then more is due than was paid": (1000, 1400, [("noticed", 400)], 800, 0),
    "a claim, then less is due than was left": (1000, 500, [("noticed", 300)], 0, 200),
    "two claims on one month": (1000, 500, [("noticed", 100), ("agreed", 150)], 0, 250),
    "two findings that nobody claims": (1000, 500, [("found", 100), ("dropped", 150)], 0, 250),
    "a finding and a claim": (1000, 300, [("heard", 100), ("noticed", 250)], 0, 350),
    "a finding that is void": (1000, 500, [("void", 300)], 0, 500),
    "a finding that says it already": (1000, 500, [("found", 500)], 0, 0),
    "a claim that says it already": (1000, 500, [("noticed", 500)], 0, 0),
    "nothing is due any more": (1000, None, [], 0, 1000),
    "nothing is due and more is claimed than was paid": (400, None, [("noticed", 1000)], 600, 0),
    "nothing was paid and is due": (0, 700, [], 700, 0),
}


def an_overpayment(row, fen, state, number, month=OCT, on=date(2026, 10, 20)):
    """A finding or a claim about one month, in a state."""
    debt = Recovery.objects.create(
        number=f"T{row.pk}-{number}",
        entitlement=row,
        household=row.household,
        division=row.division,
        state=state,
        cause="honest",
        fen=fen,
        found_on=on,
        decision=decided(row.household, "recover", on, fen),
        closed_by=User.objects.get(username="jueding") if state in GIVEN_UP else None,
    )
    debt.months.create(entitlement=row.pk, month=month, sequence=number, fen=fen)
    return debt


def test_every_month_is_paid_or_found_by_what_is_due_less_what_was_paid_and_not_claimed():
    rows = {
        what: a_grant(a_family(f"H{at}", serial=at)[0], paid, OCT)
        for at, (what, (paid, *_rest)) in enumerate(CARD.items(), start=1)
    }
    a_run(OCT, checked=False)
    for what, row in rows.items():
        _paid, due, claims, _more, _less = CARD[what]
        row.amounts.all().delete()
        if due is not None:
            row.amounts.create(first_month=OCT, last_month=OCT, fen=due, decision=row.begun_by)
        for number, (state, fen) in enumerate(claims):
            an_overpayment(row, fen, state, number)

    run = a_run(NOV, checked=False)

    parts = {part.entitlement: part for part in PayPart.objects.filter(line__run=run)}
    found = {one.entitlement_id: one for one in Recovery.objects.filter(run=run)}
    for what, row in rows.items():
        paid, _due, claims, more, less = CARD[what]
        part, over = parts.get(row.pk), found.get(row.pk)
        assert (part.fen if part else 0, over.fen if over else 0) == (more, less), what
        if part:
            told = ("raised", 1) if paid else ("late", 0)
            assert (part.month, part.basis, part.cause, part.sequence) == (OCT, "basic", *told), what
        if over:
            assert over.number == f"ZH202611-{row.pk}-{len(claims) + 1}", what
            assert over.months.values_list("month", "sequence", "fen").get() == (OCT, len(claims), less), what


def test_a_month_that_is_corrected_time_and_again_is_counted_on():
    home, _people = a_family()
    row = a_grant(home, 100_00, SEP)
    a_run(SEP, checked=False)
    for month, fen in ((OCT, 120_00), (NOV, 150_00), (DEC, 155_00)):
        entitlements.change_amount(
            by="test",
            decision=decided(home, "change", month, fen),
            entitlement=row,
            first_month=SEP,
            fen=fen,
        )
        a_run(month, checked=False)

    parts = PayPart.objects.filter(entitlement=row.pk, month=SEP).order_by("sequence")
    assert list(parts.values_list("sequence", "fen")) == [(0, 100_00), (1, 20_00), (2, 30_00), (3, 5_00)]


def a_debt(row, *instalments):
    """A claim from before payments began here that is to be deducted as agreed: months with fen."""
    debt = an_overpayment(row, sum(fen for _month, fen in instalments), "agreed", 0, month=AUG)
    for number, (month, fen) in enumerate(instalments, start=1):
        debt.instalments.create(number=number, month=month, fen=fen, way="deduct")
    return debt


def deducted(run):
    """What was deducted in a run: entitlement, place and fen."""
    rows = PayPart.objects.filter(line__run=run, basis="deduct").order_by("entitlement", "sequence")
    return [(part.entitlement, part.sequence, part.fen) for part in rows]


def test_a_family_whose_benefit_ended_owes_out_of_the_first_other_one_as_far_as_all_its_parts_go():
    """October and November of 400.00 each are paid at once: instalments of 300.00 and 450.00 fit, one of 60.00 does not."""
    home, (_head, uncle, child) = a_family("H1", "张甲", "张乙", "张丙")
    ended = a_grant(home, 500_00, SEP, last_month=SEP)
    a_run(SEP, benefits=(DIBAO, TEKUN, ORPHAN), checked=False)
    first = a_grant(home, 400_00, OCT, benefit=TEKUN, person=uncle)
    second = a_grant(home, 900_00, OCT, benefit=ORPHAN, person=child)
    a_debt(ended, (OCT, 300_00), (NOV, 450_00), (NOV, 60_00))

    run = a_run(NOV, benefits=(DIBAO, TEKUN, ORPHAN), checked=False)

    assert deducted(run) == [(first.pk, 0, -300_00), (first.pk, 1, -450_00)]
    assert dict(PayLine.objects.filter(run=run).values_list("entitlement", "fen")) == {
        first.pk: 50_00,
        second.pk: 1_800_00,
    }


def test_what_a_running_benefit_owes_is_not_taken_from_somebodys_own_because_runs_are_cut():
    """The uncle's own benefit is paid by a run of its own, before the family's."""
    home, (_head, uncle) = a_family("H1", "张甲", "张乙")
    family = a_grant(home, 500_00, OCT)
    a_grant(home, 900_00, OCT, benefit=TEKUN, person=uncle)
    a_debt(family, (NOV, 200_00))
    a_run(OCT, benefits=(DIBAO, TEKUN), checked=False)

    own, theirs = a_run(NOV, benefits=(TEKUN,), checked=False), a_run(NOV, checked=False)

    assert (deducted(own), deducted(theirs)) == ([], [(family.pk, 0, -200_00)])


@pytest.mark.parametrize(("later", "left"), [(None, 0), (0, 0), (1, 300_00)])
def test_a_payment_after_which_nothing_is_paid_may_be_deducted_as_a_whole(later, left):
    """No amount from December on; one of nought; one of a fen, which is something to come."""
    home, _people = a_family()
    row = a_grant(home, 300_00, OCT, last_month=NOV)
    if later is not None:
        row.amounts.create(first_month=DEC, fen=later, decision=row.begun_by)
    a_debt(row, (NOV, 300_00))
    a_run(OCT, checked=False)

    run = a_run(NOV, checked=False)

    assert PayLine.objects.get(run=run).fen == left
