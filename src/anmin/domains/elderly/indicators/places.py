"""Figures about places: dining points, facilities against plan, institutions, workers, staffing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Substr

from anmin.domains.elderly.facilities.norms import RECENT_DAYS
from anmin.domains.elderly.powers import READ
from anmin.domains.elderly.registers.communities import COMMUNITIES, HELPERS, ElderHelper
from anmin.domains.elderly.registers.facilities import (
    FACILITIES,
    PROJECTS,
    ElderFacility,
    FacilityDay,
    FacilityKind,
)
from anmin.domains.elderly.registers.institutions import INSTITUTIONS
from anmin.domains.elderly.registers.meals import POINTS
from anmin.domains.elderly.registers.workforce import ACTIVITIES, WORKERS
from anmin.kernel.access.queries import Reader
from anmin.kernel.indicators.declaring import Indicator, Rows, declared
from anmin.kernel.indicators.lists import held, in_period
from anmin.kernel.indicators.periods import Period
from anmin.kernel.registers.declaring import Register
from anmin.kernel.registers.queries import entries


def points_open(reader: Reader, period: Period) -> QuerySet[Any]:
    """Dining points in force and open."""
    return held(POINTS)(reader, period).filter(state="open")


def built(kind: str) -> Rows:
    """Places of a kind accepted within the plan of the period's year."""

    def rows(reader: Reader, period: Period) -> QuerySet[Any]:
        found = entries(reader, FACILITIES).filter(kind=kind, project__isnull=False)
        return found.filter(project__year=period.last_day.year, accepted_on__lte=period.last_day)

    return rows


def planned(kind: str) -> Rows:
    """The plans of the period's year for a kind."""

    def rows(reader: Reader, period: Period) -> QuerySet[Any]:
        return entries(reader, PROJECTS).filter(kind=kind, year=period.last_day.year)

    return rows


def _running(period: Period) -> QuerySet[ElderFacility]:
    """Places that are open and served in the thirty days before the end of the period."""
    last = period.last_day
    days = FacilityDay.objects.filter(
        facility=OuterRef("pk"), first_day__gt=last - timedelta(RECENT_DAYS), first_day__lte=last
    )
    return ElderFacility.objects.filter(Exists(days), state="open", first_day__lte=last)


def communities(like: str = "") -> Rows:
    """The communities on the book; `like` are the first digits of villages (2, 3, 5) or residents' committees (0, 1, 4)."""

    def rows(reader: Reader, period: Period) -> QuerySet[Any]:
        found = held(COMMUNITIES)(reader, period)
        return found.filter(division__regex=f"^[0-9]{{9}}[{like}]") if like else found

    return rows


def one_each(digits: int) -> Rows:
    """One community of every town (9 digits) or county (6): as many rows as there are towns with communities on the book."""

    def rows(reader: Reader, period: Period) -> QuerySet[Any]:
        found = held(COMMUNITIES)(reader, period)
        cut = found.order_by().annotate(cut=Substr("division", 1, digits)).values("cut")
        return found.filter(pk__in=cut.annotate(one=Min("pk")).values("one"))

    return rows


def with_place(kind: str, digits: int, among: Rows) -> Rows:
    """Of some communities, those in whose division, cut to so many digits, a place of the kind runs."""

    def rows(reader: Reader, period: Period) -> QuerySet[Any]:
        near = _running(period).filter(kind=kind).annotate(cut=Substr("division", 1, digits))
        found = among(reader, period).annotate(own=Substr("division", 1, digits))
        return found.filter(own__in=near.values("cut"))

    return rows


def staffed(reader: Reader, period: Period) -> QuerySet[Any]:
    """Communities with at least one elder-help worker in force."""
    last = period.last_day
    helpers = ElderHelper.objects.filter(division=OuterRef("division"), first_day__lte=last)
    return held(COMMUNITIES)(reader, period).filter(
        Exists(helpers.filter(Q(last_day__isnull=True) | Q(last_day__gte=last)))
    )


def certified(reader: Reader, period: Period) -> QuerySet[Any]:
    """Care workers with a certificate of skill."""
    return held(WORKERS)(reader, period).exclude(skill=0)


def filed(reader: Reader, period: Period) -> QuerySet[Any]:
    """Institutions filed up to the end of the period."""
    return held(INSTITUTIONS)(reader, period).filter(filed_on__lte=period.last_day)


def activities(reader: Reader, period: Period) -> QuerySet[Any]:
    """Activities of the period."""
    return in_period(ACTIVITIES)(reader, period)


def simple(
    key: str,
    title: str,
    english: str,
    unit: str,
    words: str,
    definition: str,
    english_definition: str,
    law: str,
    rows: Rows,
    register: Register,
    **more: Any,
) -> Indicator:
    """One indicator of elder care: read by whoever reads its books, by the month unless `period` says otherwise."""
    return declared(
        Indicator(
            key=f"elderly/{key}",
            title=title,
            english=english,
            unit=unit,
            english_unit=words,
            definition=definition,
            english_definition=english_definition,
            law=law,
            period=more.pop("period", "month"),
            read=READ,
            rows=rows,
            register=register,
            **more,
        )
    )


