"""The Febrl data sets: what they hold, the model for them, and the truth that their record names tell."""

from pathlib import Path

import duckdb

from anmin.kernel.people.matching.fields import Field, Level
from anmin.kernel.people.matching.scoring import Block, Model, scored

FOLDER = Path(__file__).parents[2] / "tests" / "kernel" / "people" / "matching" / "vendor" / "febrl"


def text(name, *, near, frequency=True, equal=None):
    """A text field: equal, near by each of the conditions, or different."""
    same = Level("same", equal or f"{name}_l = {name}_r", "", name, name if frequency else "")
    levels = [Level(f"near{place}", sql.format(x=name), "") for place, sql in enumerate(near)]
    return Field(name, name, f"{name}_l IS NULL OR {name}_r IS NULL", (same, *levels), "")


SIMILAR = "jaro_winkler_similarity({x}_l, {x}_r) >= "
TYPED = "damerau_levenshtein({x}_l, {x}_r) <= "
SWAPPED = "given_name_l = surname_r AND surname_l = given_name_r"
FIELDS = (
    text("given_name", near=(SWAPPED, SIMILAR + "0.9", SIMILAR + "0.78")),
    text("surname", near=(SWAPPED, SIMILAR + "0.9", SIMILAR + "0.78")),
    text("date_of_birth", near=(TYPED + "1", TYPED + "2"), frequency=False),
    text("address_1", near=(SIMILAR + "0.9", SIMILAR + "0.75", "address_1_l = address_2_r")),
    text("address_2", near=(SIMILAR + "0.9",)),
    text("street_number", near=(TYPED + "1",)),
    text("suburb", near=(SIMILAR + "0.88", "suburb_l = address_2_r")),
    text("postcode", near=(TYPED + "1", TYPED + "2")),
    text("state", near=(), frequency=False),
)
NUMBER = text("soc_sec_id", near=(TYPED + "1", TYPED + "2"), frequency=False)
CERTAIN = (Block(("given_name", "surname", "date_of_birth")), Block(("surname", "street_number", "postcode")))
BLOCKS = (
    Block(("given_name", "surname")),
    Block(("date_of_birth",)),
    Block(("address_1",)),
    Block(("surname", "postcode")),
    Block(("given_name", "postcode")),
    Block(("surname", "suburb")),
    Block(("given_name", "suburb")),
    Block(("street_number", "postcode")),
    Block(("street_number", "suburb")),
    Block(("surname", "birth_year")),
    Block(("given_name", "birth_year")),
    Block(("birth_year", "postcode")),
    Block(("given_name", "street_number")),
    Block(("surname", "street_number")),
    Block(("address_2", "postcode")),
    Block(("month_day",)),
)


def model(*, number, fields=FIELDS, frequencies=True):
    """With or without the social security number."""
    training = (Block(("given_name", "surname")), Block(("date_of_birth",)), Block(("postcode",)))
    return Model(
        fields=(*fields, NUMBER) if number else fields,
        blocks=(*BLOCKS, Block(("soc_sec_id",))) if number else BLOCKS,
        training=training,
        certain=CERTAIN,
        certain_share=0.75,
        frequencies=frequencies,
    )


def load(con, name, *files):
    """A table of records with a row number, empty texts as nothing."""
    con.execute(f"""
        CREATE TABLE {name} AS SELECT row_number() OVER () - 1 AS row, TRUE AS open,
        trim(rec_id) AS rec_id, nullif(trim(given_name), '') AS given_name, nullif(trim(surname), '') AS surname,
        nullif(trim(street_number), '') AS street_number, nullif(trim(address_1), '') AS address_1,
        nullif(trim(address_2), '') AS address_2, nullif(trim(suburb), '') AS suburb,
        nullif(trim(postcode), '') AS postcode, nullif(trim(state), '') AS state,
        nullif(trim(date_of_birth), '') AS date_of_birth, nullif(trim(soc_sec_id), '') AS soc_sec_id,
        substr(nullif(trim(date_of_birth), ''), 1, 4) AS birth_year,
        substr(nullif(trim(date_of_birth), ''), 5, 4) AS month_day
        FROM read_csv({[str(FOLDER / file) for file in files]}, all_varchar=true, normalize_names=true)
    """)


def measured(model_, left, right=None, least=0.5):
    """Precision, recall, F1 and the number of pairs looked at."""
    con = duckdb.connect()
    con.execute("SET threads = 2")
    load(con, "a", left)
    if right:
        load(con, "b", right)
    pairs = scored(con, model_, "a", "b" if right else None, least=0.01, into="found")
    person = "split_part(rec_id, '-', 2)"
    other = "b" if right else "a"
    found, right_ones, wrong = con.execute(f"""
        SELECT count(*), count(*) FILTER ({person.replace("rec_id", "l.rec_id")} = {person.replace("rec_id", "r.rec_id")}),
               count(*) FILTER ({person.replace("rec_id", "l.rec_id")} <> {person.replace("rec_id", "r.rec_id")})
        FROM found JOIN a l ON l.row = left_row JOIN {other} r ON r.row = right_row WHERE probability >= {least}
    """).fetchall()[0]
    (true,) = con.execute(
        f"SELECT count(*) FROM a l JOIN {other} r ON {person.replace('rec_id', 'l.rec_id')} ="
        f" {person.replace('rec_id', 'r.rec_id')} {'' if right else 'AND l.row < r.row'}"
    ).fetchall()[0]
    assert found == right_ones + wrong
    precision, recall = right_ones / max(found, 1), right_ones / true
    return precision, recall, 2 * right_ones / (found + true), pairs
