"""Whether the first set-up is open."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password
from django.utils import timezone

from anmin.kernel.access.models import SetupSecret, User


def is_setup_open() -> bool:
    """Whether the first set-up can still be done: a secret is out and there are no accounts."""
    waiting = SetupSecret.objects.filter(used_at__isnull=True, expires_at__gt=timezone.now())
    return waiting.exists() and not has_accounts()


def has_accounts() -> bool:
    """Whether anybody but the demonstration has an account; then the set-up is over for good."""
    return User.objects.filter(is_demo=False).exists()


def is_setup_secret(secret: str) -> bool:
    """Whether a secret opens the first set-up now."""
    rows = SetupSecret.objects.filter(used_at__isnull=True, expires_at__gt=timezone.now())
    return any(check_password(secret, row.secret) for row in rows)
