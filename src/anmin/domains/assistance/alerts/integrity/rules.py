"""Integrity (廉洁与重复): people on the public payroll, relatives of handlers, aid in two places."""

from anmin.policy import Alert, household, person
from anmin.policy.codes import Direction

M33 = Alert("M33", "payroll_person", Direction.LESS, "integrity")
M34 = Alert("M34", "relative_not_filed", Direction.DATA, "integrity")
M35 = Alert("M35", "aid_twice", Direction.LESS, "double_aid")


@person(title="家庭中有财政供养人员", law="民发〔2021〕57号 §36", since="2023-10-19")
def payroll_person(is_aided: bool, is_on_public_payroll: bool) -> bool:
    """Somebody on the public payroll lives in a household that receives (财政供养人员)."""
    return is_aided and is_on_public_payroll


@household(title="经办人员近亲属未备案", law="民发〔2021〕57号 §36", since="2023-10-19")
def relative_not_filed(is_on_books: bool, is_relative_of_handler: bool, relative_is_filed: bool) -> bool:
    """Near relatives of a handler or cadre, and nobody put that on file (近亲属享受未备案)."""
    return is_on_books and is_relative_of_handler and not relative_is_filed


@person(title="同时享受低保和特困或两地享受", law="民发〔2021〕57号 §36", since="2023-10-19")
def aid_twice(receives_dibao: bool, receives_tekun: bool, aid_places: int, aid_places_limit: int) -> bool:
    """On dibao and tekun at once, or paid in more than one place (重复享受)."""
    return (receives_dibao and receives_tekun) or aid_places > aid_places_limit
