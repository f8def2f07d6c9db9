"""The frame of a page of the phone: size of the letters, language, demonstration or not; small words."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext

from anmin.kernel.frames.queries import Frame, frame_of

register = template.Library()


@register.simple_tag(takes_context=True)
def frame(context: dict[str, Any]) -> Frame:
    """The frame, read from the request and the settings."""
    return frame_of(context.get("request"))


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
