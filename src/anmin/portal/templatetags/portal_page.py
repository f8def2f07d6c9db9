"""The frame of a page of residents: size of the text, language, demonstration or not; money and days in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

register = template.Library()

SIZE_COOKIE = "anmin_size"
"""The same cookie as at the desk: a choice holds on every page of the installation."""
SIZES = {"normal": _("普通版"), "large": _("大字版"), "xlarge": _("更大"), "huge": _("最大")}
ORDER = tuple(SIZES)


@dataclass(frozen=True)
class Frame:
    """What every page's frame shows; `larger` and `smaller` are the next sizes, empty at the ends."""

    size: str
    larger: str
    smaller: str
    language: str
    is_demo: bool

    @property
    def is_elder(self) -> bool:
        """Whether the large letters are on."""
        return self.size != ORDER[0]


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
    """Fen as yuan: whole yuan without decimals."""
    if fen is None:
        return "—"
    whole, rest = divmod(abs(fen), 100)
    return f"{'−' if fen < 0 else ''}{whole:,}" + (f".{rest:02d}" if rest else "")


@register.filter
def day(value: date | None) -> str:
    """A day as people say it: 2026年11月20日."""
    if value is None:
        return "—"
    if (get_language() or "zh").startswith("zh"):
        return f"{value.year}年{value.month}月{value.day}日"
    return value.isoformat()


@register.filter
def month(value: date | None) -> str:
    """A month."""
    if value is None:
        return "—"
    if (get_language() or "zh").startswith("zh"):
        return f"{value.year}年{value.month}月"
    return f"{value:%Y-%m}"


@register.filter
def moment(value: datetime | None) -> str:
    """A day and the hour."""
    return "—" if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


@register.filter
def term(thing: Any) -> str:
    """The name of a benefit, rule, fact or code, in the reader's language."""
    title = getattr(thing, "title", None)
    if not isinstance(title, str):
        return gettext(str(thing)) if thing else ""
    english = getattr(thing, "english", "")
    if (get_language() or "zh").startswith("zh"):
        return title
    return english.rstrip(".") if english else gettext(title)


@register.filter
def said(text: str) -> str:
    """A word of a procedure in the reader's language, where the catalogue has it."""
    return gettext(text) if text else ""


@register.filter
def lookup(mapping: Any, key: Any) -> Any:
    """A value by a key that is itself a variable."""
    return mapping.get(key) if mapping else None
