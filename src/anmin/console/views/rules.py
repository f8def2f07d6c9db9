"""The rules: catalogue, one rule with its sources and examples, one rate through time, and the try-it form."""

from __future__ import annotations

import inspect
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from anmin.console import rulepages
from anmin.console.householdpage import people_of
from anmin.console.places import place_name, places_below
from anmin.console.tryform import MOST_MEMBERS, TryForm, try_form
from anmin.console.views.desk import Desk, desk
from anmin.console.why import why
from anmin.console.words import phrases, term_of
from anmin.kernel.screening import queries as screening
from anmin.kernel.screening.rulebooks import examples, rulebook
from anmin.policy.errors import PolicyError
from anmin.policy.evaluate import evaluate
from anmin.policy.examples import Example, check_example
from anmin.policy.plan import make_plan
from anmin.policy.rates import Rate
from anmin.policy.rules import Level, Rule
from anmin.policy.types import Kind


@desk
def rule_list(desk: Desk) -> HttpResponse:
    """The catalogue (规则目录), by benefit."""
    on, search = desk.day(), desk.request.GET.get("q", "").strip()
    groups = rulepages.rule_groups(rulebook(), on)
    if search:
        groups = rulepages.found_in(groups, search)
    total = sum(len(group.rules) for group in groups)
    return desk.page("rules", "rules", on=on, search=search, groups=groups, total=total)


@desk
def rule_page(desk: Desk, name: str) -> HttpResponse:
    """One rule."""
    book, on = rulebook(), desk.day()
    if name not in book.versions:
        raise Http404
    view = rulepages.rule_view(book, name, on, desk.home, _chart_label)
    checked = [_checked(row, name) for row in rulepages.examples_of(examples(), name)]
    return desk.page(
        "rule",
        "rules",
        view=view,
        on=on,
        place=place_name(desk.home),
        kind=_kind(view.rule),
        docstring=inspect.getdoc(view.rule.function) or "",
        examples=checked,
        passed=sum(1 for row in checked if not row["differences"]),
    )


@desk
def rate_page(desk: Desk, name: str) -> HttpResponse:
    """One rate through time in a place."""
    book, on = rulebook(), desk.day()
    division = _division(desk)
    if name not in book.rates.rates:
        raise Http404
    return desk.page(
        "rate",
        "rules",
        view=rulepages.rate_view(book, name, on, division, _chart_label),
        on=on,
        division=division,
        place=place_name(division),
        places=places_below(desk.home),
        readers=rulepages.readers(book, name, on),
    )


@desk
def try_page(desk: Desk, name: str) -> HttpResponse:
    """The form in which a reader tries a rule with other facts; nothing is kept."""
    book, on, given = rulebook(), desk.day(), desk.request.GET
    rule = book.version(name, on) or book.versions.get(name, [None])[-1]
    if rule is None:
        raise Http404
    source = given.get("household", "")
    known = screening.household_facts(desk.run, desk.scope, source) if source and desk.run else None
    division = known.division if known and "division" not in given else _division(desk)
    settlement = int(
        given.get("settlement") == "1" if "settlement" in given else known.settlement if known else 0
    )
    context: dict[str, Any] = {"rule": rule, "on": on, "division": division, "settlement": settlement}
    answers: list[dict[str, Any]] = []
    people: list[str] = []
    form, trouble = None, ""
    try:
        plan = make_plan(book, on, [name])
        form = try_form(plan, given, division=division, settlement=settlement, given=known)
        if given and not form.troubles:
            answers, people = _answers(form, rule)
    except PolicyError as error:
        trouble = str(error)
    places = places_below(desk.home)
    if division not in dict(places):
        places = [(division, place_name(division)), *places]
    return desk.page(
        "try",
        "rules",
        form=form,
        trouble=trouble,
        answers=answers,
        people=people,
        source=source if known else "",
        places=places,
        numbers=range(1, MOST_MEMBERS + 1),
        **context,
    )


def _answers(form: TryForm, rule: Rule) -> tuple[list[dict[str, Any]], list[str]]:
    outcome = evaluate(form.plan, form.situation())
    people = people_of(outcome)
    members = [None] if rule.level is Level.HOUSEHOLD else list(range(len(people)))
    rows = []
    for member in members:
        explanation = screening.explanation(outcome, rule.name, member, phrases())
        who = "" if member is None else f"{people[member]} · "
        rows.append(
            {
                "who": who,
                "why": why(explanation, form.plan.rulebook.facts),
                "unit": _("元") if rule.kind is Kind.FEN else "",
            }
        )
    return rows, people


def _division(desk: Desk) -> str:
    written = desk.request.GET.get("division", "")
    return written if written and desk.reaches(written) else desk.home


def _chart_label(rate: Rate) -> str:
    return _("%(rate)s逐年变化") % {"rate": term_of(rate)}


def _kind(rule: Rule) -> str:
    names = {
        Kind.FEN: _("金额（元）"),
        Kind.BOOL: _("是或否"),
        Kind.BP: _("比例"),
        Kind.DAY: _("日期"),
        Kind.INT: _("数"),
        Kind.CODE: _("类别"),
    }
    return names[rule.kind]


def _checked(example: Example, name: str) -> dict[str, Any]:
    wanted = [str(example.then[name])] if name in example.then else []
    wanted += [str(row[name]) for row in example.then.get("members") or () if row and name in row]
    try:
        differences = check_example(example, rulebook())
    except PolicyError as trouble:
        differences = [str(trouble)]
    return {"example": example, "wanted": "、".join(wanted), "differences": differences}
