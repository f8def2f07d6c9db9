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
KEY, WHO, MOST = "typed", "who", 20_000
SALT = "anmin.typed"


def sign_of(request: HttpRequest) -> str:
    """Whose page a form stands on, signed: what was typed is given back to nobody else."""
    return signing.dumps(getattr(request.user, "pk", None), salt=SALT)


def keeps_typed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A form that survives the end of a session: its words are kept sealed and stand there again after the log-in.

    The step itself is not taken: it waits for whoever is logged in to look and press once more.
    """

    @wraps(view)
    def kept(request: HttpRequest, number: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or request.user.is_authenticated:
            return view(request, number, *args, **kwargs)
        back = reverse("console:case", args=[number])
        query = request.META.get("QUERY_STRING", "")
        words = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
        text = json.dumps({"number": number, "words": words}, ensure_ascii=False)
        if len(text) <= MOST:
            request.session[KEY] = sealed_text(text, *PLACE).hex()
        address = f"{back}?{query}" if query else back
        return HttpResponseRedirect(f"{reverse('console:login')}?why=expired&next={quote(address)}")

    return kept


def kept_for(request: HttpRequest, number: str) -> QueryDict | None:
    """What was typed on this case before the session ended, once, and only for whoever typed it."""
    sealed = request.session.get(KEY)
    if not sealed:
        return None
    try:
        found = json.loads(opened_text(bytes.fromhex(sealed), *PLACE))
        whose = signing.loads(found["words"].get(WHO, [""])[0], salt=SALT)
    except (SealBroken, ValueError, KeyError, signing.BadSignature):
        del request.session[KEY]
        return None
    if found["number"] != number:
        return None
    del request.session[KEY]
    if whose != request.user.pk:
        return None
    words = QueryDict(mutable=True)
    for name, values in found["words"].items():
        words.setlist(name, values)
    words["restored"] = "1"
    return words
