"""Words about cases that several pages share: what was known before, why something cannot be done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anmin.kernel.cases.actions import StepRefused
from anmin.kernel.entitlements.queries import title_of_benefit
from anmin.policy.errors import PolicyError

KINDS = {"open": "tag-amber", "benefit": "tag-green", "refused": "tag-red"}
DAYS_OF_MONTH = 30


def before_words(row: Any, titles: Mapping[str, str], on: date) -> dict[str, Any]:
    """One thing known before a case is opened, as a sentence with its tag; elsewhere only that it exists is told."""
    what = title_of_benefit(row.what) if row.kind == "benefit" else titles.get(row.what, row.what)
    months = -(-(on - row.on).days // DAYS_OF_MONTH) or 1
    sentence = {
        "open": _("正在办理：%(what)s，%(day)s 提出"),
        "benefit": _("正在享受：%(what)s，%(day)s 起"),
        "refused": _("%(months)d 个月内申请过%(what)s，未通过（%(day)s）"),
    }[row.kind] % {"what": what, "day": row.on.isoformat(), "months": months}
    return {
        "tag": KINDS[row.kind],
        "kind": {"open": _("在办"), "benefit": _("已有待遇"), "refused": _("未通过")}[row.kind],
        "sentence": sentence,
        "reason": row.words if row.kind == "refused" else "",
        "number": row.words if row.kind == "open" else "",
        "place": row.division if row.is_elsewhere else "",
    }


def worded(trouble: Exception) -> list[tuple[str, str]]:
    """Why something cannot be done, as codes and sentences with what to do."""
    if isinstance(trouble, StepRefused):
        return [(row.code, row.words) for row in trouble.obstacles]
    if isinstance(trouble, PolicyError):
        return [(trouble.code, "。".join(filter(None, [trouble.what.rstrip("。"), trouble.todo])))]
    return [("refused", str(trouble))]
