"""What was typed outlives the session (会话过期不丢内容): a form sent after log-out waits, sealed, until its writer is back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from anmin.kernel.keys.fields import opened_text, sealed_text
from anmin.lib.crypto import SealBroken

LARGEST = 200_000
KEPT = "kept_form"
PLACE = "session", "kept_form", 0
LEFT_OUT = ("csrfmiddlewaretoken",)


def keeps_what_was_typed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page whose form, sent without a session, is kept and shown again after logging in, to the same address only."""

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or request.user.is_authenticated:
            return view(request, *args, **kwargs)
        text = json.dumps(
            {name: request.POST.getlist(name)[-1] for name in request.POST if name not in LEFT_OUT},
            ensure_ascii=False,
        )
        if len(text) <= LARGEST:
            request.session[KEPT] = [request.path, sealed_text(text, *PLACE).hex()]
        login = f"{reverse('console:login')}?{urlencode({'next': request.path, 'why': 'expired'})}"
        return HttpResponseRedirect(login)

    return kept


def taken_up(request: HttpRequest) -> Mapping[str, str]:
    """What was kept for this address, once; empty when there was nothing."""
    kept = request.session.get(KEPT)
    if not kept or kept[0] != request.path:
        return {}
    del request.session[KEPT]
    try:
        found: dict[str, str] = json.loads(opened_text(bytes.fromhex(kept[1]), *PLACE))
    except (SealBroken, ValueError):
        return {}
    return found
