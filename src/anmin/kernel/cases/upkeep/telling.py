"""The first sentence of a decision on a running benefit (变动决定的第一句话): amount before, amount after, from which month."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override

from anmin.kernel.cases.models import Case
from anmin.kernel.entitlements.queries import each_period, title_of_benefit
from anmin.kernel.papers.words import money
from anmin.lib.calendar import add_months

COMES_OF_AGE = 18 * 12
"""Months (民法典 §17)."""


def whose_benefit(case: Case, on: date) -> str:
    """Whose the benefit of a case is, as the letter says it: 您家; 您 to a grown person; a child by name, its guardian reads."""
    person = case.entitlement.person if case.entitlement is not None else None
    if person is None:
        return "您家"
    is_child = person.birth_day is not None and add_months(person.birth_day, COMES_OF_AGE) > on
    return "您" if person.pk == case.applicant_id and not is_child else person.name


@override("zh-hans")
def sentence_of_change(
    outcome: str, benefit: str, whose: str, before: int, after: int, month: date, *, has_begun: bool = True
) -> str:
    """Amounts in fen a month, `month` the first one of the change by its first day; `has_begun`: whether any was paid."""
    said = {
        "whose": whose,
        "what": title_of_benefit(benefit),
        "before": money(before),
        "after": money(after),
        "less": money(abs(before - after)),
        "each": each_period(benefit),
        "month": f"{month.year} 年 {month.month} 月",
        "last": "{0.year} 年 {0.month} 月".format(add_months(month, -1)),
    }
    words = {
        "stop": _("%(whose)s的%(what)s%(each)s %(before)s 元，发到 %(last)s。从 %(month)s 起停发。"),
        "suspend": _("%(whose)s的%(what)s%(each)s %(before)s 元，发到 %(last)s。从 %(month)s 起暂停。"),
        "reduce": _(
            "%(whose)s的%(what)s原来%(each)s %(before)s 元。从 %(month)s 起%(each)s %(after)s 元，少 %(less)s 元。"
        ),
        "change": _(
            "%(whose)s的%(what)s原来%(each)s %(before)s 元。从 %(month)s 起%(each)s %(after)s 元，多 %(less)s 元。"
        ),
        "resume": _("%(whose)s的%(what)s从 %(month)s 起恢复，%(each)s %(after)s 元。"),
        "fade": _("%(whose)s的%(what)s从 %(month)s 起进入渐退期，%(each)s仍发 %(after)s 元。"),
    }
    if outcome in ("stop", "suspend") and not has_begun:
        return _("%(whose)s的%(what)s%(each)s %(before)s 元，还没有开始发。从 %(month)s 起不发。") % said
    return words[outcome] % said


@override("zh-hans")
def sentence_of_recovery(
    benefit: str, whose: str, fen: int, first_month: date | None, last_month: date | None
) -> str:
    """How much too much was paid, and for which months where they are known."""
    said = {"what": title_of_benefit(benefit), "whose": whose, "fen": money(fen)}
    if first_month is None or last_month is None:
        return _("%(whose)s的%(what)s多发了 %(fen)s 元，请退回。") % said
    span = f"{first_month.year} 年 {first_month.month} 月至 {last_month.year} 年 {last_month.month} 月"
    return _("%(span)s，%(whose)s的%(what)s多发了 %(fen)s 元。请退回。") % {**said, "span": span}
