"""Papers that are kept: their rows, who may see them, the hash that is checked, printing in one go."""

import hashlib
import io
from dataclasses import replace

import pytest
from django.db import ProgrammingError, connection, transaction
from pypdf import PdfReader

from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.queries import reader_for
from anmin.kernel.audit.models import Act, Read
from anmin.kernel.papers import actions, data, kinds, queries
from anmin.kernel.papers.actions import Belongs
from anmin.kernel.papers.models import Paper
from anmin.kernel.papers.pdf import NoGlyph
from anmin.kernel.papers.samples import DAY, samples
from anmin.kernel.papers.words import PaperProblem
from tests.make import a_household, a_person, a_user

pytestmark = pytest.mark.django_db
SAMPLES = samples()
HERE = "371002001001"


@pytest.fixture
def home():
    return a_household("H1", HERE, a_person("陈国栋", HERE))


def a_paper(home, key="refusal", paper=None, **options):
    belongs = Belongs("DB-1", home.division, home, home.memberships.first().person)
    return actions.make_paper(by="test", kind=key, data=paper or SAMPLES[key], belongs=belongs, **options)


def test_a_paper_is_kept_with_its_words_its_hashes_and_an_act(home):
    row = a_paper(home)

    printed = queries.pdf_again(row)
    assert printed.is_same and hashlib.sha256(printed.pdf).hexdigest() == row.pdf_sha256
    act = Act.objects.get(act="papers.make")
    assert act.subject_id == str(row.pk) and act.after["kind"] == "refusal"
    assert "陈国栋" not in str(act.after)


def test_no_name_of_a_paper_lies_readable_in_its_row(home):
    row = a_paper(home)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_jsonb(p)::text, p.sheet, p.data FROM kernel_paper AS p WHERE id = %s", [row.pk]
        )
        text, sheet, known = cursor.fetchone()

    assert "陈国栋" not in text
    assert "陈国栋".encode() not in bytes(sheet) + bytes(known)
    assert Paper.objects.get(pk=row.pk).data["to"]["name"] == "陈国栋"


def test_a_paper_keeps_its_words_when_the_template_changes(home, monkeypatch, tmp_path):
    row = a_paper(home)
    monkeypatch.setattr(kinds, "folders", lambda: [tmp_path])
    (tmp_path / "371002").mkdir()
    (tmp_path / "371002" / "refusal.yaml").write_text("replace: {first: {lead: 新的说法}}", "utf-8")

    printed = queries.pdf_again(Paper.objects.get(pk=row.pk))

    assert kinds.kind("refusal", HERE).template != row.template
    assert printed.is_same


def test_a_paper_cannot_be_changed_or_deleted_even_by_sql(home):
    row = a_paper(home)

    for statement in ("UPDATE kernel_paper SET title = 'x'", "DELETE FROM kernel_paper"):
        with pytest.raises(ProgrammingError, match="kernel_paper_stays"), transaction.atomic():
            connection.cursor().execute(statement + f" WHERE id = {row.pk}")


def test_words_that_were_changed_are_not_printed(home):
    """The wrong variant: somebody with the key writes other words over the sheet."""
    row = a_paper(home)
    row.sheet = {**row.sheet, "title": "最低生活保障确认通知书"}
    row.save(update_fields=["sheet"])

    with pytest.raises(PaperProblem, match="与生成时不一致"):
        queries.pdf_again(Paper.objects.get(pk=row.pk))


def test_a_reader_sees_papers_of_the_own_divisions_only(home):
    row = a_paper(home)
    near, far = a_user("near", "371002"), a_user("far", "371003")

    for user, expected in ((near, [row]), (far, [])):
        reader = reader_for(user, DAY)
        with reading_as(reader):
            assert list(Paper.objects.all()) == expected
            assert queries.papers_about(reader, "DB-1") == expected
            assert queries.paper_numbered(reader, row.pk) == (expected or [None])[0]
            assert (
                queries.paper_with_code(reader, f" {row.code[:5].lower()}-{row.code[5:]} ")
                == (expected or [None])[0]
            )


def test_the_code_at_the_foot_says_nothing_about_anybody(home):
    codes = {a_paper(home).code for _ in range(5)}

    assert len(codes) == 5
    assert all(len(code) == 10 and set(code) <= set(actions.LETTERS) for code in codes)


def test_a_character_without_a_glyph_stops_the_paper_and_writes_nothing(home):
    paper = replace(SAMPLES["refusal"], to=data.Party("王\U0002ebf0"))

    with pytest.raises(NoGlyph, match="U\\+2EBF0"):
        a_paper(home, paper=paper)

    assert not Paper.objects.exists() and not Act.objects.filter(act="papers.make").exists()


def test_room_to_write_by_hand_is_noted_with_the_paper(home):
    paper = replace(SAMPLES["refusal"], to=data.Party("王\U0002ebf0"))

    row = a_paper(home, paper=paper, by_hand=True)

    assert row.by_hand == ["\U0002ebf0"]
    assert queries.pdf_again(row).is_same
    assert row.data["to"]["name"] == "王\U0002ebf0"


def test_many_papers_print_as_one_file_in_order_each_with_its_own_pages(home):
    rows = [a_paper(home, key) for key in ("summary", "refusal", "why")]

    printed = actions.print_papers(by=a_user("clerk", "371002"), papers=rows, odd=True)

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages]
    assert ["审核确认表" in page for page in pages].index(True) == 0
    assert "不予确认告知书" in pages[2] and "共 1 页" in pages[2]
    assert "为什么是这个金额" in pages[4] and not pages[3].strip()
    assert Act.objects.get(act="papers.print").after["papers"] == [row.pk for row in rows]
    assert Read.objects.get(via="papers.print").persons == [rows[0].person_id]


def test_nothing_to_print_is_said():
    with pytest.raises(PaperProblem, match="没有要打印的文书"):
        actions.print_papers(by="test", papers=[])


def test_a_paper_of_a_closely_held_person_is_as_closely_held(home):
    person = home.memberships.first().person
    person.level = 3
    person.save()

    assert a_paper(home).level == 3
    assert a_paper(home, "publicity_sheet").level == 0
