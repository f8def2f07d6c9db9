"""Disability (残疾): new certificates, several in one home, the old and the disabled with nobody else."""

from anmin.policy import Alert, Each, Months, household, person
from anmin.policy.codes import Direction, Layer
from anmin.policy.vocabulary import began_lately, count

M07 = Alert("M07", "disability_new", Direction.MORE, "disability")
M11 = Alert("M11", "several_disabled", Direction.NEED, "disability")
M12 = Alert("M12", "old_and_disabled_alone", Direction.SAFETY, "frailty")
M40 = Alert("M40", "single_dibao_missing", Direction.MORE, "disability_benefit")


@person(title="边缘家庭新增重残", law="民发〔2021〕57号 §8", since="2023-10-19")
def disability_new(severely_certified: Months[bool], recognised_layer: Layer, lately_months: int) -> bool:
    """A new certificate of severe disability, or a level up to it, in an EDGE family (新增或升级为重残)."""
    return recognised_layer == Layer.EDGE and began_lately(severely_certified, lately_months)


@household(title="一户多残", law="国办发〔2023〕39号 §3", since="2023-10-19")
def several_disabled(has_certificate: Each[bool], several_disabled_count: int) -> bool:
    """Two or more members hold a certificate (一户多残)."""
    return count(has_certificate) >= several_disabled_count


@person(title="老年人", law="国办发〔2023〕39号 §3", since="2023-10-19")
def is_elder(age: int, elder_age: int) -> bool:
    """Sixty and older (老年人)."""
    return age >= elder_age


@person(title="残疾的成年人", law="国办发〔2023〕39号 §3", since="2023-10-19")
def is_disabled_adult(has_certificate: bool, is_minor: bool, is_elder: bool) -> bool:
    """A grown-up under sixty with a certificate (残疾成年人)."""
    return has_certificate and not is_minor and not is_elder


@household(title="老残一体", law="国办发〔2023〕39号 §3", since="2023-10-19")
def old_and_disabled_alone(is_elder: Each[bool], is_disabled_adult: Each[bool]) -> bool:
    """The old and disabled grown-ups live together with nobody else (老残一体)."""
    old, disabled = count(is_elder), count(is_disabled_adult)
    return old > 0 and disabled > 0 and old + disabled == len(is_elder)


@person(title="边缘家庭重残成员未纳入单人保", law="民发〔2021〕57号 §8", since="2023-10-19")
def single_dibao_missing(
    single_dibao_eligible: bool,
    has_severe_disability: bool,
    recognised_layer: Layer,
    receives_dibao: bool,
    receives_single_dibao: bool,
) -> bool:
    """A severely disabled member of a recognised EDGE family who could have dibao alone and has none (应纳未纳)."""
    if recognised_layer != Layer.EDGE or receives_dibao or receives_single_dibao:
        return False
    return has_severe_disability and single_dibao_eligible
