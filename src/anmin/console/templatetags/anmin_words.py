"""How values read on a page: money, counts, days, official terms, in the language of the reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anmin.console.places import place_name
from anmin.console.words import DOMAINS, is_chinese, term_of
from anmin.kernel.facts.sources.catalogue import sources
from anmin.kernel.partners.queries import shareable
from anmin.kernel.payments.banks.layouts import forms

register = template.Library()

FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000


@register.filter
def yuan(fen: int | None) -> str:
    """Fen as yuan: whole yuan without decimals, otherwise with two. None reads as a dash."""
    if fen is None:
        return "—"
    sign = "−" if fen < 0 else ""
    whole, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{sign}{whole:,}.{rest:02d}" if rest else f"{sign}{whole:,}"


@register.filter
def yuan_exact(fen: int | None) -> str:
    """Fen as yuan with two decimals always, for columns of money."""
    if fen is None:
        return "—"
    sign = "−" if fen < 0 else ""
    return f"{sign}{abs(fen) // FEN_PER_YUAN:,}.{abs(fen) % FEN_PER_YUAN:02d}"


@register.filter
def wan(fen: int | None) -> str:
    """Fen as ten thousand yuan (万元), two decimals; English pages show thousands of yuan instead."""
    if fen is None:
        return "—"
    unit = FEN_PER_WAN if is_chinese() else 1000 * FEN_PER_YUAN
    places = Decimal("0.01") if is_chinese() else Decimal("0.1")
    value = (Decimal(abs(fen)) / unit).quantize(places, ROUND_HALF_UP)
    return f"{'−' if fen < 0 else ''}{value:,}"


@register.filter
def signed_yuan(fen: int) -> str:
    """A change of money with its sign and a mark that needs no colour: ▲ more, ▼ less."""
    if fen == 0:
        return "0"
    return f"{'▲ +' if fen > 0 else '▼ −'}{yuan(abs(fen))}"


@register.filter
def signed_exact(fen: int) -> str:
    """A change of money with its sign and mark, two decimals always, for columns of money."""
    if fen == 0:
        return yuan_exact(0)
    return f"{'▲ +' if fen > 0 else '▼ −'}{yuan_exact(abs(fen))}"


@register.filter
def signed_wan(fen: int) -> str:
    """A change in the unit of `wan` with its sign and mark."""
    if fen == 0:
        return "0"
    return f"{'▲ +' if fen > 0 else '▼ −'}{wan(abs(fen))}"


@register.filter
def count(number: int | None) -> str:
    """A count with thousands separators; None reads as a dash."""
    return "—" if number is None else f"{number:,}"


@register.filter
def percent(part: int, whole: int) -> str:
    """A share in percent with one decimal; a dash where there is no whole."""
    if not whole:
        return "—"
    value = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{value}%"


@register.filter
def day(value: date | None) -> str:
    """A day as 2026-11-20."""
    return "—" if value is None else value.isoformat()


@register.filter
def moment(value: datetime | None) -> str:
    """A moment as 2026-11-20 09:30 in the time of the deployment."""
    if value is None:
        return "—"
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return local.strftime("%Y-%m-%d %H:%M")


@register.filter
def term(thing: Any) -> str:
    """The name of a rule, fact, rate, benefit or code: the official term, or its English on an English page."""
    return term_of(thing)


@register.filter
def said(text: str) -> str:
    """A word of the data that has a place in the catalogue (layers, code terms), in the reader's language."""
    return gettext(text) if text else ""


@register.filter
def lookup(mapping: Any, key: Any) -> Any:
    """A value of a mapping by a key that is itself a variable; None where there is none."""
    return mapping.get(key) if mapping else None


@register.filter
def short(text: str, length: int = 8) -> str:
    """The first characters of a fingerprint."""
    return text[:length] if text else "—"


@register.filter
def member(people: Sequence[str], position: int) -> str:
    """The shown name of a household member."""
    return people[position] if 0 <= position < len(people) else str(position + 1)


@register.filter
def since(value: date | None) -> str:
    """The first day of a span; a scenario's or an ancient one reads as always."""
    return "—" if value is None else gettext("一直有效") if value.year <= 1900 else value.isoformat()


@register.filter
def domain(key: str) -> str:
    """The name of a line of business."""
    return gettext(DOMAINS[key]) if key in DOMAINS else key


@register.filter
def place(code: str) -> str:
    """The name of a division today."""
    return place_name(code)


READ_WORDS = {
    "list": _("出现在名单里"),
    "page": _("打开个人页面"),
    "household": _("打开家庭页面"),
    "why": _("查看测算原因"),
    "phone": _("完整电话"),
    "api": _("部门接口"),
    "households": _("出现在住户名单里"),
    "print": _("打印计算说明"),
    "file": _("导出计算说明"),
    "told": _("应要求告知本人"),
    "cases": _("出现在办件名单里"),
    "case": _("打开办件"),
    "cases_file": _("导出办件名单"),
    "alerts_file": _("导出预警名单"),
    "intake": _("受理申请"),
    "materials": _("查看材料清单"),
    "scan": _("查看扫描件"),
    "matrix": _("查看核查矩阵"),
    "survey": _("入户调查"),
    "publicity": _("办理公示"),
    "papers": _("查看文书清单"),
    "paper": _("查看或打印文书"),
    "register": _("查看名册"),
    "money": _("查看发放情况"),
    "money_file": _("导出代发文件"),
    "money_sheet": _("生成发放花名册"),
    "money_table": _("导出发放明细"),
}


@register.filter
def read_words(fields: str) -> str:
    """What a look showed, in words."""
    return "、".join(_read_word(name) for name in fields.split(",") if name)


def _read_word(name: str) -> str:
    if name in READ_WORDS:
        return str(READ_WORDS[name])
    shared = shareable().get(name)
    return shared.title if shared is not None else str(_("完整证件号码"))


FORM_WORDS = {
    "identity": _("身份证号"),
    "name": _("姓名"),
    "money": _("金额（元）"),
    "whole": _("整数"),
    "flag": _("是/否"),
    "day": _("日期"),
    "code": _("选项"),
    "text": _("文字"),
}


@register.filter
def form_word(form: str) -> str:
    """What a column of a source holds, in words."""
    return str(FORM_WORDS.get(form, form))


@register.filter
def departments(written: str) -> str:
    """Who knows a fact, each department in the reader's language."""
    names = [gettext(name) for name in written.split("、") if name]
    return ("、" if is_chinese() else ", ").join(names)


@register.filter
def source_name(key: str) -> str:
    """The title of a department's source."""
    found = sources().get(key)
    return found.title if found is not None else key


@register.filter
def source_of(told_by: Any, operand: Any) -> str:
    """Where a case has the value of an operand from; nothing where it says nothing of it."""
    return told_by.get((operand.name, operand.member), "") if told_by else ""


@register.filter
def bank(key: str) -> str:
    """What the format of a bank is called; papers and receipts of our own keep their key."""
    return next((form.title for form in forms() if form.bank == key), key)


@register.filter
def missed(left: int) -> int:
    """By how many days something is overdue, from the days left."""
    return max(-left, 0)
