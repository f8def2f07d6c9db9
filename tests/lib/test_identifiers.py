"""Identity numbers and other identifiers: every vector, and properties of the check digits."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.lib.identifiers import (
    IdentifierProblem,
    IdentityKind,
    Sex,
    bank_card,
    check_digit,
    disability_card,
    landline,
    mobile,
    parse_credit_code,
    parse_foreign_id,
    parse_identity,
    parse_resident_id,
    upgraded,
)
from anmin.lib.identifiers.organisations import ALPHABET, credit_check, organisation_check

TODAY = date(2026, 11, 24)


@st.composite
def resident_ids(draw):
    day = draw(st.dates(date(1900, 1, 1), TODAY))
    first17 = f"{draw(st.integers(110000, 659999))}{day:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return first17 + check_digit(first17)


@pytest.mark.parametrize(
    ("text", "day", "sex"),
    [
        ("11010519491231002X", date(1949, 12, 31), Sex.FEMALE),
        ("11010519491231002x", date(1949, 12, 31), Sex.FEMALE),
        ("371002200402295512", date(2004, 2, 29), Sex.MALE),
        ("610602195607040028", date(1956, 7, 4), Sex.FEMALE),
        ("１１０１０５１９４９１２３１００２Ｘ", date(1949, 12, 31), Sex.FEMALE),
        (" 110105 19491231 002X\n", date(1949, 12, 31), Sex.FEMALE),
    ],
)
def test_a_valid_number_tells_birth_day_and_sex(text, day, sex):
    found = parse_resident_id(text, on=TODAY)

    assert (found.birth_day, found.sex, found.kind) == (day, sex, IdentityKind.RESIDENT)
    assert len(found.text) == 18


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("110105194912310021", "id_check"),
        ("350203201002291018", "id_date"),
        ("11010518491231002X", "id_date"),
        ("110105203012310027", "id_future"),
        ("83000019720229001", "id_length"),
        ("3.70602E+17", "id_scientific"),
        ("3.7E17", "id_scientific"),
        ("1101051949I231002X", "id_characters"),
        ("", "id_length"),
    ],
)
def test_a_bad_number_is_refused_with_its_reason(text, code):
    with pytest.raises(IdentifierProblem) as refused:
        parse_resident_id(text, on=TODAY)

    assert refused.value.code == code
    assert refused.value.message


@pytest.mark.parametrize(
    ("old", "new"),
    [("130503670401001", "130503196704010016"), ("371002490312302", "371002194903123024")],
)
def test_fifteen_digits_become_eighteen(old, new):
    found = parse_resident_id(old, on=TODAY)

    assert upgraded(old) == new == found.text
    assert found.warnings


@pytest.mark.parametrize("number", ["810000199003071018", "820000198511152049", "830000197202290015"])
def test_residence_permits_are_told_apart(number):
    assert parse_identity(number, on=TODAY).kind is IdentityKind.PERMIT


def test_both_forms_of_the_foreign_card():
    """I6: the old form passes; I7: a new card with a wrong check character does not."""
    assert parse_foreign_id("USA310090010101").is_old
    assert not parse_foreign_id("933840199001010013").is_old
    assert parse_identity("933840199001010013", on=TODAY).birth_day == date(1990, 1, 1)
    with pytest.raises(IdentifierProblem) as refused:
        parse_foreign_id("933840199001010014")
    assert refused.value.code == "id_check"
    with pytest.raises(IdentifierProblem) as refused:
        parse_identity("USA310090010101", on=TODAY)
    assert refused.value.code == "id_no_birth_day"


@given(resident_ids(), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number, place, shift):
    if not number[place].isdigit():
        return
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]

    with pytest.raises(IdentifierProblem):
        parse_resident_id(wrong, on=date(2100, 1, 1))


@given(resident_ids(), st.integers(0, 15))
def test_two_neighbours_swapped_are_always_found(number, place):
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped == number:
        return

    with pytest.raises(IdentifierProblem):
        parse_resident_id(swapped, on=date(2100, 1, 1))


@given(resident_ids())
def test_reading_is_stable(number):
    found = parse_resident_id(number, on=TODAY)

    assert parse_resident_id(found.text, on=TODAY) == found


@pytest.mark.parametrize(
    "code", ["91350100M000100Y43", "51371000MJE1234516", "53460100MJY00001XJ", "52350200mjb98765x8"]
)
def test_credit_codes(code):
    assert parse_credit_code(code).text == code.upper()
    assert parse_credit_code(code).warnings == ()


@given(
    st.text(ALPHABET, min_size=8, max_size=8), st.sampled_from(["51371000", "91350100"]), st.integers(0, 17)
)
def test_a_wrong_character_in_a_credit_code_is_found(body, head, place):
    inner = organisation_check(body)
    first17 = head + body + inner
    code = first17 + credit_check(first17)
    other = ALPHABET[(ALPHABET.index(code[place]) + 1) % len(ALPHABET)]

    assert parse_credit_code(code).text == code
    with pytest.raises(IdentifierProblem):
        parse_credit_code(code[:place] + other + code[place + 1 :])


def test_a_bank_card_that_fails_luhn_only_warns():
    assert bank_card("6222021000000123454").warnings == ()
    assert bank_card("6217 0018 2000 0045 678").warnings == ()
    assert bank_card("6222021000000123455").warnings
    with pytest.raises(IdentifierProblem):
        bank_card("622202")


def test_a_disability_card_carries_kind_and_level():
    card = disability_card("11010519491231002X43B2", on=TODAY)

    assert (card.kind, card.level, card.reissue) == (4, 3, 2)
    for wrong in ("11010519491231002X83", "11010519491231002X45", "110105194912310021" + "43"):
        with pytest.raises(IdentifierProblem):
            disability_card(wrong, on=TODAY)


def test_telephones():
    assert mobile("+86 138-1234-5678") == "13812345678"
    assert landline("06315200000") == "0631-5200000"
    with pytest.raises(IdentifierProblem):
        mobile("12812345678")
