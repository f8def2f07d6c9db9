"""A department's file against its schema: drift refuses it whole, a bad row is quarantined alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import structlog

from anmin.kernel.facts.intake.cells import Trouble, number_of, text_of
from anmin.kernel.facts.intake.looking import LARGEST_UNPACKED, check_kind
from anmin.kernel.facts.intake.reading import LARGEST_CELL, RawTable, read_table
from anmin.kernel.facts.sources.catalogue import Source, SourceColumn
from anmin.kernel.keys.queries import blind_index
from anmin.lib.calendar import add_months
from anmin.lib.identifiers import IdentifierProblem, parse_identity
from anmin.lib.names import NameProblem, parse_name
from anmin.policy.errors import PolicyError
from anmin.policy.facts import FactCatalogue

log = structlog.get_logger(__name__)

PERIODS = {
    "weekly": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "monthly": re.compile(r"\d{4}-\d{2}"),
    "quarterly": re.compile(r"\d{4}Q[1-4]"),
    "half_yearly": re.compile(r"\d{4}H[12]"),
    "yearly": re.compile(r"\d{4}"),
    "on_request": re.compile(r"\d{4}-\d{2}-\d{2}"),
}
PARQUET_ROWS = 10_000
UNFORESEEN: tuple[type[Exception], ...] = (Exception,)
"""What a row may break the reader with without stopping the others."""
LONGEST_TEXT, KEPT = 200, 2_000
"""Letters that a cell of a department's file may hold; nothing in the catalogue needs more."""
SAMPLE, RETYPED = 200, 0.5
"""A column in which more than half of the first two hundred cells cannot be read is of another type."""
PERIOD_HEADINGS, DIVISION_HEADINGS = {"期间", "所属期", "period"}, {"区划代码", "行政区划代码", "division"}


@dataclass(frozen=True)
class Row:
    """A row that can land: the blind key of its person, a print of the name, and its values."""

    number: int
    person: bytes
    name: bytes
    values: dict[str, Any]


@dataclass(frozen=True)
class Bad:
    """A row that cannot, as it came."""

    number: int
    trouble: Trouble
    cells: list[str]


def last_day_of(period: str, frequency: str, on: date) -> date:
    """The last day of a period.

    Raises:
        PolicyError: `period`, when it is not written as the source's frequency asks, or lies ahead.
    """
    if not PERIODS[frequency].fullmatch(period):
        raise PolicyError(
            "period", what=f"期间“{period}”写法不对", todo=f"这个来源应写成如 {_example(frequency)}"
        )
    try:
        found = _last_day(period)
    except ValueError:
        raise PolicyError(
            "period", what=f"期间“{period}”不存在", todo=f"应写成如 {_example(frequency)}"
        ) from None
    if found > on and _first_day(period) > on:
        raise PolicyError("period", what=f"期间“{period}”还没有到", todo="核对期间，或等到期后再报送")
    return found


def _first_day(period: str) -> date:
    year = int(period[:4])
    if len(period) == 10:
        return date.fromisoformat(period)
    if "Q" in period:
        return date(year, int(period[-1]) * 3 - 2, 1)
    if "H" in period:
        return date(year, int(period[-1]) * 6 - 5, 1)
    return date(year, int(period[5:7]), 1) if len(period) == 7 else date(year, 1, 1)


def _last_day(period: str) -> date:
    first = _first_day(period)
    months = (
        0
        if len(period) == 10
        else 3
        if "Q" in period
        else 6
        if "H" in period
        else 1
        if len(period) == 7
        else 12
    )
    return first if not months else date.fromordinal(add_months(first, months).toordinal() - 1)


def _example(frequency: str) -> str:
    return {"monthly": "2026-10", "quarterly": "2026Q3", "half_yearly": "2026H1", "yearly": "2025"}.get(
        frequency, "2026-10-31"
    )


def opened(path: Path, source: Source) -> RawTable:
    """A file of any of the three forms as rows; raises PolicyError `file`."""
    if path.suffix.lower() == ".parquet":
        return _parquet(path, source)
    return read_table(path, source.title)


