"""Naming, renaming and ending a place name (地名命名、更名、销名): application, expert opinion, approval, filing, announcement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db import models

from anmin.domains.placenames.registers.names import (
    NAMES,
    Kind,
    Name,
    can_be_spelled,
    derived,
    known_like,
    parts_of,
    proposal_of,
)
from anmin.domains.placenames.rules import findings, guarded
from anmin.kernel.law.clocks import Unit
from anmin.kernel.registers import actions
from anmin.kernel.registers.declaring import Register, Trouble, declared
from anmin.kernel.registers.entries import Entry
from anmin.kernel.registers.steps import Clock, Procedure, Step
from anmin.kernel.registers.steps import declared as procedure


class Naming(Entry):
    """One application about a name (地名命名更名申请)."""

    class What(models.TextChoices):
        NAME = "name", "命名"
        RENAME = "rename", "更名"
        END = "end", "销名"

    class Approver(models.TextChoices):
        GOVERNMENT = "government", "市县人民政府"
        AUTHORITY = "authority", "地名主管部门"
        DEPARTMENT = "department", "住建、交通等主管部门"

    class State(models.TextChoices):
        NEW = "new", "已登记"
        ACCEPTED = "accepted", "已受理，征求意见"
        ARGUED = "argued", "已论证，待批准"
        APPROVED = "approved", "已批准，待备案"
        FILED = "filed", "已备案，待公告"
        ANNOUNCED = "announced", "已公告"
        REFUSED = "refused", "不予批准"
        WITHDRAWN = "withdrawn", "已撤回"

    what = models.CharField("申请什么", max_length=10, choices=What.choices, default=What.NAME)
    old = models.ForeignKey(
        Name, models.PROTECT, null=True, blank=True, related_name="namings", verbose_name="原地名"
    )
    name = models.CharField("拟用名称", max_length=60)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    proper = models.CharField("专名", max_length=40)
    generic = models.CharField("通名", max_length=20, blank=True)
    modifier = models.CharField("通名前的方位等修饰", max_length=10, blank=True)
    ordinal = models.CharField("序数", max_length=6, blank=True)
    reading = models.CharField(
        "读音", max_length=120, blank=True, help_text="有多音字时填：一字一音带声调数字。"
    )
    spelling = models.CharField("罗马字母拼写", max_length=120)
    position = models.CharField("位置、起止", max_length=200)
    built_up = models.CharField("建成区", max_length=20, blank=True)
    area = models.PositiveIntegerField("占地面积（平方米）", null=True, blank=True)
    width = models.PositiveIntegerField("宽度（米）", null=True, blank=True)
    floors = models.PositiveIntegerField("层数", null=True, blank=True)
    companies = models.CharField("附近企业的名号", max_length=200, blank=True, help_text="有几个用顿号隔开。")
    meaning = models.CharField("含义和理由", max_length=400)
    applicant = models.CharField("申请单位", max_length=100)
    clearing = models.CharField(
        "对提示的说明",
        max_length=400,
        blank=True,
        help_text="审查有提示的，写明为什么仍然可以，例如与该企业没有特定联系。",
    )
    measure = models.CharField("保护措施", max_length=400, blank=True)
    approver_kind = models.CharField(
        "由谁批准", max_length=12, choices=Approver.choices, default=Approver.GOVERNMENT
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.NEW)
    accepted_on = models.DateField("受理日", null=True, blank=True)
    expert_opinion = models.CharField("专家论证意见", max_length=400, blank=True)
    public_opinion = models.CharField("公众意见和采纳情况", max_length=400, blank=True)
    assessment = models.CharField("综合评估（合法、可行、可控、风险）", max_length=400, blank=True)
    argued_on = models.DateField("论证日", null=True, blank=True)
    approver = models.CharField("批准机关", max_length=80, blank=True)
    document = models.CharField("批准文号", max_length=60, blank=True)
    approved_on = models.DateField("批准日", null=True, blank=True)
    filed_to = models.CharField("备案机关", max_length=80, blank=True)
    filed_on = models.DateField("备案日", null=True, blank=True)
    announced_at = models.CharField("公告渠道", max_length=200, blank=True)
    announced_on = models.DateField("公告日", null=True, blank=True)
    result = models.CharField("标准地名编号", max_length=40, blank=True)


def may_be_called(values: Mapping[str, Any], entry: Any, by: Any, on: date) -> Iterator[Trouble]:
    """The rules of naming: what cannot be got over refuses; what is only asked about wants words of a person."""
    if values["what"] == Naming.What.END:
        return
    known = known_like(parts_of(values).name, values["kind"], values.get("old"))
    for one in findings(proposal_of(values, entry), known):
        if one.outcome == "refuse":
            yield Trouble("proper", one.code, f"{one.words}（{one.law}）")
        elif not values.get("clearing", "").strip():
            words = f"{one.words}（{one.law}）确实可以的，在“对提示的说明”里写明理由。"
            yield Trouble("clearing", one.code, words)


def old_is_told(values: Mapping[str, Any], entry: Any, by: Any, on: date) -> Iterator[Trouble]:
    """Renaming and ending are about a name; a listed one has its measure first (§25)."""
    if values["what"] == Naming.What.NAME:
        return
    old = values.get("old")
    if old is None:
        yield Trouble("old", "required", "更名、销名要选原地名。")
    elif (found := guarded(is_listed=old.is_listed, measure=values.get("measure", ""))) is not None:
        yield Trouble("measure", found.code, f"{found.words}（{found.law}）")


def spelled_only(values: Mapping[str, Any], entry: Any) -> dict[str, Any]:
    """Name and spelling."""
    found = derived(values, entry)
    return {"name": found["name"], "spelling": found["spelling"]}


COURSE = {
    "name",
    "spelling",
    "state",
    "accepted_on",
    "expert_opinion",
    "public_opinion",
    "assessment",
    "argued_on",
    "approver",
    "document",
    "approved_on",
    "filed_to",
    "filed_on",
    "announced_at",
    "announced_on",
    "result",
}
NAMINGS = declared(
    Register(
        Naming,
        key="placenames/namings",
        title="地名命名更名",
        english="Naming and renaming",
        columns=("name", "what", "kind", "state", "applicant", "approved_on"),
        filters=("state", "what", "kind"),
        search=("name", "applicant"),
        read=("placenames.read",),
        write=("placenames.manage",),
        purpose="办理地名的命名、更名、销名",
        law="地名管理条例 §§9—14",
        prefix="DMSQ",
        fixed=frozenset(COURSE),
        derives=spelled_only,
        checks=(can_be_spelled, old_is_told, may_be_called),
        sheet="地名命名更名申请表",
        sheet_english="Application for a name",
        words={
            "what": "What",
            "old": "Present name",
            "name": "Proposed name",
            "kind": "Kind",
            "proper": "Proper part",
            "generic": "Generic part",
            "modifier": "Modifier of the generic part",
            "ordinal": "Ordinal",
            "reading": "Reading",
            "spelling": "Spelling",
            "position": "Position",
            "built_up": "Built-up area",
            "area": "Area (m²)",
            "width": "Width (m)",
            "floors": "Floors",
            "companies": "Companies nearby",
            "meaning": "Meaning and reasons",
            "applicant": "Applicant",
            "clearing": "Words on what was asked",
            "measure": "Protection measure",
            "approver_kind": "Who approves",
            "state": "State",
            "accepted_on": "Accepted on",
            "expert_opinion": "Experts' opinion",
            "public_opinion": "Public opinion",
            "assessment": "Overall assessment",
            "argued_on": "Argued on",
            "approver": "Approved by",
            "document": "Document",
            "approved_on": "Approved on",
            "filed_to": "Filed with",
            "filed_on": "Filed on",
            "announced_at": "Announced at",
            "announced_on": "Announced on",
            "result": "Number of the name",
        },
    )
)


def in_order(before: str, own: str) -> Any:
    """A day is not before the day of the step before it, and not after today."""

    def check(row: Any, values: Mapping[str, Any], by: Any, on: date) -> Iterator[Trouble]:
        given, former = values.get(own) or on, getattr(row, before)
        if given > on:
            yield Trouble(own, "future", "日期不能晚于今天。")
        elif former is not None and given < former:
            yield Trouble(own, "order", f"日期不能早于上一步的 {former}。")

    return check


def into_the_gazetteer(row: Any, by: Any, on: date) -> dict[str, Any]:
    """An announced name is a standard name: entered, changed from the day of approval, or ended."""
    if row.what == Naming.What.END:
        reason = f"销名公告，批准文号 {row.document}"
        old = row.old
        ended = actions.end(
            by=by, register=NAMES, entry=old, last_day=row.approved_on, reason=reason, seen=old.version
        )
        return {"result": ended.number}
    raw = {
        name: getattr(row, name)
        for name in ("kind", "proper", "generic", "modifier", "ordinal", "reading", "position", "built_up")
    }
    raw |= {
        "meaning": row.meaning,
        "approver": row.approver,
        "approved_on": row.approved_on,
        "announced_on": row.announced_on,
        "measure": row.measure,
    }
    if row.what == Naming.What.RENAME:
        reason = f"更名公告，批准文号 {row.document}"
        new = actions.change(
            by=by,
            register=NAMES,
            entry=row.old,
            raw=raw,
            first_day=row.approved_on,
            reason=reason,
            seen=row.old.version,
            on=on,
        )
        return {"result": new.number}
    new = actions.enter(
        by=by,
        register=NAMES,
        raw={**raw, "division": row.division, "first_day": row.approved_on},
        on=on,
    )
    return {"result": new.number}


def announcing_begins(row: Any) -> date | None:
    """From the approval of a government or the authority; from the filing where another department approved (§14)."""
    return row.filed_on if row.approver_kind == Naming.Approver.DEPARTMENT else row.approved_on


MANAGE, APPROVE = ("placenames.manage",), ("placenames.approve",)
STEPS = (
    Step("accept", "受理", "Accept", ("new",), "accepted", MANAGE, day="accepted_on"),
    Step(
        "argue",
        "论证和征求意见",
        "Experts and public",
        ("accepted",),
        "argued",
        MANAGE,
        asks=("expert_opinion", "public_opinion", "assessment"),
        needs=("expert_opinion", "public_opinion", "assessment"),
        day="argued_on",
    ),
    Step(
        "approve",
        "批准",
        "Approve",
        ("argued",),
        "approved",
        APPROVE,
        asks=("approver", "document", "approved_on"),
        needs=("approver", "document"),
        day="approved_on",
        other_than=("enter", "accept", "argue"),
        obstacles=in_order("argued_on", "approved_on"),
    ),
    Step(
        "refuse",
        "不予批准",
        "Refuse",
        ("accepted", "argued"),
        "refused",
        APPROVE,
        needs_reason=True,
        other_than=("enter", "accept", "argue"),
    ),
    Step(
        "file",
        "备案",
        "File",
        ("approved",),
        "filed",
        MANAGE,
        asks=("filed_to", "filed_on"),
        needs=("filed_to",),
        day="filed_on",
        obstacles=in_order("approved_on", "filed_on"),
    ),
    Step(
        "announce",
        "公告",
        "Announce",
        ("filed",),
        "announced",
        MANAGE,
        asks=("announced_at", "announced_on"),
        needs=("announced_at",),
        day="announced_on",
        obstacles=in_order("approved_on", "announced_on"),
        does=into_the_gazetteer,
    ),
    Step("withdraw", "撤回", "Withdraw", ("new", "accepted"), "withdrawn", MANAGE, needs_reason=True),
)
PROCEDURE = procedure(
    Procedure(
        NAMINGS,
        STEPS,
        (
            Clock(
                "file",
                "备案",
                "Filing",
                lambda row: row.approved_on,
                15,
                Unit.CALENDAR_DAYS,
                "filed_on",
                "地名管理条例 §13",
            ),
            Clock(
                "announce",
                "公告",
                "Announcement",
                announcing_begins,
                15,
                Unit.CALENDAR_DAYS,
                "announced_on",
                "地名管理条例 §14",
            ),
        ),
    )
)
