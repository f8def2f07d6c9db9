"""The monthly rate of visits to elders in special difficulty (月探访率): counted by the kernel from plans and visits."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from anmin.domains.elderly.powers import READ
from anmin.domains.elderly.visits.targets import SERVICE
from anmin.kernel.access.queries import Reader
from anmin.kernel.delivery.services import service
from anmin.kernel.delivery.visits.queries import due_in, seen_in
from anmin.kernel.indicators.declaring import Column, Indicator, declared
from anmin.kernel.indicators.periods import Period


def due(reader: Reader, period: Period) -> QuerySet[Any]:
    """Plans that count in the month."""
    return due_in(reader, SERVICE, period.first_day).select_related("person")


def seen(reader: Reader, period: Period) -> QuerySet[Any]:
    """Those of them with a visit that met somebody."""
    return seen_in(reader, SERVICE, period.first_day).select_related("person")


MONTHLY_VISITS = declared(
    Indicator(
        key="elderly/monthly_visits",
        title="特殊困难老年人月探访率",
        english="Monthly rate of visits",
        unit="人",
        english_unit="persons",
        definition="当月有一天在探访计划里的老年人中，当月至少见到一次的。签字不接受的不计入；"
        "月末最后三天纳入的从下月起算；次月补走访不算当月。",
        english_definition="Of the elders planned for on a day of the month, those met at least once in it. Signed refusals"
        " are out; who came in during the last three days counts from the next month; a visit later does not count.",
        law="民发〔2022〕73号",
        period="month",
        read=READ,
        rows=seen,
        out_of=due,
        columns=(
            Column("姓名", "Name", lambda row: row.person.name if row.person else ""),
            Column("类别", "Class", lambda row: service(SERVICE).tier(row.tier).title),
            Column("至少几天一次", "Every so many days", lambda row: row.every_days),
            Column("最近见到", "Last met", lambda row: row.last_seen),
            Column("下次应在", "Next due", lambda row: row.next_due),
        ),
        persons=lambda row: row.person_id,
    )
)
