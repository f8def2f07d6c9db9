"""Allowance for de facto unsupported children (事实无人抚养儿童基本生活补贴), 民发〔2019〕62号."""

from anmin.policy import BasisPoints, Benefit, Fen, person
from anmin.policy.codes import ChildStatus, DisabilityKind, ParentState
from anmin.policy.vocabulary import divide_half_up, portion_down, positive_part

BENEFIT = Benefit(
    title="事实无人抚养儿童基本生活补贴",
    english="Allowance for de facto unsupported children",
    law="民发〔2019〕62号 §2",
    unit="person",
    eligible="unsupported_eligible",
    amount="unsupported_amount",
    rank=13,
    publish=False,
)
GRAVE, LIGHTEST = 2, 4  # levels of the certificate
HALF_YEAR = 6  # 62号: imprisonment, detention and lost contact count from six months


@person(title="父亲无力抚养", law="民发〔2019〕62号 §1", since="2021-07-01")
def father_cannot(
    father_state: ParentState,
    father_state_months: int,
    father_disability: DisabilityKind,
    father_disability_level: int,
) -> bool:
    """The father is gravely disabled or ill, held, or out of contact for half a year (父亲无力抚养)."""
    if father_state == ParentState.SEVERE_ILLNESS:
        return True
    if father_state == ParentState.SEVERE_DISABILITY:
        is_mind = (
            father_disability == DisabilityKind.INTELLECTUAL or father_disability == DisabilityKind.MENTAL
        )
        return 0 < father_disability_level <= (LIGHTEST if is_mind else GRAVE)
    is_away = father_state >= ParentState.PRISON and father_state <= ParentState.LOST_CONTACT
    return is_away and father_state_months >= HALF_YEAR


@person(title="母亲无力抚养", law="民发〔2019〕62号 §1", since="2021-07-01")
def mother_cannot(
    mother_state: ParentState,
    mother_state_months: int,
    mother_disability: DisabilityKind,
    mother_disability_level: int,
) -> bool:
    """The mother is gravely disabled or ill, held, or out of contact for half a year (母亲无力抚养)."""
    if mother_state == ParentState.SEVERE_ILLNESS:
        return True
    if mother_state == ParentState.SEVERE_DISABILITY:
        is_mind = (
            mother_disability == DisabilityKind.INTELLECTUAL or mother_disability == DisabilityKind.MENTAL
        )
        return 0 < mother_disability_level <= (LIGHTEST if is_mind else GRAVE)
    is_away = mother_state >= ParentState.PRISON and mother_state <= ParentState.LOST_CONTACT
    return is_away and mother_state_months >= HALF_YEAR


@person(title="符合事实无人抚养认定条件", law="民发〔2019〕62号 §1", since="2021-07-01")
def fits_unsupported(
    father_state: ParentState, mother_state: ParentState, father_cannot: bool, mother_cannot: bool
) -> bool:
    """Both parents cannot, or one is dead or declared missing and the other cannot; not orphans (认定条件)."""
    father_gone = father_state == ParentState.DEAD or father_state == ParentState.DECLARED_MISSING
    mother_gone = mother_state == ParentState.DEAD or mother_state == ParentState.DECLARED_MISSING
    if father_cannot:
        return mother_cannot or mother_gone
    return father_gone and mother_cannot


@person(title="符合事实无人抚养儿童保障条件", law="民发〔2019〕62号 §1", since="2021-07-01")
def unsupported_eligible(
    is_minor: bool, is_tekun: bool, child_status: ChildStatus, fits_unsupported: bool
) -> bool:
    """A minor recognised as such, or one who fits the test and has no other status yet (保障条件)."""
    if not is_minor or is_tekun:
        return False
    return child_status == ChildStatus.UNSUPPORTED or (child_status == ChildStatus.NONE and fits_unsupported)


@person(title="事实无人抚养儿童基本生活补贴", law="民发〔2019〕62号 §2", since="2021-07-01")
def unsupported_amount(
    unsupported_eligible: bool,
    orphan_scattered: Fen,
    unsupported_ratio: BasisPoints,
    is_member: bool,
    dibao_amount: Fen,
    dibao_expenditure_amount: Fen,
    members: int,
    uplift_amount: Fen,
) -> Fen:
    """The orphans' rate; topped up to it where the child has a share of the family's dibao (基本生活补贴，补差)."""
    if not unsupported_eligible:
        return 0
    own_share = divide_half_up(dibao_amount + dibao_expenditure_amount, members) + uplift_amount
    standard = portion_down(orphan_scattered, unsupported_ratio)
    return positive_part(standard - own_share) if is_member else standard
