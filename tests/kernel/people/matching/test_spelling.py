"""Names are compared by what was meant: sounds, stand-ins for rare characters, transcriptions, dots."""

import pytest

from anmin.kernel.people.matching.spelling import spelling_of


def test_homophones_have_one_sound_and_surnames_their_own():
    assert spelling_of("单玮").pinyin == spelling_of("单伟").pinyin == "shan wei"
    assert spelling_of("欧阳炜").pinyin == "ou yang wei"
    assert spelling_of("仇杰").surname == "qiu"


@pytest.mark.parametrize(
    "written",
    [
        "王?",
        "王？",
        "王\ue815",
        "王〓",
        "王(上龙下天)",
        "王【上龙下天】",
        "王yan",
        "王（yan）",
        "王*",
        "王□",
        "王上龙下天",
    ],
)
def test_every_stand_in_for_a_rare_character_is_seen(written):
    stood_in, real = spelling_of(written), spelling_of("王䶮")

    assert stood_in.name is None
    assert stood_in.pinyin is None
    assert stood_in.skeleton == real.skeleton == "王〓"


def test_a_common_character_is_not_taken_for_a_rare_one():
    assert spelling_of("王伟").skeleton == "王伟"
    assert spelling_of("王玥").skeleton == "王〓"
    assert spelling_of("王玥").name == "王玥"


def test_a_remark_in_brackets_is_not_a_character():
    assert spelling_of("王芳（女）").name == "王芳"


def test_compound_surnames_are_no_split_characters():
    assert spelling_of("上官下惠").name == "上官下惠"


def test_dots_and_transcriptions_of_long_names():
    assert (
        spelling_of("阿卜杜·买买提").name
        == spelling_of("阿卜杜•买买提").name
        == spelling_of("阿卜杜买买提").name
    )
    assert spelling_of("阿卜杜·买买提").folded == spelling_of("阿布杜·麦麦提").folded
    assert spelling_of("阿卜杜·买买提").name != spelling_of("阿布杜·麦麦提").name


def test_short_names_are_never_folded():
    """A table of transcriptions over short names would make 马克 and 玛科 one name."""
    assert spelling_of("马克").folded is None


def test_spaces_and_latin_names():
    assert spelling_of("张 伟").name == "张伟"
    assert spelling_of("Anna Maria").name == "ANNA MARIA"
    assert spelling_of("   ").name is None
