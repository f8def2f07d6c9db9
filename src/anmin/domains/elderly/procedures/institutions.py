"""An institution from registration to its end: filing, the inspection after it, notice before stopping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from anmin.domains.elderly.institutions.clocks import inspect_by, stop_notice
from anmin.domains.elderly.powers import DECIDE, WRITE
from anmin.domains.elderly.registers.institutions import INSTITUTIONS
from anmin.domains.elderly.steps import step
from anmin.kernel.access.queries import Reader
from anmin.kernel.registers.declaring import Trouble
from anmin.kernel.registers.steps import Procedure, declared

BEDS_WITH_MEDICAL = 500
"""Beds from which a medical unit is asked for (威海市居民养老服务保障条例 §46)."""


def can_be_filed(values: Mapping[str, Any], row: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """Credit code, fire safety, and a medical unit in large houses."""
    for name, what in (("code", "统一社会信用代码"), ("fire", "消防情况")):
        if not getattr(row, name):
            yield Trouble("", name, f"备案前要登记{what}；请用“更正”补上。")
    if row.beds >= BEDS_WITH_MEDICAL and not row.has_medical:
        yield Trouble("", "medical", f"{BEDS_WITH_MEDICAL} 张床位以上要设医疗机构。")


def filed_today(row: Any, by: Reader, on: date) -> dict[str, Any]:
    """The day of filing; the clock of the inspection begins."""
    return {"filed_on": on}


def was_inspected(values: Mapping[str, Any], row: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """An inspection after filing is on the books and found the house good."""
    found = row.inspections.filter(kind="filing", first_day__gte=row.filed_on).order_by("-first_day").first()
    if found is None:
        yield Trouble(
            "", "uninspected", f"还没有登记备案核查；最迟 {inspect_by(row.filed_on)}（20 个工作日）。"
        )
    elif found.result != "good":
        yield Trouble("", "unmended", "核查结果不是合格；整改复查合格后再登记一次核查。")


def inspected(row: Any, by: Reader, on: date) -> dict[str, Any]:
    """The day of that inspection."""
    found = row.inspections.filter(kind="filing", first_day__gte=row.filed_on).order_by("-first_day").first()
    return {"inspected_on": found.first_day if found is not None else on}


def noticed_early(values: Mapping[str, Any], row: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """Notice comes as many days before the stop as the place asks for (E17)."""
    notice = stop_notice(on, values["stops_on"], row.division)
    if not notice.is_enough:
        words = (
            f"距停业 {notice.days} 天，少于 {notice.needed} 天（{notice.law}），不予接收；请顺延停业日期。"
        )
        yield Trouble("stops_on", "late", words)


def noticed_today(row: Any, by: Reader, on: date) -> dict[str, Any]:
    """The day of the notice."""
    return {"noticed_on": on}


def nobody_is_left(values: Mapping[str, Any], row: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """Everybody who lived there has been settled, and the day has come."""
    if row.residents:
        yield Trouble("", "residents", f"还有 {row.residents} 位老人没有安置；安置后请更正在住人数。")
    if row.stops_on is None or on < row.stops_on:
        yield Trouble("", "early", f"拟停业日期是 {row.stops_on}，没有到。")


def rating_holds(values: Mapping[str, Any], row: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """A rating is on the books that holds today."""
    if _rating(row, on) is None:
        yield Trouble("", "unrated", "没有有效的等级评定；请先在“养老机构等级评定”里登记。")


def _rating(row: Any, on: date) -> Any:
    rows = row.ratings.filter(first_day__lte=on).exclude(last_day__lt=on)
    return rows.order_by("-first_day").first()


def starred(row: Any, by: Reader, on: date) -> dict[str, Any]:
    """The stars of that rating and until when."""
    held = _rating(row, on)
    return {"stars": held.stars, "stars_until": held.last_day}


STANDING = ("filed", "inspected")
INSTITUTION_WAY = declared(
    Procedure(
        INSTITUTIONS,
        (
            step(
                "file",
                "备案",
                "File",
                ("registered",),
                "filed",
                WRITE,
                guards=(can_be_filed,),
                sets=filed_today,
            ),
            step(
                "inspect",
                "备案核查通过",
                "Inspection passed",
                ("filed",),
                "inspected",
                DECIDE,
                guards=(was_inspected,),
                sets=inspected,
                other_than=("file",),
            ),
            step(
                "stars",
                "按评定更新等级",
                "Take the stars of the rating",
                ("inspected",),
                "inspected",
                WRITE,
                guards=(rating_holds,),
                sets=starred,
            ),
            step(
                "stop",
                "接收停业报告",
                "Take in a notice of stopping",
                STANDING,
                "stopping",
                WRITE,
                needs=("stops_on",),
                guards=(noticed_early,),
                sets=noticed_today,
                reason=True,
            ),
            step(
                "close",
                "确认停业",
                "Confirm the stop",
                ("stopping",),
                "stopped",
                DECIDE,
                guards=(nobody_is_left,),
                ends=True,
                reason=True,
            ),
        ),
    )
)
