"""What somebody typed when their session had ended (输入不丢): sealed, for the same person, given back after the log-in."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from anmin.kernel.keys.fields import opened_text, sealed_text
from anmin.lib.crypto import SealBroken

PLACE = "session", "typed", 0
KEY, WHO, MOST = "typed", "who", 200_000
SALT = "anmin.typed"


def sign_of(request: HttpRequest) -> str:
    """Whose page a form stands on, signed: what was typed is given back to nobody else."""
    return signing.dumps(getattr(request.user, "pk", None), salt=SALT)


def keeps_typed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A form of a case's page that survives the end of a session: see `keeps_typed_at`."""
    return keeps_typed_at(lambda request, number, *args, **kwargs: reverse("console:case", args=[number]))(
        view
    )


def keeps_typed_here(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A form that is sent to the page it stands on and survives the end of a session: see `keeps_typed_at`."""
    return keeps_typed_at(lambda request, *args, **kwargs: request.path)(view)


def keeps_typed_at(
    back: Callable[..., str],
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Words typed into a form without a session are kept sealed and stand at the address `back` again after the log-in.

    Nothing is done with them: they wait for whoever is logged in to look and press once more.
    """

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST" or request.user.is_authenticated:
                return view(request, *args, **kwargs)
            place = back(request, *args, **kwargs)
            query = request.META.get("QUERY_STRING", "")
            words = {
                name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"
            }
            text = json.dumps({"place": place, "words": words}, ensure_ascii=False)
            if len(text) <= MOST:
                request.session[KEY] = sealed_text(text, *PLACE).hex()
            address = f"{place}?{query}" if query else place
            return HttpResponseRedirect(f"{reverse('console:login')}?why=expired&next={quote(address)}")

        return kept

    return wrap


def kept_for(request: HttpRequest, number: str) -> QueryDict | None:
    """What was typed on this case before the session ended, once, and only for whoever typed it."""
    return kept_at(request, reverse("console:case", args=[number]))


def kept_here(request: HttpRequest) -> QueryDict:
    """What was typed on this very page before the session ended; empty when there was nothing."""
    return kept_at(request, request.path) or QueryDict()


def kept_at(request: HttpRequest, place: str) -> QueryDict | None:
    """What was typed for an address, once, and only for whoever typed it."""
    sealed = request.session.get(KEY)
    if not sealed:
        return None
    try:
        found = json.loads(opened_text(bytes.fromhex(sealed), *PLACE))
        whose = signing.loads(found["words"].get(WHO, [""])[0], salt=SALT)
    except (SealBroken, ValueError, KeyError, signing.BadSignature):
        del request.session[KEY]
        return None
    if found.get("place") != place:
        return None
    del request.session[KEY]
    if whose != request.user.pk:
        return None
    words = QueryDict(mutable=True)
    for name, values in found["words"].items():
        words.setlist(name, values)
    words["restored"] = "1"
    return words
