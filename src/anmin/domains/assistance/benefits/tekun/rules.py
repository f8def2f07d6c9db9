"""Support for persons in extreme hardship (特困人员救助供养), 民发〔2021〕43号."""

from anmin.policy import Benefit, Fen, Table, person
from anmin.policy.codes import CareLevel, ChildStatus, DisabilityKind, Study, SupportMode
from anmin.policy.vocabulary import MONTHS, divide_half_up, entry, lesser, positive_part

BENEFIT = Benefit(
    title="特困人员供养金",
    english="Support for persons in extreme hardship",
    law="社会救助暂行办法 §14",
    unit="person",
    eligible="is_tekun",
    amount="tekun_amount",
    rank=10,
)
OLD, CHILD, ADULT = 60, 16, 18  # 43号 art. 5
GRAVEST, GRAVE, MIDDLE = 1, 2, 3  # levels of the certificate
HALF_FROM, FULL_FROM = 1, 4  # 43号: one to three indicators unmet, four to six


@person(title="无劳动能力", law="民发〔2021〕43号 §5", since="2021-07-01")
def has_no_work_ability(
    age: int, has_certificate: bool, disability: DisabilityKind, disability_level: int
) -> bool:
    """Aged sixty, under sixteen, or disabled by the list of art. 5, which is narrower than for dibao (无劳动能力)."""
    if age >= OLD or age < CHILD:
        return True
    if not has_certificate or disability_level < GRAVEST:
        return False
    if disability == DisabilityKind.INTELLECTUAL or disability == DisabilityKind.MENTAL:
        return disability_level <= MIDDLE
    if disability == DisabilityKind.PHYSICAL:
        return disability_level <= GRAVE
    return disability == DisabilityKind.VISUAL and disability_level == GRAVEST


@person(title="特困测算收入（年）", law="民发〔2021〕43号 §6", since="2021-07-01")
def tekun_income_year(
    income_year: Fen, counted_pension_year: Fen, pension_excludes_central: bool, central_pension_month: Fen
) -> Fen:
    """Own income without the central basic pension, whatever dibao counts (特困测算收入)."""
    if pension_excludes_central:
        return income_year
    return positive_part(income_year - lesser(counted_pension_year, central_pension_month * MONTHS))


@person(title="继续供养至学业结束", law="民发〔2021〕43号 §24", since="2021-07-01")
def stays_tekun_in_school(receives_tekun: bool, age: int, study: Study) -> bool:
    """Minors keep support to eighteen, and beyond while in compulsory, high or vocational school (继续供养)."""
    if not receives_tekun:
        return False
    return age < ADULT or study == Study.COMPULSORY or study == Study.HIGH_SCHOOL


@person(title="符合特困条件", law="民发〔2021〕43号 §4", since="2021-07-01")
def is_tekun(
    has_no_work_ability: bool,
    stays_tekun_in_school: bool,
    tekun_income_year: Fen,
    dibao_standard: Fen,
    is_tekun_property_over: bool,
    has_able_supporter: bool,
    child_status: ChildStatus,
) -> bool:
    """No work ability, no livelihood, no able supporter; a child on the child route is not tekun (特困人员)."""
    if child_status != ChildStatus.NONE or has_able_supporter or is_tekun_property_over:
        return False
    has_no_livelihood = tekun_income_year < dibao_standard * MONTHS
    return has_no_livelihood and (has_no_work_ability or stays_tekun_in_school)


@person(title="生活自理能力等级", law="民发〔2021〕43号 §20", since="2021-07-01")
def care_level(self_care_unmet: int) -> CareLevel:
    """All six indicators met, one to three unmet, four to six unmet (自理能力等级)."""
    if self_care_unmet >= FULL_FROM:
        return CareLevel.FULL
    return CareLevel.HALF if self_care_unmet >= HALF_FROM else CareLevel.SELF


@person(title="特困基本生活标准", law="民发〔2021〕43号 §19", since="2021-07-01")
def tekun_base(has_contracted_land: bool, tekun_base_urban: Fen, tekun_base_rural: Fen) -> Fen:
    """Land or a share in the collective's income makes the rate rural, wherever one sleeps (基本生活标准)."""
    return tekun_base_rural if has_contracted_land else tekun_base_urban


@person(title="特困照料护理金", law="民发〔2021〕43号 §19", since="2021-07-01")
def tekun_care(
    support_mode: SupportMode,
    care_level: CareLevel,
    tekun_care_scattered: Table,
    tekun_care_institution: Table,
    tekun_care_year: Table,
) -> Fen:
    """Care money by level: a monthly sum, or a published yearly one divided by twelve (照料护理标准)."""
    yearly = divide_half_up(entry(tekun_care_year, care_level), MONTHS)
    if support_mode == SupportMode.INSTITUTION:
        return entry(tekun_care_institution, care_level) + yearly
    return entry(tekun_care_scattered, care_level) + yearly


@person(title="居家照料服务时长（小时／月）", law="民发〔2021〕43号 §19", since="2021-07-01")
def tekun_care_hours(
    is_tekun: bool, support_mode: SupportMode, care_level: CareLevel, tekun_hours: Table
) -> int:
    """Hours of home care a month where a place gives scattered persons hours for money (居家照料时长)."""
    if not is_tekun or support_mode != SupportMode.SCATTERED:
        return 0
    return entry(tekun_hours, care_level)


@person(title="特困人员供养金", law="民发〔2021〕43号 §19", since="2021-07-01")
def tekun_amount(is_tekun: bool, tekun_base: Fen, tekun_care: Fen, tekun_care_hours: int) -> Fen:
    """Base and care; care given in hours is not paid again in money (供养金)."""
    if not is_tekun:
        return 0
    return tekun_base if tekun_care_hours > 0 else tekun_base + tekun_care
