"""A calculation in plain words: sentences without signs, for people who read slowly."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from anmin.kernel.cases.own.benefits import Benefit, Sum


def shares_of(sums: Sequence[Sum], benefit: Benefit) -> list[str]:
    """The calculation as short sentences, one for each figure, and the result last."""
    found = [
        _("%(what)s：%(value)s%(unit)s。") % {"what": one.title, "value": one.shown, "unit": _unit(one.shown)}
        for one in sums
    ]
    if benefit.fen is not None:
        month = f"{benefit.fen // 100:,}.{benefit.fen % 100:02d}"
        found.append(_("所以每月是 %(month)s 元。") % {"month": month})
    return found


def _unit(shown: str) -> str:
    head, dot, tail = shown.replace(",", "").partition(".")
    is_money = bool(dot) and head.lstrip("-").isdigit() and len(tail) == 2 and tail.isdigit()
    return _(" 元") if is_money else ""
