"""Samples as a reader may see them, drawn again from their seed; what keeps a case out of a batch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.deciding.models import Sample
from anmin.kernel.cases.matters import procedure_for
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.queries import cases
from anmin.kernel.cases.verification.evidence import is_disputed

WHOLE_BP, COUNTY_DIGITS = 10_000, 6
DRAWS, SAMPLED = "case.confirm", "sampled"


def drawn_from(numbers: Iterable[str], share_bp: int, seed: str) -> list[str]:
    """The cases that a seed draws from some: at least the share, rounded up, the same for everybody who asks."""
    known = sorted(set(numbers))
    count = -(-len(known) * share_bp // WHOLE_BP)
    ranked = sorted(known, key=lambda number: hashlib.sha256(f"{seed}:{number}".encode()).hexdigest())
    return sorted(ranked[:count])


def samples(reader: Reader) -> QuerySet[Sample]:
    """Samples in the reader's divisions, newest first."""
    return Sample.objects.filter(reader.scope.q()).select_related("by").order_by("-on", "-pk")


def draws_again(sample: Sample) -> bool:
    """Whether the recorded seed draws the recorded cases."""
    return drawn_from(sample.cases, sample.share_bp, sample.seed) == sample.drawn


@dataclass(frozen=True)
class Drawable:
    """Cases of a matter that wait for their confirmation in a county and were in no draw yet; the least share in basis points."""

    matter: str
    title: str
    division: str
    numbers: tuple[str, ...]
    least_bp: int

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.matter}@{self.division}"


def drawable(reader: Reader, on: date) -> list[Drawable]:
    """What the reader can draw a sample from, a matter in a county each (随机抽查的范围)."""
    groups: dict[tuple[str, str], list[str]] = {}
    rows = cases(reader).filter(state="confirming", closed_on__isnull=True).order_by("number")
    for number, matter, division, causes in rows.values_list("number", "matter", "division", "causes"):
        if SAMPLED not in causes:
            groups.setdefault((matter, division[:COUNTY_DIGITS]), []).append(number)
    found = []
    for (matter, county), numbers in sorted(groups.items()):
        if reader.may(DRAWS, county):
            procedure = procedure_for(matter, county, on)
            least = int(procedure.terms.get("random_visit_bp", 0))
            found.append(Drawable(matter, procedure.title, county, tuple(numbers), least))
    return found


def doubts(case: Case) -> list[str]:
    """Why a case is not one to be confirmed with others (逐件审核的情形)."""
    found = []
    if any(is_disputed(row) for row in case.facts.defer("reason")):
        found.append(_("申报、核对和入户情况有过不一致"))
    if case.causes:
        found.append(_("有特殊情形"))
    if case.objections.exists():
        found.append(_("公示期间有过异议"))
    if case.steps.filter(action__startswith="return").exists():
        found.append(_("曾被退回"))
    return found
