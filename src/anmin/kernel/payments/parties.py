"""Who acts on money (经办人): members of staff with their powers; the operator and the system prepare, and never sign."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import Reader, reader_for, user_of
from anmin.kernel.payments.problems import PaymentProblem

PREPARE, APPROVE, DECIDE, READ = "payments.prepare", "payments.approve", "payments.decide", "payments.read"


def must(by: Any, power: str | tuple[str, ...], division: str, on: date) -> None:
    """Refuse a member of staff who has none of the powers there; the operator and the system have all but signing.

    Raises:
        PaymentProblem: `no_power`.
    """
    user = user_of(by)
    if user is None:
        return
    if not may_one(reader_for(user, on), power, division):
        raise PaymentProblem("no_power", _("您的岗位没有这项资金权限，请由有权限的人员办理"))


def may_one(reader: Reader, power: str | tuple[str, ...], division: str) -> bool:
    """Whether a reader has a power, or one of several, in a place."""
    return any(reader.may(one, division) for one in ((power,) if isinstance(power, str) else power))


def signer(by: Any, power: str | tuple[str, ...], division: str, on: date) -> User:
    """The member of staff who signs; a signature is a person's and never the system's.

    Raises:
        PaymentProblem: `not_a_person`, `no_power`.
    """
    user = user_of(by)
    if user is None:
        raise PaymentProblem("not_a_person", _("审批和签字只能由工作人员本人办理"))
    must(user, power, division, on)
    return user
