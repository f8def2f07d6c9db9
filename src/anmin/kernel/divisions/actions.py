"""Changes to divisions (区划变更): load, end, rename, merge, split. Codes end; rows are never deleted.

Each is one transaction with one audit row. `first_day` is the first day of the new state; the old one ends the day
before. A code is never given to anything else while it is in force: the database refuses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from anmin.kernel.audit.actions import record
from anmin.kernel.divisions.loading import Loaded, copy_divisions
from anmin.kernel.divisions.models import Division, DivisionChange
from anmin.kernel.divisions.queries import in_force
from anmin.kernel.divisions.records import ChangeKind, Dating, Extent
from anmin.lib.divisions import ancestors, canonical, level_of


class DivisionNotInForce(LookupError):
    """The division to change does not exist on the day."""


class DivisionHasChildren(ValueError):
    """Divisions below would be left without one above them."""


class CodeInUse(ValueError):
    """A new code already belongs to a division on the day."""


@dataclass(frozen=True)
class NewDivision:
    """A division to be set up: its official code and name."""

    code: str
    name: str


def load_divisions(
    *, by: Any, provinces: Iterable[str] | None = None, cities: Iterable[str] | None = None
) -> Loaded:
    """Load the packaged divisions; running it again adds nothing and undoes no operator's change.

    `provinces` limits counties and above (None: the whole country); `cities` are the prefectures whose towns, and
    villages where packaged, are loaded (None: Weihai, Xiamen, Haikou, Yan'an).
    """
    with transaction.atomic():
        loaded = copy_divisions(provinces, cities)
        if loaded.divisions or loaded.changes:
            after = {"divisions": loaded.divisions, "changes": loaded.changes}
            record(by=by, act="divisions.load", subject="divisions", after=after, reason="载入随附的行政区划")
    return loaded


def end_division(*, by: Any, code: str, last_day: date, reason: str, document: str = "") -> Division:
    """A division ends with nothing in its place (撤销). What is below must have ended or moved before.

    Raises DivisionNotInForce, DivisionHasChildren.
    """
    with transaction.atomic():
        division = _locked(code, last_day)
        children = _children_after(division, last_day)
        if children:
            names = "、".join(f"{child.code} {child.name}" for child in children[:5])
            raise DivisionHasChildren(
                f"{division} 在 {last_day:%Y-%m-%d} 之后还有 {len(children)} 个下级（{names}…），请先撤销或划出"
            )
        _close(division, last_day)
        _tell(
            ChangeKind.ABOLISHED,
            last_day + timedelta(days=1),
            division,
            None,
            document=document,
            source=reason,
        )
        _audit(by, "divisions.end", division, reason, after={"last_day": last_day, "document": document})
    return division


def rename_division(
    *, by: Any, code: str, name: str, first_day: date, reason: str, document: str = ""
) -> Division:
    """The same division under the same code with a new name (更名). Raises DivisionNotInForce."""
    with transaction.atomic():
        old = _locked(code, first_day - timedelta(days=1))
        children = _children_after(old, first_day - timedelta(days=1))
        last_day = old.last_day
        _close(old, first_day - timedelta(days=1))
        new = _open(old.code, name, old.parent, first_day, last_day=last_day)
        Division.objects.filter(pk__in=[child.pk for child in children]).update(parent=new)
        _tell(ChangeKind.RENAMED, first_day, old, new, document=document, source=reason)
        _audit(
            by,
            "divisions.rename",
            new,
            reason,
            before={"name": old.name},
            after={"name": name, "first_day": first_day, "document": document},
        )
    return new


def merge_divisions(
    *,
    by: Any,
    codes: Sequence[str],
    into: NewDivision,
    first_day: date,
    recode: Mapping[str, str],
    reason: str,
    document: str = "",
) -> Division:
    """Divisions end and one takes all of their territory (合并): a new one, or one in force with that code and name.

    `recode` gives the new code of every division directly below those that end; what is further below keeps its own
    last digits. Raises DivisionNotInForce, DivisionHasChildren (a code is missing), CodeInUse.
    """
    eve = first_day - timedelta(days=1)
    with transaction.atomic():
        ending = [_locked(code, eve) for code in codes if canonical(code) != canonical(into.code)]
        target = _in_force(into.code, first_day)
        if target is None:
            target = _open(into.code, into.name, _parent_of_new(into.code, first_day), first_day)
        elif target.name != into.name:
            raise CodeInUse(
                f"代码 {target.code} 在 {first_day:%Y-%m-%d} 已是“{target.name}”，不是“{into.name}”"
            )
        for division in ending:
            _move_children(division, first_day, recode, {target.code: target}, reason, document)
            _close(division, eve)
            _tell(ChangeKind.MERGED, first_day, division, target, document=document, source=reason)
        before = {"codes": [division.code for division in ending]}
        after = {"code": target.code, "name": target.name, "first_day": first_day, "document": document}
        _audit(by, "divisions.merge", target, reason, before=before, after=after)
    return target


def split_division(
    *,
    by: Any,
    code: str,
    into: Sequence[NewDivision],
    first_day: date,
    recode: Mapping[str, str],
    reason: str,
    document: str = "",
) -> tuple[Division, ...]:
    """One division becomes several (析置). If its own code is among `into`, it goes on and gives up a part only.

    `recode` as for merging; a division that goes on keeps the children that `recode` does not name. Raises
    DivisionNotInForce, DivisionHasChildren, CodeInUse.
    """
    eve = first_day - timedelta(days=1)
    with transaction.atomic():
        old = _locked(code, eve)
        goes_on = old.code in {canonical(new.code) for new in into}
        targets = {
            canonical(new.code): _open(new.code, new.name, _parent_of_new(new.code, first_day), first_day)
            for new in into
            if canonical(new.code) != old.code
        }
        _move_children(old, first_day, recode, targets, reason, document, all_of_them=not goes_on)
        if not goes_on:
            _close(old, eve)
        kind, extent = (
            (ChangeKind.TRANSFERRED, Extent.PART) if goes_on else (ChangeKind.CONVERTED, Extent.MAIN)
        )
        for target in targets.values():
            _tell(kind, first_day, old, target, extent, document=document, source=reason)
        after = {"codes": sorted(targets), "goes_on": goes_on, "first_day": first_day, "document": document}
        _audit(by, "divisions.split", old, reason, before={"code": old.code, "name": old.name}, after=after)
    return tuple(targets.values())


def _locked(code: str, on: date) -> Division:
    found = Division.objects.select_for_update().filter(in_force(on), code=canonical(code)).first()
    if found is None:
        raise DivisionNotInForce(
            f"行政区划 {canonical(code)} 在 {on:%Y-%m-%d} 不存在，不能变更；请核对代码和日期"
        )
    return found


def _in_force(code: str, on: date) -> Division | None:
    return Division.objects.select_for_update().filter(in_force(on), code=canonical(code)).first()


def _children_after(division: Division, day: date) -> list[Division]:
    found = Division.objects.select_for_update().filter(in_force(day + timedelta(days=1)), parent=division)
    return list(found.order_by("code"))


def _close(division: Division, last_day: date) -> None:
    division.last_day, division.last_dating = last_day, Dating.DAY.value
    division.save(update_fields=["last_day", "last_dating"])


def _open(
    code: str, name: str, parent: Division | None, first_day: date, *, last_day: date | None = None
) -> Division:
    code = canonical(code)
    if other := _in_force(code, first_day):
        raise CodeInUse(f"代码 {code} 在 {first_day:%Y-%m-%d} 已属于“{other.name}”，不能再次启用")
    return Division.objects.create(
        code=code,
        name=name,
        level=level_of(code).value,
        parent=parent,
        first_day=first_day,
        first_dating=Dating.DAY.value,
        last_day=last_day,
        source="operator",
    )


def _parent_of_new(code: str, on: date) -> Division | None:
    """The nearest division above that exists on the day."""
    line = ancestors(code)[1:]
    found = {row.code: row for row in Division.objects.filter(in_force(on), code__in=line)}
    return next((found[one] for one in line if one in found), None)


def _move_children(
    old: Division,
    first_day: date,
    recode: Mapping[str, str],
    targets: Mapping[str, Division],
    reason: str,
    document: str,
    *,
    all_of_them: bool = True,
) -> None:
    children = _children_after(old, first_day - timedelta(days=1))
    plan = {canonical(a): canonical(b) for a, b in recode.items()}
    left = [child for child in children if child.code not in plan]
    if left and all_of_them:
        names = "、".join(f"{child.code} {child.name}" for child in left[:5])
        raise DivisionHasChildren(f"{old} 的 {len(left)} 个下级没有给出新代码：{names}；请补全新旧代码对照")
    for child in children:
        if child.code in plan:
            new_code = plan[child.code]
            target = next((t for c, t in targets.items() if c in ancestors(new_code)), None)
            if target is None:
                raise DivisionHasChildren(f"{child} 的新代码 {new_code} 不在新设的区划之内")
            _recode(child, new_code, target, first_day, reason, document)


def _recode(
    division: Division, new_code: str, parent: Division, first_day: date, reason: str, document: str
) -> None:
    """The same place under a new code, with everything below it: its own last digits stay."""
    children = _children_after(division, first_day - timedelta(days=1))
    last_day = division.last_day
    _close(division, first_day - timedelta(days=1))
    new = _open(new_code, division.name, parent, first_day, last_day=last_day)
    _tell(ChangeKind.RECODED, first_day, division, new, document=document, source=reason)
    for child in children:
        _recode(child, new.code + child.code[len(division.code) :], new, first_day, reason, document)


def _tell(
    kind: ChangeKind,
    day: date,
    old: Division,
    new: Division | None,
    extent: Extent = Extent.WHOLE,
    *,
    document: str,
    source: str,
) -> None:
    DivisionChange.objects.create(
        day=day,
        dating=Dating.DAY.value,
        kind=kind.value,
        extent=extent.value,
        old_code=old.code,
        old_name=old.name,
        new_code=new.code if new else "",
        new_name=new.name if new else "",
        document=document,
        source=source[:200],
    )


def _audit(
    by: Any,
    act: str,
    division: Division,
    reason: str,
    *,
    after: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
) -> None:
    record(
        by=by, act=act, subject=division, before=before, after=after, reason=reason, division=division.code
    )
