"""Figures about reach, prices and use: fifteen minutes, inclusive beds, guide prices, day care, projects, stays, neighbours."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet

from anmin.domains.elderly.coverage.queries import covered
from anmin.domains.elderly.indicators.places import simple
from anmin.domains.elderly.registers.beneficiaries import BENEFICIARIES
from anmin.domains.elderly.registers.communities import COMMUNITIES
from anmin.domains.elderly.registers.facilities import DAYS, FacilityKind
from anmin.domains.elderly.registers.institutions import INSTITUTION_PRICES, INSTITUTIONS
from anmin.domains.elderly.registers.neighbourhelps import NEIGHBOUR_HELPS
from anmin.domains.elderly.registers.stays import STAYS
from anmin.kernel.access.queries import Reader
from anmin.kernel.indicators.declaring import Rows
from anmin.kernel.indicators.lists import held, in_period
from anmin.kernel.indicators.periods import Period


def within_reach(reader: Reader, period: Period) -> QuerySet[Any]:
    """Communities whose nearest place is within the walk of their own locality on the last day."""
    return held(COMMUNITIES)(reader, period).filter(pk__in=covered(reader, period.last_day))


def inclusive(reader: Reader, period: Period) -> QuerySet[Any]:
    """Institutions on the book that are tagged as inclusive."""
    return held(INSTITUTIONS)(reader, period).filter(is_inclusive=True)


def guided(reader: Reader, period: Period) -> QuerySet[Any]:
    """Prices of inclusive institutions for which there is a guide price."""
    prices = held(INSTITUTION_PRICES)(reader, period)
    return prices.filter(guide_fen__isnull=False, institution__is_inclusive=True)


def within_the_guide(reader: Reader, period: Period) -> QuerySet[Any]:
    """Those of them whose highest price keeps to it."""
    return guided(reader, period).filter(most_fen__lte=F("guide_fen"))


def day_care_days(column: str) -> Rows:
    """Days on which day care was open, with persons or with places as what is added up."""

    def rows(reader: Reader, period: Period) -> QuerySet[Any]:
        days = in_period(DAYS)(reader, period).filter(facility__kind=FacilityKind.DAY_CARE)
        return days.annotate(added=F(column))

    return rows


def stays_open(reader: Reader, period: Period) -> QuerySet[Any]:
    """Projects of stays that take guests."""
    return held(STAYS)(reader, period).filter(state="open")


simple(
    "within_reach",
    "15 分钟养老服务圈覆盖率",
    "Elders with a place within fifteen minutes",
    "人",
    "elders",
    "期末在册社区的老年人中，住在步行 15 分钟内有运营设施或助餐点的社区的。距离从社区中心点按经纬度算。",
    "Of the elders of the communities on the book, those whose community has a place that runs within the walk.",
    "各省养老服务条例",
    within_reach,
    COMMUNITIES,
    out_of=held(COMMUNITIES),
    total="elders",
)
simple(
    "inclusive_beds",
    "普惠型养老床位占比",
    "Share of inclusive beds",
    "张",
    "beds",
    "期末在册机构的床位中，普惠型机构的。",
    "Of the beds of the institutions on the book, those of inclusive ones.",
    "各省养老服务条例",
    inclusive,
    INSTITUTIONS,
    out_of=held(INSTITUTIONS),
    total="beds",
)
simple(
    "guide_kept",
    "普惠型机构执行指导价比例",
    "Inclusive prices within the guide",
    "项",
    "prices",
    "普惠型机构有政府指导价的收费中，最高价不超过指导价的；超过的在“还差的”清单里。",
    "Of the prices of inclusive institutions with a guide price, those that keep to it.",
    "各省养老服务条例",
    within_the_guide,
    INSTITUTION_PRICES,
    out_of=guided,
)
simple(
    "day_care_used",
    "日间照料利用率",
    "Use of day care",
    "人次",
    "person-days",
    "期间内日间照料中心开放日的到场人次，除以这些开放日的日间位数。",
    "Person-days at day-care centres on the days that they were open, out of the places of those days.",
    "各省养老服务条例",
    day_care_days("persons"),
    DAYS,
    out_of=day_care_days("facility__places"),
    total="added",
)
simple(
    "project_persons",
    "养老项目受益老年人",
    "Elders reached by projects",
    "人次",
    "entries",
    "期间内登记的项目受益老年人，同一项目一人只算一次。",
    "Elders reached by projects in the period, one a person and project.",
    "国家居家和社区基本养老服务提升行动",
    in_period(BENEFICIARIES),
    BENEFICIARIES,
    period="year",
)
simple(
    "stays_open",
    "接待中的旅居康养项目",
    "Projects of stays that take guests",
    "个",
    "projects",
    "期末接待中的旅居养老基地、康养小镇和医养游结合项目。",
    "Projects of stays open at the end of the period.",
    "各省养老服务条例",
    stays_open,
    STAYS,
)
simple(
    "neighbour_helps",
    "近邻互助",
    "Help by neighbours",
    "次",
    "times",
    "期间内登记的近邻互助。",
    "Times that neighbours helped in the period.",
    "本地“近邻＋养老”办法",
    in_period(NEIGHBOUR_HELPS),
    NEIGHBOUR_HELPS,
)
