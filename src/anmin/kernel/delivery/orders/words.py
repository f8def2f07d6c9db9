"""What kinds of help are called on every screen."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

HELP = {
    "meals": _("送餐"),
    "care": _("上门照护"),
    "medical": _("助医"),
    "repair": _("维修"),
    "aid": _("申请救助"),
    "legal": _("法律帮助"),
    "other": _("其他"),
    "protect": _("强制报告"),
}


def kind_of_help(key: str) -> str:
    """What an order is for."""
    return str(HELP.get(key, gettext("其他")))
