"""Every kind in print: what stands on it, in which order, in three forms, in the locality's own template."""

import io
import re
from dataclasses import replace

import docx
import pytest
import yaml
from pypdf import PdfReader

from anmin.domains import assistance
from anmin.kernel.papers import data, kinds
from anmin.kernel.papers.checking import checked
from anmin.kernel.papers.composing import composed, texts_of
from anmin.kernel.papers.html import page_of
from anmin.kernel.papers.kinds import kind, national
from anmin.kernel.papers.pdf import pdf_of
from anmin.kernel.papers.samples import DIVISION, samples
from anmin.kernel.papers.word import word_of, word_template
from anmin.kernel.papers.words import PaperProblem
from tests.kernel.papers.reading import golden, text_of_pdf, text_of_word

SAMPLES = samples()


def sheet(key, paper=None, division="000000"):
    chosen = kind(key, division)
    return composed(chosen, checked(chosen, paper or SAMPLES[key]), code="7K3M9Q2XAB")


def squeezed(text):
    return re.sub(r"\s+", "", text)


def test_there_is_a_sample_of_every_kind():
    assert set(SAMPLES) == set(national())


@pytest.mark.parametrize("key", sorted(SAMPLES))
def test_every_kind_prints_what_it_always_printed(key):
    printed = text_of_pdf(pdf_of([sheet(key)]))

    assert printed == golden(key, printed)


@pytest.mark.parametrize("key", sorted(SAMPLES))
def test_pdf_page_and_word_say_the_same(key):
    made = sheet(key)
    chosen = kind(key)

    pdf = squeezed(text_of_pdf(pdf_of([made])))
    page = squeezed(page_of([made]))
    word = squeezed(text_of_word(word_of(chosen, checked(chosen, SAMPLES[key]), code="7K3M9Q2XAB")))

    for text in texts_of(made["blocks"]):
        for line in text.split("\n"):
            wanted = squeezed(line)
            assert wanted in page
            if len(wanted) > 1:
                assert wanted in word, f"{key}: {line}"
            assert all(letter in pdf for letter in wanted)
    assert "{{" not in word and "{%" not in word


@pytest.mark.parametrize("key", sorted(SAMPLES))
def test_the_foot_names_form_template_rules_and_code_and_pages_are_numbered(key):
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf_of([sheet(key)]))).pages]

    for number, page in enumerate(pages, 1):
        assert f"表号 {kind(key).form}" in page
        assert f"版本 {kind(key).template}" in page
        assert "规则 dibao 2026.07.1" in page
        assert "查询码 7K3M9Q2XAB" in page
        assert f"第 {number} 页" in page and f"共 {len(pages)} 页" in page


@pytest.mark.parametrize("key", sorted(SAMPLES))
def test_every_page_is_a4(key):
    for page in PdfReader(io.BytesIO(pdf_of([sheet(key)]))).pages:
        assert (round(float(page.mediabox.width)), round(float(page.mediabox.height))) == (595, 842)


@pytest.mark.parametrize(
    "key", ["refusal", "stop_notice", "notice_of_missing", "decision", "why", "authorisation"]
)
def test_what_people_take_home_is_one_leaf(key):
    assert len(PdfReader(io.BytesIO(pdf_of([sheet(key)]))).pages) == 1


@pytest.mark.parametrize("key", ["refusal", "stop_notice", "change_notice", "recovery_notice", "termination"])
def test_what_is_against_somebody_begins_with_the_numbers_and_ends_with_the_remedy(key):
    texts = [block for block in sheet(key)["blocks"] if block["is"] in ("greeting", "lead", "text")]

    assert texts[0]["text"] == "陈国栋："
    assert texts[1]["text"] == SAMPLES[key].sentence and re.search(r"\d", texts[1]["text"])
    whole = "".join(texts_of(texts))
    assert "依据：《" in whole
    assert (
        "60日内，向环翠区人民政府申请行政复议" in whole and "6个月内，向环翠区人民法院提起行政诉讼" in whole
    )


