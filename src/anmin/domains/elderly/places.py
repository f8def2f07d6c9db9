"""Local parameters of elder care (养老服务本地参数): the value in force in a place on a day, with its law and whether it is verified."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from anmin.policy.rates import RateBook, RateEntry

FILE = Path(__file__).with_name("parameters.yaml")


@lru_cache(maxsize=1)
def book() -> RateBook:
    """Every parameter."""
    return RateBook.read(FILE)


def found(name: str, division: str, on: date) -> RateEntry | None:
    """The entry in force, None where the place has set none; the caller says so, it never guesses."""
    return book().find(name, division, on)


def number(name: str, division: str, on: date) -> int:
    """A number in force. Raises `rate_missing`, naming the parameter, the place and the day."""
    value = book().entry(name, division, on).urban
    if not isinstance(value, int):
        raise TypeError(f"{name} 不是一个数")
    return value
