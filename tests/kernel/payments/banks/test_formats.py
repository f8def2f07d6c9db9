"""Formats of banks: what is written comes back to the fen; what a bank cannot take is refused before it is written."""

from datetime import date

import pytest

from anmin.kernel.entitlements.queries import benefits_of_runs, title_of_benefit
from anmin.kernel.payments.banks.contents import FileProblem, problems_with, read_file, write_file
from anmin.kernel.payments.banks.layouts import form_for, form_named, forms
from anmin.kernel.payments.banks.letters import troublesome

KEYS = [form.key for form in forms()]
HEAD = {"batch": "371002-202611-01-01", "day": date(2026, 11, 10)}


def a_line(seq=1, **known):
    return {
        "seq": seq,
        "key": f"{seq}-1",
        "account": "6222020000000001",
        "holder": "王秀英",
        "fen": 732_00 + seq,
        "month": "202611",
        "purpose": "最低生活保障金",
        "id_number": "990001195003020023",
        "place": "371002001001",
        "status": "0",
        "code": "",
        **known,
    }


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("way", ["out", "back"])
def test_what_is_written_is_read_to_the_fen(key, way):
    form = form_named(key)
    layout = getattr(form, way)
    lines = [a_line(1), a_line(2, holder="买买提·艾力"), a_line(3, holder="𬭼女士", fen=1)]

    found = read_file(form, layout, write_file(form, layout, HEAD, lines))

    assert [line["fen"] for line in found.lines] == [732_01, 732_02, 1]
    assert [line["holder"] for line in found.lines] == ["王秀英", "买买提·艾力", "𬭼女士"]
    assert (found.head["batch"], found.head["day"]) == (HEAD["batch"], HEAD["day"])


@pytest.mark.parametrize("key", KEYS)
def test_a_file_cut_off_at_any_byte_is_refused(key):
    form = form_named(key)
    content = write_file(form, form.back, HEAD, [a_line(seq) for seq in range(1, 6)])

    for length in range(len(content)):
        with pytest.raises(FileProblem):
            read_file(form, form.back, content[:length])


@pytest.mark.parametrize(
    ("key", "known", "words"),
    [
        ("rural_fixed", {"holder": "阿" * 21}, "太长：42 字节，银行只收 40 字节"),
        ("rural_fixed", {"fen": 10**12}, "太长：13 字节，银行只收 12 字节"),
        ("rural_fixed", {"holder": "王\ue0a1英"}, r"（U\+E0A1）"),
        ("state_xml", {"holder": "\U00030000女士"}, r"（U\+30000）"),
        ("agent_csv", {"holder": "王?英"}, "收不了"),
        ("agent_csv", {"holder": "=王秀英"}, "公式"),
        ("one_card", {"holder": "王\n英"}, "收不了"),
    ],
)
def test_what_a_bank_cannot_take_is_refused_with_line_and_reason(key, known, words):
    form = form_named(key)

    with pytest.raises(FileProblem, match=words) as refused:
        write_file(form, form.out, HEAD, [a_line(1), a_line(2, **known)])

    assert [one.line for one in refused.value.lines] == [2]


def test_a_name_of_exactly_the_width_is_written_whole():
    form = form_named("rural_fixed")

    content = write_file(form, form.out, HEAD, [a_line(holder="阿" * 20)])

    assert ("阿" * 20).encode("gb18030") in content


def test_a_name_with_a_letter_of_the_national_set_alone_reads_back_equal():
    """I10: 䶮 is four bytes of GB 18030 and no letter of GBK; a file in GBK would lose the person's name."""
    form = form_named("rural_fixed")

    content = write_file(form, form.out, HEAD, [a_line(holder="王䶮")])

    assert "王䶮" in content.decode("gb18030")
    with pytest.raises(UnicodeEncodeError):
        "王䶮".encode("gbk")


@pytest.mark.parametrize("letter", "王㐀𠀀𬭼·ａ")
def test_letters_of_the_national_set_are_taken(letter):
    assert troublesome(letter, "gb18030") == ""


@pytest.mark.parametrize(
    "letter",
    [
        "\ue000",
        "\U000f0000",
        "\U00031350",
        "\u200b",
        "?",
        "\ufffd",
        "\x00",
        "\u9fb4",
        "\ufe12",
        "\ufe00",
        "\U000e0100",
    ],
)
def test_letters_outside_the_national_set_are_not(letter):
    assert troublesome(letter, "gb18030") == letter


def test_letters_whose_bytes_the_new_edition_changed_are_those_that_this_codec_writes_in_four():
    """GB 18030-2022 writes U+9FB4 as FE59; who reads by it would find another letter in our bytes."""
    assert "\u9fb4".encode("gb18030") == b"\x82\x35\x90\x37"
    assert b"\xfe\x59".decode("gb18030") != "\u9fb4"


@pytest.mark.parametrize("name", ["𠮷田", "㛃", "阿依古丽·买买提", "王䶮", "𬭼"])
@pytest.mark.parametrize("key", KEYS)
def test_rare_names_come_back_whole_in_every_format(key, name):
    form = form_named(key)

    found = read_file(form, form.back, write_file(form, form.back, HEAD, [a_line(holder=name)]))

    assert found.lines[0]["holder"] == name


def test_every_benefit_has_a_title_that_every_bank_can_take():
    """A purpose that is too long for one bank would keep all its families from being paid."""
    titles = [title_of_benefit(key) for key in benefits_of_runs()]
    assert titles

    for form in forms():
        lines = [a_line(at, purpose=title) for at, title in enumerate(titles, start=1)]
        assert problems_with(form, form.out, lines) == []


def test_every_total_is_compared():
    form = form_named("agent_csv")
    content = write_file(form, form.back, HEAD, [a_line(1), a_line(2)])

    for old, new in ((b",2,", b",3,"), (b"146403", b"146404"), (b"732.01", b"732.11")):
        with pytest.raises(FileProblem):
            read_file(form, form.back, content.replace(old, new, 1))


def test_an_entity_in_xml_is_not_read():
    form = form_named("state_xml")
    content = write_file(form, form.back, HEAD, [a_line()])
    bomb = content.replace(b"<Batch>", b'<!DOCTYPE Batch [<!ENTITY a "b">]><Batch>', 1)

    with pytest.raises(FileProblem, match="不允许"):
        read_file(form, form.back, bomb)


@pytest.mark.parametrize(
    ("bank", "way", "key"),
    [
        ("威海银行", "social", "one_card"),
        ("荣成农商银行", "card", "rural_fixed"),
        ("中国农业银行", "book", "state_xml"),
        ("威海银行", "card", "agent_csv"),
        ("", "cash", "cash_sheet"),
        ("", "kind", "kind_sheet"),
    ],
)
def test_the_bank_and_the_way_choose_the_format(bank, way, key):
    assert form_for(bank, way, "371002001001", date(2026, 11, 1)).key == key


def test_a_reason_code_means_what_it_meant_on_the_day():
    form = form_named("rural_fixed")

    assert form.code_on("06", date(2025, 12, 31)).title == "其他原因"
    assert "开户行" in form.code_on("06", date(2026, 1, 1)).title
    assert form.code_on("77", date(2026, 1, 1)) is None
