"""Living subsidy for disabled people in hardship (困难残疾人生活补贴), 国发〔2015〕52号."""

from anmin.policy import Benefit, Fen, Table, person
from anmin.policy.codes import ChildStatus
from anmin.policy.vocabulary import entry

BENEFIT = Benefit(
    title="困难残疾人生活补贴",
    english="Living subsidy for disabled people in hardship",
    law="国发〔2015〕52号 §2",
    unit="person",
    eligible="living_subsidy_eligible",
    amount="living_subsidy_amount",
    rank=60,
)


@person(title="生活补贴不得兼领的情形", law="国发〔2015〕52号 §3", since="2021-07-01")
def living_subsidy_excluded(
    is_tekun: bool, receives_work_injury_care: bool, child_status: ChildStatus
) -> bool:
    """Tekun, work-injury care pay, and the child allowances exclude the living subsidy (不得兼领)."""
    return is_tekun or receives_work_injury_care or child_status != ChildStatus.NONE


@person(title="属于生活补贴对象", law="国发〔2015〕52号 §2", since="2021-07-01")
def is_disabled_in_hardship(
    has_certificate: bool,
    disability_level: int,
    is_registered_here: bool,
    is_member: bool,
    dibao_eligible: bool,
    dibao_expenditure_eligible: bool,
    single_dibao_eligible: bool,
    is_edge: bool,
    living_subsidy_edge_level: int,
) -> bool:
    """Registered here, certified, and on dibao; where a place widens it, also grave levels in EDGE families."""
    if not has_certificate or not is_registered_here or not is_member:
        return False
    if dibao_eligible or dibao_expenditure_eligible or single_dibao_eligible:
        return True
    return is_edge and disability_level <= living_subsidy_edge_level


@person(title="生活补贴标准", law="国发〔2015〕52号 §3", since="2021-07-01")
def living_subsidy_standard(
    disability_level: int, is_minor: bool, living_subsidy_by_level: Table, living_subsidy_minor: Fen
) -> Fen:
    """The rate of the level; a rate of its own for minors where a place has one (生活补贴标准)."""
    if is_minor and living_subsidy_minor > 0:
        return living_subsidy_minor
    return entry(living_subsidy_by_level, disability_level)


@person(title="符合困难残疾人生活补贴条件", law="国发〔2015〕52号 §2", since="2021-07-01")
def living_subsidy_eligible(
    is_disabled_in_hardship: bool,
    living_subsidy_excluded: bool,
    living_subsidy_standard: Fen,
    other_living_allowance_month: Fen,
) -> bool:
    """In hardship, nothing excludes it, and no allowance of the same kind is as high (生活补贴条件，就高)."""
    return (
        is_disabled_in_hardship
        and not living_subsidy_excluded
        and living_subsidy_standard > other_living_allowance_month
    )


@person(title="困难残疾人生活补贴", law="国发〔2015〕52号 §3", since="2021-07-01")
def living_subsidy_amount(living_subsidy_eligible: bool, living_subsidy_standard: Fen) -> Fen:
    """The monthly rate (生活补贴)."""
    return living_subsidy_standard if living_subsidy_eligible else 0
