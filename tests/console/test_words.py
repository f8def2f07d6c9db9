"""Words on screen: every sentence of the interface has its English, and the compiled catalogues are current."""

import gettext
import re
from pathlib import Path

import pytest

from anmin.console import terms
from anmin.console.catalogues import LOCALES, compiled, messages
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy import codes

SCREENS = [Path(__file__).parents[2] / "src/anmin" / name for name in ("console", "portal", "field")]
ENGLISH = LOCALES / "en/LC_MESSAGES/django.po"
HAN = re.compile(r"[\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
MARKED = re.compile(r"""(?:translate |\b_\(|gettext_lazy\(|gettext_noop\()(["'])(.+?)\1""")


def english() -> dict[str, list[str]]:
    return {row.sentence: row.texts for row in messages(ENGLISH) if row.is_complete}


def test_nothing_in_the_english_catalogue_is_missing():
    assert [row.sentence for row in messages(ENGLISH) if row.sentence and not row.is_complete] == []


def test_every_marked_sentence_is_in_the_catalogue():
    known = english()
    sources = [path for kind in ("*.py", "*.html") for screen in SCREENS for path in screen.rglob(kind)]

    marked = {found[1] for path in sources for found in MARKED.findall(path.read_text("utf-8"))}
    assert len(marked) > 250
    assert sorted(text for text in marked if text.replace("%", "%%") not in known and text not in known) == []


def test_the_english_words_hold_no_chinese_characters():
    assert [texts for texts in english().values() if HAN.search(" ".join(texts))] == []


def test_placeholders_survive_translation():
    for row in messages(ENGLISH):
        for text in row.texts:
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(row.sentence)), row.sentence


@pytest.mark.parametrize("path", sorted(LOCALES.glob("*/LC_MESSAGES/*.po")), ids=lambda path: path.parts[-3])
def test_the_compiled_catalogue_is_current_and_readable(path):
    assert path.with_suffix(".mo").read_bytes() == compiled(path)
    with path.with_suffix(".mo").open("rb") as file:
        read = gettext.GNUTranslations(file)

    if path.parts[-3] == "en":
        assert read.gettext("低保") == "Dibao"
        assert read.ngettext("%(n)s 人", "%(n)s 人", 1) == "%(n)s person"


def test_every_code_has_an_english_term():
    titles = {
        code.title
        for kind in vars(codes).values()
        if isinstance(kind, type) and issubclass(kind, codes.Code)
        for code in kind
    }

    assert titles - set(english()) == set()


def test_every_department_and_unit_of_the_rulebook_has_an_english_name():
    book = rulebook()
    departments = {name for fact in book.facts.values() for name in fact.source.split("、")}
    units = {rate.unit for rate in book.rates.rates.values() if rate.unit}

    assert (departments | units) - set(english()) == set()
    assert set(terms.CODES) <= set(english())


def test_no_page_shows_chinese_that_was_not_marked_for_translation():
    tag = re.compile(
        r"\{%\s*blocktranslate.*?endblocktranslate\s*%\}|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL
    )
    allowed = {"中文"}

    for path in [path for screen in SCREENS for path in screen.rglob("*.html")]:
        rest = tag.sub("", path.read_text("utf-8"))
        assert set(re.findall(r"[\u4e00-\u9fff]+", rest)) <= allowed, path.name
