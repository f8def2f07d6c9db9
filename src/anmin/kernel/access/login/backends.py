"""Which users the password opens for: active ones, and demonstration log-ins in demonstration mode only."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from anmin.kernel.access.models import User

log = structlog.get_logger(__name__)


def may_log_in(user: User) -> bool:
    """Whether an account is one to log in with at all.

    An account whose row was edited by SQL opens nothing: it may bear somebody else's password.
    """
    if not user.is_coded:
        log.error("account.ignored", user_id=user.pk, reason_code="row_code")
        return False
    return user.is_active and (settings.DEMO or not user.is_demo)


class StaffBackend(BaseBackend):
    """User name and password. An unknown name costs as much time as a wrong password."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> User | None:
        """The user whose password this is."""
        if not username or password is None:
            return None
        user = User.objects.filter(username=username).first()
        if user is None:
            User().set_password(password)  # the same work as checking one, so that time tells nothing
            return None
        return user if user.check_password(password) and may_log_in(user) else None

    def get_user(self, user_id: int) -> User | None:
        """The user of a session; a disabled one is out with the next click."""
        user = User.objects.filter(pk=user_id).first()
        return user if user is not None and may_log_in(user) else None
