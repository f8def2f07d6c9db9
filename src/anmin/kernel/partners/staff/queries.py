"""Who works for a partner on a day, and as whom they read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db.models import Q, QuerySet

from anmin.kernel.access.queries import Reader, Scope
from anmin.kernel.partners.models import Partner, PartnerKey, PartnerStaff

ROLE = "partner_staff"


def staff_of(partner: Partner) -> QuerySet[PartnerStaff]:
    """Everybody who opens or opened a partner's page, newest first."""
    return partner.staff.select_related("user").order_by("-first_day", "-pk")


def staff_numbered(partner: Partner, number: int) -> PartnerStaff | None:
    """One of a partner's staff."""
    return partner.staff.select_related("user").filter(pk=number).first()


def partner_of(reader: Reader) -> Partner | None:
    """The partner a reader works for on the reader's day; a row edited by SQL gives nothing."""
    if reader.user is None or not reader.may("partner.own"):
        return None
    rows = PartnerStaff.objects.filter(
        Q(last_day__isnull=True) | Q(last_day__gte=reader.on),
        user=reader.user,
        first_day__lte=reader.on,
        partner__is_active=True,
    )
    row = rows.select_related("partner").order_by("-first_day").first()
    return row.partner if row is not None and row.is_coded else None


def live_keys(partner: Partner, on: date, power: str = "") -> list[PartnerKey]:
    """A partner's keys in force, those with a power where one is named."""
    rows = PartnerKey.objects.filter(
        partner=partner, revoked_at__isnull=True, first_day__lte=on, last_day__gte=on
    ).select_related("partner")
    return [row for row in rows.order_by("-pk") if not power or power in row.powers]


def reading_for(reader: Reader, partner: Partner, power: str) -> Reader:
    """Somebody of a partner as far as the partner's keys with a power reach: no key, no sight."""
    keys = live_keys(partner, reader.on, power)
    divisions = [code for key in keys for code in key.divisions]
    return replace(
        reader,
        name=f"{partner.name}·{reader.name}"[:150],
        fixed=Scope.of(divisions),
        level=max((key.clearance for key in keys), default=-1),
    )
