"""A list of running benefits as rows (转入清单的读取): every row is read or comes back with column, code and reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from anmin.kernel.cases.takeover.columns import CLASSES, MONTHLY, WAYS, YEARLY, benefits, sheet
from anmin.kernel.facts.intake.cells import Trouble, number_of, text_of
from anmin.kernel.facts.intake.reading import read_table
from anmin.kernel.facts.intake.sheets import Column
from anmin.kernel.payments.payees.actions import NewAccount
from anmin.lib.calendar import add_months
from anmin.lib.cards import account_number, card_number
from anmin.lib.identifiers import IdentifierProblem, parse_identity
from anmin.policy.errors import PolicyError
from anmin.policy.vocabulary import MONTHS

ADDED = ("行号", "原因")
"""Columns that a file of rejected rows has beside those of the list; they are read over."""
MONTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})月?")
FIRST_DAY = date(1990, 1, 1)
"""Nothing of today was decided before."""
OLDEST_PAID = 6
"""Months that the last payment may lie back: what has not been paid for longer may have been stopped."""
LATEST_REVIEW = 36
PERIODS = {words: one for one in (MONTHLY, YEARLY) for words in (one, f"按{one}", f"每{one}")}
LONGEST = {"old_number": 39, "office": 80, "home": 50, "bank": 40, "holder": 50}


@dataclass(frozen=True)
class Given:
    """A row that could be read. `cells` are the list's columns as they came; days are days, `last_paid` a first of a month."""

    row: int
    cells: tuple[str, ...]
    identity: str
    name: str
    home: str
    benefit: str
    review_class: str
    fen: int
    since: date
    old_number: str
    old_on: date
    office: str
    review_asked: date | None
    last_paid: date
    account: NewAccount | None


@dataclass(frozen=True)
class Unread:
    """A row that comes back: its cells, and why, the first trouble first."""

    row: int
    cells: tuple[str, ...]
    troubles: tuple[Trouble, ...]


def rows_of(path: Path, on: date) -> Iterator[Given | Unread]:
    """The rows of a file in their order.

    Raises:
        PolicyError: `file` or `schema_drift`, when it is no list, or its columns are not those of the template.
    """
    table = read_table(path, sheet().title)
    known = sheet().by_heading()
    names = [known[head].name if head in known else "" for head in table.heading]
    strange = [
        head for head in table.heading if head and head not in known and head not in (*ADDED, "代码", "列")
    ]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    missing = [column.heading for column in sheet().columns if column.required and column.name not in names]
    if strange or twice or missing:
        said = [
            _("缺少列：%(c)s") % {"c": "、".join(missing)} if missing else "",
            _("不认识的列：%(c)s") % {"c": "、".join(strange)} if strange else "",
            _("列重复") if twice else "",
        ]
        raise PolicyError(
            "schema_drift",
            what="；".join(part for part in said if part),
            where=path.name,
            todo=_("请用“下载模板”里的表头"),
        )
    for number, cells in table.numbered():
        found = {name: cells[at] for at, name in enumerate(names) if name and at < len(cells)}
        if any(text_of(cell) for cell in found.values()):
            yield _row(number, found, on)


def texts_of(found: dict[str, Any]) -> tuple[str, ...]:
    """The cells of a row in the order of the template, as text that can be sent again."""
    return tuple(_text(found.get(column.name)) for column in sheet().columns)


def _text(cell: Any) -> str:
    if isinstance(cell, datetime | date):
        return f"{cell:%Y-%m-%d}"
    return text_of(cell)[:200]


def _row(number: int, found: dict[str, Any], on: date) -> Given | Unread:
    troubles: list[Trouble] = []
    read: dict[str, Any] = {}
    for column in sheet().columns:
        try:
            read[column.name] = _cell(column, found.get(column.name), on)
        except Trouble as trouble:
            troubles.append(trouble)
    if not troubles:
        try:
            return Given(row=number, cells=texts_of(found), **_whole({**read, "cells": found}, on))
        except Trouble as trouble:
            troubles.append(trouble)
    return Unread(number, texts_of(found), tuple(troubles))


