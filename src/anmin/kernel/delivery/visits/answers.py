"""What a form was filled in with: checked against the questions of its service, nothing thrown away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from anmin.kernel.delivery.services import Question, Service

LONGEST = 2000
WORST = ("urgent", "watch")


class FormProblem(ValueError):
    """What is wrong with a form, by question; nothing was stored, what was typed stays on the phone."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("；".join(fields.values()))
        self.fields = dict(fields)


@dataclass(frozen=True)
class VisitForm:
    """A visit as a phone sends it. `base` names, for fields of the card, the words that the phone had in front of it."""

    key: str
    service: str
    household: str
    person: int | None
    version: int
    happened_at: datetime
    recorded_at: datetime
    answers: Mapping[str, Any]
    base: Mapping[str, Sequence[str]] = field(default_factory=dict)
    next_on: date | None = None


@dataclass(frozen=True)
class Checked:
    """Answers that can be stored: those of the form, what an older or newer form had besides, and the card's fields."""

    answers: dict[str, Any]
    besides: dict[str, Any]
    card: dict[str, str]
    note: str
    way: str
    is_met: bool
    worst: str

    def many(self, key: str) -> list[str]:
        """The choices of a question that takes several."""
        found = self.answers.get(key, [])
        return list(found) if isinstance(found, list) else []


def checked(service: Service, given: Mapping[str, Any], version: int) -> Checked:
    """Check answers against a service's questions.

    Raises:
        FormProblem: by question, in words for whoever fills in the form.
    """
    wrong: dict[str, str] = {}
    answers: dict[str, Any] = {}
    for question in service.questions:
        raw = given.get(question.key)
        if raw in (None, "", []):
            continue
        try:
            answers[question.key] = _value(question, raw)
        except ValueError as trouble:
            wrong[question.key] = str(trouble)
    known = {one.key for one in service.questions}
    besides = {key: value for key, value in given.items() if key not in known}
    met = answers.get("met")
    if met not in ("seen", "missed"):
        wrong["met"] = _("请选一下见到本人了没有。")
    if met == "missed" and not answers.get("why_not"):
        wrong["why_not"] = _("没见到人，请选一下原因。")
    died = "death" in answers.get("change", [])
    if answers.get("why_not") == "died" and not died:
        wrong["change"] = _("请在“有没有变化”里选“去世”，并填上是谁、哪一天。")
    if died and not answers.get("died_who"):
        wrong["died_who"] = _("请选一下是谁去世了。")
    if died and not answers.get("died_on"):
        wrong["died_on"] = _("请填写去世日期；记不清的，填大概的日期，镇街会核实。")
    if version not in service.accepts and version > service.version:
        besides["form_version"] = version
    if wrong:
        raise FormProblem(wrong)
    card = {one.key: str(given[one.key]) for one in service.questions if one.is_kept and one.key in given}
    kept = {key: value for key, value in answers.items() if key not in card and key != "note"}
    return Checked(
        answers=kept,
        besides=besides,
        card=card,
        note=str(answers.get("note", "")),
        way=str(answers.get("way", "home")),
        is_met=met == "seen",
        worst=_worst(service, answers),
    )


def _value(question: Question, raw: Any) -> Any:
    if question.kind == "one":
        if str(raw) not in question.keys:
            raise ValueError(_("“%(what)s”请在给出的几项里选。") % {"what": question.title})
        return str(raw)
    if question.kind == "many":
        chosen = [str(one) for one in (raw if isinstance(raw, list) else [raw])]
        if not set(chosen) <= question.keys:
            raise ValueError(_("“%(what)s”请在给出的几项里选。") % {"what": question.title})
        return sorted(set(chosen))
    if question.kind == "day":
        try:
            return date.fromisoformat(str(raw)).isoformat()
        except ValueError as trouble:
            raise ValueError(_("“%(what)s”不是一个日期，请重新选。") % {"what": question.title}) from trouble
    if question.kind == "person":
        if not str(raw).isdigit() or len(str(raw)) > 12:
            raise ValueError(_("“%(what)s”请在家庭成员里选。") % {"what": question.title})
        return int(raw)
    if question.kind == "switch":
        return bool(raw)
    return str(raw).replace("\x00", "").strip()[:LONGEST]


def _worst(service: Service, answers: Mapping[str, Any]) -> str:
    chosen = []
    for question in service.questions:
        for option in question.options:
            if answers.get(question.key) == option.key and (option.urgent or option.key in WORST):
                chosen.append("urgent" if option.urgent else option.key)
        if question.kind == "switch" and answers.get(question.key):
            chosen.append("urgent")
    return next((one for one in WORST if one in chosen), "")
