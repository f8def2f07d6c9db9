"""Which second factors somebody has, and which resets wait for another administrator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.kernel.access.models import FactorReset, User

RESET_LASTS = timedelta(days=3)
"""How long a request may be approved: whose identity was looked at long ago is to be looked at again."""
TITLES = {"totp": _("验证器"), "webauthn": _("安全密钥"), "recovery_codes": _("备用码")}


def factors_of(user: User) -> list[Any]:
    """The titles of somebody's second factors, each kind once."""
    kinds = set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
    return [title for kind, title in TITLES.items() if kind in kinds]


def waiting_resets() -> QuerySet[FactorReset]:
    """Requests that another administrator can still approve, the oldest first."""
    rows = FactorReset.objects.filter(
        approved_at__isnull=True, refused_at__isnull=True, asked_at__gte=timezone.now() - RESET_LASTS
    )
    return rows.select_related("user", "asked_by").order_by("asked_at")


def waiting_reset(user: User) -> FactorReset | None:
    """The request that waits for one user."""
    return waiting_resets().filter(user=user).first()


def reset(pk: int) -> FactorReset | None:
    """One request."""
    return FactorReset.objects.select_related("user", "asked_by").filter(pk=pk).first()
