"""Masks (脱敏): what of a value may be shown, on a screen and in a public list."""

from __future__ import annotations

from anmin.lib.names import COMPOUND, DOT


def public_name(name: str) -> str:
    """A name in a public list: 王*, 李*华, 欧阳*, 欧阳*明. Never for children: use `child_code`."""
    if DOT in name or name.isascii():
        return name[:1] + "*"
    if len(name) <= 2:
        return name[:1] + "*" * (len(name) > 1)
    if name[:2] in COMPOUND:
        return name[:2] + "*" + (name[-1] if len(name) > 3 else "")
    return name[0] + "*" + name[-1]


def child_code(number: int) -> str:
    """What stands for a child, or for anybody whose name may not be published."""
    return f"CH-{number:04d}"


def public_id(number: str) -> str:
    """An identity number in a public list, where one is needed at all: place, birth date and order stay hidden."""
    return (
        number[:3] + "*" * max(len(number) - 5, 0) + number[-2:] if len(number) >= 15 else "*" * len(number)
    )


def screen_id(number: str) -> str:
    """An identity number on a screen: 3502************12. Showing the rest is an act of its own."""
    return number[:4] + "*" * (len(number) - 6) + number[-2:] if len(number) >= 15 else "*" * len(number)


def last_four(number: str) -> str:
    """The last four characters, to tell namesakes apart."""
    return number[-4:] if len(number) > 4 else "*" * len(number)


def masked_mobile(number: str) -> str:
    """138****5678."""
    return number[:3] + "****" + number[-4:] if len(number) == 11 else "*" * len(number)


def masked_card(number: str) -> str:
    """****3454."""
    return "****" + number[-4:] if len(number) > 8 else "*" * len(number)
