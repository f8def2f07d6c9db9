"""Rows into values: each row lands or is quarantined whole, with every reason that was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from anmin.kernel.facts.intake.cells import Trouble, number_of, text_of
from anmin.kernel.facts.intake.reading import RawTable
from anmin.kernel.facts.intake.sheets import Column, Sheet
from anmin.lib.divisions import DivisionLevel, canonical, level_of
from anmin.lib.identifiers import IdentifierProblem, parse_identity
from anmin.lib.names import NameProblem, parse_name
from anmin.policy.errors import PolicyError

KEY_LENGTH = 50
REPEATED = "repeated_row"


@dataclass(frozen=True)
class Quarantined:
    """A row that did not land. `cells` is the row as it came; `troubles` are its column, code and reason."""

    sheet: str
    row: int
    household: str
    troubles: tuple[Trouble, ...]
    cells: tuple[str, ...]


@dataclass
class Landed:
    """The rows of one sheet that landed: `rows[i]` came from line `lines[i]`."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


Known = Callable[[str], bool]


def matched_columns(table: RawTable, sheet: Sheet) -> list[Column | None]:
    """Which column of the sheet each heading of the file is; unknown headings are None.

    Raises:
        PolicyError: `columns`, when a required column is missing or one comes twice.
    """
    known = sheet.by_heading()
    found = [known.get(heading) for heading in table.heading]
    present = [column for column in found if column is not None]
    missing = [column.heading for column in sheet.columns if column.required and column not in present]
    if missing:
        raise PolicyError(
            "columns",
            what=f"“{sheet.title}”表缺少必填列：{'、'.join(missing)}",
            where=str(table.path),
            todo="用 anmin template 取得模板，列名保持不变",
        )
    twice = {column.heading for column in present if present.count(column) > 1}
    if twice:
        raise PolicyError(
            "columns", what=f"列重复出现：{'、'.join(twice)}", where=str(table.path), todo="删去重复的列"
        )
    return found


def unknown_headings(table: RawTable, sheet: Sheet) -> list[str]:
    """Headings that no fact has: they are not read, and the report says so."""
    known = sheet.by_heading()
    return [heading for heading in table.heading if heading and heading not in known]


def checked_rows(
    table: RawTable, sheet: Sheet, on: date, is_known_division: Known
) -> Iterator[tuple[int, dict[str, Any] | Quarantined]]:
    """Each data row of a file as values, or as quarantined."""
    columns = matched_columns(table, sheet)
    for number, cells in table.numbered():
        values: dict[str, Any] = {}
        troubles: list[Trouble] = []
        for position, column in enumerate(columns):
            if column is None:
                continue
            cell = cells[position] if position < len(cells) else ""
            try:
                _read(column, cell, values, on, is_known_division)
            except Trouble as trouble:
                troubles.append(trouble)
        if len(cells) > len(columns) and any(text_of(cell) for cell in cells[len(columns) :]):
            troubles.append(Trouble("extra_cells", "", "这一行的格数比表头多，可能有多余的逗号"))
        if troubles:
            shown = tuple(text_of(cell) for cell in cells)
            key = _key_of(columns, cells)
            yield number, Quarantined(sheet.name, number, key, tuple(troubles), shown)
        else:
            yield number, values


def _key_of(columns: list[Column | None], cells: list[Any]) -> str:
    for column, cell in zip(columns, cells, strict=False):
        if column is not None and column.name == "household":
            return text_of(cell).upper()[:KEY_LENGTH]
    return ""


def _read(column: Column, cell: Any, values: dict[str, Any], on: date, is_known_division: Known) -> None:
    if column.form == "number":
        number = number_of(cell, column)
        if number is None and column.required:
            raise Trouble("missing", column.heading, "必填，没有填写")
        if number is not None:
            values[column.name] = number
        return
    text = text_of(cell)
    if text == "":
        raise Trouble("missing", column.heading, "必填，没有填写")
    if column.form == "identity":
        _identity(column, text, values, on)
    elif column.form == "name":
        try:
            values["name"] = parse_name(text)
        except NameProblem as problem:
            raise Trouble("bad_name", column.heading, str(problem)) from None
    elif column.form == "division":
        values["division"] = _division(column, text, is_known_division)
    else:
        if len(text) > KEY_LENGTH:
            raise Trouble("too_long", column.heading, f"编号超过 {KEY_LENGTH} 个字")
        values[column.name] = text.upper()


