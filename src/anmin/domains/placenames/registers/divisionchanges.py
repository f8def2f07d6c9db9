"""Dossiers of division changes (区划变更档案): papers, approval, new codes within a month, done within twelve."""

from __future__ import annotations

from django.db import models

from anmin.kernel.law.clocks import Unit
from anmin.kernel.registers.declaring import Register, Trouble, declared
from anmin.kernel.registers.entries import Entry
from anmin.kernel.registers.steps import Clock, Procedure, Step
from anmin.kernel.registers.steps import declared as procedure

PAPERS = (
    ("report", "请示"),
    ("reasons", "变更理由和方案"),
    ("maps", "变更前后地图"),
    ("figures", "人口、面积、经济等基本情况"),
    ("opinions", "专家论证和征求意见"),
    ("risk", "社会稳定风险评估"),
    ("plan", "组织实施总体方案"),
)
"""The seven papers of an application (行政区划管理条例 §13)."""


class DivisionDossier(Entry):
    """One change of divisions on its way (行政区划变更): what, by whom it is approved, codes, completion."""

    class What(models.TextChoices):
        SET = "set", "设立"
        END = "end", "撤销"
        RENAME = "rename", "更名"
        MOVE = "move", "隶属关系或界线变更"
        SEAT = "seat", "政府驻地迁移"
        LEVEL = "level", "建制变更"

    class State(models.TextChoices):
        NEW = "new", "准备材料"
        SENT = "sent", "已上报"
        APPROVED = "approved", "已批准"
        CODED = "coded", "已定代码"
        DONE = "done", "已完成"
        REFUSED = "refused", "未批准"

    name = models.CharField("事项", max_length=100)
    what = models.CharField("类型", max_length=10, choices=What.choices)
    old_codes = models.CharField("原代码", max_length=200, blank=True)
    new_codes = models.CharField("新代码", max_length=200, blank=True)
    has_report = models.BooleanField("请示", default=False)
    has_reasons = models.BooleanField("变更理由和方案", default=False)
    has_maps = models.BooleanField("变更前后地图", default=False)
    has_figures = models.BooleanField("人口、面积、经济等基本情况", default=False)
    has_opinions = models.BooleanField("专家论证和征求意见", default=False)
    has_risk = models.BooleanField("社会稳定风险评估", default=False)
    has_plan = models.BooleanField("组织实施总体方案", default=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.NEW)
    approver = models.CharField("批准机关", max_length=80, blank=True)
    document = models.CharField("批准文号", max_length=60, blank=True)
    approved_on = models.DateField("批准日", null=True, blank=True)
    coded_on = models.DateField("确定代码日", null=True, blank=True)
    done_on = models.DateField("完成日", null=True, blank=True)


DOSSIERS = declared(
    Register(
        DivisionDossier,
        key="placenames/dossiers",
        title="行政区划变更",
        english="Changes of divisions",
        columns=("name", "what", "state", "approved_on", "coded_on", "done_on"),
        filters=("what", "state"),
        search=("name", "old_codes", "new_codes"),
        read=("placenames.read",),
        write=("placenames.manage",),
        purpose="办理行政区划变更并确定新代码",
        law="行政区划管理条例 §§7—9、13、15、17",
        prefix="QHBG",
        fixed=frozenset({"state", "approver", "document", "approved_on", "coded_on", "done_on"}),
        hint="批准后要在一个月内确定新代码、十二个月内完成变更；区划本身由“anmin”命令按批复变更，旧代码不删除。",
        words={
            "name": "Matter",
            "what": "Kind",
            "old_codes": "Old codes",
            "new_codes": "New codes",
            "has_report": "Request",
            "has_reasons": "Reasons and plan of the change",
            "has_maps": "Maps before and after",
            "has_figures": "People, area, economy",
            "has_opinions": "Experts and opinions",
            "has_risk": "Risk assessment",
            "has_plan": "Plan of carrying out",
            "state": "State",
            "approver": "Approved by",
            "document": "Document",
            "approved_on": "Approved on",
            "coded_on": "Codes fixed on",
            "done_on": "Done on",
        },
    )
)


def papers_are_there(row, values, by, on):
    """All seven papers are there before it is sent (§13)."""
    missing = [title for key, title in PAPERS if not getattr(row, f"has_{key}")]
    if missing:
        yield Trouble("", "papers", f"还缺这些材料：{'、'.join(missing)}（行政区划管理条例 §13）。")


MANAGE = ("placenames.manage",)
CHANGING = procedure(
    Procedure(
        DOSSIERS,
        (
            Step("send", "上报", "Send", ("new",), "sent", MANAGE, obstacles=papers_are_there),
            Step(
                "approve",
                "登记批复",
                "Record the approval",
                ("sent",),
                "approved",
                MANAGE,
                asks=("approver", "document", "approved_on"),
                needs=("approver", "document", "approved_on"),
            ),
            Step(
                "refuse", "登记未批准", "Record the refusal", ("sent",), "refused", MANAGE, needs_reason=True
            ),
            Step(
                "code",
                "确定代码",
                "Fix the codes",
                ("approved",),
                "coded",
                MANAGE,
                asks=("new_codes",),
                needs=("new_codes",),
                day="coded_on",
            ),
            Step("finish", "变更完成", "Done", ("coded",), "done", MANAGE, day="done_on"),
        ),
        (
            Clock(
                "code",
                "确定代码",
                "Codes",
                lambda row: row.approved_on,
                1,
                Unit.MONTHS,
                "coded_on",
                "行政区划管理条例 §17",
            ),
            Clock(
                "finish",
                "变更完成",
                "Completion",
                lambda row: row.approved_on,
                12,
                Unit.MONTHS,
                "done_on",
                "行政区划管理条例 §15",
            ),
        ),
    )
)