@pytest.mark.parametrize("key", ["refusal", "stop_notice", "change_notice", "recovery_notice", "termination"])
def test_sentences_for_residents_are_short(key):
    said = [
        text for block in sheet(key)["blocks"] if block["is"] in ("lead", "text") for text in texts_of(block)
    ]
    sentences = [part for text in said for part in re.split(r"[。；！？，：]", text) if part.strip()]

    assert sum(len(part) for part in sentences) / len(sentences) <= 25


def test_an_identity_number_stands_in_eighteen_boxes():
    (row,) = [
        cell
        for block in sheet("summary")["blocks"]
        if block["is"] == "grid"
        for run in block["runs"]
        for line in run["rows"]
        for cell in line
        if cell["is"] == "boxes"
    ]

    assert len(row["boxes"]) == 18
    assert "".join(row["boxes"]) == SAMPLES["summary"].applicant.number


def test_a_number_of_nineteen_is_refused():
    paper = replace(SAMPLES["summary"], applicant=data.Party("陈国栋", "1" * 19))

    with pytest.raises(PaperProblem, match="19 位"):
        sheet("summary", paper)


def test_an_amount_stands_in_figures_and_characters():
    whole = "".join(texts_of(sheet("decision")))

    assert "732.00 元（大写：柒佰叁拾贰元整）" in whole


def test_what_is_asked_back_is_the_sum_of_the_months():
    whole = "".join(texts_of(sheet("recovery_notice")))

    assert "400.00 元（大写：肆佰元整）" in whole


def test_one_notice_lists_exactly_what_is_missing_and_what_need_not_be_brought():
    missing, free, promised = [
        block for block in sheet("notice_of_missing")["blocks"] if block["is"] == "table"
    ]

    assert [row[1] for row in missing["rows"]] == [row.title for row in SAMPLES["notice_of_missing"].missing]
    assert [row[0] for row in free["rows"]] == [row.title for row in SAMPLES["notice_of_missing"].free]
    assert len(promised["rows"]) == 1


def test_the_wall_shows_name_place_number_and_amount_and_nothing_else():
    printed = text_of_pdf(pdf_of([sheet("publicity_sheet")]))

    assert not re.search(r"\d{11}", printed)
    assert not re.search("残疾|疾病|患|身份证|银行", printed)
    assert "2026年11月20日至2026年11月27日" in printed


@pytest.mark.parametrize("slip", ["王小明 13800000000", "990011196803020116", "6222 0000 0000 000"])
def test_a_number_that_slipped_into_a_name_never_reaches_the_wall(slip):
    paper = replace(SAMPLES["publicity_sheet"], rows=[data.Published(slip, "一组", 1, 91000)])

    with pytest.raises(PaperProblem, match="不能张贴"):
        sheet("publicity_sheet", paper)


def test_data_with_a_slip_of_the_pen_are_refused_by_name():
    with pytest.raises(PaperProblem, match="remedy：缺少这一项") as refused:
        checked(kind("refusal"), {"matter": "低保", "sentense": "x", "on": "2026-11-20", "number": "1"})

    assert "sentense" in str(refused.value)


def test_a_character_of_an_old_system_is_refused():
    with pytest.raises(PaperProblem, match="自造字"):
        checked(kind("refusal"), replace(SAMPLES["refusal"], to=data.Party("王\ue001")))


def test_weihai_prints_its_own_authorisation_and_says_so_at_the_foot():
    here, elsewhere = sheet("authorisation", division=DIVISION), sheet("authorisation", division="350200")

    assert here["title"] == "威海市城乡困难家庭经济状况核对诚信承诺及委托授权书"
    assert "我们承诺" in "".join(texts_of(here)) and "我们承诺" not in "".join(texts_of(elsewhere))
    assert "表号 WH-SA-02" in here["foot"][0] and "表号 AM-SA-02" in elsewhere["foot"][0]


