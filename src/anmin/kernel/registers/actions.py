"""Enter, correct, change from a day and end; each one transaction, by whoever may, with an act that says what became of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.middleware import tell
from anmin.kernel.access.queries import Reader, signature
from anmin.kernel.audit import actions as audit
from anmin.kernel.keys.fields import SealedText, next_keys
from anmin.kernel.registers.declaring import Register, Trouble
from anmin.kernel.registers.models import RegisterIntake
from anmin.kernel.registers.queries import HIDDEN, may_write
from anmin.kernel.registers.values import asked, cleaned, title_of

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS = 10
"""Receipts are read aloud over the telephone: no letter is taken for another."""


class EntryRefused(ValueError):
    """Nothing was written: everything that is wrong with the entry, column by column."""

    def __init__(self, troubles: Iterable[Trouble]) -> None:
        self.troubles = tuple(troubles)
        super().__init__("；".join(one.reason for one in self.troubles))


@transaction.atomic
def enter(
    *,
    by: Reader,
    register: Register,
    raw: Mapping[str, Any],
    on: date,
    intake: RegisterIntake | None = None,
    fixed: Mapping[str, Any] | None = None,
) -> Any:
    """Put a new entry into a register (登记); `fixed` are columns that no form has.

    Raises:
        EntryRefused: with everything that is wrong.
        PermissionError: when the reader may not enter into this register anywhere.
    """
    _may(by, register)
    values, troubles = cleaned(register, raw, by=by, on=on)
    if troubles:
        raise EntryRefused(troubles)
    entry = register.model(**values, **(fixed or {}), intake=intake)
    if register.is_about_persons:
        entry.division, entry.level = entry.person.division, entry.person.level  # type: ignore[attr-defined]
    entry.number = str(raw.get("number") or "").strip()[:40]
    _write(register, entry)
    audit.record(
        by=signature(by),
        act="registers.enter",
        subject=entry,
        after={"number": entry.number, **told(register, entry)},
        division=entry.division,
    )
    return entry


@transaction.atomic
def enter_made(*, by: Reader, register: Register, entry: Any, act: str, who: Iterable[str] = ()) -> Any:
    """Put an entry into a register that a line of business made itself: no form asked for its columns.

    Raises:
        EntryRefused: when the database refuses it.
        PermissionError: when the reader has none of the powers `who`, or of those for writing.
    """
    if register.is_about_persons:
        entry.division, entry.level = entry.person.division, entry.person.level
    if not any(by.may(power, entry.division) for power in who):
        _may(by, register, entry.division)
    _write(register, entry)
    audit.record(
        by=signature(by),
        act=act,
        subject=entry,
        after={"number": entry.number, **told(register, entry)},
        division=entry.division,
    )
    return entry


@transaction.atomic
def correct(
    *,
    by: Reader,
    register: Register,
    entry: Any,
    raw: Mapping[str, Any],
    reason: str,
    seen: int,
    on: date,
) -> Any:
    """Put right what was wrong from the beginning (更正); `seen` is the version that was on the screen.

    Raises:
        EntryRefused: with everything that is wrong; also without a reason, and when somebody else was faster.
        PermissionError: when the reader may not correct here.
    """
    row = _locked(by, register, entry, seen)
    _needs_reason(reason)
    before = told(register, row)
    values, troubles = cleaned(register, raw, by=by, on=on, entry=row)
    if troubles:
        raise EntryRefused(troubles)
    return _changed(by, register, row, values, before, reason, "registers.correct")


@transaction.atomic
def change(
    *,
    by: Reader,
    register: Register,
    entry: Any,
    raw: Mapping[str, Any],
    first_day: date,
    reason: str,
    seen: int,
    on: date,
    fixed: Mapping[str, Any] | None = None,
) -> Any:
    """Something became different on a day (变更): the old row ends the day before, a new one begins under its number.

    Raises:
        EntryRefused: also where the day is not after the beginning of what is changed.
        PermissionError: when the reader may not change here.
    """
    row = _locked(by, register, entry, seen)
    _needs_reason(reason)
    if first_day <= row.first_day or (row.last_day is not None and row.last_day < first_day):
        raise EntryRefused(
            [
                Trouble(
                    "first_day", "change_day", _("变更的日子要在起始日以后、终止日以前；写错了请用“更正”。")
                )
            ]
        )
    carried = {**{name: getattr(row, name) for name in asked(register, row)}, **raw, "first_day": first_day}
    values, troubles = cleaned(register, carried, by=by, on=on, entry=row)
    if troubles:
        raise EntryRefused(troubles)
    before, last = told(register, row), row.last_day
    row.last_day, row.version = first_day - timedelta(days=1), row.version + 1
    row.save()
    kept = {
        one.attname: getattr(row, one.attname)
        for one in register.model._meta.local_fields
        if one.name not in ("id", "version", "entered_at", "intake")
    }
    new = register.model(**{**kept, "last_day": last})
    for name, value in {**values, **(fixed or {})}.items():
        setattr(new, name, value)
    _write(register, new)
    audit.record(
        by=signature(by),
        act="registers.change",
        subject=new,
        before=before,
        after=told(register, new),
        reason=reason,
        division=new.division,
    )
    return new


@transaction.atomic
def end(*, by: Reader, register: Register, entry: Any, last_day: date, reason: str, seen: int) -> Any:
    """It is no longer so after a day (终止、注销); the entry stays in the book.

    Raises:
        EntryRefused: before its beginning, twice, without a reason.
        PermissionError: when the reader may not end it.
    """
    row = _locked(by, register, entry, seen)
    _needs_reason(reason)
    if last_day < row.first_day:
        raise EntryRefused([Trouble("last_day", "ends_before_it_begins", _("终止日不能早于起始日。"))])
    before = told(register, row)
    return _changed(by, register, row, {"last_day": last_day}, before, reason, "registers.end")


@transaction.atomic
def receive(*, by: str, register: Register, values: Mapping[str, Any], on: date) -> str:
    """Take in a row from a public page, where nobody is logged in; gives the receipt, which is its number.

    The register's table has `ReceivedRows`: the database lets in this one row and shows it to whoever has the receipt.
    """
    number = "".join(secrets.choice(LETTERS) for _at in range(DIGITS))
    tell({"anmin.voice": number})
    entry = register.model(**values, number=number, first_day=on)
    _saved(entry)
    audit.record(by=by, act="registers.receive", subject=entry, division=entry.division)
    return number


@transaction.atomic
def set_columns(
    *,
    by: Reader,
    register: Register,
    entry: Any,
    values: Mapping[str, Any],
    reason: str,
    act: str,
    powers: tuple[str, ...] = (),
) -> Any:
    """Columns that a line of business sets in the course of its own procedure, as one act of it.

    One of `powers` is needed in the entry's place; without them, one of those that write.

    Raises:
        PermissionError: for whoever has none of them there.
    """
    if not any(by.may(power, entry.division) for power in powers or register.write):
        raise PermissionError(_("您的岗位不能登记“%(register)s”。") % {"register": register.title})
    row = register.model._default_manager.select_for_update(of=("self",)).get(pk=entry.pk)
    return _changed(by, register, row, values, told(register, row), reason, act)


def told(register: Register, entry: Any) -> dict[str, Any]:
    """The columns as the book of acts keeps them: readable for years, so nothing sensitive and nothing sealed."""
    found: dict[str, Any] = {}
    for one in register.model._meta.local_fields:
        name = one.name
        if one.auto_created or name in ("number", "version", "level", "entered_at", "intake", "person"):
            continue
        value = getattr(entry, one.attname)
        if isinstance(one, SealedText) or register.klass(name)[0] in ("sensitive", "secret"):
            found[name] = HIDDEN if value else ""
        elif one.is_relation:
            found[name] = str(getattr(entry, name) or "")
        elif one.choices:
            found[name] = str(getattr(entry, f"get_{name}_display")() or "")
        else:
            found[name] = "" if value is None else value
    return found


def _changed(
    by: Reader,
    register: Register,
    row: Any,
    values: Mapping[str, Any],
    before: Mapping[str, Any],
    reason: str,
    act: str,
) -> Any:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    _saved(row)
    after = told(register, row)
    different = [name for name in after if after[name] != before[name] or after[name] == HIDDEN]
    audit.record(
        by=signature(by),
        act=act,
        subject=row,
        before={name: before[name] for name in different},
        after={name: after[name] for name in different},
        reason=reason,
        division=row.division,
    )
    return row


def _write(register: Register, entry: Any) -> None:
    if not entry.number:
        entry.number = f"{register.prefix or register.name[:3].upper()}-{_next(entry):07d}"
    _saved(entry)


def _next(entry: Any) -> int:
    (entry.pk,) = next_keys(type(entry), 1)
    return int(entry.pk)


def _saved(entry: Any) -> None:
    try:
        with transaction.atomic():
            entry.save(force_insert=entry._state.adding)
    except IntegrityError as problem:
        constraint = getattr(getattr(problem.__cause__, "diag", None), "constraint_name", "") or "integrity"
        raise EntryRefused([_constraint_trouble(entry, constraint)]) from problem


def _constraint_trouble(entry: Any, constraint: str) -> Trouble:
    if constraint.endswith("_dated_once"):
        return Trouble("first_day", "twice", _("这个编号在这个起始日已经登记过；请核对，或用“更正”。"))
    found = next((one for one in entry._meta.constraints if one.name == constraint), None)
    said = str(getattr(found, "violation_error_message", "") or "")
    usual = _("与名册里已有的内容矛盾（%(name)s）；请核对后再登记。") % {"name": constraint}
    return Trouble("", constraint, said if found is not None and "%(name)s" not in said and said else usual)


def _locked(by: Reader, register: Register, entry: Any, seen: int) -> Any:
    _may(by, register, entry.division)
    row = register.model._default_manager.select_for_update(of=("self",)).get(pk=entry.pk)
    if row.version != seen:
        raise EntryRefused(
            [Trouble("", "stale", _("您看的时候，别人已经改过这一条；请刷新页面，看过现在的内容再改。"))]
        )
    return row


def _may(by: Reader, register: Register, division: str | None = None) -> None:
    if not may_write(by, register, division):
        raise PermissionError(_("您的岗位不能登记“%(register)s”。") % {"register": register.title})


def _needs_reason(reason: str) -> None:
    if not reason.strip():
        raise EntryRefused([Trouble("reason", "reason", _("请写明为什么这样改。"))])


__all__ = ["EntryRefused", "change", "correct", "end", "enter", "set_columns", "title_of", "told"]
