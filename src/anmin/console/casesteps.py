"""The steps of a case as a page offers and takes them: form, hindrance in words, and the action behind each (办理)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.console.casewords import KEYS
from anmin.kernel.access.queries import Reader
from anmin.kernel.cases import actions as cases
from anmin.kernel.cases.actions import StepRefused
from anmin.kernel.cases.appeals import actions as appeals
from anmin.kernel.cases.deaths import actions as deaths
from anmin.kernel.cases.deciding import actions as deciding
from anmin.kernel.cases.deciding.meetings import Meeting, record_meeting
from anmin.kernel.cases.guards import Obstacle
from anmin.kernel.cases.intake import actions as intake
from anmin.kernel.cases.intake import queries as intake_queries
from anmin.kernel.cases.publicity import actions as publicity
from anmin.kernel.cases.queries import Case, Way, procedure_of, ways_on
from anmin.kernel.cases.table import about, returns, staff
from anmin.kernel.cases.transferring import actions as transferring
from anmin.kernel.cases.upkeep import actions as upkeep
from anmin.kernel.cases.verification import actions as verification
from anmin.kernel.exchange.checks import actions as checks
from anmin.lib.money import parse_yuan

RETURNS = frozenset({"return_for_fix", "return_to_field"})
CHANGES = frozenset({"change", "reduce", "fade", "suspend", "resume", "stop"})
ELSEWHERE = frozenset({"pay_first", "record_survey", "record_check"})
"""Steps that write more than a step and have pages of their own, where the case has what these pages ask."""
TELLING = frozenset({"propose_urgent", "tell"})
"""Steps whose words begin with the draft of what the family is told."""
CLEARED_ON_SUBMIT = frozenset({"discrepancy"})
"""Hindrances under which a step is still offered: the answer then names and links each thing to be cleared."""


@dataclass(frozen=True)
class Offer:
    """One step as the page offers it: what it asks for, or what stands in its way."""

    action: str
    title: str
    key: str
    href: str
    obstacles: tuple[str, ...]
    asks_reason: bool
    needs_reason: bool
    colleagues: tuple[tuple[str, str], ...]
    is_adverse: bool
    is_main: bool
    asks_amount: bool = False
    asks_objector: bool = False
    asks_upheld: bool = False
    asks_meeting: bool = False
    papers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    draft: str = ""
    lacks_colleague: bool = False
    members: tuple[tuple[int, str], ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the reader can take it here."""
        return not self.obstacles


def offers(
    reader: Reader, case: Case, on: date, refusal: str = "", draft: str = ""
) -> tuple[list[Offer], list[Offer]]:
    """The steps that the reader can take, and the others with their hindrance in words; both in the procedure's order."""
    coming = about.coming(case)
    keys: set[str] = set()
    found = []
    for way in ways_on(case, by=reader, on=on):
        if way.step.action == deaths.DISMISS and "clue" not in case.form:
            continue
        offer = _offer(reader, case, on, way, coming.title if coming else "", keys, refusal)
        keys.add(offer.key)
        found.append(replace(offer, draft=draft) if offer.action in TELLING else offer)
    open_ones = sorted(
        (one for one in found if one.is_open), key=lambda one: (not one.is_main, one.is_adverse)
    )
    return open_ones, [one for one in found if not one.is_open]


def _offer(
    reader: Reader, case: Case, on: date, way: Way, coming: str, taken: set[str], refusal: str
) -> Offer:
    step = way.step
    hindrances = [row for row in way.obstacles if row.code not in CLEARED_ON_SUBMIT]
    href = "" if hindrances else page_of(case, step.action)
    if not hindrances and step.action in RETURNS:
        href = f"{reverse('console:case_return', args=[case.number])}?way={step.action}"
    key = KEYS.get(step.action, "")
    people = staff.colleagues(case, step.who, on, reader.user) if step.second else []
    return Offer(
        action=step.action,
        title=step.title,
        key="" if hindrances or key in taken else key,
        href=href,
        obstacles=tuple(row.words for row in hindrances),
        asks_reason=step.reason or step.action in ("confirm", "keep", "send_back", "opine", "transfer"),
        needs_reason=step.reason and step.action not in ("ask_for_more", "transfer"),
        colleagues=tuple((str(user.pk), f"{user}（{role}）") for user, role, _place in people),
        is_adverse=step.adverse,
        is_main=step.title == coming or step.action in ("confirm", "accept"),
        asks_amount=step.action == "claim_back",
        asks_objector=step.action == "object",
        asks_upheld=step.action == "settle_objection",
        asks_meeting=step.action == "record_meeting",
        members=tuple(about.members_of(case)) if step.action == "record_assessment" else (),
        lacks_colleague=step.second and not people,
        papers=_papers(case) if step.action == "supply" else (),
        text=refusal if step.action == "refuse" else "",
    )


