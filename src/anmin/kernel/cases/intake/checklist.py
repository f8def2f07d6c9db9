"""The checklist of materials (材料清单): what the applicant brings, what departments hold and nobody asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from anmin.kernel.cases.intake.models import CaseMaterial
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.procedures import Procedure
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.exchange.consents.queries import adults_of, missing_of
from anmin.kernel.people.models import Household


@dataclass(frozen=True)
class Paper:
    """One kind of material as a matter declares it. `held_by` names the department that has it already."""

    key: str
    title: str
    held_by: str = ""
    law: str = ""
    may_follow: bool = False
    can_be_promised: bool = False


def papers_of(procedure: Procedure) -> list[Paper]:
    """The materials of a matter, in the order of its file."""
    return [Paper(**row) for row in procedure.intake.get("materials", ())]


@dataclass(frozen=True)
class Lacking:
    """What an application still needs: papers, and adults (register keys) whose authorisation is missing."""

    papers: tuple[CaseMaterial, ...]
    adults: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.papers or self.adults)

    def sentences(self) -> list[str]:
        """Everything at once, in words (一次性告知). Adults are counted, not named: the page names whom one may see."""
        found = [f"请提供：{row.title}" for row in self.papers]
        if self.adults:
            found.append(f"还有 {len(self.adults)} 名成年家庭成员没有签署核对授权书")
        return found


def lacking(case: Case, on: date) -> Lacking:
    """What stands in the way of acceptance on a day, all of it (民发〔2021〕57号: one list, once)."""
    procedure = procedure_of(case)
    later = {paper.key for paper in papers_of(procedure) if paper.may_follow}
    rows = case.materials.filter(state=CaseMaterial.State.ASKED).order_by("pk")
    papers = tuple(row for row in rows if row.key not in later)
    return Lacking(papers, adults_without_mandate(case.household, procedure.intake.get("sources", ()), on))


def adults_without_mandate(household: Household, sources: Sequence[str], on: date) -> tuple[int, ...]:
    """The adults who have not authorised a check by every source; nobody where a matter checks nothing."""
    if not sources:
        return ()
    return tuple(row.person for row in missing_of(adults_of(household, on), sources, on))


def materials(case: Case) -> list[CaseMaterial]:
    """The checklist of a case."""
    return list(case.materials.select_related("person", "by").order_by("pk"))


def rows_for(
    case: Case,
    papers: Iterable[Paper],
    given: frozenset[str],
    on: date,
    *,
    promised: frozenset[str] = frozenset(),
) -> list[CaseMaterial]:
    """The checklist of a new case: held by departments, already given, promised where that is allowed, or asked."""
    state = CaseMaterial.State

    def state_of(paper: Paper) -> str:
        if paper.held_by:
            return state.HELD
        if paper.key in given:
            return state.RECEIVED
        return state.PROMISED if paper.key in promised and paper.can_be_promised else state.ASKED

    return [
        CaseMaterial(
            case=case,
            key=paper.key,
            title=paper.title[:100],
            state=(found := state_of(paper)),
            source=paper.held_by,
            on=on if found in (state.RECEIVED, state.PROMISED) else None,
        )
        for paper in papers
    ]
