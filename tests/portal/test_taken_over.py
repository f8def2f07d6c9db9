"""A family reads on its own page that its benefit goes on as another office decided it, and what our rules find."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.people.models import Membership
from tests.kernel.cases.takeover.lists import a_line, a_measuring, carried, confirmer, gives, sender
from tests.portal.entering import YEARS, entered, text
from tests.portal.world import MOTHER, a_world, number_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(settings):
    settings.DEMO, settings.SMS_COMMAND, settings.SMS_FILE = True, "", ""


def test_a_family_reads_whose_decision_its_amount_is_and_what_the_rules_find(tmp_path):
    world = a_world()
    home = Membership.objects.get(person=world.mother).household
    today = timezone.localdate()
    a_measuring(**{home.number: gives(90_000)})
    carried(
        tmp_path,
        a_line(
            name=MOTHER, identity=number_of(1, YEARS[1], 2), last_paid=f"{today:%Y}-{today.month - 1:02d}"
        ),
        by=sender(),
        second=confirmer(),
        on=today,
    )
    mother = entered(1, MOTHER)

    page = text(mother.get(reverse("residents:benefits")))
    why = text(mother.get(re.search(r'href="(/residents/benefits/\d+/)"', page).group(1)))

    assert Entitlement.objects.get().household == home
    assert "860 元／月" in page
    assert "按环翠区民政局 2019 年 3 月 20 日“威环民救〔2019〕12号”的决定从原系统转入" in why
    assert "每月 900 元，相差 40 元，已列入复核" in why
    assert "我觉得算得不对" not in why and "觉得不对，请打下面的电话" in why