def page_of(case: Case, action: str) -> str:
    """The page on which a step is taken, where it has one of its own; empty for steps of this page."""
    intake_of = procedure_of(case).intake
    has_matrix = bool(intake_of.get("form")) or case.entitlement_id is not None
    if action == "pay_first":
        return reverse("console:reserve")
    if action == "record_survey" and has_matrix:
        return reverse("console:case-survey", args=[case.number])
    if action == "record_check" and (intake_of.get("sources") or case.entitlement_id is not None):
        return reverse("console:case-check", args=[case.number])
    return ""


def _papers(case: Case) -> tuple[tuple[str, str], ...]:
    return tuple((row.key, row.title) for row in intake_queries.materials(case) if row.state == "asked")


@dataclass(frozen=True)
class Taking:
    """A step that somebody asks to take: what the page had before their eyes, and what they typed."""

    reader: Reader
    on: date
    case: Case
    action: str
    seen: int
    given: QueryDict

    @property
    def reason(self) -> str:
        """The words given for it."""
        return self.given.get("reason", "").replace("\x00", "").strip()

    @property
    def usual(self) -> dict[str, Any]:
        """What every action takes."""
        return {"by": self.reader, "case": self.case, "on": self.on, "seen": self.seen}

    @property
    def beside(self) -> Any:
        """The second person, from those who may stand beside the reader."""
        step = procedure_of(self.case).step(self.case.state, self.action)
        powers = step.who if step is not None else ()
        rows = staff.colleagues(self.case, powers, self.on, self.reader.user)
        return staff.user_among(rows, self.given.get("beside", ""))


def take(asked: Taking) -> str:
    """Take a step by the action that belongs to it; gives the number of the case to go on with.

    Raises:
        StepRefused, StaleCase, PolicyError, CheckProblem: nothing is written then.
    """
    action = asked.action
    if action in RETURNS or page_of(asked.case, action):
        raise StepRefused([Obstacle("elsewhere", _("这一步在专门页面办理"))])
    if action in CHANGES and asked.case.entitlement_id is not None:
        upkeep.decide_change(outcome=action, reason=asked.reason, **asked.usual)
        return asked.case.number
    own = OWN.get(action)
    if own is not None:
        return own(asked) or asked.case.number
    cases.take_step(action=action, reason=asked.reason, beside=asked.beside, **asked.usual)
    return asked.case.number


def _opine(asked: Taking) -> None:
    deciding.opine(reason=asked.reason, again=asked.action == "opine_again", **asked.usual)


def _transfer(asked: Taking) -> str:
    return transferring.transfer(reason=asked.reason, **asked.usual).number


def _object(asked: Taking) -> None:
    publicity.object_to(words=asked.reason, objector=asked.given.get("objector", ""), **asked.usual)


def _settle(asked: Taking) -> None:
    row = about.open_objection(asked.case)
    if row is None:
        raise StepRefused([Obstacle("settled", _("没有待核实的异议，请刷新页面"))])
    chosen = asked.given.get("upheld", "")
    if chosen not in ("yes", "no"):
        raise StepRefused([Obstacle("needs_answer", _("请选择异议是否成立"))])
    usual = {name: value for name, value in asked.usual.items() if name != "case"}
    publicity.settle(objection=row, is_upheld=chosen == "yes", answer=asked.reason, **usual)


def _start_check(asked: Taking) -> None:
    sources = procedure_of(asked.case).intake.get("sources", ())
    if sources and asked.reader.may("checks.ask", asked.case.division):
        checks.ask_check(
            by=asked.reader,
            household=asked.case.household,
            sources=sources,
            matter=asked.case.number,
            on=asked.on,
        )
    cases.take_step(action=asked.action, **asked.usual)


