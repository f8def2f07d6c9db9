"""Tables of persons on disk (比对文件): CSV and Parquet in, with the headings that departments use; proposals out."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from anmin.kernel.people.matching.engine import Matching
from anmin.kernel.people.matching.evidence import lines, summary
from anmin.kernel.people.matching.preparing import COLUMNS, MatchingRefused

HEADINGS = {
    "key": ("编号", "序号", "记录编号", "人员编号", "id", "key", "rec_id"),
    "name": ("姓名", "名字", "人员姓名", "name"),
    "number": (
        "身份证号",
        "身份证号码",
        "证件号码",
        "证件号",
        "公民身份号码",
        "身份证",
        "number",
        "id_number",
    ),
    "birth_day": ("出生日期", "出生年月日", "出生年月", "生日", "birth_day", "birthday"),
    "sex": ("性别", "sex"),
    "division": ("区划代码", "行政区划代码", "村居代码", "division"),
    "address": ("住址", "地址", "家庭住址", "现住址", "居住地址", "address"),
    "phone": ("电话", "手机", "手机号", "手机号码", "联系电话", "phone"),
    "former": ("曾用名", "former"),
}
ENCODINGS = ("utf-8-sig", "gb18030")
OUT = ("左编号", "右编号", "步骤", "结论", "说明", "可能性", "依据")


def read_persons(path: Path) -> pa.Table:
    """A table with the columns of `preparing.COLUMNS` that the file has; without a key column rows are numbered.

    Raises:
        MatchingRefused: `match_file` when it cannot be read, `match_columns` when a name or number column is missing.
    """
    try:
        table = pq.read_table(path) if path.suffix.lower() == ".parquet" else _csv(path)
    except (OSError, pa.ArrowInvalid, UnicodeDecodeError, csv.Error) as trouble:
        raise MatchingRefused(
            "match_file",
            f"文件“{path.name}”读不出来：{_first_line(trouble)}。请确认是 CSV 或 Parquet 文件，并且没有损坏",
        ) from trouble
    known = {heading.lower(): column for column, headings in HEADINGS.items() for heading in headings}
    found: dict[str, pa.ChunkedArray] = {}
    for heading in table.column_names:
        column = known.get(heading.strip().lower())
        if column and column not in found:
            found[column] = table[heading].cast(pa.string())
    if not {"name", "number"} & set(found):
        raise MatchingRefused(
            "match_columns",
            f"文件“{path.name}”里没有“姓名”或“身份证号”列，第一行应是列名；现有列：{'、'.join(table.column_names)}",
        )
    if "key" not in found:
        found["key"] = pa.chunked_array([pa.array([str(row) for row in range(2, len(table) + 2)])])
    return pa.table({column: found[column] for column in COLUMNS if column in found})


def write_proposals(path: Path, found: Matching, left: pa.Table, right: pa.Table) -> None:
    """One row a proposed pair; the words of the evidence for what a clerk has to look at, without personal data."""
    rows = found.pairs.to_pylist()
    texts = {
        "左编号": [row["left_key"] for row in rows],
        "右编号": [row["right_key"] for row in rows],
        "步骤": [row["step"] for row in rows],
        "结论": ["建议关联（把握大）" if row["verdict"] == "safe" else "需人工核对" for row in rows],
        "说明": [summary(row) for row in rows],
        "可能性": [row["probability"] for row in rows],
        "依据": [
            "；".join(f"{line.title}{line.text}" for line in lines(row) if line.code != "unknown")
            for row in rows
        ],
    }
    table = pa.table(texts)
    half = path.with_name(path.name + ".part")
    try:
        if path.suffix.lower() == ".parquet":
            pq.write_table(table, half)
        else:
            with half.open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(OUT)
                writer.writerows(zip(*texts.values(), strict=True))
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def _csv(path: Path) -> pa.Table:
    data = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            if encoding == ENCODINGS[-1]:
                raise
    headings = next(csv.reader(io.StringIO(text[:100_000])), [])
    return pacsv.read_csv(
        io.BytesIO(text.encode()),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(headings, pa.string()), strings_can_be_null=False
        ),
        parse_options=pacsv.ParseOptions(newlines_in_values=True),
    )


def _first_line(trouble: Exception) -> str:
    return str(trouble).splitlines()[0][:200] if str(trouble) else type(trouble).__name__