simple(
    "points_open",
    "老年助餐点",
    "Dining points",
    "处",
    "points",
    "期末营业的老年食堂、老年餐桌、助餐点和共享餐厅。",
    "Canteens, tables, points and shared restaurants open at the end of the period.",
    "民发〔2023〕58号",
    points_open,
    POINTS,
)
PLANNED = {
    FacilityKind.HOME: "homes",
    FacilityKind.CENTRE: "centres",
    FacilityKind.REGIONAL: "regional",
    FacilityKind.CANTEEN: "canteens",
}
for _kind, _name in PLANNED.items():
    simple(
        f"built_{_name}",
        f"建成{_kind.label}",
        f"{_name.capitalize()} built under the plan",
        "处",
        "places",
        f"当年计划项目下已验收的{_kind.label}。",
        "Places accepted under the year's plan.",
        "年度建设计划",
        built(_kind.value),
        FACILITIES,
        period="year",
    )
    simple(
        f"planned_{_name}",
        f"计划建设{_kind.label}",
        f"{_name.capitalize()} planned",
        "处",
        "places",
        f"当年计划建设的{_kind.label}数。",
        "Places planned for the year.",
        "年度建设计划",
        planned(_kind.value),
        PROJECTS,
        period="year",
        total="target",
    )
VILLAGES, RESIDENTS = "235", "014"
"""First of the three digits of a village: villagers' and residents' committees, and what is like them."""
_COVERING = (
    ("day_care_cover", "镇（街）日间照料覆盖率", "Towns with day care", FacilityKind.DAY_CARE, 9,
     "镇街", "towns", one_each(9)),
    ("regional_cover", "县（区）区域性养老服务中心覆盖率", "Counties with a regional centre", FacilityKind.REGIONAL, 6,
     "县区", "counties", one_each(6)),
    ("homes_cover", "农村幸福院覆盖率", "Villages with a happiness home", FacilityKind.HOME, 12,
     "村", "villages", communities(VILLAGES)),
    ("stations_cover", "居家养老服务站覆盖率", "Communities with a station", FacilityKind.STATION, 12,
     "社区", "communities", communities(RESIDENTS)),
)  # fmt: skip
for _key, _title, _english, _of, _digits, _unit, _words, _among in _COVERING:
    simple(
        _key,
        _title,
        _english,
        "个",
        _words,
        f"名册“社区老年人口和中心点”里的{_unit}中，有{_of.label}运营且近 30 天有服务的；每个{_unit}算一个。",
        f"Of the {_words} on the book of communities, those with such a place open that served in the last thirty days.",
        "各省养老服务条例",
        with_place(_of.value, _digits, _among),
        COMMUNITIES,
        out_of=_among,
    )
simple(
    "staffed",
    "社区助老员配备率",
    "Communities with an elder-help worker",
    "个",
    "communities",
    "在册社区中至少有一名助老员的；没有的在“还差的”清单里。",
    "Of the communities on the book, those with a worker.",
    "厦民〔2023〕82号",
    staffed,
    COMMUNITIES,
    out_of=held(COMMUNITIES),
)
simple(
    "helpers",
    "助老员",
    "Elder-help workers",
    "人",
    "workers",
    "期末在岗的助老员。",
    "Elder-help workers at the end.",
    "厦民〔2023〕82号",
    held(HELPERS),
    HELPERS,
)
simple(
    "certified",
    "持证养老护理员占比",
    "Care workers with a certificate",
    "人",
    "workers",
    "在册护理员中有技能等级证书的。",
    "Of the care workers on the book, those with a certificate.",
    "养老护理员国家职业技能标准（2019年版）",
    certified,
    WORKERS,
    out_of=held(WORKERS),
)
simple(
    "institutions_filed",
    "已备案养老机构",
    "Institutions filed",
    "家",
    "institutions",
    "期末在册机构中已备案的。",
    "Of the institutions on the book, those filed.",
    "养老机构管理办法",
    filed,
    INSTITUTIONS,
    out_of=held(INSTITUTIONS),
)
simple(
    "nursing_beds",
    "护理型床位",
    "Nursing beds",
    "张",
    "beds",
    "期末在册机构的护理型床位合计。",
    "Nursing beds of the institutions on the book.",
    "各省养老服务条例",
    held(INSTITUTIONS),
    INSTITUTIONS,
    total="nursing_beds",
)
simple(
    "activities_held",
    "老龄和文体活动",
    "Activities held",
    "场",
    "activities",
    "期间内举办的活动。",
    "Activities of the period.",
    "老年人权益保障法",
    activities,
    ACTIVITIES,
)
