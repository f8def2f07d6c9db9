"""到账: a family reads of its own payments whether they arrived and why not; the database gives nobody another's."""

import pytest
from django.db import connection

from anmin.kernel.cases.models import Case
from anmin.kernel.cases.own.benefits import own_benefits
from anmin.kernel.entitlements.models import Decision
from anmin.kernel.payments.banks.arrivals import own_arrivals
from anmin.kernel.people.residents.door import as_resident
from anmin.kernel.people.residents.queries import Resident
from tests.kernel.payments.banks.banking import a_return, filed, received, sent
from tests.kernel.payments.money import TODAY

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


def test_what_is_with_the_bank_is_not_called_arrived():
    (file,) = filed(1)

    (rows,) = seen_by(file.lines.get()).values()

    assert str(rows[0].words) == "已送银行，等银行入账" and rows[0].day is None


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
