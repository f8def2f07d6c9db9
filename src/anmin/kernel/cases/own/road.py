"""Where a matter stands in plain words (办理进度): received, checked, visited, shown, decided, paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from anmin.kernel.cases.appeals.queries import is_appeal
from anmin.kernel.cases.intake.queries import Lacking, lacking
from anmin.kernel.cases.matters import matters_of
from anmin.kernel.cases.models import Case, Step
from anmin.kernel.cases.queries import procedure_of, progress
from anmin.kernel.entitlements.models import Amount
from anmin.kernel.people.models import Person
from anmin.kernel.people.residents.queries import Resident

STAGES = (
    ("received", _("已收到"), ("submit",)),
    ("checked", _("核对"), ("record_check",)),
    ("visited", _("上门看"), ("record_survey",)),
    ("shown", _("公示"), ("publish",)),
    ("decided", _("审核"), ("confirm", "refuse", "transfer", "terminate", "answer", "uphold", "withdraw")),
    ("paid", _("发钱"), ()),
)
"""The stages as residents know them, each with the steps that end it."""
UNPAID = {"refused", "terminated", "withdrawn", "transferred"}
"""Ends after which nothing is paid."""
STAYS = {"objection", "reviewed"}
"""States in which a matter went back from a stage it had reached."""


@dataclass(frozen=True)
class Stage:
    """One stage of the road: `done`, `now` or `ahead`, and the day it was done."""

    key: str
    title: object
    state: str
    day: date | None


@dataclass(frozen=True)
class Road:
    """Everything that the page of a matter shows."""

    case: Case
    title: str
    plain: str
    stages: tuple[Stage, ...]
    next_day: date | None
    next_title: str
    missing: tuple[str, ...]
    missing_until: date | None
    lacking: Lacking | None
    is_closed: bool
    is_granted: bool
    is_refused: bool
    handler: str
    helper: str


def own_cases(resident: Resident) -> QuerySet[Case]:
    """The cases of oneself, of the family one belongs to, and of those who let one see them; newest first."""
    mine = resident.own("progress", "apply")
    rows = Case.objects.filter(
        Q(applicant__in=mine) | Q(members__person__in=mine), last_step__gt=0
    ).distinct()
    rows = rows.exclude(~Q(channel="resident"), matter__in=matters_of("complaint"))
    return rows.select_related("procedure", "household", "applicant", "handler").order_by("-opened_on", "-pk")


def own_case(resident: Resident, number: str, *purposes: str) -> Case | None:
    """One of them, if one may do with it what the page is for; None also for somebody else's."""
    wanted = purposes or ("progress",)
    case = own_cases(resident).filter(number=number).first()
    if case is None:
        return None
    members = {case.applicant_id, *case.members.values_list("person_id", flat=True)}
    may = any(member in resident.own(purpose) for purpose in wanted for member in members)
    return case if may else None


def road_of(case: Case, on: date) -> Road:
    """Where a matter stands, what comes next by when, and what the family must do."""
    procedure, now = procedure_of(case), progress(case)
    steps = list(case.steps.order_by("number"))
    titles = {step.action for step in procedure.transitions}
    running = case.clocks.filter(stopped_on__isnull=True, left__isnull=True)
    clock = running.filter(due=case.due).first() if case.due is not None else None
    asked = next((row for row in reversed(steps) if row.action == "ask_for_more"), None)
    waits = case.state == "need_more"
    said = getattr(case, "application", None)
    paid = _first_paid(case)
    return Road(
        case,
        procedure.title,
        now.plain,
        _stages(case, steps, titles, paid),
        now.due,
        procedure.limit(clock.key).title if clock is not None else "",
        tuple(asked.told.get("missing", ())) if asked is not None and waits else (),
        _until(case) if waits else None,
        lacking(case, on) if waits else None,
        now.is_closed,
        case.state == "approved",
        case.state in ("refused", "terminated"),
        case.handler.display_name if case.handler is not None else "",
        _name_of(said.helper_id) if said is not None else "",
    )


def _name_of(key: int | None) -> str:
    """The name of a helper, as far as whoever looks may know it."""
    row = Person.objects.filter(pk=key).first() if key is not None else None
    return row.name if row is not None else ""


def _until(case: Case) -> date | None:
    row = case.materials.filter(due__isnull=False).order_by("due").first()
    return row.due if row is not None else None


def _first_paid(case: Case) -> date | None:
    row = Amount.objects.filter(decision__case_number=case.number).order_by("first_month").first()
    return row.first_month if row is not None else None


def _stages(case: Case, steps: list[Step], known: set[str], paid: date | None) -> tuple[Stage, ...]:
    """Only the stages that the procedure has; publicity falls away once an opinion says that none is due."""
    opinion = next((row.details["publicity"] for row in reversed(steps) if "publicity" in row.details), "")
    last = {row.action: row.on for row in steps}
    found: list[Stage] = []
    for key, title, actions in STAGES:
        if key == "shown" and (opinion == "not_due" or "publish" not in known):
            continue
        if key in ("checked", "visited") and not known & set(actions):
            continue
        if key == "paid":
            if is_appeal(case) or case.state in UNPAID:
                continue
            day = paid
        else:
            day = max((last[action] for action in actions if action in last), default=None)
        found.append(Stage(key, title, "done" if day is not None else "ahead", day))
    if case.closed_on is None or case.state == "approved":
        ahead = next((at for at, stage in enumerate(found) if stage.state == "ahead"), None)
        if ahead is not None:
            found[ahead] = Stage(found[ahead].key, found[ahead].title, "now", None)
    return tuple(found)