@pytest.fixture
def pack(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path
    folder = tmp_path / "packs" / "papers" / "371002"
    folder.mkdir(parents=True)
    return folder


def test_a_county_replaces_a_shared_text_and_a_block(pack):
    (pack / "texts.yaml").write_text("contact: {text: '请到环翠区政务大厅二楼。'}", "utf-8")
    (pack / "refusal.yaml").write_text(
        "form: HC-1\nversion: 7\nreplace: {decision: {text: '区里的说法：{{ reason }}'}}", "utf-8"
    )

    whole = "".join(texts_of(sheet("refusal", division=DIVISION)))

    assert "请到环翠区政务大厅二楼。" in whole and "区里的说法：" in whole and "表号 HC-1" in whole
    assert "环翠区政务大厅" not in "".join(texts_of(sheet("refusal", division="371003001001")))


def test_a_county_lays_out_a_paper_in_its_own_look(pack):
    (pack / "why.typ").write_text(
        '#import "anmin.typ": *\n#let sheet(one) = [本地版面：#said(one.title)]', "utf-8"
    )
    chosen = kind("why", DIVISION)

    printed = pdf_of(
        [sheet("why", division=DIVISION), sheet("refusal", division=DIVISION)], looks={"why": chosen.look}
    )

    pages = [squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(printed)).pages]
    assert "本地版面：为什么是这个金额" in pages[0] and "不予确认" in pages[1]


def test_a_look_that_would_fetch_from_the_network_is_refused(pack):
    (pack / "why.typ").write_text('#import "@preview/cetz:0.3.0"', "utf-8")

    with pytest.raises(PaperProblem, match="不联网"):
        kind("why", DIVISION)


def test_a_town_edits_the_word_file_and_its_words_are_filled(pack):
    edited = docx.Document(io.BytesIO(word_template(kind("refusal"))))
    edited.add_paragraph("本街道补充：{{ to.name }}，{{ applied_on|day }}。")
    edited.save(pack / "refusal.docx")
    chosen = kind("refusal", DIVISION)

    word = text_of_word(word_of(chosen, checked(chosen, SAMPLES["refusal"])))

    assert "本街道补充：陈国栋，2026年11月2日。" in word


def test_a_word_file_that_asks_for_an_unknown_name_is_refused_with_the_name(pack):
    edited = docx.Document()
    edited.add_paragraph("{{ to.nmae }}")
    edited.save(pack / "refusal.docx")
    chosen = kind("refusal", DIVISION)

    with pytest.raises(PaperProblem, match="nmae"):
        word_of(chosen, checked(chosen, SAMPLES["refusal"]))


def test_a_template_that_is_no_word_file_is_refused(pack):
    (pack / "refusal.docx").write_bytes(b"not a zip")
    chosen = kind("refusal", DIVISION)

    with pytest.raises(PaperProblem, match="不是 Word 文件"):
        word_of(chosen, checked(chosen, SAMPLES["refusal"]))


def test_a_template_cannot_reach_out_of_its_sandbox(pack):
    (pack / "why.yaml").write_text("replace: {first: {lead: '{{ to.__class__.__mro__ }}'}}", "utf-8")

    with pytest.raises(PaperProblem, match="填不出来"):
        sheet("why", division=DIVISION)


def test_a_locality_that_replaces_what_is_not_there_is_told_what_there_is(pack):
    (pack / "why.yaml").write_text("replace: {frist: {lead: x}}", "utf-8")

    with pytest.raises(PaperProblem, match="没有编号为 frist 的段落"):
        kind("why", DIVISION)


def test_every_paper_that_a_procedure_names_is_a_kind():
    named = set()
    for path in (kinds.HERE.parents[1] / "domains").glob("*/matters/*.yaml"):
        for step in yaml.safe_load(path.read_text("utf-8")).get("steps", []):
            named |= set(step.get("papers", []))

    assert assistance.__name__ and named
    assert named <= set(national())
