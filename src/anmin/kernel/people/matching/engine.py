"""Three steps from certain to probable (三步比对): the same number, a repaired number, and only then probability."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from anmin.kernel.people.matching.fields import FIELDS, SHARED_PHONE, Field
from anmin.kernel.people.matching.preparing import prepare, prepare_repairs
from anmin.kernel.people.matching.scoring import PERSONS, Model, scored

SAFE, PROBABLE = 0.999, 0.2
"""From these probabilities on a pair is a safe proposal, or one for a clerk to look at; below, it is not a pair."""
RIVAL = 0.05
"""A safe pair has no rival: no other pair of the same row that is at least this probable."""
THREADS = 2
Progress = Callable[[str, int, int], None]

CERTAIN_NAME = "name IN ('same', 'former')"
LIKE_NAME = "name IN ('same', 'former', 'standin', 'hidden', 'sound', 'transcribed')"
NOT_AGAINST = "sex <> 'other' AND birth IN ('same', 'unknown')"
TIED = f"(place = 'address' OR phone = 'same' AND phone_holders <= {SHARED_PHONE} OR number = 'near')"
"""What ties two rows together beyond name and birth date, which in a city are shared by strangers every day."""


@dataclass(frozen=True)
class Matching:
    """What came of matching: one row a proposed pair, best first for each left row.

    `pairs` has left_key, right_key, step (number, repaired, differs, probable), verdict (safe, review), reason
    (a key of `evidence.REASONS`), how, probability (of the third step), and for each field its code and its weight in bits.
    """

    pairs: pa.Table
    left_rows: int
    right_rows: int
    scored_pairs: int

    def counts(self) -> dict[str, int]:
        """Left rows by what their best proposal is: `number_safe`, `repaired_review`, …, and `unmatched`."""
        best: dict[str, str] = {}
        columns = (self.pairs[name].to_pylist() for name in ("left_key", "step", "verdict"))
        for key, step, verdict in zip(*columns, strict=True):
            best.setdefault(key, f"{step}_{verdict}")
        return {**Counter(best.values()), "unmatched": self.left_rows - len(best)}


def match(
    left: pa.Table,
    right: pa.Table | None = None,
    *,
    model: Model = PERSONS,
    guarded: bool = True,
    apart: pa.Table | None = None,
    scratch: Path | None = None,
    progress: Progress | None = None,
) -> Matching:
    """Propose for rows of `left` who they are on the right; without `right`, which rows of `left` are one person.

    Nothing is linked by this. `apart` (left_key, right_key) are pairs that people found to be different; they are
    never proposed again. `guarded=False` leaves out the guards against twins and namesakes and is for experiments
    that show what they are for. Tables as `preparing.COLUMNS`; `scratch` takes what does not fit into memory.

    Raises:
        MatchingRefused: `match_columns match_keys match_pairs`.
    """
    say = progress or (lambda text, done, total: None)
    con = duckdb.connect()
    con.execute(f"SET threads = {THREADS}")
    if scratch is not None:
        con.execute(f"SET temp_directory = '{scratch}'")
    within = right is None
    total = 5
    say("比对 规范数据", 0, total)
    rows = prepare(con, "left_rows", left)
    others = rows if right is None else prepare(con, "right_rows", right)
    if within:
        con.execute("CREATE VIEW right_rows AS SELECT * FROM left_rows")
    _remember_apart(con, apart)
    con.execute(
        "CREATE TABLE holders AS SELECT phone AS dialled, count(*) AS phone_holders FROM right_rows"
        " WHERE phone IS NOT NULL GROUP BY phone"
    )
    say("比对 证件号码", 1, total)
    prepare_repairs(con, "left_rows")
    if within:
        con.execute("CREATE VIEW right_rows_repairs AS SELECT * FROM left_rows_repairs")
    else:
        prepare_repairs(con, "right_rows")
    _by_number(con, within)
    say("比对 概率", 2, total)
    pairs = _by_probability(con, model, within, progress)
    say("比对 防错", 4, total)
    found = _decided(con, within, guarded)
    say("比对 防错", total, total)
    con.close()
    return Matching(found, rows, others, pairs)


def _remember_apart(con: duckdb.DuckDBPyConnection, apart: pa.Table | None) -> None:
    known = (
        apart
        if apart is not None
        else pa.table({"left_key": pa.array([], "string"), "right_key": pa.array([], "string")})
    )
    con.register("known", known)
    con.execute(
        "CREATE TABLE apart AS SELECT CAST(left_key AS VARCHAR) AS a, CAST(right_key AS VARCHAR) AS b FROM known"
        " UNION SELECT CAST(right_key AS VARCHAR), CAST(left_key AS VARCHAR) FROM known"
    )
    con.unregister("known")


def _by_number(con: duckdb.DuckDBPyConnection, within: bool) -> None:
    """Steps one and two, and pairs whose two valid numbers differ although everything else agrees."""
    ordered = "AND l.row < r.row" if within else ""
    alone = "l.row <> r.row" if within else "TRUE"
    con.execute(f"""
        CREATE TABLE candidates AS
        SELECT l.row AS left_row, r.row AS right_row, 'number' AS step, '' AS how
        FROM left_rows l JOIN right_rows r ON l.number = r.number {ordered}
        UNION ALL
        SELECT l.row, r.row, 'repaired', 'typed' FROM left_rows l JOIN right_rows r ON l.typed = r.typed {ordered}
        UNION ALL
        SELECT c.row, r.row, 'repaired', c.how
        FROM left_rows_repairs c JOIN right_rows r ON c.number = r.number
        UNION ALL
        SELECT l.row, c.row, 'repaired', c.how
        FROM left_rows l JOIN right_rows_repairs c ON l.number = c.number WHERE NOT {within}
        UNION ALL
        SELECT a.row, b.row, 'repaired', a.how FROM left_rows_repairs a JOIN right_rows_repairs b
        ON a.number = b.number AND a.how = 'fifteen' AND b.how IN ('fifteen', 'letters')
        AND NOT ({within} AND a.row >= b.row)
        UNION ALL
        SELECT l.row, r.row, 'differs', '' FROM left_rows l JOIN right_rows r
        ON l.name = r.name AND l.birth = r.birth AND l.number <> r.number AND l.birth_stated {ordered}
        AND (l.phone_key = r.phone_key OR l.address_key = r.address_key) AND {alone}
    """)
    con.execute(f"CREATE TABLE compared AS SELECT c.*, {_agreement()} FROM {_joined('candidates')}")
    # A repaired number that agrees with nothing else is chance: hundreds of numbers are one mistake apart.
    con.execute("""
        DELETE FROM compared WHERE step = 'repaired'
        AND (name IN ('other', 'given', 'near', 'unknown') AND NOT (name = 'near' AND birth = 'same')
             OR sex = 'other' AND name <> 'same')
    """)
    con.execute(f"""
        UPDATE left_rows SET open = FALSE WHERE row IN (
            SELECT left_row FROM compared WHERE step = 'number' AND {LIKE_NAME}
            AND birth <> 'other')
    """)


def _by_probability(
    con: duckdb.DuckDBPyConnection, model: Model, within: bool, progress: Progress | None
) -> int:
    columns = ", ".join(f"NULL::VARCHAR AS {one.name}" for one in FIELDS)
    weights = ", ".join(f"NULL::DOUBLE AS weight_{one.name}" for one in FIELDS)
    (rows, waiting) = con.execute("SELECT count(*), count(*) FILTER (open) FROM left_rows").fetchall()[0]
    if within:
        waiting = min(
            waiting, con.execute("SELECT count(*) FROM left_rows WHERE number IS NULL").fetchall()[0][0]
        )
    if not waiting or rows + con.execute("SELECT count(*) FROM right_rows").fetchall()[0][0] < 20:
        con.execute(
            f"CREATE TABLE probable AS SELECT 0 AS left_row, 0 AS right_row, 0.0 AS probability, {columns}, {weights} LIMIT 0"
        )
        return 0
    right = None if within else "right_rows"
    pairs = scored(
        con,
        model,
        "left_rows",
        right,
        least=PROBABLE / 10,
        into="scored",
        condition="" if within else "l.open",
        progress=progress,
    )
    codes = ", ".join(_code_of(one) for one in model.fields)
    # Sums made by several threads differ in the last bit; nobody needs more than nine places.
    kept = ", ".join(f"round(weight_{one.name}, 6) AS weight_{one.name}" for one in FIELDS)
    con.execute(
        f"CREATE TABLE probable AS SELECT left_row, right_row, round(probability, 9) AS probability, {codes}, {kept}"
        " FROM scored"
    )
    return pairs


def _code_of(one: Field) -> str:
    rows = " ".join(f"WHEN {gamma} THEN '{one.code_of(gamma)}'" for gamma in range(len(one.all)))
    return f"CASE gamma_{one.name} {rows} ELSE 'unknown' END AS {one.name}"


def _agreement() -> str:
    """The code of every field for a pair joined as l and r."""
    return ", ".join(f"{_sided(one.case())} AS {one.name}" for one in FIELDS)


def _sided(sql: str) -> str:
    return re.sub(r"\b(\w+)_([lr])\b", r"\2.\1", sql)


def _joined(table: str) -> str:
    return f"{table} c JOIN left_rows l ON l.row = c.left_row JOIN right_rows r ON r.row = c.right_row"


def _decided(con: duckdb.DuckDBPyConnection, within: bool, guarded: bool) -> pa.Table:
    """Every pair once, with its verdict and the reason for it."""
    fields = ", ".join(one.name for one in FIELDS)
    weights = ", ".join(f"weight_{one.name}" for one in FIELDS)
    nothing = ", ".join(f"NULL::DOUBLE AS weight_{one.name}" for one in FIELDS)
    # The twin whose number was used by mistake is on the right too, under the left row's own name.
    con.execute("""
        CREATE TABLE namesakes AS
        SELECT c.left_row, count(*) AS namesakes FROM compared c JOIN left_rows l ON l.row = c.left_row
        JOIN right_rows r ON r.name = l.name AND r.birth = l.birth AND r.row <> c.right_row
        WHERE c.step = 'number' AND c.name <> 'same' GROUP BY c.left_row
    """)
    first, second = (
        ("least(left_row, right_row)", "greatest(left_row, right_row)")
        if within
        else ("left_row", "right_row")
    )
    con.execute(f"""
        CREATE TABLE gathered AS
        WITH everything AS (
            SELECT {first} AS left_row, {second} AS right_row, step, how, NULL::DOUBLE AS probability, {fields}, {nothing} FROM compared
            UNION ALL
            SELECT {first}, {second}, 'probable', '', probability, {fields}, {weights} FROM probable
        ), once AS (
            SELECT * FROM everything QUALIFY row_number() OVER (
                PARTITION BY left_row, right_row
                ORDER BY list_position(['number', 'repaired', 'probable', 'differs'], step), how) = 1
        )
        SELECT once.*, coalesce(phone_holders, 0) AS phone_holders,
               count(*) FILTER (step = 'number') OVER (PARTITION BY left_row) AS numbers_left,
               count(*) FILTER (step = 'number') OVER (PARTITION BY right_row) AS numbers_right,
               count(*) FILTER (step = 'repaired') OVER (PARTITION BY left_row) AS repairs_left,
               count(*) FILTER (step = 'repaired') OVER (PARTITION BY right_row) AS repairs_right,
               count(*) FILTER (step <> 'differs' AND coalesce(probability, 1) >= {RIVAL} AND {LIKE_NAME})
                   OVER (PARTITION BY left_row) AS rivals_left,
               count(*) FILTER (step = 'probable' AND probability >= {RIVAL} AND {LIKE_NAME})
                   OVER (PARTITION BY right_row) AS rivals_right,
               count(*) FILTER (step IN ('number', 'repaired') AND name IN ('same', 'former'))
                   OVER (PARTITION BY right_row) AS taken,
               coalesce(namesakes, 0) AS namesakes, birth_stated
        FROM once JOIN (SELECT row AS left_row, phone AS dialled, birth_stated FROM left_rows) USING (left_row)
        LEFT JOIN holders USING (dialled) LEFT JOIN namesakes USING (left_row)
    """)
    con.execute(
        f"CREATE TABLE judged AS SELECT *, {_reason() if guarded else _unguarded()} AS reason FROM gathered"
    )
    fields = ", ".join(f"j.{one.name}" for one in FIELDS)
    # Whoever is found by number needs no guess beside it.
    return con.execute(f"""
        SELECT l.key AS left_key, r.key AS right_key, step, CASE reason WHEN 'safe' THEN 'safe' ELSE 'review' END AS verdict,
               reason, how, probability, {fields}, {weights}
        FROM judged j JOIN left_rows l ON l.row = j.left_row JOIN right_rows r ON r.row = j.right_row
        WHERE coalesce(probability, 1) >= {PROBABLE}
          AND NOT EXISTS (SELECT 1 FROM judged s WHERE s.left_row = j.left_row AND s.reason = 'safe'
                          AND s.right_row <> j.right_row AND s.step = 'number')
          AND NOT EXISTS (SELECT 1 FROM apart WHERE a = l.key AND b = r.key)
        ORDER BY j.left_row, reason <> 'safe', list_position(['number', 'repaired', 'probable', 'differs'], step),
                 probability DESC, j.right_row
    """).to_arrow_table()


def _reason() -> str:
    """The guards, in order: the first that holds sends the pair to a clerk.

    A safe pair has the same name, a known former name, a rare character's stand-in or another transcription: twins differ in a character,
    often in one of the same sound, so that a name that is merely alike is for a clerk even with the same number.
    """
    return f"""
    CASE
    WHEN step = 'number' THEN CASE
        WHEN numbers_left > 1 OR numbers_right > 1 AND name <> 'same' THEN 'number_twice'
        WHEN {CERTAIN_NAME} THEN 'safe'
        WHEN name IN ('standin', 'transcribed') AND birth <> 'other' AND namesakes = 0 THEN 'safe'
        WHEN name = 'unknown' AND birth = 'same' AND birth_stated THEN 'safe'
        WHEN name IN ('sound', 'hidden') AND birth <> 'other' THEN 'name_alike'
        WHEN birth IN ('same', 'unknown') THEN 'name_differs'
        ELSE 'all_differs' END
    WHEN step = 'repaired' THEN CASE
        WHEN repairs_left > 1 OR repairs_right > 1 THEN 'repair_twice'
        WHEN {CERTAIN_NAME} AND {NOT_AGAINST} THEN 'safe'
        WHEN name = 'standin' AND birth = 'same' AND (place = 'address' OR phone = 'same') THEN 'safe'
        ELSE 'repair_open' END
    WHEN step = 'differs' THEN 'numbers_differ'
    WHEN probability < {SAFE} THEN 'doubtful'
    WHEN taken > 0 THEN 'taken'
    WHEN rivals_left > 1 OR rivals_right > 1 THEN 'rival'
    WHEN sex = 'other' THEN 'sex_differs'
    WHEN {CERTAIN_NAME} AND birth = 'same' AND {TIED} THEN 'safe'
    WHEN {CERTAIN_NAME} AND birth IN ('placeholder', 'swapped') AND place = 'address' THEN 'safe'
    WHEN name = 'standin' AND birth = 'same' AND place = 'address' AND phone = 'same' THEN 'safe'
    WHEN NOT ({CERTAIN_NAME}) THEN 'twin'
    WHEN birth <> 'same' THEN 'birth_open'
    ELSE 'untied' END
    """


def _unguarded() -> str:
    return (
        f"CASE WHEN step IN ('number', 'repaired') OR probability >= {SAFE} THEN 'safe' ELSE 'doubtful' END"
    )
