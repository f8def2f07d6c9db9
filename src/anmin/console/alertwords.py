"""Alerts in the words of their pages: lists of the desk, colours, kinds, causes, steps, results."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anmin.console.words import term_of
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.examples import shown
from anmin.policy.rates import Rate
from anmin.policy.trials import Figures
from anmin.policy.types import Kind

VIEWS = {
    "mine": _("我承办的"),
    "new": _("待分派"),
    "due": _("三天内到期"),
    "overdue": _("已超期"),
    "raised": _("已上报"),
    "second": _("等第二人办结"),
    "open": _("全部在办"),
    "closed": _("已办结"),
}
COLOURS = {"red": _("红色"), "orange": _("橙色"), "yellow": _("黄色"), "blue": _("蓝色")}
TAGS = {"red": "tag-red", "orange": "tag-amber", "yellow": "tag-amber", "blue": ""}
DIRECTIONS = {
    "NEED": _("可能需要救助"),
    "MORE": _("待遇可能没有落实"),
    "LESS": _("可能不再符合"),
    "SAFETY": _("人身安全"),
    "DATA": _("数据质量"),
}
STATES = {
    "new": _("待分派"),
    "dispatched": _("待接收"),
    "accepted": _("待联系"),
    "contacted": _("待上门"),
    "visited": _("待核实"),
    "verified": _("待办结"),
    "closed": _("已办结"),
}
ACTIONS = {
    "dispatch": _("分派"),
    "accept": _("接收"),
    "hand_back": _("退回重新分派"),
    "try": _("没联系上，记一次"),
    "contact": _("已联系"),
    "visit": _("已上门"),
    "verify": _("填写核实结果"),
    "return": _("退回补充核实"),
    "close": _("办结"),
    "reopen": _("重新开启"),
    "escalate": _("超期上报"),
}
RESULTS = {
    "told_to_apply": _("有困难，已告知并协助申请"),
    "delivered": _("政策没有落实，已落实"),
    "urgent_aid": _("有困难，已给予急难救助"),
    "pushed": _("有困难，已转有关部门"),
    "complex": _("情况复杂，提请县级一事一议"),
    "review": _("可能不再符合，已启动复核"),
    "no_difficulty": _("核实没有困难"),
    "still_eligible": _("核实后仍符合条件"),
    "data_wrong": _("数据有误"),
    "corrected": _("登记信息有误，已更正"),
    "already_helped": _("已在帮扶"),
    "refused": _("本人不愿接受帮助"),
    "not_found": _("多次联系不上"),
    "died": _("已去世"),
    "moved": _("已迁走"),
}
CAUSES = {
    "illness": _("疾病负担"),
    "disability": _("残疾"),
    "disability_benefit": _("重残单人保"),
    "frailty": _("老残一体"),
    "work": _("失业"),
    "income": _("收入变化"),
    "child": _("儿童缺少照料"),
    "schooling": _("入学和在校"),
    "school_left": _("毕业、离校"),
    "alone": _("独居和用电异常"),
    "appeal": _("来电来信反映困难"),
    "disaster": _("受灾"),
    "house": _("危房"),
    "relapse": _("退出后又有困难"),
    "death": _("死亡"),
    "prison": _("服刑羁押"),
    "family": _("婚姻变化"),
    "property": _("财产变化"),
    "business": _("经商办企业"),
    "integrity": _("财供人员和近亲属"),
    "double_aid": _("重复享受低保或特困"),
    "double_benefit": _("补贴重复"),
    "subsidy": _("残疾人补贴"),
    "certificate": _("证件到期或注销"),
    "uplift": _("分类施保"),
    "care_level": _("照料护理等级"),
    "fade_out": _("渐退期满"),
    "payment": _("发放退回"),
    "review": _("复核到期"),
    "recognition": _("认定到期"),
    "case": _("办理期限"),
    "moved": _("迁往外县（区）"),
    "prices": _("价格上涨"),
}
IDENTITIES = {
    "edge": _("低保边缘家庭"),
    "rigid": _("刚性支出困难家庭"),
    "watched": _("其他困难家庭"),
    "return_to_poverty": _("防返贫监测对象"),
    "left_aid": _("24 个月内退出或未获批准"),
}
OWN_RULES = {
    "own/moved": _("本系统登记：已迁往外县（区）"),
    "crosscheck/return_to_poverty": _("防返贫监测名单比对"),
}
"""What signs that no rule of monitoring speaks of are called."""
VALUES = {"sweep_reason": _("哪一条不符合"), "sweep_ground": _("怎么算的"), "moved": _("迁移")}
KINDS = {"missed": _("应享未享"), "without": _("在享待遇可能不再符合")}


def cause_words(cause: str) -> str:
    """What an alert is about, in words: a cause, an identity, or a benefit of a sweep."""
    head, _colon, rest = cause.partition(":")
    if head == "identity":
        return str(IDENTITIES.get(rest, rest))
    if head in KINDS:
        benefit = benefit_words(rest.removesuffix(":less"))
        return _now("%(kind)s：%(benefit)s") % {"kind": KINDS[head], "benefit": benefit}
    words = str(CAUSES.get(head, head))
    return words[:1].upper() + words[1:]


def benefit_words(key: str) -> str:
    """What a benefit is called in the language of the page."""
    known = rulebook().benefits.get(key)
    return term_of(known) if known is not None else key


def waits_for(key: str, place: str, on: date) -> str:
    """Who has yet to set what a benefit needs in a place; empty where everything is entered."""
    known = rulebook().benefits.get(key)
    if known is None or not known.needs or not rulebook().lacking(key, place, on):
        return ""
    return _now("由%(who)s确定并登记以后才测算。") % {"who": _now(known.source)}


def rule_words(rule: str) -> str:
    """What a rule is called: its title in the rulebook, or the benefit of a sweep."""
    if rule.startswith("sweep/"):
        _sweep, kind, benefit = rule.split("/", 2)
        return cause_words(f"{kind}:{benefit}")
    known = getattr(rulebook(), "alerts", {}).get(rule)
    if known is None:
        return str(OWN_RULES.get(rule, rule))
    return f"{known.number} {term_of(known)}"


def value_words(values: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The values behind a hit: what it is, how much, who said so of which period."""
    facts = rulebook().facts
    found = []
    for one in values:
        fact = facts.get(one["fact"])
        if one.get("words"):
            title, value = str(VALUES.get(one["fact"], one["fact"])), one["words"]
        elif fact is not None:
            title, value = term_of(fact), shown(one["value"], fact.kind, fact.codes)
        else:
            title = _now("每期金额（元）") if one["fact"] == "sweep_fen" else one["fact"]
            value = f"{one['value'] / 100:,.2f}" if one["fact"] == "sweep_fen" else str(one["value"])
        batch, known = one.get("batch", ""), one.get("known_on", "")
        found.append(
            {
                "title": title,
                "value": value,
                "source": one["source"],
                "period": one["period"],
                "batch": _now("第 %(batch)s 批") % {"batch": batch} if batch else "",
                "known_on": _now("%(on)s 收到") % {"on": known} if known else "",
            }
        )
    return found


