"""How probable it is that two rows are one person (概率比对): Splink's model, blocked, trained on the data by EM."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker

from anmin.kernel.people.matching.fields import FIELDS, Field
from anmin.kernel.people.matching.preparing import MatchingRefused

SEED = 20_240_601
"""Of the sample of pairs of strangers; the same data give the same weights."""
SAMPLED_PAIRS = 1_500_000
TRAINING_PAIRS = 2_000_000
PAIRS_PER_ROW = 500
PAIRS_AT_LEAST = 1_000_000
LEAST_SHARE = 1e-9
FEWEST, MOST = 0.05, 0.99
"""Bounds of the estimated share of left rows that have their person on the right."""
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Block:
    """Rows are compared when they agree in these columns; the pairs that come of it can be counted beforehand."""

    columns: tuple[str, ...]

    def sql(self, condition: str = "") -> str:
        """The condition of the join."""
        parts = [f"l.{column} = r.{column}" for column in self.columns]
        return " AND ".join([*parts, condition] if condition else parts)

    def count(self, con: duckdb.DuckDBPyConnection, left: str, right: str | None) -> int:
        """How many pairs there are, from the sizes of the groups, without making them; within `left` without `right`."""
        names = ", ".join(self.columns)
        given = " AND ".join(f"{column} IS NOT NULL" for column in self.columns)
        groups = f"SELECT {names}, count(*) AS n FROM {{}} WHERE {given} GROUP BY {names}"
        if right is None:
            within = f"SELECT coalesce(sum(n::HUGEINT * (n - 1) / 2), 0) FROM ({groups.format(left)})"
            return int(con.execute(within).fetchall()[0][0])
        between = (
            f"SELECT coalesce(sum(a.n::HUGEINT * b.n), 0) FROM ({groups.format(left)}) a"
            f" JOIN ({groups.format(right)}) b USING ({names})"
        )
        return int(con.execute(between).fetchall()[0][0])


@dataclass(frozen=True)
class Model:
    """What is compared, which rows are brought together, and on which pairs the weights are learnt.

    `certain` are blocks that hardly ever join strangers; they find about `certain_share` of all true pairs, from
    which the share of matches is estimated. `condition` is laid upon every block when pairs are scored.
    """

    fields: tuple[Field, ...]
    blocks: tuple[Block, ...]
    training: tuple[Block, ...]
    certain: tuple[Block, ...]
    certain_share: float
    condition: str = ""
    frequencies: bool = True
    keep: tuple[str, ...] = field(default=())


PERSONS = Model(
    fields=FIELDS,
    blocks=(
        Block(("surname", "birth")),
        Block(("town", "birth")),
        Block(("phone_key",)),
        Block(("address_key",)),
        Block(("name", "birth_year")),
        Block(("name", "town")),
        Block(("pinyin", "town")),
        Block(("skeleton", "birth_year")),
    ),
    training=(Block(("name",)), Block(("birth",))),
    certain=(Block(("number",)), Block(("name", "birth", "phone")), Block(("name", "birth", "address"))),
    certain_share=0.92,
    # Two valid numbers that differ are two persons: such a pair is not scored at all.
    condition="(l.number IS NULL OR r.number IS NULL)",
)


def scored(
    con: duckdb.DuckDBPyConnection,
    model: Model,
    left: str,
    right: str | None,
    *,
    least: float,
    into: str,
    condition: str = "",
    progress: Progress | None = None,
) -> int:
    """Write the pairs with a probability of at least `least` into table `into`; gives how many pairs were scored.

    Without `right` the pairs are those within `left`. Columns of `into`: left_row, right_row, probability, and for
    each field `gamma_x` and `weight_x` (bits, with the adjustment for how common the value is).

    Raises:
        MatchingRefused: `match_pairs` when the blocks would bring together too many rows.
    """
    logging.getLogger("splink").setLevel(logging.ERROR)
    say = progress or (lambda text, done, total: None)
    within = " AND ".join(part for part in (model.condition, condition) if part)
    pairs = counted(con, model, left, right)
    api = DuckDBAPI(connection=con)
    sides = ((left, "a_left"), (right, "b_right"))
    tables = [api.register(name, dataset_display_name=side) for name, side in sides if name]
    linker = Linker(tables, _settings(con, model, left, right, within), log_level=logging.ERROR)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=SAMPLED_PAIRS, seed=SEED, min_count_per_level=None
    )
    for number, block in enumerate(model.training, 1):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block.sql(), max_pairs=TRAINING_PAIRS, estimate_without_term_frequencies=True
        )
        say("学习权重", number, len(model.training))
    found = linker.inference.predict(threshold_match_probability=least)
    weights = ", ".join(_weight(one, found) for one in model.fields)
    con.execute(
        f"CREATE OR REPLACE TABLE {into} AS SELECT row_l AS left_row, row_r AS right_row,"
        f" match_probability AS probability, {weights} FROM {found.physical_name}"
    )
    api.delete_tables_created_by_splink_from_db()
    return pairs


def counted(con: duckdb.DuckDBPyConnection, model: Model, left: str, right: str | None) -> int:
    """The number of pairs that the blocks bring together, at most.

    Raises:
        MatchingRefused: `match_pairs`: a block would compare crowds with crowds.
    """
    open_left = f"(SELECT * FROM {left} WHERE open)"
    (rows,) = con.execute(f"SELECT count(*) FROM {open_left}").fetchall()[0]
    limit = max(PAIRS_AT_LEAST, PAIRS_PER_ROW * rows)
    total = 0
    for block in model.blocks:
        pairs = block.count(con, open_left, right)
        total += pairs
        if total > limit:
            raise MatchingRefused(
                "match_pairs",
                f"按“{'、'.join(block.columns)}”相同来配对会产生 {pairs:,} 对（最多允许 {limit:,} 对），"
                "多半是这几列里有大量相同的代填值；请先清空代填值再比对",
            )
    return total


def _settings(
    con: duckdb.DuckDBPyConnection, model: Model, left: str, right: str | None, condition: str
) -> dict[str, Any]:
    share = _share(con, model, left, right)
    return {
        "link_type": "link_only" if right else "dedupe_only",
        "unique_id_column_name": "row",
        "probability_two_random_records_match": share,
        "comparisons": [
            _comparison(con, one, left, right or left, model.frequencies, share) for one in model.fields
        ],
        "blocking_rules_to_generate_predictions": [{"blocking_rule": b.sql(condition)} for b in model.blocks],
        "retain_intermediate_calculation_columns": True,
        "retain_matching_columns": True,
        "em_convergence": 0.001,
        "max_iterations": 15,
    }


def _share(con: duckdb.DuckDBPyConnection, model: Model, left: str, right: str | None) -> float:
    """The share of matches among all pairs, from what the certain blocks find."""
    other = right or left
    row = "l.row" if right else "l.row, r.row"
    apart = "" if right else "l.row < r.row"
    certain = " UNION ".join(
        f"SELECT {row} FROM {left} l JOIN {other} r ON {block.sql(apart)}" for block in model.certain
    )
    found, rows, people = con.execute(
        f"SELECT (SELECT count(*) FROM ({certain})), (SELECT count(*) FROM {left}), (SELECT count(*) FROM {other})"
    ).fetchall()[0]
    matches = found / model.certain_share
    if right is None:
        return float(max(matches, 1) / max(rows * (rows - 1) / 2, 2))
    return float(min(max(matches / max(rows, 1), FEWEST), MOST) / max(people, 2))


def _comparison(
    con: duckdb.DuckDBPyConnection, one: Field, left: str, right: str, frequencies: bool, share: float
) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": one.unknown, "label_for_charts": "unknown", "is_null_level": True}
    ]
    before = 0.0
    for level in one.all:
        described: dict[str, Any] = {"sql_condition": level.sql, "label_for_charts": level.code}
        if level.equal:
            agree = _chance(con, level.equal, left, right, share)
            described |= {
                "u_probability": max(agree - before, agree / 10, LEAST_SHARE),
                "fix_u_probability": True,
            }
            before = max(before, agree)
        if level.frequency and frequencies:
            described |= {
                "tf_adjustment_column": level.frequency,
                "disable_tf_exact_match_detection": True,
                "tf_minimum_u_value": LEAST_SHARE,
            }
        levels.append(described)
    return {"output_column_name": one.name, "comparison_levels": levels}


def _chance(con: duckdb.DuckDBPyConnection, column: str, left: str, right: str, share: float) -> float:
    """How often two strangers agree in a column: counted exactly, since samples miss what is rare.

    The matches among all pairs (`share`) agree nearly always and are taken out.
    """
    shares = (
        f"SELECT {column} AS value, count(*) / sum(count(*)) OVER () AS share FROM {{}}"
        f" WHERE {column} IS NOT NULL GROUP BY 1"
    )
    (chance,) = con.execute(
        f"SELECT coalesce(sum(a.share * b.share), 0) FROM ({shares.format(left)}) a"
        f" JOIN ({shares.format(right)}) b USING (value)"
    ).fetchall()[0]
    matches = 1 / con.execute(f"SELECT count(*) + 1 FROM {left}").fetchall()[0][0] if left == right else share
    return float(max(chance - matches, chance / 10))


def _weight(one: Field, found: Any) -> str:
    names = {column.unquote().name for column in found.columns}
    adjusted = f" + coalesce(mw_tf_adj_{one.name}, 0)" if f"mw_tf_adj_{one.name}" in names else ""
    return f"gamma_{one.name}, mw_{one.name}{adjusted} AS weight_{one.name}"
