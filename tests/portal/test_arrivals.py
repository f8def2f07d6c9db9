"""到账: a family reads of its own payments whether they arrived and why not; the database gives nobody another's."""

from datetime import date

import pytest
from django.db import connection
from django.utils import timezone

from anmin.kernel.cases.models import Case
from anmin.kernel.cases.own.benefits import own_benefits
from anmin.kernel.entitlements.models import Decision
from anmin.kernel.payments.banks.arrivals import Arrival, newest_and_missing, own_arrivals
from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.runs.models import PayLine
from anmin.kernel.people.residents.door import as_resident
from anmin.kernel.people.residents.queries import Resident
from tests.kernel.payments.banks.banking import a_return, filed, received, sent
from tests.kernel.payments.money import (
    TODAY,
    a_budget,
    a_family,
    a_grant,
    a_run,
    an_account,
    approved,
)
from tests.make import a_user

pytestmark = pytest.mark.django_db


def seen_by(order, on=TODAY):
    with as_resident(Resident(order.pay_line.person_id, on)):
        return own_arrivals()


def test_each_family_reads_its_own_payment_and_no_others():
    file, _bank = sent(2)
    received(file, a_return(file, ["returned", "paid"]))
    back, paid = file.lines.order_by("seq")

    (mine,), (theirs,) = seen_by(back).values(), seen_by(paid).values()

    assert [(one.entitlement, one.state, one.fen) for one in mine] == [
        (back.pay_line.entitlement_id, "returned", back.fen)
    ]
    assert mine[0].why == "账户已销户" and "改卡号" in str(mine[0].todo) and not mine[0].has_arrived
    assert theirs[0].has_arrived and theirs[0].day == TODAY and not theirs[0].why and not theirs[0].todo
    assert str(theirs[0].words) == "已到账"


def a_line_that_waits(code, state="held"):
    """A payment of this month that something stands against."""
    family, people = a_family("W1", card=False)
    a_grant(family, 732_00, TODAY.replace(day=1))
    line = PayLine.objects.get(run=a_run())
    PayException.objects.filter(line=line).delete()
    decided = {
        "held": {},
        "excluded": {"decided_by": a_user("d"), "decided_at": timezone.now(), "reason": "核实"},
    }
    PayException.objects.create(
        run=line.run,
        line=line,
        code=code,
        division=line.division,
        power="payments.decide",
        details={"day": "2026-11-01", "source": "殡仪馆"},
        state="open" if state == "held" else "excluded",
        **decided[state],
    )
    PayLine.objects.filter(pk=line.pk).update(state=state)
    return people[0]


def told(person):
    with as_resident(Resident(person.pk, TODAY)):
        ((row,),) = own_arrivals().values()
    return row


@pytest.mark.parametrize("state", ["held", "excluded"])
@pytest.mark.parametrize(
    "code, why, todo",
    [("no_card", "还没有登记收款的银行卡", "银行卡"), ("certificate", "证件到期", "换好的证件")],
)
def test_a_payment_that_waits_for_what_the_family_brings_says_what(state, code, why, todo):
    row = told(a_line_that_waits(code, state))

    assert row.state == state and why in row.why and todo in str(row.todo) and not row.has_arrived


def test_what_is_suspected_of_somebody_is_not_written_on_their_page():
    row = told(a_line_that_waits("death_clue"))

    assert row.why == "" and "请打电话问" in str(row.todo)


def test_what_is_with_the_bank_is_not_called_arrived():
    (file,) = filed(1)

    (rows,) = seen_by(file.lines.get()).values()

    assert str(rows[0].words) == "已送银行，等银行入账" and rows[0].day is None


def test_what_is_signed_for_is_not_said_to_be_with_a_bank():
    a_budget(10_000_00)
    family, people = a_family("B1", card=False)
    an_account(people[0], way="cash")
    a_grant(family, 732_00, TODAY.replace(day=1))
    (file,) = filing.make_files(by="test", run=approved(a_run()), on=TODAY).files

    (rows,) = seen_by(file.lines.get()).values()

    assert str(rows[0].words) == "现金已经发下去，等您签字领取"


def test_an_earlier_payment_that_did_not_come_is_not_hidden_behind_the_newest():
    words = ("filed", "paid", "returned", "paid", "unknown", "excluded")
    months = [Arrival(1, date(2026, 12 - at, 1), 100, state, "") for at, state in enumerate(words)]

    assert [one.state for one in newest_and_missing(months)] == ["filed", "returned", "unknown"]
    assert newest_and_missing([]) == []


def test_without_a_resident_there_are_no_payments():
    file, _bank = sent(1)
    received(file, a_return(file, "paid"))

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM anmin_own_payments()")
        assert cursor.fetchone() == (0,)


def test_a_benefit_taken_over_without_a_case_is_on_its_owners_page_and_on_no_other():
    file, _bank = sent(2)
    received(file, a_return(file, "paid"))
    own, other = file.lines.order_by("seq")
    mine, theirs = own.pay_line.entitlement, other.pay_line.entitlement
    assert not Case.objects.filter(number=mine.begun_by.case_number).exists()

    with as_resident(resident := Resident(own.pay_line.person_id, TODAY)):
        shown = [one.row.pk for one in own_benefits(resident)]
        decisions = set(Decision.objects.values_list("pk", flat=True))

    assert shown == [mine.pk]
    assert mine.begun_by_id in decisions and theirs.begun_by_id not in decisions