def due_words(due: date | None, today: date) -> dict[str, str] | None:
    """How long there is: a tag and its colour."""
    if due is None:
        return None
    left = (due - today).days
    if left < 0:
        return {"words": _now("超期 %(n)s 天") % {"n": -left}, "tag": "tag-red"}
    if left == 0:
        return {"words": _now("今天到期"), "tag": "tag-amber"}
    return {"words": _now("还有 %(n)s 天") % {"n": left}, "tag": ""}


def trial_words(trial: Figures, value: str, rate: Rate | None) -> str:
    """The result of a trial as one tells it: how many more, how many of them in difficulty by what was verified."""
    number = _now("%(value)s 元") % {"value": value} if rate and rate.kind is Kind.FEN else value
    words = [_now("此规则改成 %(number)s") % {"number": number}]
    if not trial.added and not trial.dropped:
        words.append(_now("上月命中不变（%(n)s 条）") % {"n": f"{trial.before:,}"})
    if trial.added:
        words.append(_now("上月会多 %(n)s 条") % {"n": f"{trial.added:,}"})
        if trial.expected is None:
            words.append(_now("还没有核实过的同类预警，无法估计其中有多少确有困难"))
        else:
            words.append(
                _now("其中核实有困难的估计 %(n)s 条（%(low)s 到 %(high)s 条，依据 %(known)s 条核实结果）")
                % {
                    "n": f"{trial.expected:,}",
                    "low": f"{round(trial.added * trial.low):,}",
                    "high": f"{round(trial.added * trial.high):,}",
                    "known": f"{trial.known:,}",
                }
            )
    if trial.dropped:
        told = _now("同时会少 %(n)s 条") if trial.added else _now("上月会少 %(n)s 条")
        words.append(told % {"n": f"{trial.dropped:,}"})
    return _now("，").join(words) + _now("。")
