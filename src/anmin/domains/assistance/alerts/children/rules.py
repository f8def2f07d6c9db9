"""Children (儿童): out of school, without parents who can care, alone."""

from anmin.policy import Alert, Months, person
from anmin.policy.codes import ChildStatus, Direction, Layer, ParentState
from anmin.policy.vocabulary import began_lately, months_without

M18 = Alert("M18", "student_new", Direction.MORE, "schooling")
M19 = Alert("M19", "child_not_enrolled", Direction.SAFETY, "schooling", months=2)
M20 = Alert("M20", "parent_imprisoned", Direction.NEED, "child")
M21 = Alert("M21", "parents_dead_or_unable", Direction.NEED, "child")
M22 = Alert("M22", "child_alone", Direction.SAFETY, "child")

ALONE_BELOW = 16  # 国发〔2016〕13号: no child under sixteen may live alone


@person(title="边缘、刚性困难家庭新大学生", law="国办发〔2023〕39号 §3", since="2023-10-19")
def student_new(in_college: Months[bool], recognised_layer: Layer, lately_months: int) -> bool:
    """A new student in an EDGE or RIGID family: education aid may be due (新入学大学生)."""
    is_layer = recognised_layer == Layer.EDGE or recognised_layer == Layer.RIGID
    return is_layer and began_lately(in_college, lately_months)


@person(title="适龄儿童未在籍", law="国办发〔2023〕39号 §3", since="2023-10-19")
def child_not_enrolled(
    age: int, in_school: Months[bool], school_age: int, school_age_end: int, unenrolled_months: int
) -> bool:
    """Of school age, and no school has had the child since the term began (适龄儿童无学籍)."""
    if age < school_age or age > school_age_end:
        return False
    return months_without(in_school) >= unenrolled_months


@person(title="父亲或母亲服刑、强制戒毒", law="民发〔2019〕62号", since="2023-10-19")
def parent_imprisoned(
    is_minor: bool,
    father_state: ParentState,
    father_state_months: int,
    mother_state: ParentState,
    mother_state_months: int,
    child_status: ChildStatus,
    parent_term_months: int,
) -> bool:
    """A parent is in prison or detox for half a year, the child at home (父母服刑或强戒)."""
    if not is_minor or child_status != ChildStatus.NONE:
        return False
    father = father_state == ParentState.PRISON or father_state == ParentState.DETOX
    mother = mother_state == ParentState.PRISON or mother_state == ParentState.DETOX
    if father and father_state_months >= parent_term_months:
        return True
    return mother and mother_state_months >= parent_term_months


@person(title="一方死亡另一方失联或无力", law="民发〔2019〕62号", since="2023-10-19")
def parents_dead_or_unable(
    is_minor: bool, father_state: ParentState, mother_state: ParentState, child_status: ChildStatus
) -> bool:
    """One parent died, and the other is dead, absent or unable; nothing is recognised yet (父母双缺)."""
    if not is_minor or child_status != ChildStatus.NONE:
        return False
    someone_died = father_state == ParentState.DEAD or mother_state == ParentState.DEAD
    return someone_died and father_state != ParentState.PRESENT and mother_state != ParentState.PRESENT


@person(title="未满十六周岁独自居住", law="国办发〔2023〕39号 §3", since="2023-10-19")
def child_alone(age: int, is_reported_alone: bool) -> bool:
    """A child under sixteen was reported as living alone (独自居住儿童)."""
    return is_reported_alone and age < ALONE_BELOW
