"""Figures about elders at home: beds, adaptations, target persons, assessments, claims."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet

from anmin.domains.elderly.beds.queries import with_service
from anmin.domains.elderly.powers import READ
from anmin.domains.elderly.registers.adaptations import ADAPTATIONS
from anmin.domains.elderly.registers.assessments import ASSESSMENTS
from anmin.domains.elderly.registers.beds import BEDS
from anmin.domains.elderly.registers.difficulty import DIFFICULTIES
from anmin.domains.elderly.registers.insurance import CLAIMS, INSURED
from anmin.domains.elderly.registers.meals import MEALS
from anmin.kernel.access.queries import Reader
from anmin.kernel.indicators.declaring import Indicator, declared
from anmin.kernel.indicators.lists import held, in_period
from anmin.kernel.indicators.periods import Period
from anmin.kernel.people.queries import in_force
from anmin.kernel.registers.queries import entries


def beds_built(reader: Reader, period: Period) -> QuerySet[Any]:
    """Beds accepted up to the end of the period, closed ones too: what was built was built."""
    return entries(reader, BEDS).filter(accepted_on__lte=period.last_day)


def beds_open(reader: Reader, period: Period) -> QuerySet[Any]:
    """Beds accepted and not closed at the end of the period."""
    return beds_built(reader, period).filter(in_force(period.last_day))


def beds_served(reader: Reader, period: Period) -> QuerySet[Any]:
    """Of the open beds, those to which care was brought in the last thirty days of the period."""
    return with_service(reader, beds_open(reader, period), period.last_day)


def homes_adapted(reader: Reader, period: Period) -> QuerySet[Any]:
    """Adaptations accepted up to the end of the period; the household is counted once a programme."""
    return entries(reader, ADAPTATIONS).filter(accepted_on__lte=period.last_day, household__isnull=False)


def target_persons(reader: Reader, period: Period) -> QuerySet[Any]:
    """One entry a person: the first of those active at the end of the period."""
    rows = held(DIFFICULTIES)(reader, period).filter(state__in=("active", "suspended"))
    firsts = rows.order_by("person", "pk").distinct("person").values("pk")
    return entries(reader, DIFFICULTIES).filter(pk__in=firsts)


def assessed(reader: Reader, period: Period) -> QuerySet[Any]:
    """Assessments made in the period."""
    return in_period(ASSESSMENTS)(reader, period)


def unable(reader: Reader, period: Period) -> QuerySet[Any]:
    """Results that hold at the end of the period and say moderate or worse."""
    return held(ASSESSMENTS)(reader, period).filter(state="final", final__gte=2)


def claims_accepted(reader: Reader, period: Period) -> QuerySet[Any]:
    """Claims accepted in the period."""
    return entries(reader, CLAIMS).filter(accepted_on__range=(period.first_day, period.last_day))


def claims_paid(reader: Reader, period: Period) -> QuerySet[Any]:
    """Claims paid in the period."""
    return entries(reader, CLAIMS).filter(paid_on__range=(period.first_day, period.last_day))


def claims_refused(reader: Reader, period: Period) -> QuerySet[Any]:
    """Claims accepted in the period of which nothing is paid."""
    return claims_accepted(reader, period).filter(
        state__in=("refused", "closed"), payout_fen=0, decided_on__isnull=False
    )


def insured(reader: Reader, period: Period) -> QuerySet[Any]:
    """Persons on the list of a policy year that holds at the end of the period."""
    rows = entries(reader, INSURED).filter(policy__first_day__lte=period.last_day)
    return rows.filter(
        Q(policy__last_day__isnull=True) | Q(policy__last_day__gte=F("policy__first_day")),
        Q(policy__last_day__isnull=True) | Q(policy__last_day__gte=period.last_day),
    )


def meals_served(reader: Reader, period: Period) -> QuerySet[Any]:
    """Meals of the period."""
    return in_period(MEALS)(reader, period)


BEDS_BUILT = declared(
    Indicator(
        key="elderly/beds_built",
        title="建成家庭养老床位",
        english="Family beds built",
        unit="张",
        english_unit="beds",
        definition="截至期末已经验收的家庭养老床位，后来关闭的也算建成；没有验收的不算。",
        english_definition="Family beds accepted up to the end of the period, those closed since included; none before acceptance.",
        law="国家居家和社区基本养老服务提升行动",
        period="month",
        read=READ,
        rows=beds_built,
        register=BEDS,
    )
)
BEDS_OPEN = declared(
    Indicator(
        key="elderly/beds_open",
        title="服务中的家庭养老床位",
        english="Family beds open",
        unit="张",
        english_unit="beds",
        definition="期末已验收、没有关闭的家庭养老床位。",
        english_definition="Family beds accepted and not closed at the end of the period.",
        law="国家居家和社区基本养老服务提升行动",
        period="month",
        read=READ,
        rows=beds_open,
        register=BEDS,
    )
)
BEDS_SERVED = declared(
    Indicator(
        key="elderly/beds_served",
        title="近 30 天有服务的家庭养老床位",
        english="Family beds with a service in 30 days",
        unit="张",
        english_unit="beds",
        definition="期末已验收、没有关闭的床位中，最近 30 天至少有一张已完成的上门照护服务单的。",
        english_definition="Of the beds open at the end of the period, those with a completed order of care in the last thirty days.",
        law="国家居家和社区基本养老服务提升行动",
        period="month",
        read=READ,
        rows=beds_served,
        out_of=beds_open,
        register=BEDS,
    )
)
HOMES_ADAPTED = declared(
    Indicator(
        key="elderly/homes_adapted",
        title="完成适老化改造",
        english="Homes adapted",
        unit="户",
        english_unit="homes",
        definition="截至期末已经验收的居家适老化改造，同一户同一项目只算一户。",
        english_definition="Adaptations accepted up to the end of the period, one a household and programme.",
        law="民发〔2020〕86号",
        period="month",
        read=READ,
        rows=homes_adapted,
        register=ADAPTATIONS,
    )
)
TARGETS = declared(
    Indicator(
        key="elderly/target_persons",
        title="在册特殊困难老年人",
        english="Elders in special difficulty",
        unit="人",
        english_unit="persons",
        definition="期末纳入探访（含暂停）的特殊困难老年人，一人有几类只算一人。",
        english_definition="Elders visited, or paused, at the end of the period; one a person, whatever the number of classes.",
        law="民发〔2022〕73号",
        period="month",
        read=READ,
        rows=target_persons,
        register=DIFFICULTIES,
    )
)
ASSESSED = declared(
    Indicator(
        key="elderly/assessed",
        title="能力评估",
        english="Assessments of ability",
        unit="次",
        english_unit="assessments",
        definition="期间内完成的老年人能力评估。",
        english_definition="Assessments made in the period.",
        law="GB/T 42195-2022",
        period="month",
        read=READ,
        rows=assessed,
        register=ASSESSMENTS,
    )
)
UNABLE = declared(
    Indicator(
        key="elderly/unable",
        title="中度及以上失能老年人",
        english="Elders moderately or worse disabled",
        unit="人",
        english_unit="persons",
        definition="期末评估结果有效、中度失能及以上的老年人。",
        english_definition="Elders whose result holds at the end of the period and is moderate or worse.",
        law="GB/T 42195-2022",
        period="month",
        read=READ,
        rows=unable,
        register=ASSESSMENTS,
    )
)
CLAIMS_ACCEPTED = declared(
    Indicator(
        key="elderly/claims_accepted",
        title="受理理赔案件",
        english="Claims accepted",
        unit="件",
        english_unit="claims",
        definition="年度内受理的老年人意外险理赔案件。",
        english_definition="Claims accepted in the year.",
        law="本地老年人意外险方案",
        period="year",
        read=READ,
        rows=claims_accepted,
        register=CLAIMS,
    )
)
CLAIMS_PAID = declared(
    Indicator(
        key="elderly/claims_paid",
        title="支付理赔款",
        english="Claims paid",
        unit="分",
        english_unit="fen",
        definition="年度内支付的理赔款合计，单位为分。",
        english_definition="Sum of claims paid in the year, in fen.",
        law="本地老年人意外险方案",
        period="year",
        read=READ,
        rows=claims_paid,
        register=CLAIMS,
        total="paid_fen",
    )
)
CLAIMS_REFUSED = declared(
    Indicator(
        key="elderly/claims_refused",
        title="理赔拒赔率",
        english="Share of claims refused",
        unit="件",
        english_unit="claims",
        definition="年度内受理的案件中核定不赔的。",
        english_definition="Of the claims accepted in the year, those refused.",
        law="本地老年人意外险方案",
        period="year",
        read=READ,
        rows=claims_refused,
        out_of=claims_accepted,
        register=CLAIMS,
    )
)
PERSONS_INSURED = declared(
    Indicator(
        key="elderly/insured_persons",
        title="参保老年人",
        english="Insured elders",
        unit="人",
        english_unit="persons",
        definition="期末在有效保单年度名单里的老年人。",
        english_definition="Persons on the list of a policy year in force at the end.",
        law="本地老年人意外险方案",
        period="month",
        read=READ,
        rows=insured,
        register=INSURED,
    )
)
MEALS_SERVED = declared(
    Indicator(
        key="elderly/meals_served",
        title="补贴助餐",
        english="Subsidised meals",
        unit="份",
        english_unit="meals",
        definition="期间内登记的补贴用餐。",
        english_definition="Subsidised meals of the period.",
        law="民发〔2023〕58号",
        period="month",
        read=READ,
        rows=meals_served,
        register=MEALS,
    )
)
