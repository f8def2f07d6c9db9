"""The DuckDB side of the 43-rule set: SQL written by hand, in four staged tables.

Each hop between persons and household is a join or a group-by, which is what costs. Aliases never bear the name
of a column that is in scope (a column would silently win), and no alias is used in its own select list (DuckDB
substitutes such aliases textually, which explodes).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from bench.rules43.parameters import BY_CITY, CITIES, HOUSEHOLD_OUTPUTS, NATIONAL, PERSON_OUTPUTS, current

INCOME = """
CREATE OR REPLACE TEMP TABLE p1 AS
WITH home AS (
    SELECT h.household AS home_key, r.*,
        h.cars = 0 AND h.houses <= r.houses_dibao
            AND h.financial_assets <= r.dibao_standard * r.asset_months_dibao * h.members AS home_dibao_assets
    FROM households h JOIN rates r ON r.city = left(h.division, 4)
), counted AS (
    SELECT p.person, p.household, p.age, p.disability_level, p.study, p.has_major_illness, p.care_level,
        p.parents_state, p.lives_in_institution, p.has_able_supporter,
        t.dibao_standard, t.tekun_ratio, t.tekun_care_full, t.tekun_care_half, t.home_dibao_assets,
        p.age < t.adult_age AS minor, p.age >= t.old_age AS old,
        p.disability_level IN (1, 2) OR (p.disability_level = 3 AND p.disability_kind IN (5, 6)) AS grave,
        p.wage_month - least(
            CASE WHEN p.is_newly_employed <> 0 THEN p.wage_month
                 ELSE p.wage_month * t.wage_exempt_ratio // 10000 END,
            t.dibao_standard * t.wage_exempt_cap // 10000)
        + CASE WHEN p.age >= t.old_age THEN greatest(p.pension_month - t.pension_exempt, 0)
               ELSE p.pension_month END
        + p.business_month + p.transfer_month + p.property_month AS own_income,
        p.medical_month * t.medical_share // 10000 + p.education_month + p.rehabilitation_month AS own_rigid
    FROM persons p JOIN home t ON t.home_key = p.household
), judged AS (
    SELECT *, (minor OR old OR grave) AND has_able_supporter = 0 AND parents_state = 0
        AND own_income < dibao_standard AND home_dibao_assets AS tekun
    FROM counted
)
SELECT person, household, age, disability_level, study, has_major_illness, care_level, parents_state,
    lives_in_institution, minor, old, grave, own_income, own_rigid, tekun,
    NOT tekun AND lives_in_institution = 0 AS in_count,
    CASE WHEN NOT tekun THEN 0 ELSE dibao_standard * tekun_ratio // 10000
        + CASE care_level WHEN 2 THEN tekun_care_full WHEN 1 THEN tekun_care_half ELSE 0 END END AS tekun_paid
FROM judged
"""
RECOGNITION = """
CREATE OR REPLACE TEMP TABLE h1 AS
WITH sums AS (
    SELECT household AS sum_key, (count(*) FILTER (WHERE in_count))::BIGINT AS heads,
        coalesce(sum(own_income) FILTER (WHERE in_count), 0)::BIGINT AS income,
        coalesce(sum(own_rigid) FILTER (WHERE in_count), 0)::BIGINT AS rigid
    FROM p1 GROUP BY household
), joined AS (
    SELECT h.household, left(h.division, 4) AS city, r.dibao_standard, s.heads, s.income, s.rigid, r.edge_ratio,
        r.rigid_ratio, r.exit_share, r.dibao_standard * r.exit_ratio // 10000 AS exit_line,
        CASE WHEN s.heads > 0 THEN s.income // s.heads ELSE 0 END AS per_head,
        h.cars = 0 AND h.houses <= r.houses_dibao
            AND h.financial_assets <= r.dibao_standard * r.asset_months_dibao * h.members AS dibao_assets,
        h.car_value <= r.car_value_edge AND h.houses <= r.houses_edge
            AND h.financial_assets <= r.dibao_standard * r.asset_months_edge * h.members AS edge_assets
    FROM households h JOIN sums s ON s.sum_key = h.household JOIN rates r ON r.city = left(h.division, 4)
), dibao AS (
    SELECT *, dibao_assets AND heads > 0 AND income < dibao_standard * heads AS is_dibao FROM joined
), edge AS (
    SELECT *, NOT is_dibao AND edge_assets AND heads > 0
        AND income <= dibao_standard * heads * edge_ratio // 10000 AS is_edge FROM dibao
)
SELECT household, city, heads, income, per_head, is_dibao, is_edge,
    NOT is_dibao AND NOT is_edge AND edge_assets AND heads > 0
        AND income <= dibao_standard * heads * rigid_ratio // 10000
        AND greatest(income - rigid, 0) // heads < dibao_standard AS is_rigid,
    CASE WHEN is_dibao THEN dibao_standard * heads - income ELSE 0 END AS gap,
    CASE WHEN dibao_assets AND NOT is_dibao AND heads > 0 AND per_head < exit_line
         THEN (exit_line - per_head) * heads * exit_share // 10000 ELSE 0 END AS leaving
FROM edge
"""
AID = """
CREATE OR REPLACE TEMP TABLE person_results AS
WITH shared AS (
    SELECT h.household AS home_key, h.is_dibao, h.is_edge, r.* FROM h1 h JOIN rates r ON r.city = h.city
), amounts AS (
    SELECT p.person, p.household, p.own_income, p.tekun_paid,
        CASE WHEN NOT (t.is_dibao AND p.in_count) THEN 0 ELSE (t.dibao_standard * greatest(
            CASE WHEN p.grave THEN t.uplift_disabled ELSE 0 END,
            CASE WHEN p.has_major_illness <> 0 THEN t.uplift_illness ELSE 0 END,
            CASE WHEN p.old THEN t.uplift_old ELSE 0 END,
            CASE WHEN p.minor OR p.study >= 3 THEN t.uplift_child ELSE 0 END) + 5000) // 10000 END AS uplift,
        CASE WHEN t.is_edge AND p.in_count AND (p.grave OR p.has_major_illness <> 0)
             THEN greatest((t.dibao_standard * t.single_ratio + 5000) // 10000 - p.own_income, 0)
             ELSE 0 END AS single_paid,
        CASE WHEN NOT (p.minor AND p.parents_state = 1) THEN 0
             WHEN p.lives_in_institution <> 0 THEN t.orphan_institution ELSE t.orphan_scattered END AS orphan,
        CASE WHEN NOT (p.minor AND p.parents_state >= 2) THEN 0
             WHEN t.is_dibao THEN greatest(t.unsupported_standard - t.dibao_standard, 0)
             ELSE t.unsupported_standard END AS unsupported,
        CASE WHEN p.disability_level > 0 AND NOT p.tekun AND NOT (p.minor AND p.parents_state = 1)
                  AND (t.is_dibao OR (t.is_edge AND p.in_count AND (p.grave OR p.has_major_illness <> 0)))
             THEN t.hardship_standard ELSE 0 END AS hardship,
        CASE WHEN p.age >= 100 THEN t.elderly_100 WHEN p.age >= 90 THEN t.elderly_90
             WHEN p.age >= 80 THEN t.elderly_80 ELSE 0 END AS elderly,
        greatest(
            CASE WHEN NOT p.grave OR (p.minor AND p.parents_state = 1) OR (p.tekun AND p.care_level = 2) THEN 0
                 WHEN p.disability_level = 1 THEN t.nursing_first ELSE t.nursing_second END,
            CASE WHEN NOT (p.old AND (t.is_dibao OR t.is_edge)) THEN 0
                 WHEN p.care_level = 2 THEN t.elderly_care_full
                 WHEN p.care_level = 1 THEN t.elderly_care_half ELSE 0 END) AS care
    FROM p1 p JOIN shared t ON t.home_key = p.household
)
SELECT person, household, own_income AS countable_income, tekun_paid AS tekun_amount, uplift AS uplift_amount,
    single_paid AS single_amount, orphan AS orphan_amount, unsupported AS unsupported_amount,
    hardship AS hardship_amount, elderly AS elderly_allowance, care AS care_subsidy,
    tekun_paid + orphan + unsupported + hardship + elderly + care AS person_total
FROM amounts
"""
TOTALS = """
CREATE OR REPLACE TEMP TABLE household_results AS
WITH sums AS (
    SELECT household AS sum_key, sum(uplift_amount)::BIGINT AS uplifts, sum(single_amount)::BIGINT AS singles,
        sum(person_total)::BIGINT AS aid
    FROM person_results GROUP BY household
), joined AS (
    SELECT h.*, h.gap + s.uplifts + h.leaving + s.singles AS dibao_paid, s.aid
    FROM h1 h JOIN sums s ON s.sum_key = h.household
)
SELECT household, heads AS counted_members, income AS household_income, per_head AS income_per_capita,
    gap AS dibao_gap, dibao_paid AS dibao_total,
    CASE WHEN is_dibao THEN 1 WHEN is_edge THEN 3 WHEN is_rigid THEN 4 ELSE 0 END AS tier,
    dibao_paid + aid AS household_total, (dibao_paid + aid) * 12 AS annual_budget
FROM joined
"""
STAGES = (INCOME, RECOGNITION, AID, TOTALS)


def connected(threads: int = 2) -> duckdb.DuckDBPyConnection:
    """A connection with the rates of the day, one row per city."""
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    names = [*BY_CITY, *NATIONAL]
    rows = {"city": [city[:4] for city in CITIES], **{name: list(current(name)) for name in names}}
    rates_table = pa.table(rows)
    connection.register("rates_arrow", rates_table)
    connection.execute("CREATE TABLE rates AS SELECT * FROM rates_arrow")
    return connection


def load(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Person and household tables in memory."""
    for kind in ("persons", "households"):
        connection.execute(f"CREATE OR REPLACE TABLE {kind} AS SELECT * FROM '{folder}/{kind}-*.parquet'")


def attach(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The same names over the Parquet files."""
    for kind in ("persons", "households"):
        connection.execute(f"CREATE OR REPLACE VIEW {kind} AS SELECT * FROM '{folder}/{kind}-*.parquet'")


def compute(connection: duckdb.DuckDBPyConnection) -> None:
    """From the two tables to the two result tables."""
    for stage in STAGES:
        connection.execute(stage)


def results(connection: duckdb.DuckDBPyConnection) -> dict[str, np.ndarray]:
    """The outputs in the order of persons and households."""
    persons = connection.execute("SELECT * FROM person_results ORDER BY person").fetchnumpy()
    homes = connection.execute("SELECT * FROM household_results ORDER BY household").fetchnumpy()
    return {name: persons[name] for name in PERSON_OUTPUTS} | {
        name: homes[name] for name in HOUSEHOLD_OUTPUTS
    }
