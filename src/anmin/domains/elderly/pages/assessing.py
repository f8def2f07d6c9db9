"""The form of an assessment (能力评估): 26 questions with live score, on a phone too; the server alone computes what counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.console.personpage import who
from anmin.console.views.desk import Desk, needs
from anmin.domains.elderly.assessment.actions import Given, assess
from anmin.domains.elderly.assessment.scoring import (
    BANDS,
    LEVELS,
    RISKS_THAT_RAISE,
    Conditions,
    declared,
    items,
    scale,
)
from anmin.domains.elderly.pages.care import the_person
from anmin.domains.elderly.powers import ASSESS
from anmin.kernel.registers.actions import EntryRefused

LONGEST = 400


@needs(*ASSESS)
def assess_page(desk: Desk, pk: int) -> HttpResponse:
    """Ask, show the score as it grows, and write the assessment down."""
    person = the_person(desk, pk)
    if not any(desk.reader.may(power, person.division) for power in ASSESS):
        raise PermissionDenied
    given: Mapping[str, Any] = desk.request.POST if desk.request.method == "POST" else {}
    troubles: dict[str, str] = {}
    if desk.request.method == "POST":
        try:
            row = assess(by=desk.reader, person=person, given=given_in(given), on=desk.today)
        except EntryRefused as refused:
            troubles = {one.column or "all": one.reason for one in refused.troubles}
        else:
            words = {"total": row.total, "level": row.get_final_display()}
            messages.success(desk.request, _("评估已登记：%(total)d 分，%(level)s。") % words)
            return HttpResponseRedirect(reverse("elderly:person", args=[person.pk]))
    return desk.page(
        "elder_assess",
        "elderly",
        person=person,
        who=who(person, desk.today),
        parts=[
            (part, [(item, item.key.replace(".", "-"), given.get(item.key, "")) for item in part.items])
            for part in scale()
        ],
        reasons=declared()["reasons"].items(),
        living=declared()["living"].items(),
        risks=[(key, title, given.get(f"risk-{key}", "0")) for key, title in declared()["risks"].items()],
        given=given,
        troubles=troubles,
        bands=[[lowest, int(level)] for lowest, level in BANDS],
        levels=[LEVELS[level] for level in sorted(LEVELS)],
        raise_from=RISKS_THAT_RAISE,
        number=len(items()),
    )


def given_in(post: Mapping[str, Any]) -> Given:
    """What was typed, as an assessment; a score that is no number stays what it is and is refused by name."""
    answers = {key: _number(post[key]) for key in items() if post.get(key) not in (None, "")}
    risks = [_number(post.get(f"risk-{key}", "0")) for key in declared()["risks"]]
    return Given(
        answers=answers,
        conditions=Conditions(
            coma=bool(post.get("coma")),
            dementia=bool(post.get("dementia")),
            disorder=bool(post.get("disorder")),
            risk_events=sum(one for one in risks if isinstance(one, int) and one > 0),
        ),
        reason=_word(post, "reason", declared()["reasons"], "first"),
        assessor=_text(post, "assessor", 40),
        second_assessor=_text(post, "second_assessor", 40),
        has_medical=bool(post.get("has_medical")),
        living=_word(post, "living", declared()["living"], ""),
        place=_text(post, "place", 80),
        informant=_text(post, "informant", LONGEST),
        notes=_text(post, "notes", LONGEST),
    )


def _text(post: Mapping[str, Any], name: str, longest: int) -> str:
    return str(post.get(name, "")).replace("\x00", "").strip()[:longest]


def _word(post: Mapping[str, Any], name: str, known: Mapping[str, str], usual: str) -> str:
    found = str(post.get(name, ""))
    return found if found in known else usual


def _number(text: Any) -> Any:
    return int(text) if str(text).isascii() and str(text).isdigit() and len(str(text)) < 3 else text
