"""Figures of place names (地名指标): filings and announcements in time, signs put right, listed names, lines, markers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from anmin.domains.placenames.registers.baseevents import EVENTS
from anmin.domains.placenames.registers.boundaries import LINES, MARKERS
from anmin.domains.placenames.registers.disputes import DISPUTES
from anmin.domains.placenames.registers.names import NAMES
from anmin.domains.placenames.registers.namings import NAMINGS
from anmin.domains.placenames.registers.signs import SIGNS
from anmin.kernel.access.queries import Reader
from anmin.kernel.indicators.declaring import Indicator, declared
from anmin.kernel.indicators.lists import held, in_period
from anmin.kernel.indicators.periods import Period
from anmin.kernel.registers.queries import entries

READ = ("placenames.read",)
FIFTEEN = timedelta(days=15)
FIVE_YEARS = 5


def filings_due(reader: Reader, period: Period) -> QuerySet[Any]:
    """Approvals whose fifteen days for filing ended in the period."""
    first, last = period.first_day - FIFTEEN, period.last_day - FIFTEEN
    return entries(reader, NAMINGS).filter(approved_on__range=(first, last))


def filings_in_time(reader: Reader, period: Period) -> QuerySet[Any]:
    """Those of them that were filed within the fifteen days."""
    return filings_due(reader, period).filter(filed_on__lte=F("approved_on") + FIFTEEN)


def announcements_due(reader: Reader, period: Period) -> QuerySet[Any]:
    """Names whose fifteen days for announcing ended in the period; they run from the filing where a department approved."""
    first, last = period.first_day - FIFTEEN, period.last_day - FIFTEEN
    by_department = Q(approver_kind="department", filed_on__range=(first, last))
    return entries(reader, NAMINGS).filter(
        by_department | (~Q(approver_kind="department") & Q(approved_on__range=(first, last)))
    )


def announcements_in_time(reader: Reader, period: Period) -> QuerySet[Any]:
    """Those of them that were announced within the fifteen days."""
    rows = announcements_due(reader, period)
    return rows.filter(
        Q(approver_kind="department", announced_on__lte=F("filed_on") + FIFTEEN)
        | (~Q(approver_kind="department") & Q(announced_on__lte=F("approved_on") + FIFTEEN))
    )


def wrong_signs(reader: Reader, period: Period) -> QuerySet[Any]:
    """Signs that were found not to be standard by the end of the period."""
    return entries(reader, SIGNS).filter(
        Q(state__in=("wrong", "damaged", "missing", "mended")), found_on__lte=period.last_day
    )


def mended_signs(reader: Reader, period: Period) -> QuerySet[Any]:
    """Those of them that were put right by then."""
    return wrong_signs(reader, period).filter(mended_on__lte=period.last_day)


def listed(reader: Reader, period: Period) -> QuerySet[Any]:
    """Names on a protection list."""
    return held(NAMES)(reader, period).filter(is_listed=True)


def lines_due(reader: Reader, period: Period) -> QuerySet[Any]:
    """All lines: each is due to have been inspected within five years."""
    return held(LINES)(reader, period)


def lines_inspected(reader: Reader, period: Period) -> QuerySet[Any]:
    """Lines whose last joint inspection is no more than five years back on the last day."""
    day = period.last_day
    try:
        since = day.replace(year=day.year - FIVE_YEARS)
    except ValueError:
        since = day.replace(year=day.year - FIVE_YEARS, day=28)
    return lines_due(reader, period).filter(
        inspected_on__gte=since, inspected_on__lte=Coalesce(F("last_day"), day)
    )


def markers(reader: Reader, period: Period) -> QuerySet[Any]:
    """All markers."""
    return held(MARKERS)(reader, period)


def intact_markers(reader: Reader, period: Period) -> QuerySet[Any]:
    """Markers that stand as they were set."""
    return markers(reader, period).filter(state="intact")


def events(reader: Reader, period: Period) -> QuerySet[Any]:
    """Visits and events at bases in the period."""
    return in_period(EVENTS)(reader, period)


def disputes(reader: Reader, period: Period) -> QuerySet[Any]:
    """Disputes reported by the end of the period."""
    return entries(reader, DISPUTES).filter(first_day__lte=period.last_day)


def disputes_closed(reader: Reader, period: Period) -> QuerySet[Any]:
    """Those of them that were closed by then."""
    return disputes(reader, period).filter(closed_on__lte=period.last_day)


FILED = declared(
    Indicator(
        key="placenames/filed_in_time",
        title="地名按期备案率",
        english="Names filed in time",
        unit="件",
        english_unit="names",
        definition="备案期限（批准后 15 日）在本月届满的命名、更名中，按期备案的。",
        english_definition="Of the names whose 15 days for filing ended in the month, those filed in time.",
        law="地名管理条例 §13",
        period="month",
        read=READ,
        rows=filings_in_time,
        out_of=filings_due,
        register=NAMINGS,
    )
)
ANNOUNCED = declared(
    Indicator(
        key="placenames/announced_in_time",
        title="地名按期公告率",
        english="Names announced in time",
        unit="件",
        english_unit="names",
        definition="公告期限（批准后 15 日，其他部门批准的从备案起 15 日）在本月届满的命名、更名中，按期公告的。",
        english_definition="Of the names whose 15 days for announcing ended in the month, those announced in time.",
        law="地名管理条例 §14",
        period="month",
        read=READ,
        rows=announcements_in_time,
        out_of=announcements_due,
        register=NAMINGS,
    )
)
MENDED = declared(
    Indicator(
        key="placenames/signs_mended",
        title="不规范标志整改率",
        english="Signs put right",
        unit="块",
        english_unit="signs",
        definition="到期末发现的不规范、破损、缺失标志中，已经整改的。",
        english_definition="Of the signs found wrong, damaged or missing by the end, those put right.",
        law="地名管理条例 §§18、37",
        period="month",
        read=READ,
        rows=mended_signs,
        out_of=wrong_signs,
        register=SIGNS,
    )
)
LISTED = declared(
    Indicator(
        key="placenames/listed",
        title="列入保护名录的地名",
        english="Protected names",
        unit="个",
        english_unit="names",
        definition="期末现行标准地名中列入保护名录的。",
        english_definition="Names in force at the end that are on a protection list.",
        law="地名管理条例 §25",
        period="month",
        read=READ,
        rows=listed,
        register=NAMES,
    )
)
INSPECTED = declared(
    Indicator(
        key="placenames/lines_inspected",
        title="界线联合检查率",
        english="Lines inspected",
        unit="条",
        english_unit="lines",
        definition="期末在册界线中，五年内做过联合检查的。",
        english_definition="Of the lines on the book at the end, those jointly inspected within five years.",
        law="行政区域界线管理条例 §13",
        period="day",
        read=READ,
        rows=lines_inspected,
        out_of=lines_due,
        register=LINES,
    )
)
INTACT = declared(
    Indicator(
        key="placenames/markers_intact",
        title="界桩完好率",
        english="Markers intact",
        unit="个",
        english_unit="markers",
        definition="期末在册界桩中状态完好的。",
        english_definition="Of the markers on the book at the end, those intact.",
        law="行政区域界线管理条例 §17",
        period="day",
        read=READ,
        rows=intact_markers,
        out_of=markers,
        register=MARKERS,
    )
)
BASE_PERSONS = declared(
    Indicator(
        key="placenames/base_persons",
        title="地名文化基地参观和参加活动人次",
        english="Persons at bases of place-name culture",
        unit="人次",
        english_unit="persons",
        definition="期间内在地名文化宣传教育基地登记的参观、研学、展览、宣讲的人次。",
        english_definition="Persons at the visits, classes, shows and talks registered in the period.",
        law="地名管理条例 §25",
        period="month",
        read=READ,
        rows=events,
        register=EVENTS,
        total="persons",
    )
)
SETTLED = declared(
    Indicator(
        key="placenames/disputes_closed",
        title="界线争议了结率",
        english="Boundary disputes closed",
        unit="件",
        english_unit="disputes",
        definition="到期末报告的界线争议中，已经了结的。",
        english_definition="Of the disputes reported by the end of the period, those closed.",
        law="行政区域界线管理条例",
        period="day",
        read=READ,
        rows=disputes_closed,
        out_of=disputes,
        register=DISPUTES,
    )
)
