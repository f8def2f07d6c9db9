"""A calculation in plain words: sentences without signs, for people who read slowly."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anmin.kernel.cases.deciding.amounts import amount_in_words
from anmin.kernel.cases.own.benefits import Benefit
from anmin.kernel.people.residents.queries import Resident
from anmin.policy.explain import Explanation
from anmin.policy.phrases import CHINESE, ENGLISH, Words

YOU = "您"


def is_chinese() -> bool:
    """Whether the page is read in Chinese, in which the sentences of the rules are written."""
    return (get_language() or "zh").startswith("zh")


def words_of_page() -> Words:
    """The words in which a formula of this page stands."""
    return CHINESE if is_chinese() else ENGLISH


def told_of(benefit: Benefit, why: Explanation | None, reader: Resident) -> list[str]:
    """How the amount came about, sentence by sentence, and the amount last; the formula where nobody wrote sentences."""
    who = YOU if benefit.row.person_id in (None, reader.person) else benefit.whose
    found = amount_in_words(benefit.decision, who) if is_chinese() else []
    if not found and why is not None:
        found = [line.text for line in why.lines if line.name == why.name][-1:]
    if benefit.fen is not None:
        amount = f"{benefit.fen // 100:,}.{benefit.fen % 100:02d}"
        words = _("所以每年是 %(year)s 元。") if benefit.is_yearly else _("所以每月是 %(month)s 元。")
        found.append(words % {"month": amount, "year": amount})
    return found
