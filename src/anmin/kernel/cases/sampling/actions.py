"""Random re-checks (随机抽查) that anybody can draw again, and confirming many clear cases at once with some held back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.actions import StaleCase, StepRefused, add_cause
from anmin.kernel.cases.deciding.actions import confirm
from anmin.kernel.cases.deciding.models import Sample
from anmin.kernel.cases.matters import procedure_for
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.sampling.queries import SAMPLED, WHOLE_BP, doubts, drawn_from
from anmin.policy.errors import PolicyError

USUAL_BATCH_BP = 1_000
"""One case in ten of a batch is looked at first where a place has not fixed another share (unverified)."""


class SampleProblem(ValueError):
    """A sample cannot be drawn so; the message says why."""


@transaction.atomic
def draw_sample(
    *, by: Any, matter: str, division: str, numbers: Sequence[str], share_bp: int, seed: str, on: date
) -> Sample:
    """Draw cases that wait for confirmation (随机抽查); those drawn need a visit by the county before they are confirmed.

    Raises:
        SampleProblem: below the share that the law asks for (特困 30 %), without a seed, or with nothing to draw from.
    """
    user = user_of(by)
    least = int(procedure_for(matter, division, on).terms.get("random_visit_bp", 0))
    if user is None:
        raise SampleProblem(_("抽查由工作人员发起"))
    if not numbers or not seed.strip():
        raise SampleProblem(_("请选择抽查范围，并填写随机种子"))
    if not max(least, 1) <= share_bp <= WHOLE_BP:
        raise SampleProblem(_("抽查比例不能低于 %(least)s%%") % {"least": least / 100})
    drawn = drawn_from(numbers, share_bp, seed)
    row = Sample.objects.create(
        matter=matter,
        division=division,
        seed=seed.strip(),
        share_bp=share_bp,
        cases=sorted(set(numbers)),
        drawn=drawn,
        on=on,
        by=user,
    )
    for case in Case.objects.filter(number__in=drawn, closed_on__isnull=True):
        add_cause(by=by, case=case, cause=SAMPLED, reason=_("随机抽查抽中"))
    after = {"of": len(row.cases), "drawn": len(drawn), "seed": row.seed, "share_bp": share_bp}
    audit.record(by=user, act="cases.draw_sample", subject=row, after=after, division=division)
    return row


@dataclass(frozen=True)
class Batch:
    """What came of confirming many: case numbers that were confirmed, held back by the sample, and not, with why."""

    done: list[str] = field(default_factory=list)
    held_back: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def confirm_batch(
    *, by: Any, seen: Mapping[str, int], matter: str, division: str, seed: str, on: date
) -> Batch:
    """Confirm many cases without doubt (批量确认), each in its own transaction; the sample among them is held back.

    `seen` maps numbers of cases to the last step that the reviewer saw.
    """
    result = Batch()
    rows = {row.number: row for row in Case.objects.filter(number__in=seen, matter=matter)}
    clear = []
    for number in seen:
        case = rows.get(number)
        if case is None or (why := doubts(case)):
            result.refused[number] = "；".join(why) if case is not None else _("没有这件办件")
        else:
            clear.append(number)
    if clear:
        share = int(procedure_for(matter, division, on).terms.get("batch_sample_bp", USUAL_BATCH_BP))
        least = int(procedure_for(matter, division, on).terms.get("random_visit_bp", 0))
        sample = draw_sample(
            by=by,
            matter=matter,
            division=division,
            numbers=clear,
            share_bp=max(share, least),
            seed=seed,
            on=on,
        )
        result.held_back.extend(sample.drawn)
    for number in clear:
        if number in result.held_back:
            continue
        try:
            confirm(by=by, case=rows[number], on=on, seen=seen[number])
        except (StepRefused, StaleCase, PolicyError) as trouble:
            result.refused[number] = str(trouble)
        else:
            result.done.append(number)
    return result
