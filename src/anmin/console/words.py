"""Official terms in the reader's language: the Chinese title, or the English beside it on an English page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext, gettext_noop

from anmin.policy.phrases import CHINESE, ENGLISH, Words

DOMAINS = {
    "assistance": gettext_noop("社会救助"),
    "elderly": gettext_noop("养老服务"),
    "children": gettext_noop("儿童福利"),
    "disability": gettext_noop("残疾人福利"),
    "placenames": gettext_noop("地名和区划"),
}
"""The lines of business whose rules the catalogue shows."""


def is_chinese() -> bool:
    """Whether the page is written in Chinese."""
    return (get_language() or "zh").startswith("zh")


def phrases() -> Words:
    """The words in which the engine writes its formulas."""
    return CHINESE if is_chinese() else ENGLISH


def term_of(thing: Any) -> str:
    """The name of a rule, fact, rate, benefit or code."""
    if thing is None:
        return "—"
    title = getattr(thing, "title", None)
    if not isinstance(title, str):
        return str(thing)
    if is_chinese():
        return title
    english = getattr(thing, "english", "")
    return english.rstrip(".") if english else gettext(title)
