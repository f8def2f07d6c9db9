"""What a check can find (异常种类): its title, its sentence, who decides, and whether it can be passed at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from anmin.kernel.payments.parties import DECIDE, PREPARE


@dataclass(frozen=True)
class Code:
    """One kind of exception. `words` is filled with the details; `can_release` is false where paying is never right."""

    key: str
    title: Any
    words: Any
    power: str = DECIDE
    can_release: bool = True


CODES = {
    row.key: row
    for row in (
        Code("dead", _("领取人已去世"), _("登记的去世日期 %(day)s，之后的月份不能发放"), can_release=False),
        Code(
            "payee_dead",
            _("收款人已去世"),
            _("收款人 %(day)s 去世，请先变更户主和收款账户"),
            can_release=False,
        ),
        Code("member_dead", _("家庭成员去世"), _("成员 %(day)s 去世，待遇还没有重新核定；应在三个月内复核")),
        Code("detained", _("羁押、服刑"), _("%(source)s：%(day)s 起羁押或服刑")),
        Code("cremated", _("有火化记录"), _("%(source)s：%(day)s 火化")),
        Code("death_clue", _("有死亡线索"), _("%(source)s：%(day)s")),
        Code("certificate", _("证件到期或注销"), _("证件有效期至 %(day)s，换证后再发")),
        Code("double", _("异地重复享受"), _("%(source)s：%(day)s 起在别处享受")),
        Code("moved", _("户籍或居住地迁出"), _("现登记在 %(place)s，不在本地")),
        Code("income", _("收入或就业变化"), _("%(source)s：%(day)s 起，待遇还没有复核")),
        Code("twice", _("同一人重复"), _("同一人 %(months)s 在 %(place)s 另有一笔同样的待遇")),
        Code("exclusive", _("互斥待遇"), _("%(months)s 同时享受“%(other)s”，依据 %(law)s 只能享受一项")),
        Code("same_card", _("一卡多户"), _("同一账户本月收 %(number)s 户的款项")),
        Code("over", _("超过决定的金额"), _("%(month)s 计 %(fen)s 元，决定的金额是 %(limit)s 元")),
        Code(
            "no_card",
            _("没有收款账户"),
            _("没有经复核的收款账户，请登记账户或选择现金、实物"),
            PREPARE,
            False,
        ),
        Code(
            "rate_missing",
            _("标准缺失"),
            _("%(rates)s 在 %(month)s 没有数值：公布新标准，或签署沿用上一标准的决定"),
            DECIDE,
            False,
        ),
        Code("rate_unverified", _("标准待核实"), _("%(title)s 用到还没有核实的标准：%(rates)s")),
        Code("total_jump", _("总额变动较大"), _("比上次（%(month)s）%(change)s，超过 %(limit)s，请核实原因")),
    )
}
SENTINELS = {
    "death": "death_clue",
    "cremation": "cremated",
    "detention": "detained",
    "certificate": "certificate",
    "double": "double",
    "moved": "moved",
    "income": "income",
}
"""Which exception a recorded circumstance raises."""
