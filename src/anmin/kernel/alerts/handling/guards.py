"""What stands in the way of a step of an alert, in words for people; pages and actions ask the same."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader
from anmin.kernel.alerts.models import Alert
from anmin.kernel.alerts.steps import COURTEOUS, DESK_WORK, RESULTS, STATES, TWO_PEOPLE, WAYS, Way

UNSEEN = frozenset({"died", "moved", "not_found", "data_wrong", "corrected", "review"})
"""Results that need nobody to have been spoken to."""


class AlertRefused(Exception):
    """A step cannot be taken; `code` for programs, the message for people."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


class StaleAlert(Exception):
    """Somebody took a step since the page was opened."""


def hindrance(
    reader: Reader, alert: Alert, action: str, on: date, *, words: str = "", result: str = ""
) -> AlertRefused | None:
    """Why a reader cannot take a step, or None. Words and result are looked at where they are given with the step."""
    way = WAYS.get(action)
    if way is None or alert.state not in way.sources:
        state = STATES[alert.state]
        return AlertRefused("no_way", _("这条预警现在是“%(state)s”，不能办理这一步") % {"state": state})
    if way.person and reader.user is None:
        return AlertRefused("needs_person", _("这一步只能由工作人员办理"))
    if reader.user is not None and not reader.may(way.power, alert.division):
        return AlertRefused("no_power", _("您的岗位在这个地方不能办理这一步"))
    if action not in ("dispatch", "accept", "return", "reopen", "close", "escalate") and not _is_mine(
        reader, alert
    ):
        return AlertRefused("not_mine", _("这条预警由 %(name)s 承办") % {"name": alert.taker})
    if way.words and len(words.strip()) < COURTEOUS:
        return AlertRefused("no_words", _("请写明情况，至少四个字"))
    if action == "verify":
        return _wrong_result(alert, result)
    if action == "close":
        return _same_person(reader, alert)
    return None


def _is_mine(reader: Reader, alert: Alert) -> bool:
    return reader.user is not None and reader.user.pk == alert.taker_id


def _wrong_result(alert: Alert, result: str) -> AlertRefused | None:
    found = RESULTS.get(result)
    if found is None or alert.direction not in found.directions:
        return AlertRefused("no_result", _("请选择核实结果"))
    if alert.direction in DESK_WORK or alert.state == "visited":
        return None
    if found.visit:
        return AlertRefused("no_visit", _("选这个结果要先上门核实"))
    if alert.state == "accepted" and result not in UNSEEN:
        return AlertRefused("no_contact", _("选这个结果要先联系本人或家属"))
    return None


def _same_person(reader: Reader, alert: Alert) -> AlertRefused | None:
    if alert.colour not in TWO_PEOPLE:
        return None
    last = alert.steps.filter(action="verify", round=alert.round).order_by("-number").first()
    if last is not None and reader.user is not None and last.by_id == reader.user.pk:
        return AlertRefused("same_person", _("红色、橙色预警要由另一个人办结"))
    return None


def ways_on(reader: Reader, alert: Alert, on: date) -> list[tuple[Way, AlertRefused | None]]:
    """The steps from where an alert stands that a reader's post knows, each with what hinders them today."""
    found = []
    for way in WAYS.values():
        if alert.state not in way.sources or way.action in ("dispatch", "escalate"):
            continue
        if not reader.may(way.power, alert.division):
            continue
        trouble = hindrance(reader, alert, way.action, on, words="……………", result="")
        if trouble is not None and trouble.code == "no_result":
            trouble = None
        found.append((way, trouble))
    return found
