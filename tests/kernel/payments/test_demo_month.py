"""The demonstration's month of money: paid as far as its bank has answered, and this month's roster at its check."""

from datetime import date

import pytest

from anmin.kernel.access.actions import create_demo_staff
from anmin.kernel.payments.banks.models import PayFile
from anmin.kernel.payments.budget.models import BudgetLine
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.demo import actions as demo
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.runs.models import PayLine, PayRun
from anmin.kernel.payments.verifying import flaws
from tests.kernel.payments.money import COUNTY
from tests.make import a_household, a_person

TODAY, TOWN, VILLAGE = date(2026, 11, 25), "371002002", "371002002001"
STAFF = [
    ("caiwu", "财务", COUNTY, "county_finance"),
    ("xian1", "审核确认", COUNTY, "county_approver"),
    ("juzhang", "分管局长", COUNTY, "county_leader"),
]


def the_month():
    return demo.make_demo_month(by="test", county=COUNTY, town=TOWN, ending="", on=TODAY)


@pytest.mark.django_db
def test_a_newcomer_finds_a_paid_month_with_a_return_an_unknown_and_an_exception(settings):
    settings.DEMO = True
    create_demo_staff(by="test", places=STAFF, on=date(2020, 1, 1))
    for at in range(demo.PAID + demo.LACKING):
        head = a_person("王秀英", VILLAGE, serial=at + 1, birth_day=date(1968, 3, 2))
        a_household(f"Y{at:03d}", VILLAGE, head)

    number = the_month()

    last, now = PayRun.objects.order_by("month")
    states = list(PayLine.objects.filter(run=last).order_by("pk").values_list("state", flat=True))
    assert states == ["returned", "unknown", *["paid"] * (number - 2)] and number == demo.PAID
    assert (last.month, last.state, PayFile.objects.get().state) == (date(2026, 10, 1), "filed", "accepted")
    assert [row.by.username for row in last.approvals.order_by("order")] == ["xian1", "juzhang"]
    assert (now.month, now.state) == (date(2026, 11, 1), "checked")
    assert "no_card" in PayException.objects.filter(run=now, state="open").values_list("code", flat=True)
    sums = trial_balance(COUNTY)
    assert sums["transit"] > 0 and sums["returned"] > 0 and sums["spent"] > 0 and sum(sums.values()) == 0
    assert BudgetLine.objects.filter(division=TOWN).exists() and list(flaws()) == []
    assert the_month() == number and PayRun.objects.count() == 2


@pytest.mark.django_db
def test_without_two_who_sign_nothing_is_paid(settings):
    settings.DEMO = True
    create_demo_staff(by="test", places=STAFF[:2], on=date(2020, 1, 1))

    assert the_month() == 0 and not PayRun.objects.exists() and not BudgetLine.objects.exists()