def _assess(asked: Taking) -> None:
    person, beside = asked.given.get("person", ""), asked.beside
    if person not in {str(key) for key, _name in about.members_of(asked.case)}:
        raise StepRefused([Obstacle("needs_person", _("请选择评估的是谁"))])
    if beside is None:
        raise StepRefused([Obstacle("needs_second", _("评估由两个人一起做，请选同行人员"))])
    met = {name: name in asked.given.getlist("met") for name in verification.INDICATORS}
    verification.record_assessment(beside=beside, person=int(person), met=met, **asked.usual)


def _claim_back(asked: Taking) -> None:
    try:
        fen = parse_yuan(asked.given.get("yuan", ""))
    except ValueError as trouble:
        raise StepRefused([Obstacle("amount", _("追回金额写元，例如 1200.50"))]) from trouble
    months = {name: _month(asked.given.get(name, "")) for name in ("first_month", "last_month")}
    upkeep.claim_back(fen=fen, reason=asked.reason, **months, **asked.usual)


def _month(written: str) -> date | None:
    if not written.strip():
        return None
    try:
        return date.fromisoformat(f"{written.strip()}-01")
    except ValueError as trouble:
        raise StepRefused([Obstacle("months", _("多发的月份写年和月，例如 2026-09"))]) from trouble


def _meet(asked: Taking) -> None:
    """A line of `said` is who spoke and what they said, with a colon between; a line without one is said by nobody named."""
    said = [line.replace(":", "：", 1).partition("：") for line in asked.given.get("said", "").splitlines()]
    record_meeting(
        beside=asked.beside,
        meeting=Meeting(
            asked.reason,
            asked.given.get("place", ""),
            asked.given.get("present", "").splitlines(),
            [(who, words) if mark else ("", who) for who, mark, words in said],
        ),
        **asked.usual,
    )


def _answer(asked: Taking) -> str | None:
    after = appeals.answer_appeal(words=asked.reason, is_upheld=asked.action == "uphold", **asked.usual)
    return after.number if after is not None else None


OWN: dict[str, Callable[[Taking], str | None]] = {
    "accept": lambda asked: _none(intake.accept(**asked.usual)),
    "ask_for_more": lambda asked: _none(intake.ask_for_more(more=asked.reason.splitlines(), **asked.usual)),
    "supply": lambda asked: _none(intake.supply(keys=asked.given.getlist("paper"), **asked.usual)),
    "start_check": _start_check,
    "opine": _opine,
    "opine_again": _opine,
    "publish": lambda asked: _none(publicity.publish(**asked.usual)),
    "object": _object,
    "settle_objection": _settle,
    "confirm": lambda asked: _none(deciding.confirm(reason=asked.reason, **asked.usual)),
    "refuse": lambda asked: _none(deciding.refuse(reason=asked.reason, **asked.usual)),
    "terminate": lambda asked: _none(deciding.terminate(reason=asked.reason, **asked.usual)),
    "transfer": _transfer,
    "send_back": lambda asked: _none(deciding.send_back(reason=asked.reason, **asked.usual)),
    "dismiss": lambda asked: _none(deaths.dismiss(reason=asked.reason, **asked.usual)),
    "keep": lambda asked: _none(upkeep.keep(reason=asked.reason, **asked.usual)),
    "claim_back": _claim_back,
    "record_assessment": _assess,
    "record_meeting": _meet,
    "answer": _answer,
    "uphold": _answer,
}
"""Steps that have an action of their own; all others are plain steps."""


def _none(_row: object) -> None:
    return None


def points_of(
    fields: Iterable[returns.Field], rows: Sequence[Mapping[str, str]]
) -> tuple[list[deciding.Point], list[tuple[str, str]]]:
    """The points of a return as a form gives them, or what is wrong with which row."""
    known = {one.key: one for one in fields}
    points, wrong = [], []
    for at, row in enumerate(rows, start=1):
        field, words = known.get(row["what"]), row["words"].replace("\x00", "").strip()
        if field is None and words:
            wrong.append((f"what-{at}", _("第 %(n)d 条没有选退回哪一项") % {"n": at}))
        elif field is not None and not words:
            wrong.append((f"words-{at}", _("第 %(n)d 条没有写怎样补正") % {"n": at}))
        elif field is not None:
            points.append(deciding.Point(field.what, words, field.person))
    if not points and not wrong:
        wrong.append(("what-1", _("请至少写明一条退回的理由")))
    return points, wrong
