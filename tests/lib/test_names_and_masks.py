"""Names in their stored form, pinyin by surname readings, and masks that hide what they must."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.lib.masks import (
    child_code,
    last_four,
    masked_card,
    masked_mobile,
    public_id,
    public_name,
    screen_id,
)
from anmin.lib.names import NameProblem, normalise_name, parse_name, pinyin_initials, pinyin_of, surname_of


@pytest.mark.parametrize("dot", ["•", "・", "．", "·", "‧"])
def test_every_kind_of_dot_becomes_one(dot):
    assert parse_name(f"阿依古丽{dot}买买提") == "阿依古丽·买买提"


def test_rare_characters_stay_as_they_are():
    for name in ("王𬱖", "王䶮", "㛃一", "𠅤文"):
        assert parse_name(name) == name
        assert parse_name(name).encode("gb18030").decode("gb18030") == name
    assert len(parse_name("王𬱖")) == 2


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("𬱖", "name_length"),
        ("王" * 51, "name_length"),
        ("王\ue000", "name_private"),
        ("王3", "name_characters"),
        ("·王明", "name_characters"),
    ],
)
def test_what_is_no_name_is_refused(name, code):
    with pytest.raises(NameProblem) as refused:
        parse_name(name)

    assert refused.value.code == code


def test_spaces_inside_a_chinese_name_go_and_in_a_latin_one_stay():
    assert normalise_name(" 李　明 ") == "李明"
    assert parse_name("Anna  Maria O'Neil") == "Anna Maria O'Neil"


@pytest.mark.parametrize(
    ("name", "syllables"),
    [
        ("单田", ("shan", "tian")),
        ("仇英", ("qiu", "ying")),
        ("查良", ("zha", "liang")),
        ("解缙", ("xie", "jin")),
        ("曾国", ("zeng", "guo")),
        ("尉迟恭", ("yu", "chi", "gong")),
        ("万俟卨", ("mo", "qi", "xie")),
        ("区寄", ("ou", "ji")),
    ],
)
def test_surnames_are_read_as_surnames(name, syllables):
    assert pinyin_of(name)[: len(syllables) - 1] == syllables[:-1]


def test_initials_for_searching():
    assert pinyin_initials("欧阳明") == "oym"
    assert pinyin_initials("单小红") == "sxh"
    assert pinyin_initials("阿依古丽·买买提") == "ayglmmt"
    assert surname_of("欧阳明") == "欧阳"
    assert surname_of("欧阳") == "欧"


@pytest.mark.parametrize(
    ("name", "masked"),
    [("王明", "王*"), ("李晓华", "李*华"), ("欧阳明", "欧阳*"), ("欧阳小明", "欧阳*明"), ("王", "王")],
)
def test_names_in_a_public_list(name, masked):
    assert public_name(name) == masked


@given(st.from_regex(r"[1-6][0-9]{16}[0-9X]", fullmatch=True))
def test_masks_of_an_identity_number_hide_the_birth_date(number):
    for masked in (public_id(number), screen_id(number)):
        assert len(masked) == 18
        assert set(masked[6:14]) == {"*"}
    assert last_four(number) == number[-4:]


def test_other_masks():
    assert public_id("371002194903123024") == "371*************24"
    assert screen_id("350203199003071012") == "3502************12"
    assert masked_mobile("13812345678") == "138****5678"
    assert masked_card("6222021000000123454") == "****3454"
    assert child_code(231) == "CH-0231"


@given(st.text(max_size=14))
def test_what_is_too_short_to_mask_is_hidden_whole(text):
    assert set(public_id(text)) <= {"*"}
    assert set(screen_id(text)) <= {"*"}
