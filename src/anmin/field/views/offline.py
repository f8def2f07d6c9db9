"""What makes the pages work without network: the worker script, the manifest, the shell, what waits to be sent."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anmin.field.pages import Phone, phone
from anmin.kernel.frames.queries import with_size

ASSETS = (
    "console/tokens.css",
    "field/field.css",
    "field/form.css",
    "field/store.js",
    "field/outbox.js",
    "field/frame.js",
    "field/form.js",
    "field/apply.js",
    "field/photo.js",
    "field/waiting.js",
    "console/favicon.svg",
)


@phone()
def outbox(phone: Phone) -> HttpResponse:
    """What waits on this phone, what was sent, what came back. The list itself is known to the phone alone."""
    return phone.page("outbox", "outbox")


@require_GET
def shell(request: HttpRequest) -> HttpResponse:
    """What opens without network where a page was never seen; it names nobody."""
    return render(request, "field/offline.html", {"tag": "", "here": ""})


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script between the pages and the network, with the addresses of what it keeps."""
    known = {"assets": [static(name) for name in ASSETS], "store": static("field/store.js")}
    response = render(request, "field/sw.js", known, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """The name and the mark on the phone's first screen."""
    return JsonResponse(
        {
            "name": _("安民走访"),
            "short_name": _("走访"),
            "start_url": reverse("field:today"),
            "scope": reverse("field:today"),
            "display": "standalone",
            "lang": "zh-Hans",
            "background_color": "#f5f7fa",
            "theme_color": "#1b4f91",
            "icons": [{"src": static("console/favicon.svg"), "sizes": "any", "type": "image/svg+xml"}],
        },
        content_type="application/manifest+json",
    )


@require_POST
def size(request: HttpRequest) -> HttpResponse:
    """Keep the size of the letters and go back to the page."""
    back, home = request.POST.get("next", ""), reverse("field:today")
    is_ours = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return with_size(HttpResponseRedirect(back if is_ours and back.startswith(home) else home), request)
