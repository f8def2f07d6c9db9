"""What a household may own (家庭财产), 民发〔2021〕57号 arts 15–16; each layer has its own ceilings."""

from anmin.policy import Fen, household


@household(title="非金融财产符合规定", law="民发〔2021〕57号 §15", since="2021-07-01")
def possessions_within_limits(
    cars: int,
    homes: int,
    commercial_premises: int,
    business_capital: Fen,
    cars_allowed: int,
    homes_allowed: int,
    premises_allowed: int,
    capital_allowed: Fen,
) -> bool:
    """Cars, homes, premises and capital stay within the locality's limits (车房和出资符合规定)."""
    if cars > cars_allowed or homes > homes_allowed:
        return False
    return commercial_premises <= premises_allowed and business_capital <= capital_allowed


@household(title="财产符合低保规定", law="民发〔2021〕57号 §15", since="2021-07-01")
def property_within_dibao(
    possessions_within_limits: bool,
    financial_assets: Fen,
    dibao_standard: Fen,
    asset_months_dibao: int,
    members: int,
) -> bool:
    """Financial assets within so many months of the standard for each member (低保财产条件)."""
    return possessions_within_limits and financial_assets <= dibao_standard * asset_months_dibao * members


@household(title="财产符合低保边缘规定", law="民发〔2021〕57号 §8", since="2021-07-01")
def property_within_edge(
    possessions_within_limits: bool,
    financial_assets: Fen,
    dibao_standard: Fen,
    asset_months_edge: int,
    members: int,
) -> bool:
    """The same with the ceiling for EDGE families (低保边缘财产条件)."""
    return possessions_within_limits and financial_assets <= dibao_standard * asset_months_edge * members


@household(title="财产符合刚性支出困难家庭规定", law="刚性支出困难家庭认定办法 §4", since="2025-01-01")
def property_within_rigid(
    possessions_within_limits: bool,
    financial_assets: Fen,
    dibao_standard: Fen,
    asset_months_rigid: int,
    members: int,
) -> bool:
    """The same with the ceiling for RIGID families (刚性支出困难家庭财产条件)."""
    return possessions_within_limits and financial_assets <= dibao_standard * asset_months_rigid * members
