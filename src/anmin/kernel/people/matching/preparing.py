"""Two tables made ready to be compared (数据规范): one spelling of numbers, names, dates, sexes, places, telephones."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from anmin.kernel.people.matching.repairs import repairs_of
from anmin.kernel.people.matching.spelling import spelling_of

COLUMNS = ("key", "name", "number", "birth_day", "sex", "division", "address", "phone", "former")
"""What a table to be matched may hold, all as text but `birth_day`, which may be a date. `key` must be unique."""
WIDE = "０１２３４５６７８９Ｘｘ－"
NARROW = "0123456789XX-"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CROWDED = 20
"""Keys that more rows than this share do not bring rows together: they would bring crowds together."""


class MatchingRefused(ValueError):
    """Matching cannot go on; `code` is stable, the message says what is wrong and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def prepare(con: duckdb.DuckDBPyConnection, side: str, table: pa.Table) -> int:
    """Create table `side` (left_rows or right_rows) in the connection from raw columns; gives the number of rows.

    Columns afterwards: row key name skeleton pinyin surname folded former number typed digits birth birth_stated
    birth_year sex division town address phone phone_key open.

    Raises:
        MatchingRefused: `match_columns match_keys`.
    """
    if "key" not in table.column_names or not {"name", "number"} & set(table.column_names):
        raise MatchingRefused("match_columns", "比对的表至少要有编号列，以及姓名或证件号码列")
    for column in COLUMNS:
        if column not in table.column_names:
            table = table.append_column(column, pa.nulls(len(table), pa.string()))
    con.register("given", table.select(COLUMNS))
    if con.execute("SELECT count(*) - count(DISTINCT key) FROM given").fetchall()[0][0]:
        raise MatchingRefused("match_keys", "编号列有空的或重复的，请先改正：每一行要有自己的编号")
    _spellings(con)
    con.execute(f"CREATE OR REPLACE TABLE {side} AS {_cleaned()}")
    con.unregister("given")
    con.unregister("spelt")
    con.execute(
        f"UPDATE {side} SET phone_key = NULL WHERE phone IN"
        f" (SELECT phone FROM {side} WHERE phone IS NOT NULL GROUP BY phone HAVING count(*) > {CROWDED})"
    )
    con.execute(
        f"UPDATE {side} SET address_key = NULL WHERE address IN"
        f" (SELECT address FROM {side} WHERE address IS NOT NULL GROUP BY address HAVING count(*) > {CROWDED})"
    )
    return len(table)


def prepare_repairs(con: duckdb.DuckDBPyConnection, side: str) -> int:
    """Create `{side}_repairs(row, number, how)`: what each number that is not valid may have been."""
    rows, numbers, how = [], [], []
    for row, typed in con.execute(f"SELECT row, typed FROM {side} WHERE typed IS NOT NULL").fetchall():
        for repair in repairs_of(typed):
            rows.append(row)
            numbers.append(repair.number)
            how.append(repair.how)
    found = pa.table(
        {
            "row": pa.array(rows, pa.int64()),
            "number": pa.array(numbers, pa.string()),
            "how": pa.array(how, pa.string()),
        }
    )
    con.register("found", found)
    con.execute(f"CREATE OR REPLACE TABLE {side}_repairs AS SELECT * FROM found")
    con.unregister("found")
    return len(rows)


def _spellings(con: duckdb.DuckDBPyConnection) -> None:
    """Every distinct name spelt once in Python; SQL has no pinyin."""
    names = [
        name for (name,) in con.execute("SELECT DISTINCT name FROM given WHERE name IS NOT NULL").fetchall()
    ]
    spelt = [spelling_of(name) for name in names]
    columns = {"raw": pa.array(names, pa.string())}
    for place, column in enumerate(("name", "skeleton", "pinyin", "surname", "folded")):
        columns[column] = pa.array([one[place] for one in spelt], pa.string())
    con.register("spelt", pa.table(columns))


