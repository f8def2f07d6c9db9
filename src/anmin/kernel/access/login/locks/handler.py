"""How axes counts and locks here: by the figures of GB/T 22239 and in turns, over its own table of failures."""

from __future__ import annotations

from typing import Any

from axes.handlers.base import AbstractAxesHandler, AxesBaseHandler
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from anmin.kernel.access.login.locks import actions
from anmin.kernel.access.login.locks.queries import locked_until
from anmin.kernel.access.login.typed import username_of
from anmin.kernel.access.models import User


class LockHandler(AbstractAxesHandler, AxesBaseHandler):
    """Replaces axes' own handler, whose window slides on without end and whose reset frees other accounts too."""

    def is_locked(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        """Whether the account or the address is locked now."""
        name, address = username_of(request, credentials), request.axes_ip_address
        actions.take_turns(name, address)
        return locked_until(name, address) is not None

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: Any = None, **more: Any
    ) -> None:
        """Count a wrong try; the page says so when it was one too many. Tries during a lock are not counted."""
        if request is None:
            return
        if not request.axes_locked_out:
            name = username_of(request, credentials)
            request.axes_locked_out = actions.note_failure(
                by="", name=name, address=request.axes_ip_address, path=request.path
            )
        request.axes_credentials = credentials

    def user_logged_in(self, sender: Any, request: Any, user: Any, **more: Any) -> None:
        """Password and second factor were right."""
        AxesProxyHandler.update_request(request)
        actions.forget(by=user, name=user.get_username(), address=request.axes_ip_address)

    def user_logged_out(self, sender: Any, request: Any, user: Any, **more: Any) -> None:
        """Nothing to count."""

    def get_failures(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        """All or nothing: how many it takes is decided in `queries`."""
        return int(settings.AXES_FAILURE_LIMIT) if self.is_locked(request, credentials) else 0


def refuse_if_locked(request: HttpRequest, user: User) -> None:
    """Before a second factor or a password is looked at: a locked account gets the page of locked accounts.

    Raises:
        ValidationError: when the account or the address is locked.
    """
    if AxesProxyHandler.is_locked(request, {"username": user.username}):
        request.axes_locked_out = True  # type: ignore[attr-defined]
        raise ValidationError(_("登录暂时锁定。"), code="locked")


def count_failure(request: HttpRequest, user: User) -> None:
    """A wrong second factor, or a wrong password of somebody who is in already."""
    AxesProxyHandler.user_login_failed(
        sender=__name__, credentials={"username": user.username}, request=request
    )
