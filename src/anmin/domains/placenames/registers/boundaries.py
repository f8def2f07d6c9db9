"""Boundaries (平安边界): lines, markers, joint inspections every five years."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db import models

from anmin.kernel.registers.actions import set_columns
from anmin.kernel.registers.declaring import Register, Trouble, declared
from anmin.kernel.registers.entries import Entry
from anmin.kernel.registers.steps import Procedure, Step
from anmin.kernel.registers.steps import declared as procedure


class Line(Entry):
    """A boundary line between two divisions (行政区域界线)."""

    name = models.CharField("界线名称", max_length=100)
    other = models.CharField("相邻地区代码", max_length=12)
    length_m = models.PositiveIntegerField("长度（米）", null=True, blank=True)
    agreement = models.CharField("协议书文号", max_length=80, blank=True)
    inspected_on = models.DateField("上次联合检查日", null=True, blank=True)


class Marker(Entry):
    """A boundary marker (界桩)."""

    class State(models.TextChoices):
        INTACT = "intact", "完好"
        DAMAGED = "damaged", "损坏"
        MOVED = "moved", "移位"
        LOST = "lost", "丢失"

    line = models.ForeignKey(Line, models.PROTECT, related_name="markers", verbose_name="界线")
    name = models.CharField("界桩号", max_length=40)
    side = models.CharField("面号", max_length=20, blank=True)
    keeper = models.CharField("管护单位", max_length=80, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.INTACT)
    neighbour_present = models.BooleanField("修复时相邻方在场", default=False)
    survey = models.CharField("移动的协议和测绘", max_length=200, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)


class Inspection(Entry):
    """A joint inspection of a line (界线联合检查)."""

    class What(models.TextChoices):
        REGULAR = "regular", "五年联合检查"
        EXTRA = "extra", "灾害、改道后的检查"

    class State(models.TextChoices):
        PLANNED = "planned", "已计划"
        JOINED = "joined", "已组成联合检查组"
        CHECKED = "checked", "已实地检查"
        MINUTES = "minutes", "已签联合纪要"
        FILED = "filed", "已备案"
        ARCHIVED = "archived", "已归档"

    line = models.ForeignKey(Line, models.PROTECT, related_name="inspections", verbose_name="界线")
    what = models.CharField("事项", max_length=10, choices=What.choices, default=What.REGULAR)
    team = models.CharField("双方人员和单位", max_length=200, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PLANNED)
    checked_on = models.DateField("实地检查日", null=True, blank=True)
    markers_checked = models.PositiveIntegerField("检查界桩数", null=True, blank=True)
    problems = models.CharField("发现的问题", max_length=400, blank=True)
    minutes = models.CharField("联合检查纪要", max_length=400, blank=True)
    filed_to = models.CharField("备案机关", max_length=80, blank=True)
    filed_on = models.DateField("备案日", null=True, blank=True)


def repaired_together(values: Mapping[str, Any], entry: Any, by: Any, on: date) -> Iterator[Trouble]:
    """A marker is mended only with the neighbour there, and moved only by agreement and survey."""
    if entry is None:
        return
    mended = entry.state != "intact" and values["state"] == "intact"
    if mended and not values.get("neighbour_present"):
        yield Trouble(
            "neighbour_present",
            "neighbour",
            "修复界桩要有相邻方在场（行政区域界线管理条例）；请双方到场后登记。",
        )
    moved = any(values.get(name) != getattr(entry, name) for name in ("longitude", "latitude"))
    if moved and entry.longitude is not None and not values.get("survey", "").strip():
        yield Trouble("survey", "survey", "移动界桩要有双方协议、测绘和备案；写明文号。")


MANAGE = ("placenames.manage",)
COMMON: dict[str, Any] = {
    "read": ("placenames.read",),
    "write": MANAGE,
    "law": "行政区域界线管理条例 §§13、17—19",
}
LINES = declared(
    Register(
        Line,
        key="placenames/lines",
        title="行政区域界线",
        english="Boundary lines",
        columns=("name", "other", "length_m", "inspected_on"),
        search=("name",),
        purpose="登记行政区域界线和联合检查",
        prefix="JX",
        words={
            "name": "Line",
            "other": "Code of the neighbour",
            "length_m": "Length (m)",
            "agreement": "Agreement",
            "inspected_on": "Last joint inspection",
        },
        **COMMON,
    )
)
MARKERS = declared(
    Register(
        Marker,
        key="placenames/markers",
        title="界桩",
        english="Boundary markers",
        columns=("name", "line", "state", "keeper"),
        filters=("state",),
        search=("name",),
        purpose="登记界桩和管护",
        prefix="JZ",
        checks=(repaired_together,),
        marks=("longitude", "latitude"),
        words={
            "line": "Line",
            "name": "Marker",
            "side": "Side",
            "keeper": "Keeper",
            "state": "State",
            "neighbour_present": "Neighbour present at the repair",
            "survey": "Agreement and survey of a move",
            "longitude": "Longitude",
            "latitude": "Latitude",
        },
        **COMMON,
    )
)
INSPECTIONS = declared(
    Register(
        Inspection,
        key="placenames/inspections",
        title="界线联合检查",
        english="Joint inspections",
        columns=("line", "what", "state", "checked_on", "filed_on"),
        filters=("what", "state"),
        purpose="办理界线联合检查",
        prefix="JXJC",
        fixed=frozenset(
            {"state", "checked_on", "markers_checked", "problems", "minutes", "filed_to", "filed_on"}
        ),
        words={
            "line": "Line",
            "what": "What",
            "team": "Both sides",
            "state": "State",
            "checked_on": "Checked on",
            "markers_checked": "Markers checked",
            "problems": "Problems",
            "minutes": "Joint minutes",
            "filed_to": "Filed with",
            "filed_on": "Filed on",
        },
        **COMMON,
    )
)


def every_marker(row: Any, values: Mapping[str, Any], by: Any, on: date) -> Iterator[Trouble]:
    """Each marker of the line is looked at."""
    number = row.line.markers.filter(last_day__isnull=True).count()
    if (values.get("markers_checked") or 0) < number:
        yield Trouble("markers_checked", "markers", f"这条界线有 {number} 个界桩，要逐个检查。")


def line_is_inspected(row: Any, by: Any, on: date) -> None:
    """The line counts as inspected from the day of the check in the field."""
    set_columns(
        by=by,
        register=LINES,
        entry=row.line,
        values={"inspected_on": row.checked_on},
        reason=f"联合检查 {row.number} 已备案",
        act="registers.inspect",
    )


INSPECTING = procedure(
    Procedure(
        INSPECTIONS,
        (
            Step(
                "join",
                "组成联合检查组",
                "Joint team",
                ("planned",),
                "joined",
                MANAGE,
                asks=("team",),
                needs=("team",),
            ),
            Step(
                "check",
                "实地检查",
                "Check in the field",
                ("joined",),
                "checked",
                MANAGE,
                asks=("checked_on", "markers_checked", "problems"),
                needs=("checked_on", "markers_checked"),
                obstacles=every_marker,
            ),
            Step(
                "sign",
                "签联合纪要",
                "Joint minutes",
                ("checked",),
                "minutes",
                MANAGE,
                asks=("minutes",),
                needs=("minutes",),
            ),
            Step(
                "file",
                "联合备案",
                "File jointly",
                ("minutes",),
                "filed",
                MANAGE,
                asks=("filed_to", "filed_on"),
                needs=("filed_to",),
                day="filed_on",
                does=line_is_inspected,
            ),
            Step("archive", "归档", "Archive", ("filed",), "archived", MANAGE),
        ),
    )
)
