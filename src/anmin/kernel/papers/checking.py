"""Data of a paper checked against its kind (核对数据): what is missing or misspelt is named, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from anmin.kernel.papers import data as shapes
from anmin.kernel.papers import entrysheets, paysheets
from anmin.kernel.papers.kinds import PaperKind
from anmin.kernel.papers.words import PaperProblem, as_data
from anmin.lib.names import has_private_use

SHAPES = (shapes, paysheets, entrysheets)
"""Where the classes of data stand."""
WORDS = {
    "missing": "缺少这一项",
    "unexpected_keyword_argument": "没有这个名称",
    "date_from_datetime_parsing": "不是日期",
}


def checked(kind: PaperKind, data: shapes.Paper | Mapping[str, Any]) -> dict[str, Any]:
    """Typed or plain data as JSON has it, complete and with no name too many.

    Raises:
        PaperProblem: naming every place that is wrong.
    """
    shape = shape_of(kind)
    if isinstance(data, shapes.Paper) and not isinstance(data, shape):
        raise PaperProblem(f"文书“{kind.name}”要用 {kind.holds} 的数据，给的是 {type(data).__name__}")
    plain = asdict(data) if isinstance(data, shapes.Paper) else dict(data)
    try:
        found = as_data(_adapter(kind.holds).validate_python(plain))
    except ValidationError as trouble:
        listed = "；".join(
            f"{'.'.join(str(part) for part in row['loc'])}：{WORDS.get(row['type'], row['msg'])}"
            for row in trouble.errors()[:10]
        )
        raise PaperProblem(f"文书“{kind.name}”的数据不对：{listed}") from trouble
    for text in _texts(found):
        if has_private_use(text):
            raise PaperProblem(f"“{text[:40]}”里有旧系统的自造字，打印出来认不得，请按证件改为标准字")
    assert isinstance(found, dict)
    return found


def shape_of(kind: PaperKind) -> type[shapes.Paper]:
    """The class of a kind's data.

    Raises:
        PaperProblem: when the declaration names none that there is.
    """
    found = _named(kind.holds)
    if not (isinstance(found, type) and issubclass(found, shapes.Paper)):
        raise PaperProblem(f"文书“{kind.name}”声明的数据 {kind.holds} 不存在")
    return found


@lru_cache(maxsize=50)
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_named(name))


def _named(name: str) -> Any:
    return next((found for one in SHAPES if (found := getattr(one, name, None)) is not None), None)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    rows = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else []
    return [text for one in rows for text in _texts(one)]
