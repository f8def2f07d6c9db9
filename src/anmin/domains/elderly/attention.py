"""What in elder care someone must look at (要处理的事): assessments running out, idle beds, licences, staffing, filings, mending."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from anmin.domains.elderly.beds.queries import services_on
from anmin.domains.elderly.institutions.clocks import inspect_by
from anmin.domains.elderly.places import number
from anmin.domains.elderly.registers.assessments import ASSESSMENTS
from anmin.domains.elderly.registers.beds import BEDS
from anmin.domains.elderly.registers.communities import COMMUNITIES, HELPERS
from anmin.domains.elderly.registers.institutions import INSPECTIONS, INSTITUTION_PRICES, INSTITUTIONS
from anmin.domains.elderly.registers.meals import POINTS
from anmin.domains.elderly.visits.staffing import staffing
from anmin.kernel.access.queries import Reader
from anmin.kernel.registers.declaring import Register
from anmin.kernel.registers.queries import entries

SOON, REVIEW, MOST = 30, 183, 100


@dataclass(frozen=True)
class Matter:
    """One thing to look at: the entry, what about it, and the day it is or was due."""

    register: Register
    entry: Any
    words: str
    due: date


def attention(reader: Reader, on: date) -> list[Matter]:
    """Everything, the most urgent first; at most a hundred."""
    rows = [*_persons(reader, on), *_places(reader, on), *_staff(reader, on)]
    return sorted(rows, key=lambda row: row.due)[:MOST]


def _now(reader: Reader, register: Register, on: date) -> QuerySet[Any]:
    held = Q(last_day__isnull=True) | Q(last_day__gte=on)
    return entries(reader, register).filter(held, first_day__lte=on)


def _persons(reader: Reader, on: date) -> Iterator[Matter]:
    for row in _now(reader, ASSESSMENTS, on).filter(state="final", last_day__lte=on + timedelta(SOON))[:MOST]:
        yield Matter(ASSESSMENTS, row, "能力评估快到期，请安排重新评估", row.last_day)
    for row in entries(reader, ASSESSMENTS).filter(state="disputed")[:MOST]:
        yield Matter(ASSESSMENTS, row, "对评估结果有异议，请安排另外两人复评", row.disputed_on)
    beds = _now(reader, BEDS, on).filter(state="open")
    for row in beds.filter(contract_until__lte=on + timedelta(SOON))[:MOST]:
        yield Matter(BEDS, row, "床位协议快到期", row.contract_until)
    for row in beds.filter(reviewed_on__lte=on - timedelta(REVIEW))[:MOST]:
        yield Matter(BEDS, row, "床位超过半年没有复核", row.reviewed_on + timedelta(REVIEW))
    for row in beds[:MOST]:
        days = timedelta(number("bed_idle_days", row.division, on))
        since = max([row.accepted_on, *services_on(reader, row)[-1:]])
        if since + days < on:
            yield Matter(BEDS, row, f"床位已经 {(on - since).days} 天没有服务", since + days)


def _places(reader: Reader, on: date) -> Iterator[Matter]:
    for row in _now(reader, POINTS, on).filter(state="open", licence_until__lte=on + timedelta(SOON))[:MOST]:
        yield Matter(POINTS, row, "食品经营许可证快到期或已到期", row.licence_until)
    houses = _now(reader, INSTITUTIONS, on)
    for row in houses.filter(state="filed")[:MOST]:
        yield Matter(INSTITUTIONS, row, "备案后 20 个工作日内要现场核查", inspect_by(row.filed_on))
    for row in houses.filter(state="registered", residents__gt=0)[:MOST]:
        since = row.first_admitted_on or row.first_day
        yield Matter(INSTITUTIONS, row, "没有备案就收住了老人，请核查并督促备案", inspect_by(since))
    for row in houses.filter(stars__gt=0, stars_until__lte=on + timedelta(SOON))[:MOST]:
        yield Matter(INSTITUTIONS, row, "等级评定快到期", row.stars_until)
    for row in entries(reader, INSPECTIONS).filter(result="mend", mended_on__isnull=True)[:MOST]:
        yield Matter(INSPECTIONS, row, "整改还没有完成", row.mend_by)
    for row in _now(reader, INSTITUTION_PRICES, on).filter(guide_fen__isnull=False)[:MOST]:
        if row.most_fen > row.guide_fen:
            yield Matter(INSTITUTION_PRICES, row, "收费高于政府指导价", row.first_day)
    unguided = _now(reader, INSTITUTION_PRICES, on).filter(
        item="bed", guide_fen__isnull=True, institution__is_inclusive=True
    )
    for row in unguided[:MOST]:
        yield Matter(INSTITUTION_PRICES, row, "普惠型机构的床位费没有指导价可比", row.first_day)


def _staff(reader: Reader, on: date) -> Iterator[Matter]:
    helpers = Counter(_now(reader, HELPERS, on).values_list("division", flat=True))
    for row in _now(reader, COMMUNITIES, on):
        found = staffing(row.division, helpers[row.division], row.elders, on)
        if found.problem:
            yield Matter(COMMUNITIES, row, found.problem, on)
