"""A partner with a key, for tests of the interface."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from anmin.kernel.partners import actions


def a_key(
    powers=("status.read",), fields=("person.registered", "status.layer"), divisions=("371002",), **more
):
    """A key of the disabled persons' federation, and the client that calls with it."""
    today = timezone.localdate()
    from anmin.kernel.partners.models import Partner

    partner = Partner.objects.filter(key="cdpf").first() or actions.add_partner(
        by="test", key="cdpf", name="残联"
    )
    values = {
        "title": "两项补贴核对",
        "purpose": "两项补贴资格核对",
        "first_day": today - timedelta(30),
        "last_day": today + timedelta(300),
        "basis": "disability_subsidies",
        **more,
    }
    fresh = actions.create_key(
        by="test", partner=partner, powers=powers, fields=fields, divisions=divisions, **values
    )
    return fresh, Client(headers={"authorization": f"Bearer {fresh.token}"})
