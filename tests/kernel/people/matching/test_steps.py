"""Step by step on a few rows: what is safe, what goes to a clerk, and what is never a pair."""

import pyarrow as pa
import pytest

from anmin.kernel.people.matching.engine import match
from anmin.kernel.people.matching.preparing import MatchingRefused, prepare
from anmin.kernel.people.matching.repairs import is_valid
from anmin.kernel.people.matching.scoring import PERSONS, Block, Model, counted
from anmin.lib.identifiers.residents import check_digit


def number(serial, day="19800305", region="990001"):
    first = f"{region}{day}{serial:03d}"
    return first + check_digit(first)


LI = {
    "key": "R1",
    "name": "李小明",
    "number": number(11),
    "birth_day": "1980-03-05",
    "sex": "男",
    "division": "990001001001",
    "address": "幸福路1号",
    "phone": "13900000001",
    "former": "李二",
}


def table(*rows):
    return pa.Table.from_pylist([{**dict.fromkeys(LI, ""), **row} for row in rows])


def proposals(left, *right, **options):
    found = match(table({**LI, "key": "L1", **left}), table(*right), **options)
    columns = ("left_key", "right_key", "step", "verdict", "reason")
    return [tuple(row[name] for name in columns) for row in found.pairs.to_pylist()]


@pytest.mark.parametrize(
    "written",
    [
        LI["number"],
        LI["number"].lower(),
        LI["number"].translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")),
        f" {LI['number'][:6]} {LI['number'][6:14]}-{LI['number'][14:]} ",
    ],
)
def test_the_same_number_in_any_spelling_and_the_same_name_are_one_person(written):
    assert proposals({"number": written, "phone": "", "address": ""}, LI) == [
        ("L1", "R1", "number", "safe", "safe")
    ]


def test_a_known_former_name_counts_as_the_name():
    assert proposals({"name": "李二"}, LI) == [("L1", "R1", "number", "safe", "safe")]


def test_the_same_number_with_another_name_is_for_a_clerk():
    assert proposals({"name": "李小亮"}, LI) == [("L1", "R1", "number", "review", "name_differs")]
    assert proposals({"name": "赵云飞", "birth_day": "1955-01-02"}, LI) == [
        ("L1", "R1", "number", "review", "all_differs")
    ]
    assert proposals({"name": "李小铭"}, LI) == [("L1", "R1", "number", "review", "name_alike")]


def test_one_number_of_two_people_on_the_right_is_for_a_clerk():
    found = proposals({}, LI, {**LI, "key": "R2", "name": "李晓明"})

    assert {row[3:] for row in found} == {("review", "number_twice")}


def test_two_valid_numbers_that_differ_are_two_people():
    """Everything else agrees and yet nothing is linked; a clerk may find that the number was changed."""
    assert proposals({"number": number(13)}, LI) == [("L1", "R1", "differs", "review", "numbers_differ")]
    assert proposals({"number": number(13), "address": "", "phone": ""}, LI) == []


def test_a_mistyped_number_is_repaired_when_the_name_agrees():
    typed = LI["number"][:10] + LI["number"][11] + LI["number"][10] + LI["number"][12:]
    typed = typed if typed != LI["number"] else LI["number"][:9] + "7" + LI["number"][10:]
    assert not is_valid(typed)

    assert proposals({"number": typed}, LI) == [("L1", "R1", "repaired", "safe", "safe")]
    assert proposals({"number": typed, "name": "李小铭"}, LI)[0][3:] == ("review", "repair_open")
    assert proposals({"number": typed, "name": "赵云飞"}, LI) == []


def test_fifteen_digits_of_before_1999():
    old = LI["number"][:6] + LI["number"][8:17]

    assert proposals({"number": old, "address": "", "phone": ""}, LI) == [
        ("L1", "R1", "repaired", "safe", "safe")
    ]


def test_a_mistake_in_the_register_is_repaired_from_the_left():
    wrong = LI["number"][:16] + ("9" if LI["number"][16] != "9" else "8") + LI["number"][17]

    assert proposals({}, {**LI, "number": wrong}) == [("L1", "R1", "repaired", "safe", "safe")]


def test_a_repair_that_fits_two_people_is_for_a_clerk():
    typed = number(11)[:14] + "0" + "71"[0] + number(11)[16:]
    others = [LI, {**LI, "key": "R2"}]

    found = proposals({"number": typed}, *others)

    assert all(row[3] == "review" for row in found)


def test_who_was_told_apart_is_never_proposed_again():
    apart = pa.table({"left_key": ["R1"], "right_key": ["L1"]})

    assert proposals({}, LI, apart=apart) == []


def test_within_one_table_a_row_is_not_its_own_double():
    rows = table(LI, {**LI, "key": "R2"}, {**LI, "key": "R3", "number": number(15), "name": "王大力"})

    found = match(rows).pairs.to_pylist()

    assert [(row["left_key"], row["right_key"], row["step"]) for row in found] == [("R1", "R2", "number")]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (pa.table({"key": ["1", "1"], "name": ["甲乙", "丙丁"]}), "match_keys"),
        (pa.table({"key": ["1", None], "name": ["甲乙", "丙丁"]}), "match_keys"),
        (pa.table({"key": ["1"], "phone": ["2"]}), "match_columns"),
        (pa.table({"name": ["甲乙"]}), "match_columns"),
    ],
)
def test_a_table_that_cannot_be_matched_is_refused_by_name(rows, code):
    with pytest.raises(MatchingRefused) as refused:
        match(rows, table(LI))

    assert refused.value.code == code


def test_crowds_are_never_compared_with_crowds():
    """A column filled with one value would make a cartesian product; the pairs are counted before they are made."""
    import duckdb

    rows = pa.table(
        {
            "key": [str(n) for n in range(20_000)],
            "name": ["张伟"] * 20_000,
            "birth_day": ["1900-01-01"] * 20_000,
        }
    )
    con = duckdb.connect()
    prepare(con, "left_rows", rows)
    prepare(con, "right_rows", rows)
    unblocked = Model(PERSONS.fields, (Block(("open",)),), PERSONS.training, PERSONS.certain, 0.9)

    for model in (PERSONS, unblocked):
        with pytest.raises(MatchingRefused) as refused:
            counted(con, model, "left_rows", "right_rows")
        assert refused.value.code == "match_pairs"


def test_an_empty_table_is_matched_with_nothing():
    empty = table(LI).slice(0, 0)

    assert match(empty, table(LI)).pairs.num_rows == 0
    assert match(table(LI), empty).counts() == {"unmatched": 1}
