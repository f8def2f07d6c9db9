"""How papers write things (行文): days, money, ticks, boxes and citations, as filters of the text of templates.

Texts are Jinja in a sandbox; what comes out of data is never read as a template again, nor as markup.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from anmin.kernel.law.citations import UnknownCitation, resolve
from anmin.lib.money import format_yuan, in_characters
from anmin.policy.errors import PolicyError

TICKED, UNTICKED = "☑", "□"
BOXES = 18
UNSEEN = re.compile(
    "[\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]"
)
"""Controls, zero widths and marks that turn the direction: they print nothing, and could make a name read otherwise."""


class PaperProblem(PolicyError):
    """A paper cannot be made; the message says which, what is wrong, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__("paper", what=message)


def printable(text: str) -> str:
    """A text without what prints nothing. Tabs and line ends stay as blanks and line ends."""
    return UNSEEN.sub("", text.replace("\r\n", "\n").replace("\t", " "))


def as_data(value: Any) -> Any:
    """Typed paper data as JSON has it, properties included, texts cleaned."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [row.name for row in dataclasses.fields(value)]
        names += [name for name in dir(type(value)) if isinstance(getattr(type(value), name), property)]
        return {name: as_data(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(name): as_data(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_data(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return printable(value) if isinstance(value, str) else value


def day(value: str | None, blank: str = "　　年　月　日") -> str:
    """2026年11月20日 for an ISO day; a blank to be filled in for none."""
    if not value:
        return blank
    one = date.fromisoformat(value[:10])
    return f"{one.year}年{one.month}月{one.day}日"


def month(value: str | None) -> str:
    """2026年12月 for an ISO day in it."""
    return day(value).rsplit("月", 1)[0] + "月" if value else "　　年　月"


def yuan(fen: int | None) -> str:
    """1,062.00 for fen; nothing for none."""
    return "" if fen is None else format_yuan(fen)


def money(fen: int) -> str:
    """1,062 for whole yuan, 1,062.50 otherwise: as one says it in a sentence."""
    return format_yuan(fen).removesuffix(".00")


def capital(fen: int | None) -> str:
    """壹仟零陆拾贰元整 for fen; nothing for none."""
    return "" if fen is None else in_characters(fen)


def cited(text: str) -> str:
    """Citations as a letter writes them; one whose number was not seen says so, what is not in the catalogue stays."""
    parts: list[str] = []
    last = ""
    for one in filter(None, (part.strip() for part in text.split("；"))):
        try:
            (found,) = resolve(one)
        except UnknownCitation:
            parts.append(one)
            last = ""
            continue
        words, name = found.in_words, found.instrument.key
        if name == last and found.article is not None:
            words = words[words.rindex("第") :]
        parts.append(words + ("" if found.verified else "（条号待核实）"))
        last = name
    return "、".join(parts)


def named(law: str) -> str:
    """《…》第…条 for the first of some citations, without its number: as a sentence says it. What is unknown stays."""
    first = law.split("；")[0].strip()
    try:
        (found,) = resolve(first)
    except UnknownCitation:
        return first
    words = found.in_words
    article = words[words.rindex("第") :] if found.article is not None else ""
    return f"《{found.instrument.title}》{article}{'' if found.verified else '（条号待核实）'}"


def ticked(chosen: Any, *options: str) -> str:
    """Every option with a box before it, the chosen ones ticked."""
    held = {chosen} if isinstance(chosen, str) else set(chosen or ())
    return "　".join(f"{TICKED if option in held else UNTICKED}{option}" for option in options)


def boxes(number: str | None) -> list[str]:
    """The characters of an identity number in eighteen boxes; a shorter number leaves the rest empty.

    Raises:
        PaperProblem: for more characters than boxes.
    """
    text = number or ""
    if len(text) > BOXES:
        raise PaperProblem(
            f"证件号码有 {len(text)} 位，放不进 {BOXES} 个格；请核对号码，其他证件写在“其他证件”栏"
        )
    return [*text, *[""] * (BOXES - len(text))]


def box(number: str | None, place: int) -> str:
    """One of the eighteen boxes, counted from 0."""
    return boxes(number)[place]


def numbered(values: list[str]) -> str:
    """Values one a line: 1. … 2. …"""
    return "\n".join(f"{at}. {value}" for at, value in enumerate(values, 1))


@lru_cache(maxsize=1)
def environment() -> SandboxedEnvironment:
    """The sandbox in which texts are filled; what is not there is an error, never silence."""
    found = SandboxedEnvironment(
        undefined=StrictUndefined, finalize=lambda value: "" if value is None else value
    )
    found.filters.update(
        day=day,
        month=month,
        yuan=yuan,
        money=money,
        capital=capital,
        cited=cited,
        ticked=ticked,
        box=box,
        numbered=numbered,
    )
    return found


@lru_cache(maxsize=2000)
def _template(text: str) -> Any:
    return environment().from_string(text)


def filled(text: str, data: Mapping[str, Any], where: str) -> str:
    """A text with data filled in.

    Raises:
        PaperProblem: naming where the template asks for what is not there or is written wrongly.
    """
    try:
        return str(_template(text).render(data))
    except PaperProblem:
        raise
    except (TemplateError, TypeError, ValueError, ArithmeticError) as trouble:
        raise PaperProblem(
            f"{where}：这一段填不出来：{text[:60]}（{trouble}）。请核对模板里的名称"
        ) from trouble


def value_of(expression: str, data: Mapping[str, Any], where: str) -> Any:
    """The value of an expression such as `members` or `remedy and amount`.

    Raises:
        PaperProblem: as `filled`.
    """
    try:
        return environment().compile_expression(expression, undefined_to_none=False)(**data)
    except (TemplateError, TypeError, ValueError) as trouble:
        raise PaperProblem(f"{where}：算不出 {expression}（{trouble}）。请核对模板里的名称") from trouble
