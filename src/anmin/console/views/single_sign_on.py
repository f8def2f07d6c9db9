"""A city's single sign-on (统一登录): to its log-in service and back."""

from __future__ import annotations

import structlog
from allauth.socialaccount.providers.openid_connect import views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from requests import RequestException

log = structlog.get_logger(__name__)


def start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the service; where it does not answer, the page says what else there is."""
    return _whatever_the_service_does(views.login, request, provider_id)


def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """From the service, with its word on who somebody is."""
    return _whatever_the_service_does(views.callback, request, provider_id)


def _whatever_the_service_does(view: object, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        response: HttpResponse = view(request, provider_id)  # type: ignore[operator]
    except RequestException as trouble:
        log.error("single_sign_on.no_answer", reason_code=type(trouble).__name__)
        response = render(request, "socialaccount/authentication_error.html", status=502)
    return response