def _cleaned() -> str:
    total = " + ".join(
        f"CAST(substr(compact, {place + 1}, 1) AS INTEGER) * {weight}" for place, weight in enumerate(WEIGHTS)
    )
    return f"""
    WITH compacted AS (
        SELECT *, row_number() OVER () - 1 AS row,
               upper(regexp_replace(translate(number, '{WIDE}', '{NARROW}'), '[\\s　\\-]', '', 'g')) AS compact,
               regexp_extract(CAST(birth_day AS VARCHAR), '(\\d{{4}})\\D*(\\d{{1,2}})\\D*(\\d{{1,2}})', ['y', 'm', 'd'])
                   AS day,
               regexp_replace(translate(phone, '{WIDE}', '{NARROW}'), '\\D', '', 'g') AS dial
        FROM given
    ), checked AS (
        SELECT *, CASE WHEN regexp_full_match(compact, '\\d{{17}}[\\dX]')
                        AND try_strptime(substr(compact, 7, 8), '%Y%m%d') IS NOT NULL
                        AND substr('10X98765432', ({total}) % 11 + 1, 1) = substr(compact, 18, 1)
                  THEN compact END AS valid
        FROM (SELECT * FROM compacted)
    ), told AS (
        SELECT *, CASE WHEN day.y <> '' THEN day.y || lpad(day.m, 2, '0') || lpad(day.d, 2, '0') END AS stated
        FROM checked
    )
    SELECT CAST(row AS BIGINT) AS row, CAST(key AS VARCHAR) AS key,
           spelt.name AS name, spelt.skeleton, spelt.pinyin, spelt.surname, spelt.folded,
           CASE WHEN coalesce(former, '') = '' THEN ''
                ELSE '|' || regexp_replace(former, '[、,，;；\\s]+', '|', 'g') || '|' END AS former,
           valid AS number,
           CASE WHEN valid IS NULL AND length(compact) >= 8 THEN compact END AS typed,
           CASE WHEN valid IS NOT NULL OR regexp_full_match(compact, '[\\dA-Z]{{17,19}}')
                THEN substr(compact, 1, 6) || right(compact, 4) END AS digits,
           coalesce(stated, substr(valid, 7, 8)) AS birth,
           stated IS NOT NULL AS birth_stated,
           substr(coalesce(stated, substr(valid, 7, 8)), 1, 4) AS birth_year,
           CASE WHEN sex IN ('男', '1', 'M', 'm', '男性') THEN '1' WHEN sex IN ('女', '2', 'F', 'f', '女性') THEN '2'
                WHEN valid IS NOT NULL THEN CASE WHEN CAST(substr(valid, 17, 1) AS INTEGER) % 2 = 1 THEN '1'
                ELSE '2' END END AS sex,
           nullif(division, '') AS division,
           CASE WHEN length(division) >= 9 THEN substr(division, 1, 9) END AS town,
           {_address()} AS address, {_address()} AS address_key,
           {_phone()} AS phone, {_phone()} AS phone_key,
           TRUE AS open
    FROM told LEFT JOIN spelt ON spelt.raw = told.name
    """


def _address() -> str:
    """One form: no spaces and signs, no province and city in front, one word for a building."""
    plain = "regexp_replace(translate(address, '０１２３４５６７８９', '0123456789'), '[\\s　,，。.、\\-—－_#()（）]', '', 'g')"
    local = f"regexp_replace({plain}, '^(.{{2,8}}?(省|自治区))?(.{{2,7}}?市)?', '')"
    return f"nullif(regexp_replace(regexp_replace({local}, '[幢座]', '栋', 'g'), '室$', ''), '')"


def _phone() -> str:
    bare = "regexp_replace(dial, '^(0086|86)(1[3-9]\\d{9})$', '\\2')"
    return f"CASE WHEN length({bare}) BETWEEN 7 AND 12 THEN {bare} END"
