"""What a claim pays (理赔金额): by kind, within the limit that remains, with the reason for a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anmin.lib.divisions import is_within


@dataclass(frozen=True)
class Terms:
    """The terms of a policy year (保险责任). Money in fen, ratios in basis points; `division` empty: anywhere."""

    first_day: date
    last_day: date
    division: str = ""
    death_fen: int = 0
    disability_fen: int = 0
    fracture_fen: int = 0
    medical_fen: int = 0
    medical_bp: int = 10_000
    deductible_fen: int = 0
    days_after: int = 180


@dataclass(frozen=True)
class Loss:
    """What happened: day and place of the accident, kind of claim, and its measure."""

    kind: str
    on: date
    division: str
    grade: int = 0
    fracture_bp: int = 10_000
    cost_fen: int = 0
    other_fen: int = 0
    came_on: date | None = None
    """The day of death, or on which the disability was found."""


@dataclass(frozen=True)
class Payout:
    """What is paid, in fen, and how it came about; a refusal pays nothing and says why."""

    fen: int
    because: str
    is_refused: bool = False


def disability_ratio(grade: int) -> int:
    """Basis points of a grade (GB/T 44893-2024): grade 1 is whole, grade 10 a tenth. Raises ValueError outside."""
    if not 1 <= grade <= 10:
        raise ValueError(f"伤残等级只有 1 到 10 级，没有 {grade} 级")
    return (11 - grade) * 1000


def payout(terms: Terms, loss: Loss, paid_fen: int = 0) -> Payout:
    """What a claim pays (E21, E22). `paid_fen` is what the same accident or limit has paid already.

    One accident pays the greater of death and disability, not their sum: earlier payment is taken off the limit.
    """
    if not terms.first_day <= loss.on <= terms.last_day:
        return Payout(0, f"出险日 {loss.on} 不在保险期间 {terms.first_day} 至 {terms.last_day}", True)
    if terms.division and not is_within(loss.division, terms.division):
        return Payout(0, "出险地点不在承保地区", True)
    late = loss.came_on is not None and (loss.came_on - loss.on).days > terms.days_after
    if loss.kind in ("death", "disability") and late:
        return Payout(0, f"结果发生在出险 {terms.days_after} 天以后", True)
    if loss.kind == "death":
        return _within(terms.death_fen, terms.death_fen, paid_fen, "身故")
    if loss.kind == "disability":
        ratio = disability_ratio(loss.grade)
        return _within(
            terms.disability_fen,
            terms.disability_fen * ratio // 10_000,
            paid_fen,
            f"{loss.grade} 级伤残，{ratio // 100}%",
        )
    if loss.kind == "fracture":
        return _within(terms.fracture_fen, terms.fracture_fen * loss.fracture_bp // 10_000, paid_fen, "骨折")
    due = (loss.cost_fen - loss.other_fen) * terms.medical_bp // 10_000 - terms.deductible_fen
    return _within(terms.medical_fen, max(0, due), paid_fen, "医疗费用")


def _within(limit: int, due: int, paid: int, words: str) -> Payout:
    left = max(0, limit - paid)
    fen = min(left, due)
    return Payout(fen, words if fen == due else f"{words}；剩余限额内支付")
