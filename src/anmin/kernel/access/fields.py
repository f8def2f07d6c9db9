"""Fields about people (字段分级): what each is, how closely it is held, and what of it a screen shows unasked.

Showing the rest is an act with a purpose, written into the book of reads and counted against bulk taking.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anmin.lib.masks import last_four, masked_card, masked_mobile, screen_id


@dataclass(frozen=True)
class Field:
    """One field: its name for people, its class, and its mask. A field without a mask is shown as it is."""

    key: str
    title: str | Promise
    klass: str
    mask: Callable[[str], str] | None = None


def _street(address: str) -> str:
    return address[:3] + "…" if address else ""


FIELDS = {
    row.key: row
    for row in (
        Field("name", _("姓名"), "internal"),
        Field("number", _("证件号码"), "sensitive", screen_id),
        Field("card", _("银行卡"), "sensitive", masked_card),
        Field("phone", _("电话"), "sensitive", masked_mobile),
        Field("address", _("住址"), "sensitive", _street),
        Field("disability", _("残疾人证"), "sensitive", last_four),
        Field("birth_day", _("出生日期"), "internal"),
        Field("sex", _("性别"), "internal"),
    )
}
PURPOSES = (
    ("accept", _("受理或办理申请")),
    ("survey", _("入户调查或探访")),
    ("check", _("核对家庭经济状况")),
    ("correct", _("更正登记信息")),
    ("answer", _("答复本人或家属询问")),
    ("supervise", _("监督检查")),
    ("pay", _("发放和核算救助资金")),
)
"""Why somebody looks (查阅目的); 个人信息保护法 §6 asks for a definite and reasonable purpose."""


def masked(key: str, value: str) -> str:
    """What a screen shows of a value unasked."""
    mask = FIELDS[key].mask
    return value if mask is None or not value else mask(value)
