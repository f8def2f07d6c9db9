"""Care subsidy for severely disabled people (重度残疾人护理补贴), 国发〔2015〕52号."""

from anmin.policy import Benefit, Fen, Table, person
from anmin.policy.codes import DisabilityKind
from anmin.policy.vocabulary import entry

BENEFIT = Benefit(
    title="重度残疾人护理补贴",
    english="Care subsidy for severely disabled people",
    law="国发〔2015〕52号 §2",
    unit="person",
    eligible="care_subsidy_eligible",
    amount="care_subsidy_amount",
    rank=61,
)
GRAVE, MIDDLE = 2, 3  # levels of the certificate


@person(title="护理补贴标准", law="国发〔2015〕52号 §3", since="2021-07-01")
def care_subsidy_standard(
    has_certificate: bool,
    disability: DisabilityKind,
    disability_level: int,
    is_member: bool,
    dibao_eligible: bool,
    dibao_expenditure_eligible: bool,
    single_dibao_eligible: bool,
    care_subsidy_by_level: Table,
    care_subsidy_on_dibao: Table,
    care_subsidy_hearing: Table,
) -> Fen:
    """By level; by kind and by dibao where a place tells them apart; level 3 only intellectual or mental."""
    if not has_certificate or disability_level > MIDDLE:
        return 0
    is_mind = disability == DisabilityKind.INTELLECTUAL or disability == DisabilityKind.MENTAL
    if disability_level == MIDDLE and not is_mind:
        return 0
    is_hearing = disability == DisabilityKind.HEARING or disability == DisabilityKind.SPEECH
    if is_hearing and entry(care_subsidy_hearing, disability_level) > 0:
        return entry(care_subsidy_hearing, disability_level)
    on_dibao = is_member and (dibao_eligible or dibao_expenditure_eligible)
    if (on_dibao or single_dibao_eligible) and entry(care_subsidy_on_dibao, disability_level) > 0:
        return entry(care_subsidy_on_dibao, disability_level)
    return entry(care_subsidy_by_level, disability_level)


@person(title="符合重度残疾人护理补贴条件", law="国发〔2015〕52号 §2", since="2021-07-01")
def care_subsidy_eligible(
    care_subsidy_standard: Fen,
    is_registered_here: bool,
    is_tekun: bool,
    receives_work_injury_care: bool,
    other_care_allowance_month: Fen,
) -> bool:
    """Registered here, a rate for the level, not tekun, no work-injury care, nothing higher of the kind."""
    if not is_registered_here or is_tekun or receives_work_injury_care:
        return False
    return care_subsidy_standard > other_care_allowance_month


@person(title="重度残疾人护理补贴", law="国发〔2015〕52号 §3", since="2021-07-01")
def care_subsidy_amount(care_subsidy_eligible: bool, care_subsidy_standard: Fen) -> Fen:
    """The monthly rate (护理补贴)."""
    return care_subsidy_standard if care_subsidy_eligible else 0
