"""Who counts as a member of the household (共同生活的家庭成员), 民发〔2021〕57号 art. 7."""

from anmin.policy import Day, Each, household, person
from anmin.policy.codes import Absence, DisabilityKind, Relation, Study
from anmin.policy.vocabulary import count, full_years

ADULT = 18  # 民法典 art. 17
GRAVE, MIDDLE = 2, 3  # levels of the disability certificate


@person(title="周岁", law="民法典 §17", since="1987-01-01")
def age(birth_day: Day, on: Day) -> int:
    """Age in completed years (周岁)."""
    return full_years(birth_day, on)


@person(title="未成年人", law="民法典 §17", since="1987-01-01")
def is_minor(age: int) -> bool:
    """Whether the person is under eighteen (未成年人)."""
    return age < ADULT


@person(title="持有有效残疾证", law="残疾人两项补贴国发52号 §2", since="2016-01-01")
def has_certificate(disability: DisabilityKind, certificate_last_day: Day, on: Day) -> bool:
    """Whether a disability certificate is in force on the day (残疾证在有效期内)."""
    return disability != DisabilityKind.NONE and certificate_last_day >= on


@person(title="重度残疾", law="民发〔2021〕57号 §8", since="2021-07-01")
def has_severe_disability(has_certificate: bool, disability: DisabilityKind, disability_level: int) -> bool:
    """Level 1 or 2 of any kind, or level 3 intellectual or mental (重度残疾，含三级智力、精神)."""
    if not has_certificate or disability_level < 1:
        return False
    if disability_level <= GRAVE:
        return True
    is_mind = disability == DisabilityKind.INTELLECTUAL or disability == DisabilityKind.MENTAL
    return disability_level == MIDDLE and is_mind


@person(title="计入共同生活的家庭成员", law="民发〔2021〕57号 §7", since="2021-07-01")
def is_member(
    is_tekun: bool,
    absence: Absence,
    relation: Relation,
    is_minor: bool,
    study: Study,
    lives_apart: bool,
    shares_home_months: int,
    conscript_is_excluded: bool,
    postgraduate_is_counted: bool,
    long_term_months: int,
) -> bool:
    """Whether the person counts as a member of the household (计入共同生活的家庭成员)."""
    if is_tekun:
        return False
    if absence == Absence.CONSCRIPT:
        return not conscript_is_excluded
    if absence != Absence.NONE:
        return False
    if relation == Relation.HEAD or relation == Relation.SPOUSE or is_minor:
        return True
    if relation == Relation.CHILD:
        if study == Study.POSTGRADUATE:
            return postgraduate_is_counted
        return study != Study.NONE or not lives_apart
    return not lives_apart and shares_home_months >= long_term_months


@household(title="共同生活的家庭成员数", law="民发〔2021〕57号 §7", since="2021-07-01")
def members(is_member: Each[bool]) -> int:
    """How many members count (共同生活的家庭成员数)."""
    return count(is_member)
