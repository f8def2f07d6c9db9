"""Telephone numbers (电话号码) of the mainland."""

from __future__ import annotations

import re

from anmin.lib.identifiers.problems import IdentifierProblem
from anmin.lib.text import compact


def mobile(text: str) -> str:
    """Eleven digits of a mobile number; +86 and separators are taken off. Raises `mobile_form`."""
    number = re.sub(r"[-()]", "", compact(text)).removeprefix("+86").removeprefix("0086")
    if not re.fullmatch(r"1[3-9]\d{9}", number):
        raise IdentifierProblem("mobile_form", f"手机号码“{text}”应为 1 开头的 11 位数字")
    return number


def landline(text: str) -> str:
    """A landline as area code, hyphen and number. Raises `landline_form`."""
    found = re.fullmatch(r"(0\d{2,3})-?(\d{7,8})", compact(text))
    if found is None:
        raise IdentifierProblem("landline_form", f"固定电话“{text}”应为区号加 7 或 8 位号码，如 0631-5200000")
    return f"{found[1]}-{found[2]}"
