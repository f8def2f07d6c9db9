"""A calculation in plain words: sentences without signs, for people who read slowly."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anmin.kernel.cases.deciding.amounts import amount_in_words
from anmin.kernel.cases.deciding.sentences import YOU
from anmin.kernel.cases.own.benefits import Benefit
from anmin.kernel.people.residents.queries import Resident
from anmin.policy.explain import Explanation
from anmin.portal.language import is_chinese


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
