"""What speaks against a change of one person (人员变更的冲突规则): papers, names, ties, permits, merges, deaths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anmin.kernel.divisions.catalogue import Catalogue
from anmin.kernel.keys.queries import blind_index, token
from anmin.kernel.people.merging.models import Merge
from anmin.kernel.people.merging.obstacles import obstacles_to_merging
from anmin.kernel.people.merging.queries import are_told_apart, merge_that_can_be_undone
from anmin.kernel.people.models import ChangeRequest, Identifier, Kin, Person
from anmin.kernel.people.queries import membership_on
from anmin.kernel.people.requests.life import signs_of_life
from anmin.kernel.people.tokens import normal_number
from anmin.lib.names import NameProblem, parse_name

Kind = ChangeRequest.Kind
Found = list[tuple[str, str]]
SHARED = {"bank", "booklet", "other"}
"""Kinds of number that several people may have."""


def _enter(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> Found:
    found = _place(payload.get("division", "")) + _name(payload.get("name", ""))
    number = payload.get("number", "")
    if number and (taken := _taken(payload.get("kind", "resident"), number, None)):
        found += taken
    elif not found and not payload.get("is_another") and (alike := _alike(payload)):
        words = _(
            "登记簿里有 %(n)d 个人同名同出生日期。请先按姓名找到他们核对；确实是另一个人，请勾选“已核对，是另一个人”"
        )
        found.append(("looks_known", words % {"n": alike}))
    born = payload.get("birth_day")
    if born and date.fromisoformat(born) > on:
        found.append(("before_birth", _("出生日期晚于登记的日子，请核对")))
    return found


def _correct(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> Found:
    born = payload.get("birth_day")
    if born and person.died_on is not None and date.fromisoformat(born) > person.died_on:
        return [("before_birth", _("出生日期晚于登记的死亡日期，请核对"))]
    return _name(payload["name"]) if payload.get("name") else []


def _hukou(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> Found:
    code = payload.get("hukou_division", "")
    return _place(code) if code else []


def _number(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> Found:
    return _taken(payload["kind"], payload["number"], person)


def _number_end(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> Found:
    row = Identifier.objects.filter(pk=payload.get("identifier", 0), person=person).first()
    if row is None or row.last_day is not None:
        return [("no_number", _("这个号码不在这个人名下，或者已经停用，请重新选择"))]
    if row.first_day is not None and on < row.first_day:
        return [("ends_before_it_begins", _("停用的日子早于启用的日子，请核对日期"))]
    return []


def _former(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> Found:
    found = _name(payload.get("name", ""))
    if found:
        return found
    name = parse_name(payload["name"])
    if name == person.name:
        return [("same_name", _("这就是现在的姓名，不用补记"))]
    if name in {row.name for row in person.former_names.all()}:
        return [("known_name", _("这个曾用名已经登记过了"))]
    return []


def _tie(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> Found:
    other = Person.objects.filter(pk=payload.get("other", 0), merged_into__isnull=True).first()
    if other is None:
        return [("no_other", _("没有找到对方，请先把对方登记进来"))]
    if other.pk == person.pk:
        return [("same_person", _("不能与自己登记亲属关系，请选择另一个人"))]
    kind = payload["kind"]
    held = Kin.objects.filter(person=other, other=person, kind=kind, last_day__isnull=True)
    if held.exists():
        return [("known_tie", _("这项关系已经登记过了"))]
    if other.died_on is not None and other.died_on < on:
        return [("dead", _("对方 %(day)s 已去世，关系不能从更晚的日子开始") % {"day": other.died_on})]
    if kind == Kin.Kind.GUARDIAN and other.birth_day is not None and _is_minor(other.birth_day, on):
        return [("minor_guardian", _("监护人未满 18 周岁，不能担任监护人（民法典第 27 条）；请选择成年人"))]
    if kind in (Kin.Kind.FATHER, Kin.Kind.MOTHER, Kin.Kind.SPOUSE):
        return _one_of_a_kind(person, other, Kin.Kind(kind)) + _age_of_parent(person, other, kind)
    return []


def _one_of_a_kind(person: Person, other: Person, kind: Kin.Kind) -> Found:
    held = Kin.objects.filter(other=person, kind=kind, last_day__isnull=True).exclude(person=other).first()
    if held is None:
        return []
    words = _("已经登记过%(kind)s；登记有误请先终止那一项，再登记新的") % {"kind": kind.label}
    return [("one_of_a_kind", words)]


def _age_of_parent(person: Person, other: Person, kind: str) -> Found:
    if kind == Kin.Kind.SPOUSE or person.birth_day is None or other.birth_day is None:
        return []
    if other.birth_day < person.birth_day:
        return []
    return [("younger_parent", _("登记为父母的人比本人出生还晚，请核对两人的出生日期和方向"))]


def _untie(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> Found:
    row = Kin.objects.filter(pk=payload.get("tie", 0)).first()
    if row is None or row.last_day is not None or person.pk not in (row.person_id, row.other_id):
        return [("no_tie", _("这项关系不存在，或者已经终止，请重新选择"))]
    return []


def _reside(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> Found:
    found = _place(payload.get("division", ""))
    until = payload.get("until")
    if until and date.fromisoformat(until) < on:
        found.append(("ends_before_it_begins", _("居住证到期的日子早于签发的日子，请核对")))
    return found


def _merge(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> Found:
    other = Person.objects.filter(pk=payload.get("gone", 0)).first()
    if other is None or other.pk == person.pk:
        return [("no_other", _("没有找到另一条记录，或者它不在您的管辖范围；请核对，或交给管两边的上级办理"))]
    if other.merged_into_id is not None:
        return [("merged", _("另一条记录已经并入别人"))]
    if are_told_apart(person.pk, other.pk):
        return [("told_apart", _("有人核实过这两条记录不是同一个人；确要合并，请先撤销“非同一人”的结论"))]
    return obstacles_to_merging(person, other, on)


def _unmerge(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> Found:
    row = Merge.objects.filter(pk=payload.get("merge", 0), kept=person).first()
    if row is None or row.undone_at is not None:
        return [("undone", _("这次合并已经撤销过了"))]
    newest = merge_that_can_be_undone(person)
    if newest is None or newest.pk != row.pk:
        return [("later_merge", _("这条记录后来又参与了合并，请先撤销后来的那次"))]
    return []


def _die(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> Found:
    if person.birth_day is not None and on < person.birth_day:
        return [("before_birth", _("死亡日期早于出生日期，请核对"))]
    if signs := signs_of_life(person, on):
        words = _("这一天之后还有记录：%(what)s。请核对死亡日期；日期无误的，请先更正后来的记录") % {
            "what": "；".join(text for _day, text in signs[:3])
        }
        return [("seen_later", words)]
    here = membership_on(person, on)
    if here is not None and here.first_day > on:
        return [("before_household", _("死亡日期早于加入家庭的日期，请核对"))]
    return []


def _undie(on: date, payload: Mapping[str, Any], person: Any, household: Any) -> Found:
    if not person.deaths.filter(source=payload.get("source", "")).exists():
        return [("no_death", _("没有这个来源的死亡信息，请重新选择"))]
    day = payload.get("day")
    if day and person.birth_day is not None and date.fromisoformat(day) < person.birth_day:
        return [("before_birth", _("死亡日期早于出生日期，请核对"))]
    return []


def _taken(kind: str, number: str, person: Person | None) -> Found:
    held = Identifier.objects.filter(
        kind=kind, blind=blind_index(kind, normal_number(number)), last_day__isnull=True
    )
    if person is not None and held.filter(person=person).exists():
        return [("known_number", _("这个号码已经登记在这个人名下，不用再登记"))]
    if kind in SHARED or not held.exists():
        return []
    words = _(
        "这个%(kind)s号码已经登记在另一个人名下；请先核对是不是同一个人，是则申请合并，不是则更正其中一个"
    )
    return [("number_taken", words % {"kind": Identifier.Kind(kind).label})]


def _alike(payload: Mapping[str, Any]) -> int:
    if not payload.get("birth_day"):
        return 0
    rows = Person.objects.filter(
        tokens__contains=[token("name", parse_name(payload["name"]))],
        birth_day=payload["birth_day"],
        merged_into__isnull=True,
    )
    return rows.count()


def _place(code: str) -> Found:
    if Catalogue.load().knows(str(code)):
        return []
    return [("unknown_division", _("没有区划代码 %(code)s，请从列表中选择村（社区）") % {"code": code})]


def _name(text: str) -> Found:
    try:
        parse_name(text)
    except NameProblem as trouble:
        return [("name", str(trouble))]
    return []


def _is_minor(born: date, on: date) -> bool:
    return (on.year - born.year, on.month, on.day) < (18, born.month, born.day)


CHECKS: Mapping[Kind, Callable[..., Found]] = {
    Kind.ENTER: _enter,
    Kind.CORRECT: _correct,
    Kind.HUKOU: _hukou,
    Kind.NUMBER: _number,
    Kind.NUMBER_END: _number_end,
    Kind.FORMER: _former,
    Kind.TIE: _tie,
    Kind.UNTIE: _untie,
    Kind.RESIDE: _reside,
    Kind.MERGE: _merge,
    Kind.UNMERGE: _unmerge,
    Kind.DIE: _die,
    Kind.UNDIE: _undie,
}
