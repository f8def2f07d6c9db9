"""In which language a page of residents is read."""

from __future__ import annotations

from django.utils.translation import get_language

from anmin.policy.phrases import CHINESE, ENGLISH, Words


def is_chinese() -> bool:
    """Whether the page is read in Chinese."""
    return (get_language() or "zh").startswith("zh")


def phrases() -> Words:
    """The words in which a formula of the page stands."""
    return CHINESE if is_chinese() else ENGLISH
