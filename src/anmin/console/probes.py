"""Addresses for machines that watch this one: alive, ready, healthy, metrics. Answered before everything else."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django_prometheus.exports import ExportToDjangoView

from anmin.kernel.operations import queries
from anmin.kernel.operations.checks import BROKEN, as_json, overall

NEAR = ("127.0.0.1", "::1", "")
"""Addresses of this machine; empty over a Unix socket."""


class Probes:
    """Answers `/livez`, `/readyz`, `/healthz` and `/metrics`, without session, language or log-in.

    `/livez` asks nothing of anybody, `/readyz` one thing of the database. What tells more than yes or no is for this
    machine itself, or for whoever holds ANMIN_METRICS_TOKEN; others are told there is no such page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.pages: dict[str, Callable[[HttpRequest], HttpResponse]] = {
            "/livez": alive,
            "/readyz": ready,
            "/healthz": healthy,
            "/metrics": metrics,
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a probe, or pass the request on."""
        page = self.pages.get(request.path_info)
        if page is None:
            return self.get_response(request)
        response = page(request)
        response["Cache-Control"] = "no-store"
        return response


def alive(request: HttpRequest) -> HttpResponse:
    """The process takes requests."""
    return HttpResponse("ok", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """The process can work: the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return HttpResponse("database", content_type="text/plain", status=503)
    finally:
        connection.close_if_unusable_or_obsolete()
    return HttpResponse("ok", content_type="text/plain")


def healthy(request: HttpRequest) -> HttpResponse:
    """All checks of the health page as JSON; 503 when something is broken."""
    if not may_know(request):
        return HttpResponse(status=404)
    made = queries.health()
    connection.close_if_unusable_or_obsolete()
    options = {"ensure_ascii": False}
    return JsonResponse(
        as_json(made), status=503 if overall(made) == BROKEN else 200, json_dumps_params=options
    )


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus."""
    return ExportToDjangoView(request) if may_know(request) else HttpResponse(status=404)


def may_know(request: HttpRequest) -> bool:
    """Whether whoever asks may be told more than yes or no.

    A request that a proxy passed on also comes from this machine, but says for whom.
    """
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token:
        return hmac.compare_digest(given.encode(), token.encode())
    forwarded = {"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"} & {
        name.title() for name in request.headers
    }
    return request.META.get("REMOTE_ADDR", "") in NEAR and not forwarded
