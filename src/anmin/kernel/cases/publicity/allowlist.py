"""What may be shown in public (公示字段): name, number of members, amount. Everything else is left out, never taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anmin.policy.benefits import Benefit

FIELDS = ("name", "members", "amount")  # 民发〔2021〕57号: applicant's name, number of members, amount
ADULT = 18


@dataclass(frozen=True)
class Shown:
    """One line of a public sheet: the applicant's name, how many members, fen a month."""

    name: str
    members: int
    amount: int

    def as_data(self) -> dict[str, Any]:
        """The line as it is kept: exactly the fields of the allowlist."""
        return {field: getattr(self, field) for field in FIELDS}


def masked(name: str) -> str:
    """A minor's name as it may be shown: the surname alone."""
    return f"{name[:1]}某" if name else ""


def is_due(benefit: Benefit, declared: Mapping[str, Any]) -> bool:
    """Whether a benefit is shown before it is granted: never where law forbids it, nor where a matter has no publicity."""
    return benefit.publish and bool(declared.get("days"))


def line(*, name: str, age: int | None, members: int, amount: int) -> Shown:
    """A line of a public sheet; somebody under age, or of unknown age, is never named."""
    return Shown(name if age is not None and age >= ADULT else masked(name), members, amount)
