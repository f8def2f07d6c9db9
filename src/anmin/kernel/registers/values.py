"""What people type or a spreadsheet holds, as values of a register's columns; everything wrong is told at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader
from anmin.kernel.divisions.catalogue import Catalogue
from anmin.kernel.keys.fields import SealedText
from anmin.kernel.people import queries as people
from anmin.kernel.registers.declaring import BOOK, Register, Trouble
from anmin.kernel.registers.entries import Entry
from anmin.lib.divisions import canonical

YES = {"是", "有", "1", "true", "on", "yes", "y"}
NO = {"否", "无", "0", "false", "", "no", "n"}
DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
LONGEST_SEALED = 2_000


def cleaned(
    register: Register, raw: Mapping[str, Any], *, by: Reader, on: date, entry: Entry | None = None
) -> tuple[dict[str, Any], list[Trouble]]:
    """The values of an entry, and what is wrong with them; checks of the register run when the columns are sound."""
    values: dict[str, Any] = {}
    troubles: list[Trouble] = []
    for name in asked(register, entry):
        if entry is not None and name not in raw:
            values[name] = getattr(entry, name)
            continue
        found = value_of(register, name, raw.get(name), by)
        if isinstance(found, Trouble):
            troubles.append(found)
        else:
            values[name] = found
    if not troubles:
        troubles += _place(register, values, by, entry)
    if not troubles:
        for check in register.checks:
            troubles += check(values, entry, by, on)
    if not troubles and register.derives is not None:
        values |= register.derives(values, entry)
    return values, troubles


def value_of(register: Register, name: str, given: Any, by: Reader) -> Any:
    """One value of a column, or the Trouble with it."""
    try:
        return _value(register, name, given, by)
    except ValidationError as problem:
        code = next((one.code for one in problem.error_list if one.code), "invalid")
        return Trouble(name, code, " ".join(problem.messages))


def asked(register: Register, entry: Entry | None = None) -> tuple[str, ...]:
    """The columns that a form or a file has for an entry."""
    own = () if entry is not None else (("person",) if register.is_about_persons else ("division",))
    return (*own, *[name for name in register.form_fields if name != "person"], "first_day", "last_day")


def title_of(register: Register, name: str) -> str:
    """The official name of a column."""
    return str(register.column(name).verbose_name)


def _place(register: Register, values: Mapping[str, Any], by: Reader, entry: Entry | None) -> list[Trouble]:
    person = values.get("person")
    division = person.division if person is not None else values.get("division", entry and entry.division)
    found = []
    if not any(by.may(power, division) for power in register.write):
        found.append(
            Trouble("division", "out_of_reach", _("这里不归您登记；请选您负责的地区，或请当地的经办人登记。"))
        )
    first, last = values.get("first_day"), values.get("last_day")
    if first and last and last < first:
        found.append(Trouble("last_day", "ends_before_it_begins", _("终止日不能早于起始日。")))
    return found


def _value(register: Register, name: str, given: Any, by: Reader) -> Any:
    column = register.column(name)
    given = "" if given is None else given
    if isinstance(given, str):
        given = given.replace("\x00", "").strip()
    if isinstance(column, models.BooleanField):
        return _boolean(given)
    if given == "":
        return _silence(column)
    if name == "division":
        return _division(given)
    if isinstance(column, SealedText):
        return _sealed(given)
    if isinstance(column, models.ForeignKey):
        return _related(column, given, by)
    if isinstance(column, models.DateField) and not isinstance(column, models.DateTimeField):
        given = _day(given)
    if column.choices:
        given = _choice(column, given)
    return column.clean(given, None)


def _silence(column: models.Field[Any, Any]) -> Any:
    """What nothing stands for in a column; where something is needed that is said."""
    if column.null:
        return None
    if column.has_default():
        return column.get_default()
    if column.blank and column.empty_strings_allowed:
        return ""
    raise ValidationError(_("这一项要填。"), "required")


def _division(given: Any) -> str:
    text = str(given or "")
    try:
        code = canonical(text)
    except ValueError:
        code = ""
    if not code or Catalogue.load().find(code) is None:
        raise ValidationError(
            _("没有代码为“%(code)s”的地区；请填 6、9 或 12 位区划代码。") % {"code": text}, "division"
        )
    return code


def _sealed(given: Any) -> str:
    text = str(given or "")
    if len(text) > LONGEST_SEALED:
        raise ValidationError(_("最多写 %(most)d 个字。") % {"most": LONGEST_SEALED}, "max_length")
    return text


def _boolean(given: Any) -> bool:
    text = str(given if given is not None else "").strip().lower()
    if text in YES:
        return True
    if text in NO or text == "none":
        return False
    raise ValidationError(_("请填“是”或“否”。"), "boolean")


def _day(given: Any) -> Any:
    if isinstance(given, datetime):
        return given.date()
    if not isinstance(given, str) or not given:
        return given or None
    for form in DAYS:
        try:
            return datetime.strptime(given, form).date()
        except ValueError:
            continue
    raise ValidationError(_("日期要写成 2026-01-31 的样子。"), "day")


def _choice(column: models.Field[Any, Any], given: Any) -> Any:
    named = {str(label): value for value, label in column.flatchoices}
    found = named.get(str(given), given)
    if found in (None, "") or any(str(value) == str(found) for value, _label in column.flatchoices):
        return found
    raise ValidationError(
        _("“%(given)s”不在可选的内容里：%(options)s。") % {"given": given, "options": "、".join(named)},
        "choice",
    )


def _related(column: models.ForeignKey[Any, Any], given: Any, by: Reader) -> Any:
    model: Any = column.related_model
    if isinstance(given, model):
        return given
    if model._meta.label == "kernel.Person":
        return _person(str(given), by)
    register = BOOK.of(model)
    rows = model.objects.filter(_reach(register, by)) if register is not None else model.objects.all()
    row = rows.filter(number=str(given)).order_by("-first_day").first() or (
        rows.filter(pk=int(given)).first() if str(given).isdigit() and len(str(given)) < 18 else None
    )
    if row is None:
        raise ValidationError(_("没有编号为“%(given)s”的条目，或不归您管。") % {"given": given}, "related")
    return row


def _reach(register: Register, by: Reader) -> Any:
    """The rows of a register that somebody may refer to."""
    return reduce(or_, (by.reach(power).q() for power in register.read))


def _person(given: str, by: Reader) -> Any:
    found = people.person_by_number(by, given)
    if found is None:
        raise ValidationError(_("没有找到证件号码是这个的人员；请核对号码，或先在“人员”里登记。"), "person")
    return found
