"""Stage 3 of the 43-rule set as rules of the Anmin engine: income per head and recognition."""

from __future__ import annotations

from anmin.policy import BasisPoints, Each, Fen, household
from anmin.policy.vocabulary import count, divide_down, portion_down, positive_part, total_where

LAW = "bench/rules43/spec.md"
SINCE = "2024-07-01"


# Stage 3: income per head and recognition.


@household(title="计入人数", law=LAW, since=SINCE)
def counted_members(is_counted: Each[bool]) -> int:
    """How many count."""
    return count(is_counted)


@household(title="家庭收入", law=LAW, since=SINCE)
def household_income(countable_income: Each[Fen], is_counted: Each[bool]) -> Fen:
    """Income of those who count, a month."""
    return total_where(countable_income, is_counted)


@household(title="人均收入", law=LAW, since=SINCE)
def income_per_capita(household_income: Fen, counted_members: int) -> Fen:
    """Income a head, a month."""
    return divide_down(household_income, counted_members)


@household(title="家庭刚性支出", law=LAW, since=SINCE)
def household_rigid_cost(rigid_cost: Each[Fen], is_counted: Each[bool]) -> Fen:
    """Costs of those who count, a month."""
    return total_where(rigid_cost, is_counted)


@household(title="扣除支出后人均", law=LAW, since=SINCE)
def net_per_capita(household_income: Fen, household_rigid_cost: Fen, counted_members: int) -> Fen:
    """What is left a head after costs."""
    return divide_down(positive_part(household_income - household_rigid_cost), counted_members)


@household(title="低保", law=LAW, since=SINCE)
def is_dibao(
    passes_dibao_assets: bool, counted_members: int, household_income: Fen, dibao_standard: Fen
) -> bool:
    """Below the standard."""
    return passes_dibao_assets and counted_members > 0 and household_income < dibao_standard * counted_members


@household(title="低保边缘", law=LAW, since=SINCE)
def is_edge(
    is_dibao: bool,
    passes_edge_assets: bool,
    counted_members: int,
    household_income: Fen,
    dibao_standard: Fen,
    edge_ratio: BasisPoints,
) -> bool:
    """Up to one and a half times the standard."""
    return (
        not is_dibao
        and passes_edge_assets
        and counted_members > 0
        and household_income <= portion_down(dibao_standard * counted_members, edge_ratio)
    )


@household(title="刚性支出困难", law=LAW, since=SINCE)
def is_rigid(
    is_dibao: bool,
    is_edge: bool,
    passes_edge_assets: bool,
    counted_members: int,
    household_income: Fen,
    net_per_capita: Fen,
    dibao_standard: Fen,
    rigid_ratio: BasisPoints,
) -> bool:
    """Up to twice the standard, and below it after costs."""
    return (
        not is_dibao
        and not is_edge
        and passes_edge_assets
        and counted_members > 0
        and household_income <= portion_down(dibao_standard * counted_members, rigid_ratio)
        and net_per_capita < dibao_standard
    )


@household(title="低保差额", law=LAW, since=SINCE)
def dibao_gap(is_dibao: bool, counted_members: int, household_income: Fen, dibao_standard: Fen) -> Fen:
    """What is missing to the standard, a month."""
    if is_dibao:
        return dibao_standard * counted_members - household_income
    return 0


@household(title="渐退", law=LAW, since=SINCE)
def exit_amount(
    is_dibao: bool,
    passes_dibao_assets: bool,
    counted_members: int,
    income_per_capita: Fen,
    dibao_standard: Fen,
    exit_ratio: BasisPoints,
    exit_share: BasisPoints,
) -> Fen:
    """Part of the way to a line a little above the standard, a month."""
    line = portion_down(dibao_standard, exit_ratio)
    if is_dibao or not passes_dibao_assets or counted_members == 0 or income_per_capita >= line:
        return 0
    return portion_down((line - income_per_capita) * counted_members, exit_share)