def _cell(column: Column, cell: Any, on: date) -> Any:
    text = text_of(cell)
    if text.startswith("="):
        raise Trouble("formula", column.heading, "单元格里是公式，请粘贴为数值")
    if not text:
        if column.required:
            raise Trouble("missing", column.heading, "必填，没有填写")
        return None
    if len(text) > LONGEST.get(column.name, 200):
        raise Trouble("too_long", column.heading, f"最多 {LONGEST.get(column.name, 200)} 个字")
    match column.name:
        case "identity":
            try:
                return parse_identity(text, on=on).text
            except IdentifierProblem as problem:
                raise Trouble(problem.code, column.heading, problem.message) from None
        case "benefit":
            return _benefit(column, text)
        case "review_class":
            if text.upper() not in CLASSES:
                raise Trouble("unknown_code", column.heading, f"“{text}”应为 A、B 或 C")
            return text.upper()
        case "period":
            if text not in PERIODS:
                raise Trouble("unknown_code", column.heading, f"“{text}”应为“月”或“年”")
            return PERIODS[text]
        case "last_paid":
            return _month(column, cell, text)
        case "way":
            ways = {words: key for key, words in WAYS.items()} | {"社保卡": "social", "一卡通": "social"}
            if text not in ways:
                raise Trouble("unknown_code", column.heading, f"“{text}”应为 {'、'.join(WAYS.values())} 之一")
            return ways[text]
    if column.kind is None:
        return str(cell).strip() if isinstance(cell, str) else text
    value = number_of(cell, column)
    if column.name == "fen" or value is None:
        return value
    return date(value // 10_000, value // 100 % 100, value % 100)


def _benefit(column: Column, text: str) -> str:
    """A benefit by its title, however its brackets are typed, by its title without them, or by its key."""
    for key, row in benefits().items():
        if text in (key, text_of(row.title), row.title.split("（", 1)[0]):
            return key
    words = f"不认识“{text}”，或这项待遇不能转入；可以填：{'、'.join(column.choices)}"
    raise Trouble("unknown_benefit", column.heading, words)


def _month(column: Column, cell: Any, text: str) -> date:
    if isinstance(cell, datetime | date):
        return date(cell.year, cell.month, 1)
    found = MONTH.fullmatch(text) or re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月]\d{1,2}日?", text)
    try:
        if found is None:
            raise ValueError(text)
        return date(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise Trouble("bad_month", column.heading, f"“{text}”不是月份，请写成 2026-11") from None


def _whole(read: dict[str, Any], on: date) -> dict[str, Any]:
    """What the cells of a row say together.

    Raises:
        Trouble: for days that cannot be, an amount where none is paid, half an account.
    """
    known = benefits()[_by_period(read)]
    since, old_on, last_paid, review = (
        read["since"],
        read["old_on"],
        read["last_paid"],
        read["review_asked"],
    )
    if known.amount is None and read["fen"]:
        raise Trouble("pays_nothing", "金额（元）", f"“{known.title}”只认定身份、不发钱，金额请填 0")
    if known.amount is not None and not read["fen"]:
        raise Trouble("zero", "金额（元）", "金额是 0；已经停发的不要转入")
    for heading, day in (("享受起始日", since), ("原决定日期", old_on)):
        if not FIRST_DAY <= day <= on:
            raise Trouble("odd_day", heading, f"{day} 不合理：应在 {FIRST_DAY} 和今天之间")
    month = on.replace(day=1)
    if last_paid > add_months(month, 1):
        raise Trouble("odd_month", "已发至", f"{last_paid:%Y-%m} 还没有到，不可能已经发放")
    oldest = OLDEST_PAID + MONTHS if known.period == "year" else OLDEST_PAID
    if last_paid < add_months(month, -oldest):
        words = f"{last_paid:%Y-%m} 以后没有发过，超过 {oldest} 个月；请核实是否已停发，没有停的请补发后再转"
        raise Trouble("long_unpaid", "已发至", words)
    if last_paid < add_months(since.replace(day=1), -1):
        raise Trouble("odd_month", "已发至", f"早于享受起始日 {since} 的上一个月")
    if review is not None and not since <= review <= add_months(on, LATEST_REVIEW):
        raise Trouble("odd_day", "下次复核日", f"{review} 不合理：应在起始日之后、三年以内")
    return {
        "identity": read["identity"],
        "name": read["name"],
        "home": read["home"] or "",
        "benefit": known.key,
        "review_class": read["review_class"] or CLASSES[0],
        "fen": read["fen"],
        "since": since,
        "old_number": read["old_number"],
        "old_on": old_on,
        "office": read["office"],
        "review_asked": review,
        "last_paid": last_paid,
        "account": _account(read),
    }


def _by_period(read: dict[str, Any]) -> str:
    """The benefit that a row means: of two with one short title, the one that is paid as the row says.

    Raises:
        Trouble: where a benefit is paid by the other period.
    """
    known, by_year = benefits()[read["benefit"]], read["period"] == YEARLY
    if known.amount is None or (known.period == "year") == by_year:
        return known.key
    short, period = text_of(read["cells"].get("benefit")), "year" if by_year else "month"
    for key, row in benefits().items():
        if row.period == period and row.title != short and row.title.split("（", 1)[0] == short:
            return key
    right = YEARLY if known.period == "year" else MONTHLY
    raise Trouble("period", "发放周期", f"“{known.title}”按{right}发放，请填“{right}”，金额也是一{right}的")


def _account(read: dict[str, Any]) -> NewAccount | None:
    """The account of a row, with the check digit of a card."""
    way, bank, number = read["way"], read["bank"], read["account"]
    if way == "cash":
        if number:
            raise Trouble("account_half", "账号", "现金发放的不填账号")
        return NewAccount("cash", holder=read["holder"] or "")
    if not number:
        if bank or way:
            raise Trouble("account_half", "账号", "填了银行或账户类型，没有填账号")
        return None
    if not bank:
        raise Trouble("account_half", "开户银行", "填了账号，没有填开户银行")
    way = way or "social"
    digits = account_number(number) if way == "book" else card_number(number)
    if digits is None:
        words = "应为 8 至 30 位数字，卡号还要通过校验位核对，请核对是否抄错"
        raise Trouble("card_wrong", "账号", words)
    return NewAccount(way, bank, digits, read["holder"] or "")
