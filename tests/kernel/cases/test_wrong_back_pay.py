"""The wrong variants of X-91 and X-92: what a clerk in a hurry would write down for back pay and for a death."""

from datetime import date

import pytest

from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.entitlements.actions import EntitlementProblem
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.runs.models import PayLine
from tests.kernel.payments.money import a_family, a_grant, a_run, decided

pytestmark = pytest.mark.django_db


def test_who_joined_in_march_is_not_paid_back_from_january():
    """X-91: 183 yuan for one month, and not 549 for three."""
    home, _people = a_family("H1", "张甲", "张乙", "张丙")
    row = a_grant(home, 1_503_00, date(2024, 3, 1))
    a_run(date(2024, 3, 1))
    decision = decided(home, "change", date(2024, 4, 3), 1_686_00)

    with pytest.raises(EntitlementProblem, match="早于待遇起发的 2024-03"):
        entitlements.change_amount(
            by="test", decision=decision, entitlement=row, first_month=date(2024, 1, 1), fen=1_686_00
        )

    entitlements.change_amount(
        by="test", decision=decision, entitlement=row, first_month=date(2024, 3, 1), fen=1_686_00
    )
    assert PayLine.objects.get(run=a_run(date(2024, 4, 1))).fen == 1_686_00 + 183_00


@pytest.mark.parametrize(
    ("first_month", "found"),
    [(date(2024, 7, 1), 3_186_00), (date(2024, 6, 1), 4_248_00), (date(2024, 8, 1), 2_124_00)],
    ids=["the month after the death", "the month of the death", "a month late"],
)
def test_a_reduction_from_another_month_than_the_one_after_the_death_shows_in_the_sum(first_month, found):
    """X-92: 3,186 yuan are claimed back; the month of the death itself was due, and none of the others was."""
    home, _people = a_family("H1", "张甲", "张乙", "张丙")
    row = a_grant(home, 1_686_00, date(2024, 6, 1))
    for month in (6, 7, 8, 9):
        a_run(date(2024, month, 1))
    decision = decided(home, "reduce", date(2024, 10, 2), 624_00)

    entitlements.change_amount(
        by="test", decision=decision, entitlement=row, first_month=first_month, fen=624_00
    )
    a_run(date(2024, 10, 1))

    assert Recovery.objects.get().fen == found
