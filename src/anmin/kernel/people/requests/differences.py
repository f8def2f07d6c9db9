"""What a change would change (变更前后): the values that stand in the register now, and those that are asked for.

Keys are names of fields (`household`, `division`, `name` …); values are codes, keys of persons or days as text, and
are put into words by whoever shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from anmin.kernel.people.models import ChangeRequest, Identifier, Kin, Membership
from anmin.kernel.people.queries import in_force, membership_on
from anmin.policy.codes import Relation

Kind = ChangeRequest.Kind
Values = dict[str, Any]


def before_of(row: ChangeRequest) -> Values:
    """What stands in the register on the day of the change."""
    made = _BEFORE.get(Kind(row.kind))
    return made(row) if made else {}


def after_of(row: ChangeRequest) -> Values:
    """What the register will hold, in the same names."""
    made = _AFTER.get(Kind(row.kind))
    return made(row) if made else dict(row.payload)


def _membership(row: ChangeRequest) -> Values:
    here = membership_on(row.person, row.on) if row.person is not None else None
    if here is None:
        return {"household": "", "relation": ""}
    return {"household": here.household.number, "relation": here.relation}


def _members(row: ChangeRequest) -> list[int]:
    rows = Membership.objects.filter(in_force(row.on), household=row.household).order_by("-is_head", "pk")
    return list(rows.values_list("person_id", flat=True))


def _head(row: ChangeRequest) -> Values:
    heads = Membership.objects.filter(in_force(row.on), household=row.household, is_head=True)
    return {"head": heads.values_list("person_id", flat=True).first()}


def _split(row: ChangeRequest) -> Values:
    home = row.household
    return {
        "household": home.number if home else "",
        "members": _members(row),
        "address": home.address if home else "",
    }


def _move(row: ChangeRequest) -> Values:
    if row.household is not None:
        return {"division": row.household.division, "address": row.household.address}
    return {"division": row.person.division if row.person else ""}


def _fields(row: ChangeRequest) -> Values:
    return {name: _plain(getattr(row.person, name, "")) for name in row.payload}


def _number(row: ChangeRequest) -> Values:
    assert row.person is not None
    kind = row.payload["kind"]
    held = row.person.identifiers.filter(kind=kind, last_day__isnull=True).order_by("-pk").first()
    return {"kind": kind if held else "", "number": held.value if held else ""}


def _number_end(row: ChangeRequest) -> Values:
    held = Identifier.objects.filter(pk=row.payload.get("identifier", 0)).first()
    return {"kind": held.kind, "number": held.value} if held else {}


def _former(row: ChangeRequest) -> Values:
    assert row.person is not None
    return {"former": [name.name for name in row.person.former_names.all()]}


def _tie(row: ChangeRequest) -> Values:
    held = Kin.objects.filter(pk=row.payload.get("tie", 0)).first()
    return {"tie": held.kind, "other": _other(held, row)} if held else {}


def _other(held: Kin, row: ChangeRequest) -> int:
    return held.other_id if held.person_id == row.person_id else held.person_id


def _residence(row: ChangeRequest) -> Values:
    assert row.person is not None
    held = row.person.residences.filter(in_force(row.on)).order_by("-first_day").first()
    return {"residence": held.division if held else ""}


def _died(row: ChangeRequest) -> Values:
    return {"died_on": _plain(row.person.died_on) if row.person else ""}


def _after_join(row: ChangeRequest) -> Values:
    empty = row.household is not None and not _members(row)
    relation = int(Relation.HEAD) if empty and row.state == "open" else row.payload.get("relation", "")
    return {"household": row.household.number if row.household else "", "relation": relation}


def _after_split(row: ChangeRequest) -> Values:
    payload = row.payload
    head = payload.get("head") or payload["members"][0]
    return {"household": payload["number"], "members": payload["members"], "head": head} | (
        {"address": payload["address"]} if payload.get("address") else {}
    )


def _after_undie(row: ChangeRequest) -> Values:
    return {"died_on": row.payload.get("day", ""), "source": row.payload.get("source", "")}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else "" if value is None else value


_BEFORE: Mapping[Kind, Callable[[ChangeRequest], Values]] = {
    Kind.HOME: _membership,
    Kind.JOIN: _membership,
    Kind.LEAVE: _membership,
    Kind.SPLIT: _split,
    Kind.HEAD: _head,
    Kind.MOVE: _move,
    Kind.CORRECT: _fields,
    Kind.HUKOU: _fields,
    Kind.NUMBER: _number,
    Kind.NUMBER_END: _number_end,
    Kind.FORMER: _former,
    Kind.UNTIE: _tie,
    Kind.RESIDE: _residence,
    Kind.DIE: _died,
    Kind.UNDIE: _died,
}
_AFTER: Mapping[Kind, Callable[[ChangeRequest], Values]] = {
    Kind.HOME: lambda row: {
        "household": row.payload["number"],
        "relation": int(Relation.HEAD),
        "division": row.payload["division"],
        "address": row.payload.get("address", ""),
    },
    Kind.JOIN: _after_join,
    Kind.LEAVE: lambda row: {"household": "", "relation": ""},
    Kind.SPLIT: _after_split,
    Kind.HEAD: lambda row: {"head": row.person_id, "old_relation": row.payload.get("old_relation", "")},
    Kind.NUMBER_END: lambda row: {"kind": "", "number": ""},
    Kind.FORMER: lambda row: {"former": [*row.before.get("former", []), row.payload["name"]]},
    Kind.TIE: lambda row: {"tie": row.payload["kind"], "other": row.payload["other"]},
    Kind.UNTIE: lambda row: {"tie": "", "other": ""},
    Kind.RESIDE: lambda row: {"residence": row.payload["division"], "until": row.payload.get("until", "")},
    Kind.MERGE: lambda row: {},
    Kind.UNMERGE: lambda row: {},
    Kind.DIE: lambda row: {"died_on": row.on.isoformat(), "source": row.payload.get("source", "family")},
    Kind.UNDIE: _after_undie,
}