def _parquet(path: Path, source: Source) -> RawTable:
    check_kind(path)
    try:
        file = pq.ParquetFile(path)
        packed = [file.metadata.row_group(at).total_byte_size for at in range(file.metadata.num_row_groups)]
    except (pa.ArrowException, OSError) as trouble:
        raise _broken(path, trouble) from trouble
    if max(packed, default=0) > LARGEST_UNPACKED:
        raise PolicyError(
            "file",
            what="Parquet 的一个行组解开后过大，拒绝打开",
            where=path.name,
            todo="请按 10 万行一组导出",
        )
    wanted = {column.title: column for column in source.columns} | {
        column.name: column for column in source.columns
    }
    for field in file.schema_arrow:
        column = wanted.get(field.name)
        if column is None:
            continue
        is_other = pa.types.is_nested(field.type) or (
            column.form in ("money", "whole") and not _is_number(field.type)
        )
        if is_other:
            raise PolicyError(
                "retyped",
                what=f"列“{column.title}”的类型变了：应为{'数值' if column.form in ('money', 'whole') else '单个值'}，"
                f"现在是 {field.type}",
                where=path.name,
                todo="按目录里的格式重新导出",
            )
    heading = [wanted[name].title if name in wanted else name for name in file.schema_arrow.names]
    texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
    return RawTable(path, heading, 1, _parquet_rows(path, texts))


def _parquet_rows(path: Path, texts: list[str]) -> Iterator[list[Any]]:
    """Row by row; texts stay packed until it is known that none of them is huge."""
    try:
        for batch in pq.ParquetFile(path, read_dictionary=texts).iter_batches(PARQUET_ROWS):
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                words = column.dictionary if pa.types.is_dictionary(column.type) else column
                longest = pc.max(pc.binary_length(words)).as_py() if _is_text(words.type) else 0
                if (longest or 0) > LARGEST_CELL * 4:
                    raise PolicyError(
                        "file",
                        what=f"列“{name}”里有一格过长",
                        where=path.name,
                        todo="核对这一列的内容后重新导出",
                    )
            yield from (
                list(row) for row in zip(*[column.to_pylist() for column in batch.columns], strict=True)
            )
    except (pa.ArrowException, OSError, UnicodeDecodeError) as trouble:
        raise _broken(path, trouble) from trouble


def _broken(path: Path, trouble: Exception) -> PolicyError:
    return PolicyError(
        "file", what=f"Parquet 文件打不开：{str(trouble)[:200]}", where=path.name, todo="重新导出后再传"
    )


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


def _is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_null(kind)
    )


def check_heading(table: RawTable, source: Source) -> None:
    """Refuse a file whose columns are not those of the catalogue; every difference is named."""
    wanted = [column.title for column in source.columns]
    extra_allowed = PERIOD_HEADINGS | DIVISION_HEADINGS
    missing = [title for title in wanted if title not in table.heading]
    extra = [title for title in table.heading if title and title not in wanted and title not in extra_allowed]
    twice = sorted({title for title in table.heading if title and table.heading.count(title) > 1})
    said = []
    if missing:
        said.append(f"缺少列：{'、'.join(missing)}")
    if extra:
        said.append(f"多出列：{'、'.join(extra)}")
    if twice:
        said.append(f"列重复：{'、'.join(twice)}")
    if said:
        hint = "，可能是改了列名" if missing and extra else ""
        raise PolicyError(
            "schema_drift",
            what=f"列与目录不一致{hint}：{'；'.join(said)}",
            where=table.path.name,
            todo="按来源目录的列名重新导出；确有变化请先与民政约定并更新目录",
        )


