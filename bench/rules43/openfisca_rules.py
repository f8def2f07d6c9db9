"""The 43-rule set as OpenFisca variables: vector formulas over numpy arrays, money in float64.

Runs only in `.venv-bench`. Formulas are written as OpenFisca's documentation teaches; a rate that differs by city
is a household variable, because looking it up person by person would be three times as slow.
"""

from __future__ import annotations

import numpy as np

from bench.rules43.openfisca_words import (
    FORMULAS,
    INPUTS,
    Household,
    Person,
    half_up,
    make_variable,
    per_head,
    share,
    variable,
)

__all__ = ["FORMULAS", "INPUTS", "Household", "Person", "make_variable"]


@variable(Person)
def wage_counted(person, period, parameters):
    wage = person("wage_month", period)
    everywhere = parameters(period).national
    cap = share(person.household("dibao_standard", period), everywhere.wage_exempt_cap)
    exempt = np.where(person("is_newly_employed", period), wage, share(wage, everywhere.wage_exempt_ratio))
    return wage - np.minimum(exempt, cap)


@variable(Person)
def pension_counted(person, period, parameters):
    pension = person("pension_month", period)
    everywhere = parameters(period).national
    after = np.maximum(pension - everywhere.pension_exempt, 0)
    return np.where(person("age", period) >= everywhere.old_age, after, pension)


@variable(Person)
def countable_income(person, period):
    return (
        person("wage_counted", period)
        + person("pension_counted", period)
        + person("business_month", period)
        + person("transfer_month", period)
        + person("property_month", period)
    )


@variable(Person, bool)
def is_child(person, period, parameters):
    return person("age", period) < parameters(period).national.adult_age


@variable(Person, bool)
def is_old(person, period, parameters):
    return person("age", period) >= parameters(period).national.old_age


@variable(Person, bool)
def is_severely_disabled(person, period):
    level, kind = person("disability_level", period), person("disability_kind", period)
    return (level == 1) | (level == 2) | ((level == 3) & ((kind == 5) | (kind == 6)))


@variable(Person, bool)
def is_without_labour(person, period):
    return person("is_child", period) | person("is_old", period) | person("is_severely_disabled", period)


@variable(Person)
def rigid_cost(person, period, parameters):
    medical = share(person("medical_month", period), parameters(period).national.medical_share)
    return medical + person("education_month", period) + person("rehabilitation_month", period)


@variable(Household, int)
def household_persons(household, period):
    return household.nb_persons()


@variable(Household, bool)
def passes_dibao_assets(household, period, parameters):
    everywhere = parameters(period).national
    limit = (
        household("dibao_standard", period)
        * everywhere.asset_months_dibao
        * household("household_persons", period)
    )
    return (
        (household("financial_assets", period) <= limit)
        & (household("cars", period) == 0)
        & (household("houses", period) <= everywhere.houses_dibao)
    )


@variable(Household, bool)
def passes_edge_assets(household, period, parameters):
    everywhere = parameters(period).national
    limit = (
        household("dibao_standard", period)
        * everywhere.asset_months_edge
        * household("household_persons", period)
    )
    return (
        (household("financial_assets", period) <= limit)
        & (household("car_value", period) <= everywhere.car_value_edge)
        & (household("houses", period) <= everywhere.houses_edge)
    )


@variable(Person, bool)
def is_tekun(person, period):
    return (
        person("is_without_labour", period)
        & ~person("has_able_supporter", period)
        & (person("parents_state", period) == 0)
        & (person("countable_income", period) < person.household("dibao_standard", period))
        & person.household("passes_dibao_assets", period)
    )


@variable(Person, bool)
def is_counted(person, period):
    return ~person("is_tekun", period) & ~person("lives_in_institution", period)


@variable(Person)
def tekun_amount(person, period):
    living = share(person.household("dibao_standard", period), person.household("tekun_ratio", period))
    level = person("care_level", period)
    half = person.household("tekun_care_half", period)
    full = person.household("tekun_care_full", period)
    care = np.where(level == 2, full, np.where(level == 1, half, 0))
    return np.where(person("is_tekun", period), living + care, 0)


@variable(Household, int)
def counted_members(household, period):
    return household.sum(household.members("is_counted", period))


@variable(Household)
def household_income(household, period):
    members = household.members
    return household.sum(members("countable_income", period) * members("is_counted", period))


@variable(Household)
def income_per_capita(household, period):
    return per_head(household("household_income", period), household("counted_members", period))


@variable(Household)
def household_rigid_cost(household, period):
    members = household.members
    return household.sum(members("rigid_cost", period) * members("is_counted", period))


@variable(Household)
def net_per_capita(household, period):
    left = household("household_income", period) - household("household_rigid_cost", period)
    return per_head(np.maximum(left, 0), household("counted_members", period))


@variable(Household, bool)
def is_dibao(household, period):
    heads = household("counted_members", period)
    below = household("household_income", period) < household("dibao_standard", period) * heads
    return household("passes_dibao_assets", period) & (heads > 0) & below


@variable(Household, bool)
def is_edge(household, period, parameters):
    heads = household("counted_members", period)
    line = share(household("dibao_standard", period) * heads, parameters(period).national.edge_ratio)
    return (
        ~household("is_dibao", period)
        & household("passes_edge_assets", period)
        & (heads > 0)
        & (household("household_income", period) <= line)
    )


