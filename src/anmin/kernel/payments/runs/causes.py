"""Why a part or a difference is there (金额变动原因): words for people, by the codes that rows carry."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

CAUSES = {
    "month": _("当月待遇"),
    "year": _("按年发放，本月是发放月"),
    "year_paid": _("按年发放，上月是发放月"),
    "late": _("补发以前月份"),
    "raised": _("以前月份补差"),
    "price": _("价格临时补贴"),
    "deduct": _("抵扣追回款"),
    "refund": _("退还追回款"),
    "joined": _("本月新增"),
    "resumed": _("恢复发放"),
    "ended": _("待遇终止"),
    "suspended": _("待遇暂停"),
    "excluded": _("本月不发"),
    "nothing": _("本月没有应发金额"),
    "higher": _("标准或情况变动，金额提高"),
    "lower": _("情况变动，金额降低"),
    "back": _("补发、补差与上月不同"),
}
