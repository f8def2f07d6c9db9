"""Which pages say what went wrong: those for residents under their address, those for staff everywhere else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from anmin.console.views import errors as desk
from anmin.portal.views import errors as residents

THEIRS = "/residents/"


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return (residents if request.path.startswith(THEIRS) else desk).bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return (residents if request.path.startswith(THEIRS) else desk).forbidden(request, exception)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return (residents if request.path.startswith(THEIRS) else desk).not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500."""
    return (residents if request.path.startswith(THEIRS) else desk).server_error(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without its token."""
    if request.path.startswith(THEIRS):
        return residents.forbidden(request)
    return desk.csrf_failure(request, reason)
