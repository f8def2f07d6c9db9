"""The frame of a page: where the reader is, who is logged in, which size and language, demo or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from anmin.console.charts.bars import bar, stacked
from anmin.console.charts.svg import Svg, element
from anmin.console.keeping import WHO, sign_of
from anmin.console.workpage import overview_is_for
from anmin.kernel.delivery.orders.powers import LOOK
from anmin.kernel.frames.queries import frame_of
from anmin.kernel.indicators.queries import indicators
from anmin.kernel.registers.queries import registers

register = template.Library()

SIZES = {"normal": _("普通"), "large": _("大"), "xlarge": _("特大"), "huge": _("超大")}
WORK = _("工作台")
"""What the first page is called for whoever finds their work there instead of the overview."""
DECLARED = "declared"
"""A place that is open to whoever may read one of the registers or indicators that lines of business declare."""
PLACES = (
    ("own", "console:own", _("本单位"), "partner.own"),
    ("city", "console:city", _("概览"), ""),
    ("cases", "console:cases", _("办件"), "case.read"),
    ("people", "console:people", _("人员"), "register.read"),
    ("households", "console:households", _("住户"), "register.read"),
    ("intake", "console:intake", _("受理"), "case.file|case.accept"),
    ("alerts", "console:alerts", _("监测预警"), "alert.read"),
    ("offers", "console:offers", _("免申即享"), "alert.read"),
    ("pushes", "console:pushes", _("部门救助"), "case.accept|case.check|case.confirm"),
    ("sweep", "console:sweep", _("反向办"), "alert.read"),
    ("field", "field:today", _("走访"), "case.survey|elders.visit|children.visit"),
    ("publicity", "console:publicity", _("公示"), "case.publish"),
    (
        "money",
        "console:money",
        _("资金"),
        "payments.read|payments.prepare|payments.approve|payments.decide",
    ),
    (
        "reserve",
        "console:reserve",
        _("备用金"),
        "emergency.pay|payments.prepare|payments.read|case.confirm|case.confirm_in_town",
    ),
    (
        "takeover",
        "console:takeovers",
        _("在册转入"),
        "takeover.propose|takeover.confirm|takeover.read",
    ),
    ("changes", "console:changes", _("变更"), "register.read"),
    (
        "elderly",
        "elderly:overview",
        _("养老"),
        "elders.read|elders.manage|elders.visit|elders.assess|elders.decide",
    ),
    ("registers", "console:registers", _("名册"), DECLARED),
    ("rules", "console:rules", _("规则"), ""),
    ("simulation", "console:simulation", _("试算"), "screening.read"),
    ("runs", "console:runs", _("运行"), "screening.read|health.read"),
    ("matching", "console:matching", _("疑似同一人"), "match.decide"),
    ("sources", "console:sources", _("部门数据"), "sources.read"),
    ("voices", "console:voices", _("群众意见"), "case.publish|case.confirm"),
    (
        "orders",
        "console:orders",
        _("服务单"),
        "|".join(LOOK),
    ),
    ("consents", "console:consents", _("核对授权"), "consents.read|consents.manage"),
    ("checks", "console:checks", _("经济核对"), "checks.read|checks.ask|checks.start"),
    ("slips", "console:slips", _("校核单"), "slips.manage"),
    ("sharings", "console:sharings", _("数据共享申请"), "sharing.decide"),
    ("partners", "console:partners", _("往来单位"), "partners.manage|partners.read"),
    ("access", "console:access", _("权限"), "grants.give"),
    (
        "exceptions",
        "console:exceptions",
        _("紧急查阅"),
        "breakglass.ask|breakglass.approve|breakglass.review",
    ),
    ("audit", "console:audit", _("审计"), "audit.read"),
    ("system", "console:system", _("系统"), "health.read"),
)
"""Pages of the menu: key, address, name, and the powers of which one opens it (none: everybody)."""
AT_HAND = 5
"""How many places stand in the header and under the thumb; the others are in “更多”."""


@dataclass(frozen=True)
class PageState:
    """What every page's frame shows."""

    size: str
    sizes: dict[str, Any]
    places: tuple[tuple[str, str, Any], ...]
    more: tuple[tuple[str, str, Any], ...]
    language: str
    is_demo: bool


def places_for(reader: Any) -> tuple[tuple[str, str, Any], ...]:
    """The pages that a reader's roles open; partners' people have their own and nothing else."""
    if reader is not None and reader.may("partner.own"):
        return tuple((key, address, name) for key, address, name, powers in PLACES if powers == "partner.own")
    return tuple(
        (key, address, WORK if key == "city" and not (reader and overview_is_for(reader)) else name)
        for key, address, name, powers in PLACES
        if not powers or (reader is not None and _opens(reader, powers))
    )


def _opens(reader: Any, powers: str) -> bool:
    if powers == DECLARED:
        return bool(registers(reader) or indicators(reader))
    return any(reader.may(power) for power in powers.split("|"))


@register.simple_tag(takes_context=True)
def page_state(context: dict[str, Any]) -> PageState:
    """The state of the frame, read from the request and the settings."""
    request: HttpRequest | None = context.get("request")
    allowed, frame = places_for(getattr(request, "reader", None)), frame_of(request)
    return PageState(
        size=frame.size,
        sizes=SIZES,
        places=allowed[:AT_HAND],
        more=allowed[AT_HAND:],
        language=frame.language,
        is_demo=frame.is_demo,
    )


@register.simple_tag(takes_context=True)
def typed_by(context: dict[str, Any]) -> Any:
    """The hidden field that says whose page a form stands on, so that typed words are given back to nobody else."""
    return format_html('<input type="hidden" name="{}" value="{}">', WHO, sign_of(context["request"]))


@register.simple_tag
def bar_of(value: int, top: int, class_: str = "") -> Svg:
    """One bar of a ranked list."""
    return bar(value, top, class_=class_)


@register.simple_tag
def stacked_bar(parts: list[tuple[str, int]]) -> Svg:
    """Shares of a whole side by side."""
    return stacked(parts)


@register.simple_tag
def swatch(class_: str) -> Svg:
    """The colour of a legend entry."""
    return element(
        "svg",
        element("rect", width=13, height=9, class_=class_),
        viewBox="0 0 13 9",
        preserveAspectRatio="none",
        class_="swatch",
        aria_hidden="true",
        focusable="false",
    )