def checked(
    table: RawTable, source: Source, facts: FactCatalogue, *, period: str, city: str, on: date
) -> Iterator[Row | Bad]:
    """Each row as one that can land or one that cannot.

    Raises:
        PolicyError: `schema_drift`, `retyped`, `period` or `division`, when the file as a whole is another one.
    """
    check_heading(table, source)
    place = {title: at for at, title in enumerate(table.heading)}
    columns = [(column, place[column.title]) for column in source.columns]
    period_at = next((place[title] for title in PERIOD_HEADINGS if title in place), None)
    division_at = next((place[title] for title in DIVISION_HEADINGS if title in place), None)
    bad_in: dict[str, int] = {}
    seen = 0
    waiting: list[Row | Bad] = []
    for number, cells in table.numbered():
        if period_at is not None and text_of(_cell(cells, period_at)) not in ("", period):
            raise PolicyError(
                "period",
                what=f"第 {number} 行的期间是“{text_of(_cell(cells, period_at))}”，不是 {period}",
                where=table.path.name,
                todo="核对是不是传错了期间的文件",
            )
        if division_at is not None and city:
            code = text_of(_cell(cells, division_at))
            if code and not code.startswith(city.rstrip("0")[:4].ljust(4, "0")):
                raise PolicyError(
                    "division",
                    what=f"第 {number} 行的区划 {code} 不在 {city} 范围内",
                    where=table.path.name,
                    todo="核对是不是传错了地方的文件",
                )
        found = _row(number, cells, columns, len(table.heading), facts, on)
        seen += 1
        if isinstance(found, Bad):
            bad_in[found.trouble.column] = bad_in.get(found.trouble.column, 0) + 1
        if seen <= SAMPLE:
            waiting.append(found)
            if seen == SAMPLE:
                _check_types(bad_in, seen, table)
                yield from waiting
                waiting = []
            continue
        yield found
    if waiting:
        if seen >= 20:
            _check_types(bad_in, seen, table)
        yield from waiting


def _check_types(bad_in: dict[str, int], seen: int, table: RawTable) -> None:
    for column, count in bad_in.items():
        if count > seen * RETYPED:
            raise PolicyError(
                "retyped",
                what=f"列“{column}”前 {seen} 行有 {count} 行读不出来，像是换了内容或类型",
                where=table.path.name,
                todo="核对这一列是否错位，改好后整个文件重传",
            )


def _cell(cells: list[Any], at: int) -> Any:
    return cells[at] if at < len(cells) else ""


def _row(
    number: int,
    cells: list[Any],
    columns: list[tuple[SourceColumn, int]],
    width: int,
    facts: FactCatalogue,
    on: date,
) -> Row | Bad:
    values: dict[str, Any] = {}
    person = name = b""
    column = columns[0][0]
    try:
        if len(cells) > width and any(text_of(cell) for cell in cells[width:]):
            raise Trouble("extra_cells", "", "这一行的格数比表头多，可能有多余的逗号")
        for column, at in columns:
            cell = _cell(cells, at)
            if isinstance(cell, str) and len(cell) > LONGEST_TEXT:
                raise Trouble("too_long", column.title, f"这一格有 {len(cell)} 个字，最多 {LONGEST_TEXT} 个")
            if isinstance(cell, str) and cell.lstrip().startswith("="):
                raise Trouble("formula", column.title, "单元格里是公式，请粘贴为数值")
            if column.form == "identity":
                person = _identity(column, text_of(cell), on)
            elif column.form == "name":
                name = _name(column, text_of(cell))
            elif column.form == "text":
                values[column.name] = text_of(cell)[:100] or None
            else:
                value = number_of(cell, column.as_column(facts))
                if value is None and column.required:
                    raise Trouble("missing", column.title, "必填，没有填写")
                values[column.name] = value
    except Trouble as trouble:
        return Bad(number, trouble, [_kept(cell) for cell in cells])
    except UNFORESEEN as surprise:
        log.error("batch.row_unforeseen", row=number, kind=type(surprise).__name__)
        reason = f"这一行读不出来（{type(surprise).__name__}），请把这一行发给系统维护人员"
        return Bad(number, Trouble("unforeseen", column.title, reason), [_kept(cell) for cell in cells])
    return Row(number, person, name, values)


def _kept(cell: Any) -> str:
    """A cell as the quarantine keeps it; of a huge one the beginning, for nobody corrects it by hand."""
    text = "" if cell is None else str(cell)
    return text if len(text) <= KEPT else f"{text[:KEPT]}…（共 {len(text)} 字）"


def _identity(column: SourceColumn, text: str, on: date) -> bytes:
    if not text:
        raise Trouble("missing", column.title, "必填，没有填写")
    try:
        return blind_index("resident", parse_identity(text, on=on).text)
    except IdentifierProblem as problem:
        raise Trouble(problem.code, column.title, problem.message) from None


def _name(column: SourceColumn, text: str) -> bytes:
    if not text:
        raise Trouble("missing", column.title, "必填，没有填写")
    try:
        return blind_index("name", parse_name(text))[:8]
    except NameProblem as problem:
        raise Trouble("bad_name", column.title, str(problem)) from None
