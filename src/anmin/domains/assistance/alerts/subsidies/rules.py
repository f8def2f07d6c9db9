"""Disability subsidies (残疾人两项补贴): not paid to those due, paid to those who are not."""

from anmin.policy import Alert, Day, Fen, Months, person
from anmin.policy.codes import ChildStatus, Direction, DisabilityKind
from anmin.policy.vocabulary import months_with, newest_told

M08 = Alert("M08", "living_subsidy_missing", Direction.MORE, "subsidy")
M09 = Alert("M09", "care_subsidy_missing", Direction.MORE, "subsidy")
M10 = Alert("M10", "certificate_ended", Direction.LESS, "certificate")
M36 = Alert("M36", "living_subsidy_doubled", Direction.LESS, "double_benefit")
M37 = Alert("M37", "injury_care_and_subsidy", Direction.LESS, "double_benefit")

GRAVE = 2  # levels of the disability certificate


@person(title="低保残疾人未享生活补贴", law="国发〔2015〕52号 §2", since="2023-10-19")
def living_subsidy_missing(
    certified: Months[bool],
    receives_dibao: bool,
    living_subsidy_paid: Months[Fen],
    is_tekun: bool,
    child_status: ChildStatus,
    subsidy_wait_months: int,
) -> bool:
    """On dibao with a certificate for more than a month and no living subsidy (应享未享生活补贴)."""
    if not receives_dibao or is_tekun or child_status != ChildStatus.NONE:
        return False
    return months_with(certified) > subsidy_wait_months and newest_told(living_subsidy_paid) == 0


@person(title="一二级残疾人未享护理补贴", law="国发〔2015〕52号 §2", since="2023-10-19")
def care_subsidy_missing(
    certified: Months[bool],
    has_certificate: bool,
    disability_level: int,
    care_subsidy_paid: Months[Fen],
    receives_tekun: bool,
    receives_work_injury_care: bool,
    subsidy_wait_months: int,
) -> bool:
    """Level one or two for more than a month and no care subsidy (应享未享护理补贴)."""
    if receives_tekun or receives_work_injury_care or not has_certificate:
        return False
    if disability_level < 1 or disability_level > GRAVE:
        return False
    return months_with(certified) > subsidy_wait_months and newest_told(care_subsidy_paid) == 0


@person(title="任一补贴仍在发放", law="国发〔2015〕52号 §2", since="2023-10-19")
def is_paid_subsidy(living_subsidy_paid: Months[Fen], care_subsidy_paid: Months[Fen]) -> bool:
    """Either subsidy was paid in the newest month (补贴在发)."""
    return newest_told(living_subsidy_paid) > 0 or newest_told(care_subsidy_paid) > 0


@person(title="残疾证到期或注销仍在发放", law="国发〔2015〕52号 §2", since="2023-10-19")
def certificate_ended(
    is_paid_subsidy: bool, disability: DisabilityKind, certificate_last_day: Day, on: Day
) -> bool:
    """The certificate ran out or was cancelled and a subsidy was paid after it (证件失效仍发)."""
    return is_paid_subsidy and (certificate_last_day < on or disability == DisabilityKind.NONE)


@person(title="特困、孤儿等重复领取生活补贴", law="国发〔2015〕52号 §2", since="2023-10-19")
def living_subsidy_doubled(
    living_subsidy_paid: Months[Fen],
    receives_tekun: bool,
    child_status: ChildStatus,
    child_allowance_is_full: bool,
) -> bool:
    """Tekun, an orphan, or an unsupported child on the full allowance, and the living subsidy too (排斥待遇)."""
    if newest_told(living_subsidy_paid) < 1:
        return False
    is_orphan = child_status == ChildStatus.ORPHAN_INSTITUTION or child_status == ChildStatus.ORPHAN_SCATTERED
    return (
        receives_tekun or is_orphan or (child_status == ChildStatus.UNSUPPORTED and child_allowance_is_full)
    )


@person(title="工伤护理费与两项补贴重复", law="国发〔2015〕52号 §2", since="2023-10-19")
def injury_care_and_subsidy(receives_work_injury_care: bool, is_paid_subsidy: bool) -> bool:
    """Work-injury care pay and a disability subsidy at once (工伤护理费与补贴重复)."""
    return receives_work_injury_care and is_paid_subsidy