def _identity(column: Column, text: str, values: dict[str, Any], on: date) -> None:
    try:
        found = parse_identity(text, on=on)
    except IdentifierProblem as problem:
        raise Trouble(problem.code, column.heading, problem.message) from None
    values["identity"] = found.text
    day = found.birth_day
    values["birth_day"] = day.year * 10_000 + day.month * 100 + day.day
    values["sex"] = int(found.sex)


def _division(column: Column, text: str, is_known: Known) -> str:
    try:
        code = canonical(text)
    except ValueError as trouble:
        raise Trouble("bad_division", column.heading, str(trouble)) from None
    if level_of(code).value < DivisionLevel.COUNTY.value:
        raise Trouble("bad_division", column.heading, f"“{text}”不到县级，请写县、乡镇或村的代码")
    if not is_known(code):
        raise Trouble("unknown_division", column.heading, f"没有代码为“{text}”的行政区划")
    return code


def cross_check(
    households: Landed, persons: Landed, lost: list[Quarantined]
) -> tuple[Landed, Landed, list[Quarantined], dict[str, str]]:
    """Checks between rows: repeated households and identities, persons without a household, empty households.

    Returns what remains, the rows quarantined here, and the households that are held with the reason. A row
    repeated to the letter is quarantined too, but holds nobody.
    """
    caught: list[Quarantined] = []
    homes = _unique(households, "household", "duplicate_household", "户编号", caught, "households")
    people = _unique(persons, "identity", "duplicate_identity", "证件号码", caught, "persons")
    known = {row["household"] for row in homes.rows}
    kept = Landed()
    for row, line in zip(people.rows, people.lines, strict=True):
        if row["household"] in known:
            kept.rows.append(row)
            kept.lines.append(line)
        else:
            lost_home = any(
                row["household"] == other.household and other.sheet == "households" for other in lost
            )
            reason = "所在家庭的行被隔离" if lost_home else "家庭表里没有这个户编号"
            caught.append(_caught("persons", line, row, Trouble("no_household", "户编号", reason)))
    peopled = {row["household"] for row in kept.rows}
    held: dict[str, str] = {}
    for other in [*lost, *caught]:
        harmless = other.troubles[0].code == REPEATED
        if other.sheet == "persons" and other.household in known and not harmless:
            held.setdefault(other.household, f"人员表第 {other.row} 行未导入：{other.troubles[0].reason}")
    full = Landed()
    for row, line in zip(homes.rows, homes.lines, strict=True):
        if row["household"] in peopled or row["household"] in held:
            full.rows.append(row)
            full.lines.append(line)
        else:
            caught.append(
                _caught("households", line, row, Trouble("no_members", "户编号", "人员表里没有这一户的成员"))
            )
    return full, kept, caught, held


def _unique(
    landed: Landed, name: str, code: str, heading: str, caught: list[Quarantined], sheet: str
) -> Landed:
    first: dict[str, tuple[int, dict[str, Any]]] = {}
    result = Landed()
    for row, line in zip(landed.rows, landed.lines, strict=True):
        before = first.get(row[name])
        if before is None:
            first[row[name]] = (line, row)
            result.rows.append(row)
            result.lines.append(line)
        elif before[1] == row:
            caught.append(
                _caught(sheet, line, row, Trouble(REPEATED, heading, f"与第 {before[0]} 行完全相同"))
            )
        else:
            caught.append(
                _caught(sheet, line, row, Trouble(code, heading, f"与第 {before[0]} 行重复而内容不同"))
            )
    return result


def _caught(sheet: str, line: int, row: dict[str, Any], trouble: Trouble) -> Quarantined:
    return Quarantined(
        sheet, line, str(row["household"]), (trouble,), tuple(str(value) for value in row.values())
    )
