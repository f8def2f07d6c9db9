"""The demonstration of elder care fills every book through the same actions as people, once."""

import pytest
from django.utils import timezone

from anmin.domains.elderly.demo.actions import make_demo_care
from anmin.domains.elderly.registers.projectreports import ProjectReport
from anmin.kernel.registers.queries import registers
from tests.domains.elderly.made import COUNTY, VILLAGE, an_elder
from tests.make import a_household, a_user

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
EMPTY = {"elderly/settlements", "elderly/inspections", "elderly/ratings", "elderly/works", "elderly/meal-categories"}  # fmt: skip
"""Books that the demonstration leaves for whoever tries it."""


def test_every_book_has_entries_and_a_second_call_makes_nothing():
    for name, role in (
        ("yanglao", "elder_officer"),
        ("yangshen", "elder_approver"),
        ("pinggu", "elder_assessor"),
    ):
        a_user(name, COUNTY, role=role)
    for serial in range(1, 25):
        a_household(
            f"H{serial}", VILLAGE, an_elder(serial, name="王李张刘陈杨赵黄周吴徐孙"[serial % 12] + "秀英")
        )

    made = make_demo_care(by="demo", county=COUNTY, ending="", on=TODAY)

    assert made > 100
    empty = {
        one.key for one in registers() if one.line == "elderly" and not one.model._default_manager.exists()
    }
    assert empty == EMPTY
    report = ProjectReport.objects.get()
    assert report.project.beneficiaries.count() == 4
    assert make_demo_care(by="demo", county=COUNTY, ending="", on=TODAY) == 0
