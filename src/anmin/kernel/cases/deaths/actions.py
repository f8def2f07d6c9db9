"""Open a task for every word of a death that touches a running benefit; close a false one with one action, for good."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.cases.actions import StepRefused, take_step
from anmin.kernel.cases.deaths.queries import CLUE, CLUES, Touched, touched, touched_by
from anmin.kernel.cases.guards import Obstacle
from anmin.kernel.cases.models import Case, Step
from anmin.kernel.cases.queries import running_review
from anmin.kernel.cases.upkeep.actions import open_upkeep
from anmin.kernel.people.models import Death, Person

DISMISS = "dismiss"


def raise_deaths(*, by: Any, on: date) -> list[Case]:
    """Open a review for every running benefit that a word of a death touches (死亡线索核实), each once for ever.

    Nothing is stopped or held here. A benefit with a review under way gets the clue as that review's own.
    """
    return [_raise(by=by, found=found, on=on) for found in touched(on)]


def raise_reported(*, by: Any, person: Person, day: date, on: date) -> list[Case]:
    """Open a review for every running benefit that a death touches which somebody reported at the door (走访报告).

    The register does not know the death yet: whoever confirms it there raises the same clue, which is then known.
    """
    word = Death(person=person, source=Death.Source.FAMILY, day=day)
    return [_raise(by=by, found=found, on=on) for found in touched_by(word)]


@transaction.atomic
def _raise(*, by: Any, found: Touched, on: date) -> Case:
    row = found.entitlement
    case = running_review(row)
    if case is None:
        case = open_upkeep(by=by, entitlement=row, on=on, reason=_("死亡信息比对"))
        take_step(by=by, case=case, action="start", on=on, seen=case.last_step)
        case.refresh_from_db()
    death = found.death
    clue = {
        "key": found.key,
        "person": death.person_id,
        "source": death.source,
        "day": death.day.isoformat(),
    }
    known = [*case.form.get(CLUES, []), found.key]
    case.form = {**case.form, CLUE: clue, CLUES: known}
    case.save(update_fields=["form"])
    return case


@transaction.atomic
def dismiss(*, by: Any, case: Case, on: date, seen: int, reason: str) -> Step:
    """Close a case whose clue was false (线索不实): the benefit goes on, and the same word is not raised again.

    Raises:
        StepRefused: where the case was not opened for a clue: then it is kept or changed, not dismissed.
    """
    if CLUE not in case.form:
        raise StepRefused([Obstacle("no_clue", _("本件不是线索核实，请按复核办理"))])
    return take_step(by=by, case=case, action=DISMISS, on=on, seen=seen, reason=reason)
