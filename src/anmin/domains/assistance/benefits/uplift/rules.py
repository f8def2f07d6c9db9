"""Category uplift (分类施保): more for the old, the young, the severely disabled and ill of dibao households."""

from anmin.policy import BasisPoints, Benefit, Fen, person
from anmin.policy.vocabulary import greater, portion_half_up

BENEFIT = Benefit(
    title="分类施保金",
    english="Category uplift",
    law="民发〔2021〕57号 §27",
    unit="person",
    eligible="uplift_eligible",
    amount="uplift_amount",
    rank=23,
)


@person(title="老年人加发", law="民发〔2021〕57号 §27", since="2021-07-01")
def uplift_for_age(
    age: int, uplift_age: int, dibao_standard: Fen, uplift_old_ratio: BasisPoints, uplift_old_flat: Fen
) -> Fen:
    """For members from the locality's age on (老年人加发)."""
    if age < uplift_age:
        return 0
    return portion_half_up(dibao_standard, uplift_old_ratio) + uplift_old_flat


@person(title="未成年人加发", law="民发〔2021〕57号 §27", since="2021-07-01")
def uplift_for_minor(
    is_minor: bool, dibao_standard: Fen, uplift_minor_ratio: BasisPoints, uplift_minor_flat: Fen
) -> Fen:
    """For members under eighteen (未成年人加发)."""
    if not is_minor:
        return 0
    return portion_half_up(dibao_standard, uplift_minor_ratio) + uplift_minor_flat


@person(title="重残重病加发", law="民发〔2021〕57号 §27", since="2021-07-01")
def uplift_for_health(
    has_severe_disability: bool,
    has_major_illness: bool,
    dibao_standard: Fen,
    uplift_severe_ratio: BasisPoints,
    uplift_severe_flat: Fen,
) -> Fen:
    """For severely disabled or severely ill members (重度残疾、重病加发)."""
    if not has_severe_disability and not has_major_illness:
        return 0
    return portion_half_up(dibao_standard, uplift_severe_ratio) + uplift_severe_flat


@person(title="享受分类施保", law="民发〔2021〕57号 §27", since="2021-07-01")
def uplift_eligible(uplift_amount: Fen) -> bool:
    """Whether an uplift is paid (享受分类施保)."""
    return uplift_amount > 0


@person(title="分类施保金", law="民发〔2021〕57号 §27", since="2021-07-01")
def uplift_amount(
    is_member: bool,
    dibao_eligible: bool,
    dibao_expenditure_eligible: bool,
    uplift_for_age: Fen,
    uplift_for_minor: Fen,
    uplift_for_health: Fen,
) -> Fen:
    """The highest of the groups, never their sum; only in dibao households (分类施保金)."""
    if not is_member or not (dibao_eligible or dibao_expenditure_eligible):
        return 0
    return greater(greater(uplift_for_age, uplift_for_minor), uplift_for_health)
