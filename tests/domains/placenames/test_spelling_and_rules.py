"""Spelling by rule, names that may not be given, codes, choosing: the worked examples of the rules, one by one."""

from datetime import date

import pytest

from anmin.domains.placenames.choosing import Candidate, by_scores, by_votes, mean_score
from anmin.domains.placenames.codes import is_rural, town_kind, village_kind
from anmin.domains.placenames.rules import Known, Proposal, findings, guarded, overdue_inspection
from anmin.domains.placenames.spelling import (
    Parts,
    SpellingProblem,
    broken,
    doubtful,
    number_of,
    spelled,
    toneless,
    with_tone_numbers,
)

SPELLED = [
    (Parts("长安", "街"), "Cháng'ān Jiē"),
    (Parts("西安", "路"), "Xī'ān Lù"),
    (Parts("西辽", "河", kind="feature"), "Xīliáo Hé"),
    (Parts("景山", "街", generic_modifier="后"), "Jǐngshān Hòujiē"),
    (Parts("朝阳门", "大街", proper_modifier="内"), "Cháoyángménnèi Dàjiē"),
    (Parts("周口店", kind="village"), "Zhōukǒudiàn"),
    (Parts("周口店", "镇", kind="town"), "Zhōukǒudiàn Zhèn"),
    (Parts("渤海", "湾", kind="feature"), "Bóhǎi Wān"),
    (Parts("黑龙江", "省", kind="division"), "Hēilóngjiāng Shěng"),
    (Parts("张之洞", "路"), "Zhāngzhīdòng Lù"),
    (Parts("五一", "广场"), "Wǔyī Guǎngchǎng"),
    (Parts("二", "马路"), "2 Mǎlù"),
    (Parts("经五", "路"), "Jīng 5 Lù"),
    (Parts("东四十二", "条", ordinal="十二"), "Dōngsì 12 Tiáo"),
    (Parts("第九", "弄"), "Dì-9 Lòng"),
    (Parts("十里堡", kind="village"), "Shílǐpù"),
    (Parts("建瓯", "市", kind="division"), "Jiàn'ōu Shì"),
    (Parts("盆儿", "胡同"), "Pénr Hútong"),
]


@pytest.mark.parametrize("parts, spelling", SPELLED, ids=[parts.name for parts, _spelling in SPELLED])
def test_a_name_is_spelled_by_rule(parts, spelling):
    assert spelled(parts) == spelling


def test_tone_marks_may_be_left_out_and_all_letters_may_be_capitals():
    assert spelled(Parts("长安", "街"), tones=False) == "Chang'an Jie"
    assert spelled(Parts("长安", "街"), capitals=True) == "CHÁNG'ĀN JIĒ"


def test_a_told_reading_overrides_the_table_and_must_fit():
    assert spelled(Parts("长乐", "路", reading="chang2 le4 lu4")) == "Chánglè Lù"
    with pytest.raises(SpellingProblem, match="有 3 个字，读音写了 2 个音节"):
        spelled(Parts("长乐", "路", reading="chang2 le4"))


def test_readings_are_stored_with_tone_numbers_and_doubtful_ones_are_named():
    assert with_tone_numbers(Parts("十里堡", kind="village")) == "shi2 li3 pu4"
    assert toneless("新华街") == toneless("心花街") == "xinhuajie"
    assert doubtful("十里堡") == []
    assert number_of("四十二") == 42 and number_of("十") == 10 and number_of("一百零三") == 103


def test_a_line_breaks_between_words_or_syllables():
    assert broken("Cháoyángménnèi Dàjiē", 10) == ["Cháoyáng-", "ménnèi", "Dàjiē"]


def a_street(proper, generic="路", division="371002001", **more):
    return Proposal(proper, generic, "street", division, **more)


def codes(proposal, *known):
    return [(one.code, one.outcome) for one in findings(proposal, known)]


def test_a_company_nearby_is_flagged_for_a_person_to_clear():
    assert codes(a_street("万科")) == [("company", "ask")]
    assert codes(a_street("海岳", companies=("海岳",))) == [("company", "ask")]


def test_the_same_name_is_refused_in_one_built_up_area_and_allowed_in_another_county():
    known = Known("新华街", "street", "371002002")

    assert codes(a_street("新华", "街"), known) == [("same", "refuse")]
    assert codes(a_street("新华", "街", "371003001"), known) == []
    assert codes(a_street("心花", "街"), known) == [("homophone", "ask")]
    assert codes(Proposal("新华", "小区", "estate", "371002001"), known) == []


def test_a_foreign_person_is_refused_with_the_article():
    (found,) = findings(a_street("马克思", "大道", width=50), [])

    assert (found.code, found.outcome, found.law) == ("foreign", "refuse", "地名管理条例 §9")
    assert "马克思" in found.words


def test_a_square_needs_its_size_and_rare_characters_are_asked_about():
    assert codes(Proposal("海悦", "广场", "building", "371002001", area=800)) == [("size", "ask")]
    assert codes(Proposal("海悦", "广场", "building", "371002001", area=12_000)) == []
    assert codes(a_street("㸌海")) == [("rare", "ask")]


def test_a_listed_name_is_guarded_until_a_measure_was_laid_down():
    found = guarded(is_listed=True, measure="")

    assert found is not None and (found.code, found.law) == ("listed", "地名管理条例 §25")
    assert guarded(is_listed=True, measure="在原址立碑并派生命名") is None
    assert guarded(is_listed=False, measure="") is None


def test_codes_say_what_they_are():
    assert (village_kind("371002001001"), town_kind("371002001001")) == ("居民委员会", "街道")
    assert (village_kind("371002103202"), town_kind("371002103202")) == ("村民委员会", "镇")
    assert is_rural("210") and not is_rural("121")


def test_a_line_last_inspected_five_years_ago_is_overdue_the_day_after():
    assert overdue_inspection(date(2021, 5, 10), date(2026, 5, 11))
    assert not overdue_inspection(date(2021, 5, 10), date(2026, 5, 10))


def test_three_votes_of_seven_are_not_enough_and_ties_go_by_evidence_then_by_date():
    early, late = date(2026, 1, 1), date(2026, 2, 1)
    candidates = [
        Candidate("三票", early, 90, votes=3),
        Candidate("晚", late, 80, votes=5),
        Candidate("早", early, 80, votes=5),
        Candidate("证据多", late, 85, votes=5),
    ]

    assert by_votes(candidates, panel=7, places=21) == ["证据多", "早", "晚"]
    assert by_votes(candidates, panel=7, places=2) == ["证据多", "早"]


def test_with_five_experts_the_highest_and_the_lowest_score_are_left_out():
    assert mean_score((60, 80, 82, 84, 100)) == 82
    assert mean_score((60, 80, 82, 100)) == 80.5
    day = date(2026, 1, 1)
    found = by_scores(
        [Candidate("甲", day, 1, scores=(100, 0, 80, 80, 80)), Candidate("乙", day, 1, scores=(70,))],
        least=75,
        places=5,
    )
    assert found == ["甲"]
