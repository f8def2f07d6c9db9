"""Stages 4 and 5 of the 43-rule set as rules of the Anmin engine: uplifts, subsidies, totals."""

from __future__ import annotations

from anmin.policy import BasisPoints, Each, Fen, household, person
from anmin.policy.codes import CareLevel, Layer, Study
from anmin.policy.vocabulary import MONTHS, greater, portion_half_up, positive_part, total

LAW = "bench/rules43/spec.md"
SINCE = "2024-07-01"
GRAVEST = 1
ORPHAN = 1
EIGHTY = 80
NINETY = 90
HUNDRED = 100


# Stage 4: uplifts and subsidies.


@person(title="增发比例", law=LAW, since=SINCE)
def uplift_rate(
    is_severely_disabled: bool,
    has_major_illness: bool,
    is_old: bool,
    is_child: bool,
    study: Study,
    uplift_disabled: BasisPoints,
    uplift_illness: BasisPoints,
    uplift_old: BasisPoints,
    uplift_child: BasisPoints,
) -> BasisPoints:
    """The highest that applies."""
    rate = 0
    if is_severely_disabled:
        rate = uplift_disabled
    if has_major_illness:
        rate = greater(rate, uplift_illness)
    if is_old:
        rate = greater(rate, uplift_old)
    if is_child or study >= Study.HIGH_SCHOOL:
        rate = greater(rate, uplift_child)
    return rate


@person(title="增发额", law=LAW, since=SINCE)
def uplift_amount(is_dibao: bool, is_counted: bool, uplift_rate: BasisPoints, dibao_standard: Fen) -> Fen:
    """Uplift by category, a month."""
    if is_dibao and is_counted:
        return portion_half_up(dibao_standard, uplift_rate)
    return 0


@person(title="单人保", law=LAW, since=SINCE)
def is_single_dibao(
    is_edge: bool, is_counted: bool, is_severely_disabled: bool, has_major_illness: bool
) -> bool:
    """Gravely disabled or ill in a low-income family."""
    return is_edge and is_counted and (is_severely_disabled or has_major_illness)


@person(title="单人保金额", law=LAW, since=SINCE)
def single_amount(
    is_single_dibao: bool, countable_income: Fen, dibao_standard: Fen, single_ratio: BasisPoints
) -> Fen:
    """What one's own income lacks, a month."""
    if is_single_dibao:
        return positive_part(portion_half_up(dibao_standard, single_ratio) - countable_income)
    return 0


@person(title="孤儿基本生活费", law=LAW, since=SINCE)
def orphan_amount(
    is_child: bool,
    parents_state: int,
    lives_in_institution: bool,
    orphan_institution: Fen,
    orphan_scattered: Fen,
) -> Fen:
    """By where the child is raised, a month."""
    if not is_child or parents_state != ORPHAN:
        return 0
    return orphan_institution if lives_in_institution else orphan_scattered


@person(title="事实无人抚养儿童补贴", law=LAW, since=SINCE)
def unsupported_amount(
    is_child: bool, parents_state: int, is_dibao: bool, unsupported_standard: Fen, dibao_standard: Fen
) -> Fen:
    """In full, or topping up dibao, a month."""
    if not is_child or parents_state <= ORPHAN:
        return 0
    if is_dibao:
        return positive_part(unsupported_standard - dibao_standard)
    return unsupported_standard


@person(title="困难残疾人生活补贴", law=LAW, since=SINCE)
def hardship_amount(
    disability_level: int,
    is_tekun: bool,
    orphan_amount: Fen,
    is_dibao: bool,
    is_single_dibao: bool,
    hardship_standard: Fen,
) -> Fen:
    """For the disabled in dibao, a month."""
    if disability_level > 0 and not is_tekun and orphan_amount == 0 and (is_dibao or is_single_dibao):
        return hardship_standard
    return 0


@person(title="重度残疾人护理补贴", law=LAW, since=SINCE)
def nursing_amount(
    is_severely_disabled: bool,
    disability_level: int,
    orphan_amount: Fen,
    is_tekun: bool,
    care_level: CareLevel,
    nursing_first: Fen,
    nursing_second: Fen,
) -> Fen:
    """For the gravely disabled whose care is not paid by tekun, a month."""
    if not is_severely_disabled or orphan_amount > 0 or (is_tekun and care_level == CareLevel.FULL):
        return 0
    return nursing_first if disability_level == GRAVEST else nursing_second


@person(title="高龄津贴", law=LAW, since=SINCE)
def elderly_allowance(age: int, elderly_80: Fen, elderly_90: Fen, elderly_100: Fen) -> Fen:
    """By age, a month."""
    if age >= HUNDRED:
        return elderly_100
    if age >= NINETY:
        return elderly_90
    return elderly_80 if age >= EIGHTY else 0


@person(title="老年人护理补贴", law=LAW, since=SINCE)
def elderly_care(
    is_old: bool,
    is_dibao: bool,
    is_edge: bool,
    care_level: CareLevel,
    elderly_care_half: Fen,
    elderly_care_full: Fen,
) -> Fen:
    """For the frail old of low income, a month."""
    if not is_old or not (is_dibao or is_edge):
        return 0
    if care_level == CareLevel.FULL:
        return elderly_care_full
    return elderly_care_half if care_level == CareLevel.HALF else 0


@person(title="护理补贴", law=LAW, since=SINCE)
def care_subsidy(nursing_amount: Fen, elderly_care: Fen) -> Fen:
    """The higher of the two, a month."""
    return greater(nursing_amount, elderly_care)


@person(title="个人合计", law=LAW, since=SINCE)
def person_total(
    tekun_amount: Fen,
    orphan_amount: Fen,
    unsupported_amount: Fen,
    hardship_amount: Fen,
    elderly_allowance: Fen,
    care_subsidy: Fen,
) -> Fen:
    """All that is paid to the person, a month."""
    return (
        tekun_amount + orphan_amount + unsupported_amount + hardship_amount + elderly_allowance + care_subsidy
    )


# Stage 5: totals.


@household(title="增发合计", law=LAW, since=SINCE)
def uplift_total(uplift_amount: Each[Fen]) -> Fen:
    """All uplifts, a month."""
    return total(uplift_amount)


@household(title="单人保合计", law=LAW, since=SINCE)
def single_total(single_amount: Each[Fen]) -> Fen:
    """All single-person dibao, a month."""
    return total(single_amount)


@household(title="低保金合计", law=LAW, since=SINCE)
def dibao_total(dibao_gap: Fen, uplift_total: Fen, exit_amount: Fen, single_total: Fen) -> Fen:
    """All dibao of the household, a month."""
    return dibao_gap + uplift_total + exit_amount + single_total


@household(title="个人待遇合计", law=LAW, since=SINCE)
def persons_aid(person_total: Each[Fen]) -> Fen:
    """All that is paid to members, a month."""
    return total(person_total)


@household(title="分层", law=LAW, since=SINCE)
def tier(is_dibao: bool, is_edge: bool, is_rigid: bool) -> Layer:
    """The layer of the household."""
    if is_dibao:
        return Layer.DIBAO
    if is_edge:
        return Layer.EDGE
    return Layer.RIGID if is_rigid else Layer.NONE


@household(title="家庭合计", law=LAW, since=SINCE)
def household_total(dibao_total: Fen, persons_aid: Fen) -> Fen:
    """Everything, a month."""
    return dibao_total + persons_aid


@household(title="全年预算", law=LAW, since=SINCE)
def annual_budget(household_total: Fen) -> Fen:
    """Everything, a year."""
    return household_total * MONTHS
