"""The frame of a page of residents: size of the text, language, demonstration or not; money and days in words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext

from anmin.kernel.frames.queries import Frame, frame_of
from anmin.portal.language import is_chinese

register = template.Library()


@register.simple_tag(takes_context=True)
def frame(context: dict[str, Any]) -> Frame:
    """The frame, read from the request and the settings."""
    return frame_of(context.get("request"))


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
    if is_chinese():
        return f"{value.year}年{value.month}月{value.day}日"
    return value.isoformat()


@register.filter
def month(value: date | None) -> str:
    """A month."""
    if value is None:
        return "—"
    if is_chinese():
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
    if is_chinese():
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
