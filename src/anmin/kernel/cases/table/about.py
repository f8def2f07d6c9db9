"""What a case page needs to know of one case beside its steps: decision, application, chain's next link (办件页的查询)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.deciding.models import Sample
from anmin.kernel.cases.intake.models import Application
from anmin.kernel.cases.models import Case, Step
from anmin.kernel.cases.publicity.models import Objection, Publicity
from anmin.kernel.cases.queries import procedure_of, steps_taken
from anmin.kernel.cases.table.waiting import next_step
from anmin.kernel.cases.verification.models import CaseFact
from anmin.kernel.entitlements.grounds import outcome_of
from anmin.kernel.entitlements.models import Decision
from anmin.kernel.entitlements.queries import decisions
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.rules import Level


def decision_of(reader: Reader, case: Case) -> Decision | None:
    """The decision that a case ended with, None before there is one."""
    return decisions(reader).filter(case_number=case.number).first()


def explained_by(decision: Decision) -> tuple[str, int | None] | None:
    """Which value of a decision answers its why: rule and the member's position; None where it rests on no calculation."""
    outcome = outcome_of(decision)
    if outcome is None:
        return None
    outputs, benefit = outcome.plan.outputs, rulebook().benefits.get(decision.benefit)
    name = outputs[0]
    if benefit is not None:
        paid = decision.outcome != "refuse" and benefit.amount in outputs
        name = str(benefit.amount) if paid else benefit.eligible
    if name not in outputs:
        return None
    if outcome.plan.level(name) is not Level.PERSON:
        return name, None
    persons = list(decision.facts.get("persons", []))
    if decision.person_id in persons:
        return name, persons.index(decision.person_id)
    return name, next((at for at, row in enumerate(outcome.members) if row.get(name)), 0)


def application_of(case: Case) -> Application | None:
    """What the applicant said, and whether they agree to a transfer; None for cases nobody applied for."""
    return Application.objects.filter(case=case).select_related("helper").first()


def publicities_of(case: Case) -> list[Publicity]:
    """Every round in which a case was shown, newest first."""
    return list(case.publicities.order_by("-round"))


def objections_of(case: Case) -> list[Objection]:
    """What people objected to, newest first."""
    return list(case.objections.order_by("-received_on", "-pk"))


def open_objection(case: Case) -> Objection | None:
    """The objection that nobody has settled."""
    return case.objections.filter(settled_on__isnull=True).order_by("pk").first()


def samples_of(case: Case) -> list[Sample]:
    """The draws that a case took part in, newest first."""
    rows = Sample.objects.filter(cases__contains=[case.number]).select_related("by")
    return list(rows.order_by("-on", "-pk"))


@dataclass(frozen=True)
class Due:
    """What comes next on the chain of a household: the step, by when."""

    title: str
    due: date | None


def coming(case: Case) -> Due | None:
    """The next thing that happens in a case, hollow on its chain; None where it has ended."""
    if case.closed_on is not None:
        return None
    step = next_step(procedure_of(case), case.state, steps_taken(case), case.causes)
    return Due(step.title, case.due) if step is not None else None


def steps_of(case: Case) -> list[Step]:
    """Every step with its takers, in order."""
    return list(case.steps.select_related("by", "beside", "decision").order_by("number"))


def since(case: Case, seen: int) -> list[Step]:
    """The steps taken after the one that somebody last saw."""
    return list(case.steps.filter(number__gt=seen).order_by("number"))


def members_of(case: Case) -> list[tuple[int, str]]:
    """Everybody in the application by register key and name, in its order, whoever asks."""
    return [
        (row.person_id, row.person.name) for row in case.members.select_related("person").order_by("position")
    ]


def fact_named(case: Case, name: str, person: str) -> CaseFact | None:
    """One fact of the matrix as a form names it; an empty person means the household."""
    rows = [row for row in case.facts.filter(name=name) if str(row.person_id or "") == person]
    return rows[0] if rows else None
