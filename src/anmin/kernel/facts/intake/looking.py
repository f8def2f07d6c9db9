"""Files looked through before they are opened: what they really are, whether they would burst, where formulas stand.

The reader of workbooks shows what a formula last came to and lays a sheet out as a full rectangle; so formulas and
far-away cells are found here, in the XML itself, piece by piece and without ever unfolding an entity.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from anmin.policy.errors import PolicyError

LARGEST_UNPACKED = 512 * 1024**2
"""A workbook that unpacks to more is refused before it is opened."""
MOST_CELLS = 20_000_000
"""A sheet that spans more cells, most of them empty, would take the machine's memory."""
BLOCK = 1 << 16
CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
KINDS = (
    (b"PK\x03\x04", "Excel（.xlsx）", (".xlsx", ".xlsm")),
    (b"\xd0\xcf\x11\xe0", "旧版 Excel（.xls）", (".xls",)),
    (b"PAR1", "Parquet", (".parquet",)),
    (b"%PDF", "PDF", ()),
    (b"\x1f\x8b", "gzip 压缩", ()),
    (b"Rar!", "RAR 压缩", ()),
    (b"7z\xbc\xaf", "7z 压缩", ()),
)
WORKBOOKS = (".xlsx", ".xlsm", ".xls")


def check_kind(path: Path) -> None:
    """Refuse a file whose beginning says it is another kind than its name; raises PolicyError `file`."""
    with path.open("rb") as file:
        start = file.read(8)
    suffix = path.suffix.lower()
    for mark, title, suffixes in KINDS:
        if start.startswith(mark) and suffix not in suffixes:
            raise PolicyError(
                "file",
                what=f"文件名是 {suffix or '（无后缀）'}，内容其实是 {title}",
                where=path.name,
                todo="按真实类型改后缀，或另存为 CSV、XLSX、Parquet 后再传",
            )
    own = [mark for mark, _, suffixes in KINDS if suffix in suffixes]
    if own and not any(start.startswith(mark) for mark in own):
        raise PolicyError(
            "file",
            what=f"打不开：内容不是 {suffix} 文件",
            where=path.name,
            todo="如果是文本，请把后缀改成 .csv；否则重新导出",
        )


@dataclass
class Seen:
    """What a sheet's XML shows: how far it reaches, and the cells (row, column; from 0) that hold formulas."""

    last_row: int = 0
    last_column: int = 0
    formulas: set[tuple[int, int]] = field(default_factory=set)


def look_through(path: Path) -> dict[str, Seen]:
    """What stands in each sheet of a workbook, by its title.

    Raises:
        PolicyError: `file`, for a workbook that would burst, declares entities, or is broken.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            if size > LARGEST_UNPACKED:
                raise PolicyError(
                    "file",
                    what=f"Excel 解压后超过 {LARGEST_UNPACKED // 1024**2} MB，拒绝打开",
                    where=path.name,
                    todo="请改用 CSV 或拆分文件",
                )
            names = {entry.filename for entry in archive.infolist()}
            for name in sorted(names):
                if name.endswith((".xml", ".rels")) and not name.startswith("xl/worksheets/"):
                    _parsed(archive, name, path, lambda tag, attributes: None)
            return {
                title: _sheet(archive, place, path)
                for title, place in _sheets(archive, path).items()
                if place in names
            }
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, NotImplementedError, RuntimeError) as trouble:
        raise PolicyError(
            "file", what=f"Excel 文件打不开：{trouble}", where=path.name, todo="用表格软件打开并另存一次"
        ) from trouble


def _sheets(archive: zipfile.ZipFile, path: Path) -> dict[str, str]:
    """Where each sheet lies in the archive, by its title."""
    targets: dict[str, str] = {}
    found: dict[str, str] = {}

    def link(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            target = attributes.get("Target", "")
            targets[attributes.get("Id", "")] = (
                target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            )

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            place = next((value for name, value in attributes.items() if name.split(":")[-1] == "id"), "")
            found[attributes.get("name", "")] = targets.get(place, "")

    try:
        _parsed(archive, "xl/_rels/workbook.xml.rels", path, link)
        _parsed(archive, "xl/workbook.xml", path, sheet)
    except KeyError:
        return {}
    return found


def _sheet(archive: zipfile.ZipFile, place: str, path: Path) -> Seen:
    seen, here = Seen(), [0, -1]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            here[:] = [int(attributes.get("r", here[0] + 1)), -1]
        elif tag == "c":
            match = CELL.fullmatch(attributes.get("r", ""))
            if match is not None:
                here[:] = [int(match[2]), _column(match[1])]
            else:
                here[1] += 1
            seen.last_row, seen.last_column = max(seen.last_row, here[0]), max(seen.last_column, here[1] + 1)
            if seen.last_row * seen.last_column > MOST_CELLS:
                raise PolicyError(
                    "file",
                    what=f"工作表跨 {seen.last_row} 行 {seen.last_column} 列，大得不合理",
                    where=path.name,
                    todo="删去数据区以外的内容再传，或改用 CSV",
                )
        elif tag == "f":
            seen.formulas.add((here[0] - 1, here[1]))

    _parsed(archive, place, path, start)
    return seen


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _parsed(archive: zipfile.ZipFile, name: str, path: Path, start: object) -> None:
    """Go through one part of the archive; a document type is refused, because entities are declared there."""
    parser = expat.ParserCreate()

    def refuse(*declared: object) -> None:
        raise PolicyError(
            "file",
            what="Excel 里有自定义实体（可能是攻击文件），拒绝打开",
            where=path.name,
            todo="请来源单位用表格软件重新导出",
        )

    def bare(tag: str, attributes: dict[str, str]) -> None:
        start(tag.split(":")[-1], attributes)  # type: ignore[operator]

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = bare
    unpacked = 0
    try:
        with archive.open(name) as file:
            while block := file.read(BLOCK):
                unpacked += len(block)
                if unpacked > LARGEST_UNPACKED:
                    raise PolicyError(
                        "file", what="Excel 解压后过大，拒绝打开", where=path.name, todo="请改用 CSV"
                    )
                parser.Parse(block)
            parser.Parse(b"", True)
    except (expat.ExpatError, ValueError) as trouble:
        raise PolicyError(
            "file", what=f"Excel 文件打不开：{trouble}", where=path.name, todo="用表格软件打开并另存一次"
        ) from trouble
