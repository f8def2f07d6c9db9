"""What a bulk step would do with a case, looked at before it is done (批量预览): ready, done already, or why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.intake.checklist import adults_without_mandate
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.papers.queries import (
    first_makeable,
    kinds_made,
    makeable,
    papers_of,
    read_together,
)
from anmin.kernel.cases.queries import Way, procedure_of, ways_on
from anmin.kernel.cases.table.named import BEGINNINGS
from anmin.kernel.cases.table.staff import village_worker

VISIT, CHECK, PUBLISH, PAPERS = "visit", "check", "publish", "papers"
TITLES = {
    VISIT: gettext_lazy("派入户"),
    CHECK: gettext_lazy("发起核对"),
    PUBLISH: gettext_lazy("生成公示"),
    PAPERS: gettext_lazy("打印成套"),
}
ALREADY = "already"
NEVER_MADE = frozenset({"termination", "transfer_consent", "summary", "why"})
"""Papers that are made one by one, on purpose."""


@dataclass(frozen=True)
class Failure:
    """A case on which a bulk step cannot be taken: why, and where it is mended (`worker`, `mandate` or the case itself)."""

    number: str
    name: str
    words: str
    mend: str = "case"


@dataclass(frozen=True)
class Ready:
    """A case on which a bulk step can be taken, with what it takes."""

    case: Case
    what: str
    step: str = ""
    worker: Any = None
    kinds: tuple[str, ...] = ()


@dataclass
class Outcome:
    """What came of a bulk step: numbers done, numbers that needed nothing any more, and failures."""

    done: list[str] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)


def preview(by: Reader, cases: Sequence[Case], what: str, on: date) -> Outcome:
    """What a bulk step would do; nothing is written."""
    found = Outcome()
    if what == PAPERS:
        read_together(cases)
        made = kinds_made(by, cases)
    else:
        prefetch_related_objects(cases, "steps", "clocks")
    for case in cases:
        ready = _any_paper(case, made[case.number], on) if what == PAPERS else look(by, case, what, on)
        if isinstance(ready, Failure):
            found.failed.append(ready)
        elif ready == ALREADY:
            found.already.append(case.number)
        else:
            found.done.append(case.number)
    return found


def look(by: Reader, case: Case, what: str, on: date) -> Ready | Failure | str:
    """One case before a bulk step; `already` where it needs nothing any more."""
    if what == PAPERS:
        return _papers(by, case, on)
    ways = {way.step.action: way for way in ways_on(case, by=by, on=on)}
    if what == PUBLISH:
        if case.state == "publicity":
            return ALREADY
        return _way(case, ways, "publish", what)
    if what == CHECK:
        if _is_done(case, "start_check"):
            return ALREADY
        found = _way(case, ways, "start_check", what)
        sources = procedure_of(case).intake.get("sources", ())
        if isinstance(found, Ready) and adults_without_mandate(case.household, sources, on):
            return Failure(
                case.number, case.applicant.name, str(_("有成年家庭成员没有签核对授权")), "mandate"
            )
        return found
    return _visit(case, ways, on)


def _visit(case: Case, ways: dict[str, Way], on: date) -> Ready | Failure | str:
    has_step = any(step.action == "start_survey" for step in procedure_of(case).transitions)
    worker = village_worker(case.division, on)
    if has_step and _is_done(case, "start_survey"):
        return ALREADY
    if not has_step and worker is not None and case.handler_id == worker.pk:
        return ALREADY
    found = _way(case, ways, "start_survey" if has_step else "record_survey", VISIT, needs=has_step)
    if isinstance(found, Failure):
        return found
    if worker is None:
        words = str(_("这个村居没有登记协理员，没有人承办；请指定承办人"))
        return Failure(case.number, case.applicant.name, words, "worker")
    return Ready(case, VISIT, "start_survey" if has_step else "", worker)


def _way(case: Case, ways: dict[str, Way], action: str, what: str, *, needs: bool = True) -> Ready | Failure:
    way = ways.get(action)
    if way is None:
        here = procedure_of(case).states[case.state].title
        words = str(_("现在是“%(here)s”，不用办这一步") % {"here": here})
        return Failure(case.number, case.applicant.name, words)
    if needs and way.obstacles:
        words = "；".join(row.words for row in way.obstacles)
        return Failure(case.number, case.applicant.name, words)
    return Ready(case, what, action)


def _is_done(case: Case, action: str) -> bool:
    """Whether a step was taken since the case last began."""
    taken = [row.action for row in sorted(case.steps.all(), key=lambda row: row.number)]
    last = max((at for at, one in enumerate(taken) if one in BEGINNINGS), default=-1)
    return action in taken[last + 1 :]


def _papers(by: Reader, case: Case, on: date) -> Ready | Failure | str:
    made = {row.kind for row in papers_of(by, case)}
    possible = makeable(case, on=on, without=NEVER_MADE | made)
    wanted = tuple(row.key for row in possible if row.is_open)
    if wanted:
        return Ready(case, PAPERS, kinds=wanted)
    return _no_paper(case, made, next((row.obstacle for row in possible if row.obstacle), ""))


def _any_paper(case: Case, made: set[str], on: date) -> Ready | Failure | str:
    """As `_papers`, where the first kind that can be made answers."""
    found = first_makeable(case, on=on, without=NEVER_MADE | made)
    if found is not None and found.is_open:
        return Ready(case, PAPERS, kinds=(found.key,))
    return _no_paper(case, made, found.obstacle if found is not None else "")


def _no_paper(case: Case, made: set[str], obstacle: str) -> Failure | str:
    if made:
        return ALREADY
    return Failure(case.number, case.applicant.name, obstacle or str(_("现在没有可以生成的文书")))
