"""Cases in the words of their pages: sources, special causes, kinds of links in the chain, keys of the keyboard."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from anmin.kernel.cases.verification import actions as verification

CHANNELS = {
    "counter": _("窗口"),
    "worker": _("村居代办"),
    "resident": _("掌上"),
    "found": _("主动发现"),
    "transfer": _("转办"),
}
CAUSES = {
    "objection": _("公示有异议"),
    "hukou_elsewhere": _("户口在外地"),
    "filed_elsewhere": _("在外地提交"),
    "several_places": _("涉及几个地方"),
    "hard_survey": _("调查难度大"),
    "relative_of_handler": _("经办人员近亲属"),
    "complaint": _("有投诉举报"),
    "sampled": _("随机抽查"),
}
LINKS = {
    "step": _("办理"),
    "decision": _("决定"),
    "benefit": _("待遇"),
    "amount": _("发放标准"),
    "payment": _("到账"),
    "visit": _("走访"),
    "check": _("核对"),
    "change": _("户籍变动"),
    "push": _("部门救助"),
}
OUTCOMES = {
    "grant": _("予以确认"),
    "refuse": _("不予确认"),
    "change": _("调整"),
    "reduce": _("减发"),
    "suspend": _("暂停"),
    "resume": _("恢复"),
    "stop": _("停发"),
    "recover": _("追回"),
    "terminate": _("终止办理"),
}
PERIODS = {"month": _("元/月"), "quarter": _("元/季"), "year": _("元/年"), "once": _("元（一次）")}
KEYS = {
    "confirm": "a",
    "keep": "a",
    "return_for_fix": "r",
    "return_to_field": "r",
    "back": "r",
    "refuse": "n",
    "county_visit": "s",
}
"""Which key opens which step on a case page; the first step that is shown takes the key."""


def word_of(words: dict[str, Any], key: str) -> str:
    """A word for a key, or the key itself."""
    return str(words.get(key, key))


INDICATORS = tuple((key, _(words)) for key, words in verification.INDICATORS.items())
"""The six indicators of self-care (民发〔2021〕43号 §20)."""
