"""The frame of a page of the phone: size of the letters, language, demonstration or not; small words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

register = template.Library()

SIZE_COOKIE = "anmin_size"
"""The same cookie as at the desk and for residents: a choice holds on every page."""
SIZES = {"normal": _("普通"), "large": _("大字"), "xlarge": _("更大"), "huge": _("最大")}
ORDER = tuple(SIZES)


@dataclass(frozen=True)
class Frame:
    """What every page's frame shows."""

    size: str
    larger: str
    smaller: str
    language: str
    is_demo: bool


@register.simple_tag(takes_context=True)
def frame(context: dict[str, Any]) -> Frame:
    """The frame, read from the request and the settings."""
    request: HttpRequest | None = context.get("request")
    size = request.COOKIES.get(SIZE_COOKIE, ORDER[0]) if request is not None else ORDER[0]
    at = ORDER.index(size) if size in ORDER else 0
    return Frame(
        ORDER[at],
        ORDER[at + 1] if at + 1 < len(ORDER) else "",
        ORDER[at - 1] if at else "",
        "en" if (get_language() or "").startswith("en") else "zh-Hans",
        bool(getattr(settings, "DEMO", False)),
    )


@register.filter
def yuan(fen: int | None) -> str:
    """Fen as yuan; whole yuan without decimals."""
    if fen is None:
        return "—"
    whole, rest = divmod(fen, 100)
    return f"{whole:,}" + (f".{rest:02d}" if rest else "")


@register.filter
def moment(value: Any) -> str:
    """A day and the hour, here."""
    return "—" if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


@register.filter
def said(text: str) -> str:
    """A word of a declaration in the reader's language."""
    return gettext(text) if text else ""


@register.filter
def lookup(mapping: Any, key: Any) -> Any:
    """A value by a key that is itself a variable."""
    return mapping.get(key, "") if mapping else ""
