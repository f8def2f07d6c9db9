"""Arithmetic on division codes."""

import pytest

from anmin.lib.divisions import DivisionLevel, ancestors, canonical, is_within, level_of, parent_of


@pytest.mark.parametrize(
    ("code", "canon", "level"),
    [
        ("37", "370000", DivisionLevel.PROVINCE),
        ("3710", "371000", DivisionLevel.PREFECTURE),
        ("371002", "371002", DivisionLevel.COUNTY),
        ("371002001", "371002001", DivisionLevel.TOWN),
        ("371002001000", "371002001", DivisionLevel.TOWN),
        ("371002000000", "371002", DivisionLevel.COUNTY),
        ("371002001003", "371002001003", DivisionLevel.VILLAGE),
        ("000000", "000000", DivisionLevel.NATION),
    ],
)
def test_canonical_forms_and_levels(code, canon, level):
    assert canonical(code) == canon
    assert level_of(code) is level


def test_ancestors_go_up_to_the_nation():
    assert ancestors("371002001003") == ("371002001003", "371002001", "371002", "371000", "370000", "000000")
    assert parent_of("000000") is None


def test_a_division_lies_within_itself_and_what_is_above():
    assert is_within("371002001", "371000")
    assert is_within("371002", "371002")
    assert not is_within("371002", "371003")


@pytest.mark.parametrize("code", ["", "3", "37100", "3710020010", "３７１００２", "37100X"])
def test_what_is_no_code_is_refused(code):
    with pytest.raises(ValueError, match="行政区划代码"):
        canonical(code)
