"""Names in print: five hundred odd names come back out of PDF and Word, and none becomes a box."""

import random
import re
from dataclasses import replace

import pytest

from anmin.kernel.papers import data
from anmin.kernel.papers.checking import checked
from anmin.kernel.papers.composing import composed
from anmin.kernel.papers.html import html_of
from anmin.kernel.papers.kinds import kind
from anmin.kernel.papers.pdf import NoGlyph, code_point, marked, pdf_of
from anmin.kernel.papers.samples import samples
from anmin.kernel.papers.word import word_of
from anmin.lib.names import normalise_name
from tests.kernel.papers.reading import text_of_pdf, text_of_word
from tests.kernel.people.test_names_survive import SPECIAL, five_hundred

SHEET = samples()["publicity_sheet"]
INJECTIONS = [
    "#panic(1)",
    "$x^2$ *粗* _斜_",
    'a"b\\c',
    "</td><script>alert(1)</script>",
    "{{ 7*7 }}{% for x in y %}",
    '#include "/etc/passwd"',
    "@preview/x <label> `raw`",
    "=标题 - 列表 + 1. // 注释",
    "&amp;&#20013;]]>",
]


def paper_of(names):
    return replace(SHEET, rows=[data.Published(name, "一组", 1, 91000) for name in names])


def sheet_of(paper):
    chosen = kind("publicity_sheet")
    return composed(chosen, checked(chosen, paper))


def whole(text):
    return re.sub(r"\s+", "", text)


def names_in(printed):
    """The names of a printed list: a row begins with its number; what wrapped belongs to the row."""
    found = {}
    for match in re.finditer(r"name(\d+)=(.*?)=end", whole(printed)):
        found[int(match[1])] = match[2]
    return found


def test_five_hundred_names_come_back_out_of_a_pdf_or_are_named_as_unprintable():
    names = five_hundred()
    sheet = sheet_of(replace(SHEET, rows=[]))
    lines = [f"name{at}={name}=end" for at, name in enumerate(names)]
    sheet["blocks"] = [{"is": "text", "paragraphs": [line]} for line in lines]

    with pytest.raises(NoGlyph) as refused:
        pdf_of([sheet])
    lacking = refused.value.characters
    back = names_in(text_of_pdf(pdf_of([marked(sheet, lacking)])))

    assert len(back) == len(names) == 500
    for at, name in enumerate(names):
        wanted = name
        for one in lacking:
            wanted = wanted.replace(one, f"［{code_point(one)}］")
        assert back[at] == whole(wanted)
    assert not any("□" in name or "?" in name or "\ufffd" in name for name in back.values())
    assert all(0x30000 <= ord(one) <= 0x323AF for one in lacking), "只有扩展 G、H 区允许缺字"


def test_five_hundred_names_come_back_out_of_a_word_file():
    names = five_hundred()
    chosen = kind("publicity_sheet")

    word = word_of(chosen, checked(chosen, paper_of(names)))

    lines = text_of_word(word).splitlines()
    assert [name for name in names if name not in lines] == []


def test_a_chain_without_the_rare_fonts_would_be_caught(monkeypatch):
    """The wrong variant: the common font alone, as most machines have it."""
    monkeypatch.setattr("anmin.kernel.papers.pdf.chain", lambda: ("Noto Serif CJK SC",))

    with pytest.raises(NoGlyph, match=r"U\+2B823"):
        pdf_of([sheet_of(paper_of(["王\U0002b823"]))])


def test_a_refusal_names_the_character_its_code_point_and_what_to_do():
    with pytest.raises(NoGlyph) as refused:
        pdf_of([sheet_of(paper_of(["王\U0002ebf0"]))])

    assert refused.value.characters == ("\U0002ebf0",)
    assert "U+2EBF0" in str(refused.value) and "anmin doctor" in str(refused.value)


def test_room_to_write_by_hand_is_left_and_the_foot_says_so():
    sheet = sheet_of(paper_of(["王\U0002ebf0"]))

    printed = text_of_pdf(pdf_of([marked(sheet, ["\U0002ebf0"])]))

    assert "U+2EBF0］" in whole(printed)
    assert "手写补字：本机字体没有U+2EBF0" in whole(printed)


@pytest.mark.parametrize("name", INJECTIONS)
def test_a_name_is_never_markup(name):
    paper = paper_of([name])
    chosen = kind("publicity_sheet")
    sheet = sheet_of(paper)
    sheet["blocks"].append({"is": "lead", "text": name})

    assert whole(name) in whole(text_of_pdf(pdf_of([sheet])))
    assert name in text_of_word(word_of(chosen, checked(chosen, paper))).splitlines()
    assert "<script>" not in html_of([sheet])


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u200f", "\u200b", "\ufeff", "\x00", "\x1b"])
def test_marks_that_turn_the_direction_or_print_nothing_are_taken_out(mark):
    sheet = sheet_of(paper_of([f"王{mark}小明"]))

    assert "王小明" in whole(text_of_pdf(pdf_of([sheet])))


def test_the_same_sheets_make_the_same_bytes():
    sheet = sheet_of(paper_of(SPECIAL))
    chosen = kind("publicity_sheet")
    known = checked(chosen, paper_of(SPECIAL))

    assert pdf_of([sheet]) == pdf_of([sheet])
    assert word_of(chosen, known) == word_of(chosen, known)
    assert pdf_of([sheet]) != pdf_of([sheet_of(paper_of(SPECIAL[::-1]))])


def test_a_pdf_claims_the_archive_standard_and_holds_its_fonts():
    printed = pdf_of([sheet_of(paper_of(SPECIAL))])

    assert (
        b"<pdfaid:part>2</pdfaid:part>" in printed
        and b"<pdfaid:conformance>B</pdfaid:conformance>" in printed
    )


@pytest.mark.parametrize("kind_key", ["application", "summary", "authorisation"])
def test_a_long_name_stays_in_its_cell(kind_key):
    """No word of the page lies beyond the right margin."""
    long = "阿卜杜热合曼·阿卜杜克热木·买买提·阿不力克木·吐尔逊"
    latin = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"
    paper = samples()[kind_key]
    person = data.Party(long, paper.applicant.number, relation="本人", health=latin, work=latin)
    rows = {"signers": [person]} if kind_key == "authorisation" else {"members": [person]}
    chosen = kind(kind_key)
    made = pdf_of([composed(chosen, checked(chosen, replace(paper, applicant=person, **rows)))])

    words = boxes_of(made)

    assert normalise_name(long) in whole("".join(text for text, _ in words))
    assert max(right for _, right in words) <= (210 - 18 + 0.5) / 25.4 * 72


def boxes_of(pdf):
    import subprocess
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        done = subprocess.run(["pdftotext", "-bbox", file.name, "-"], capture_output=True, check=True)
    return [
        (match[2], float(match[1]))
        for match in re.finditer(r'xMax="([\d.]+)" yMax="[\d.]+">(.*?)</word>', done.stdout.decode())
    ]


def test_random_texts_never_break_a_paper():
    dice = random.Random(4)
    alphabet = "王李#$\\*\"'_`<>@{}[]()=-+/~^%&|;:!?，。　 \n\t中文abc123"
    names = ["".join(dice.choice(alphabet) for _ in range(dice.randint(1, 40))) for _ in range(200)]
    names = [name for name in names if not re.search(r"\d{6}", name)]

    assert pdf_of([sheet_of(paper_of(names))]).startswith(b"%PDF")
