"""The steps of an alert (处置环节) and the codes by which it closes (核实结果), with what each of them asks for."""

from __future__ import annotations

from dataclasses import dataclass

STATES = {
    "new": "待分派",
    "dispatched": "待接收",
    "accepted": "待联系",
    "contacted": "待上门",
    "visited": "待核实",
    "verified": "待办结",
    "closed": "已办结",
}
HANDLE, CONFIRM = "alert.handle", "alert.confirm"
"""Powers: to look into alerts; to give them out, take them back and close what is grave (岗位里的能做什么)."""
COURTEOUS = 4
"""So many characters at least say what was found."""


@dataclass(frozen=True)
class Way:
    """A step: from which states to which one (None stays), by whom, and whether it is told in words."""

    action: str
    title: str
    sources: tuple[str, ...]
    target: str | None
    power: str
    words: bool = False
    person: bool = True


WAYS = {
    way.action: way
    for way in (
        Way("dispatch", "分派", ("new",), "dispatched", CONFIRM, person=False),
        Way("accept", "接收", ("dispatched",), "accepted", HANDLE),
        Way("hand_back", "退回重新分派", ("dispatched", "accepted"), "new", HANDLE, words=True),
        Way("try", "没联系上，记一次", ("accepted",), None, HANDLE, words=True),
        Way("contact", "已联系", ("accepted",), "contacted", HANDLE, words=True),
        Way("visit", "已上门", ("contacted",), "visited", HANDLE, words=True),
        Way("verify", "填写核实结果", ("accepted", "contacted", "visited"), "verified", HANDLE, words=True),
        Way("return", "退回补充核实", ("verified",), "accepted", CONFIRM, words=True),
        Way("close", "办结", ("verified",), "closed", HANDLE),
        Way("reopen", "重新开启", ("closed",), "new", CONFIRM, words=True, person=False),
        Way(
            "escalate",
            "超期上报",
            ("new", "dispatched", "accepted", "contacted", "visited", "verified"),
            None,
            CONFIRM,
            person=False,
        ),
    )
}


@dataclass(frozen=True)
class Result:
    """A code of closing. `holds` says whether the rule was right: True, False, or None where it cannot be said.

    `visit` asks for a visit before; `quiet` is for how many months the same cause stays quiet afterwards (静默期).
    `directions` are the kinds of rules it answers.
    """

    key: str
    title: str
    holds: bool | None
    visit: bool
    quiet: int
    directions: tuple[str, ...]


NEED, LESS, DATA = ("NEED", "MORE", "SAFETY"), ("LESS",), ("DATA",)
ALL = (*NEED, *LESS, *DATA)
RESULTS = {
    row.key: row
    for row in (
        Result("told_to_apply", "有困难，已告知并协助申请", True, True, 3, NEED),
        Result("delivered", "政策没有落实，已落实", True, False, 6, (*NEED, *DATA)),
        Result("urgent_aid", "有困难，已给予急难救助", True, True, 3, NEED),
        Result("pushed", "有困难，已转有关部门", True, False, 3, NEED),
        Result("complex", "情况复杂，提请县级一事一议", True, True, 3, ALL),
        Result("review", "可能不再符合，已启动复核", True, False, 6, (*LESS, "MORE", *DATA)),
        Result("no_difficulty", "核实没有困难", False, True, 6, NEED),
        Result("still_eligible", "核实后仍符合条件", False, False, 6, LESS),
        Result("data_wrong", "数据有误", False, False, 12, ALL),
        Result("corrected", "登记信息有误，已更正", True, False, 3, (*DATA, *LESS)),
        Result("already_helped", "已在帮扶", None, False, 6, NEED),
        Result("refused", "本人不愿接受帮助", None, False, 3, NEED),
        Result("not_found", "多次联系不上", None, False, 1, ALL),
        Result("died", "已去世", None, False, 24, ALL),
        Result("moved", "已迁走", None, False, 6, ALL),
    )
}
DESK_WORK = frozenset(DATA)
"""Alerts about our own data are cleared up at the desk; nobody is disturbed at home for them."""
TWO_PEOPLE = frozenset({"red", "orange"})
"""Colours whose closing is by another person than whoever verified (红色、橙色两人办结)."""


def results_for(direction: str) -> list[Result]:
    """The codes that answer an alert of a direction, in the order of the form."""
    return [row for row in RESULTS.values() if direction in row.directions]


def holds(result: str, direction: str) -> bool | None:
    """Whether a rule was right by the result of its alert; a death or a move is what a rule of leaving looks for."""
    if direction == "LESS" and result in ("died", "moved"):
        return True
    return RESULTS[result].holds if result in RESULTS else None