@variable(Household, bool)
def is_rigid(household, period, parameters):
    heads, standard = household("counted_members", period), household("dibao_standard", period)
    line = share(standard * heads, parameters(period).national.rigid_ratio)
    return (
        ~household("is_dibao", period)
        & ~household("is_edge", period)
        & household("passes_edge_assets", period)
        & (heads > 0)
        & (household("household_income", period) <= line)
        & (household("net_per_capita", period) < standard)
    )


@variable(Household)
def dibao_gap(household, period):
    line = household("dibao_standard", period) * household("counted_members", period)
    return np.where(household("is_dibao", period), line - household("household_income", period), 0)


@variable(Household)
def exit_amount(household, period, parameters):
    everywhere = parameters(period).national
    line = share(household("dibao_standard", period), everywhere.exit_ratio)
    heads, income = household("counted_members", period), household("income_per_capita", period)
    leaving = household("passes_dibao_assets", period) & ~household("is_dibao", period) & (heads > 0)
    return np.where(leaving & (income < line), share((line - income) * heads, everywhere.exit_share), 0)


@variable(Person)
def uplift_rate(person, period, parameters):
    everywhere = parameters(period).national
    return np.maximum(
        np.maximum(
            person("is_severely_disabled", period) * everywhere.uplift_disabled,
            person("has_major_illness", period) * everywhere.uplift_illness,
        ),
        np.maximum(
            person("is_old", period) * everywhere.uplift_old,
            (person("is_child", period) | (person("study", period) >= 3)) * everywhere.uplift_child,
        ),
    )


@variable(Person)
def uplift_amount(person, period):
    amount = half_up(person.household("dibao_standard", period), person("uplift_rate", period))
    return np.where(person.household("is_dibao", period) & person("is_counted", period), amount, 0)


@variable(Person, bool)
def is_single_dibao(person, period):
    in_need = person("is_severely_disabled", period) | person("has_major_illness", period)
    return person.household("is_edge", period) & person("is_counted", period) & in_need


@variable(Person)
def single_amount(person, period, parameters):
    line = half_up(person.household("dibao_standard", period), parameters(period).national.single_ratio)
    lacking = np.maximum(line - person("countable_income", period), 0)
    return np.where(person("is_single_dibao", period), lacking, 0)


@variable(Person)
def orphan_amount(person, period):
    institution = person.household("orphan_institution", period)
    scattered = person.household("orphan_scattered", period)
    amount = np.where(person("lives_in_institution", period), institution, scattered)
    return np.where(person("is_child", period) & (person("parents_state", period) == 1), amount, 0)


@variable(Person)
def unsupported_amount(person, period):
    full = person.household("unsupported_standard", period)
    top_up = np.maximum(full - person.household("dibao_standard", period), 0)
    amount = np.where(person.household("is_dibao", period), top_up, full)
    return np.where(person("is_child", period) & (person("parents_state", period) >= 2), amount, 0)


@variable(Person)
def hardship_amount(person, period):
    entitled = (
        (person("disability_level", period) > 0)
        & ~person("is_tekun", period)
        & (person("orphan_amount", period) == 0)
        & (person.household("is_dibao", period) | person("is_single_dibao", period))
    )
    return np.where(entitled, person.household("hardship_standard", period), 0)


@variable(Person)
def nursing_amount(person, period):
    excluded = person("is_tekun", period) & (person("care_level", period) == 2)
    entitled = person("is_severely_disabled", period) & (person("orphan_amount", period) == 0) & ~excluded
    first, second = person.household("nursing_first", period), person.household("nursing_second", period)
    return np.where(entitled, np.where(person("disability_level", period) == 1, first, second), 0)


@variable(Person)
def elderly_allowance(person, period, parameters):
    age = person("age", period)
    eighty, ninety = person.household("elderly_80", period), person.household("elderly_90", period)
    below = np.where(age >= 90, ninety, np.where(age >= 80, eighty, 0))
    return np.where(age >= 100, parameters(period).national.elderly_100, below)


@variable(Person)
def elderly_care(person, period, parameters):
    everywhere, level = parameters(period).national, person("care_level", period)
    poor = person.household("is_dibao", period) | person.household("is_edge", period)
    half = np.where(level == 1, everywhere.elderly_care_half, 0)
    amount = np.where(level == 2, everywhere.elderly_care_full, half)
    return np.where(person("is_old", period) & poor, amount, 0)


@variable(Person)
def care_subsidy(person, period):
    return np.maximum(person("nursing_amount", period), person("elderly_care", period))


@variable(Person)
def person_total(person, period):
    return (
        person("tekun_amount", period)
        + person("orphan_amount", period)
        + person("unsupported_amount", period)
        + person("hardship_amount", period)
        + person("elderly_allowance", period)
        + person("care_subsidy", period)
    )


@variable(Household)
def uplift_total(household, period):
    return household.sum(household.members("uplift_amount", period))


@variable(Household)
def single_total(household, period):
    return household.sum(household.members("single_amount", period))


@variable(Household)
def dibao_total(household, period):
    return (
        household("dibao_gap", period)
        + household("uplift_total", period)
        + household("exit_amount", period)
        + household("single_total", period)
    )


@variable(Household)
def persons_aid(household, period):
    return household.sum(household.members("person_total", period))


@variable(Household, int)
def tier(household, period):
    dibao, edge = household("is_dibao", period), household("is_edge", period)
    return np.where(dibao, 1, np.where(edge, 3, np.where(household("is_rigid", period), 4, 0)))


@variable(Household)
def household_total(household, period):
    return household("dibao_total", period) + household("persons_aid", period)


@variable(Household)
def annual_budget(household, period):
    return household("household_total", period) * 12
