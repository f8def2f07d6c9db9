"""What speaks against a change (变更冲突规则): checked when it is asked for and again when it is decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anmin.kernel.divisions.catalogue import Catalogue
from anmin.kernel.people.models import ChangeRequest, Household, Membership, Person
from anmin.kernel.people.queries import in_force, membership_on
from anmin.kernel.people.requests import personal

Kind = ChangeRequest.Kind
ALIVE = {
    *(Kind.JOIN, Kind.LEAVE, Kind.HEAD, Kind.MOVE, Kind.SPLIT, Kind.HOME, Kind.HUKOU),
    *(Kind.NUMBER, Kind.TIE, Kind.RESIDE),
}
SINCE_HOUSEHOLD = {Kind.JOIN, Kind.SPLIT, Kind.MOVE, Kind.BIRTH, Kind.ENTER}


def conflicts(
    kind: str, on: date, payload: Mapping[str, Any], person: Person | None, household: Household | None
) -> list[tuple[str, str]]:
    """Everything that speaks against a change, each as a stable code and a sentence that says what to do."""
    found: list[tuple[str, str]] = []
    if person is not None and person.merged_into_id is not None:
        found.append(("merged", _("这条记录已经并入另一个人，请在合并后的记录上办理")))
    if person is not None and person.died_on is not None and person.died_on <= on and kind in ALIVE:
        words = _("登记的死亡日期是 %(day)s，不能办理这项变更；日期有误请先更正死亡信息") % {
            "day": person.died_on
        }
        found.append(("dead", words))
    if household is not None and household.last_day is not None and household.last_day < on:
        found.append(("household_ended", _("这一户已经注销，请选择存续的家庭")))
    if household is not None and on < household.first_day and kind in SINCE_HOUSEHOLD:
        words = _("这一户 %(day)s 才建立，变更不能早于这一天") % {"day": household.first_day}
        found.append(("before_household", words))
    check = {
        **personal.CHECKS,
        Kind.HOME: _home,
        Kind.JOIN: _join,
        Kind.LEAVE: _leave,
        Kind.SPLIT: _split,
        Kind.HEAD: _head,
        Kind.MOVE: _move,
    }.get(Kind(kind))
    return found + (check(on, payload, person, household) if check else [])


def _home(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> list[tuple[str, str]]:
    found = _join(on, payload, person, None) + _move(on, payload, person, None)
    if Household.objects.filter(number=payload.get("number", "")).exists():
        found.append(("number_taken", _("这个户编号已经有了，请换一个")))
    return found


def _join(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> list[tuple[str, str]]:
    here = membership_on(person, on)
    if here is None:
        return _joined_later(on, person)
    if household is not None and here.household_id == household.pk:
        return [("already_member", _("这个人这一天已经是本户成员"))]
    words = _("这个人这一天是 %(number)s 户的成员，请先办理离开原家庭") % {"number": here.household.number}
    return [("in_another_household", words)]


def _joined_later(on: date, person: Person) -> list[tuple[str, str]]:
    later = person.memberships.filter(first_day__gt=on, is_double=False).order_by("first_day").first()
    if later is None:
        return []
    words = _("这个人 %(day)s 起已是 %(number)s 户的成员，不能从更早的日子加入另一户；请核对日期") % {
        "day": later.first_day,
        "number": later.household.number,
    }
    return [("joined_later", words)]


def _leave(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> list[tuple[str, str]]:
    here = membership_on(person, on)
    if here is None or (household is not None and here.household_id != household.pk):
        return [("not_a_member", _("这个人这一天不是本户成员"))]
    return _head_left_behind(here, on, {person.pk})


def _split(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> list[tuple[str, str]]:
    leaving = {int(key) for key in payload.get("members", [])}
    members = set(
        Membership.objects.filter(in_force(on), household=household).values_list("person_id", flat=True)
    )
    if not leaving or not leaving <= members:
        return [("not_a_member", _("要分出去的人里有人不是本户成员，请重新选择"))]
    if leaving == members:
        return [("nobody_left", _("分户后原户没有人了；请改为迁址，或留下至少一人"))]
    if not payload.get("number"):
        return [("no_number", _("请填写新户的户编号"))]
    if Household.objects.filter(number=payload["number"]).exists():
        return [("number_taken", _("新户的户编号已经有了，请换一个"))]
    if payload.get("head") and int(payload["head"]) not in leaving:
        return [("head_stays", _("新户的户主不在分出去的人里，请重新选择"))]
    head = Membership.objects.filter(in_force(on), household=household, is_head=True).first()
    return _head_left_behind(head, on, leaving) if head is not None and head.person_id in leaving else []


def _head_left_behind(here: Membership, on: date, leaving: set[int]) -> list[tuple[str, str]]:
    others = Membership.objects.filter(in_force(on), household=here.household).exclude(person_id__in=leaving)
    if here.is_head and others.exists():
        return [("head_leaves", _("户主离开后户里还有人，请先办理变更户主"))]
    return []


def _head(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> list[tuple[str, str]]:
    here = membership_on(person, on)
    if here is None or here.household_id != household.pk:
        return [("not_a_member", _("新户主这一天不是本户成员"))]
    return [("already_head", _("这个人已经是户主"))] if here.is_head else []


def _move(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> list[tuple[str, str]]:
    code = str(payload.get("division", ""))
    catalogue = Catalogue.load()
    if not catalogue.knows(code):
        return [("unknown_division", _("没有区划代码 %(code)s，请从列表中选择村（社区）") % {"code": code})]
    return []
