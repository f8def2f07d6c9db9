"""What the tests of the money pages share: somebody at a desk, what the worker does, an approved month."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.payments.errands import actions as errands
from anmin.kernel.payments.errands.models import Errand
from tests.kernel.payments.banks.banking import families
from tests.kernel.payments.money import COUNTY, a_budget, a_run, approved
from tests.make import a_user


def at(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desks():
    """Finance, whoever approves, and the leader of a county, each at a desk."""
    return {
        "clerk": at(a_user("caiwu", COUNTY, role="county_finance")),
        "boss": at(a_user("shenhe", COUNTY, role="county_approver")),
        "head": at(a_user("lingdao", COUNTY, role="county_leader")),
    }


def post(client, name, *keys, **given):
    return client.post(reverse(f"console:{name}", args=keys), given, follow=True).content.decode()


def get(client, name, *keys, **query):
    return client.get(reverse(f"console:{name}", args=keys), query).content.decode()


def worked():
    """What the worker does with everything that waits for it."""
    for row in Errand.objects.filter(state="queued").order_by("pk"):
        errands.carry_out(errand=row.pk, on=timezone.localdate(), at=timezone.now())
    return Errand.objects.order_by("pk").last()


def a_month():
    """An approved run of this month for two families with a budget."""
    month = timezone.localdate().replace(day=1)
    a_budget(10_000_000_00, year=month.year)
    families(2, first_month=(month - timedelta(1)).replace(day=1))
    return approved(a_run(month, on=month))
