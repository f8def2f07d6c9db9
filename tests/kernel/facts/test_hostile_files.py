"""Files that are broken, disguised or meant to do harm: one clear answer, a row in the book of acts, nothing lost."""

import csv
import io
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anmin.kernel.audit.models import Act
from anmin.kernel.facts.batches import queries
from anmin.kernel.facts.batches.models import RefusedFile, SourceBatch
from anmin.kernel.facts.intake import looking
from anmin.kernel.facts.lake.places import lake_home
from anmin.policy.errors import PolicyError
from tests.kernel.facts.test_batches import HEADING, refused, rows, take, written

pytestmark = pytest.mark.django_db
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(autouse=True)
def a_home_of_its_own(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"


def workbook(path, data, formulas=()):
    """A workbook of pensions; cells in `formulas` hold one with a harmless last result."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("养老金发放")
        for at, row in enumerate([HEADING, *data]):
            for column, cell in enumerate(row):
                if (at, column) in formulas:
                    sheet.write_formula(at, column, "=1+1", None, 12000)
                else:
                    sheet.write(at, column, cell)
    return path


def rewritten(path, name, change):
    """A workbook with one part of it changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    parts[name] = change(parts[name])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in parts.items():
            archive.writestr(entry, content)
    return path


def named(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    return tmp_path / name


XLSX_START, TEXT = b"PK\x03\x04" + b"\x00" * 60, "身份证号,姓名\n".encode()
DISGUISED = {
    "workbook as text": ("a.csv", XLSX_START, "其实是 Excel"),
    "old workbook as text": ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "其实是 旧版 Excel"),
    "parquet as text": ("a.csv", b"PAR1" + b"\x00" * 20, "其实是 Parquet"),
    "paper as text": ("a.csv", b"%PDF-1.7 ...", "其实是 PDF"),
    "packed text": ("a.csv", b"\x1f\x8b\x08\x00abc", "其实是 gzip"),
    "text as workbook": ("a.xlsx", TEXT, "内容不是 .xlsx"),
    "text as parquet": ("a.parquet", TEXT, "内容不是 .parquet"),
    "old workbook as new": ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "其实是 旧版 Excel"),
    "broken old workbook": ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "打不开"),
    "UTF-16": ("a.csv", "身份证号,姓名".encode("utf-16"), "编码"),
    "UTF-16 without mark": ("a.csv", "number,name\n1,2\n".encode("utf-16-le"), "编码"),
    "noise": ("a.csv", bytes(range(256)) * 4, "编码"),
    "empty": ("a.csv", b"", "空的"),
    "only a mark": ("a.csv", b"\xef\xbb\xbf", "空的"),
    "no suffix": ("a", TEXT, "不支持"),
    "script": ("a.html", b"<table></table>", "不支持"),
    "open quote": ("a.csv", ",".join(HEADING).encode() + b'\n"' + b"x\n" * 40_000, "少了一个引号"),
}


@pytest.mark.parametrize("case", DISGUISED)
def test_a_disguised_or_broken_file_gets_one_answer_and_one_row_in_the_book(tmp_path, case):
    name, content, said = DISGUISED[case]

    trouble = refused(named(tmp_path, name, content))

    assert said in str(trouble) and trouble.todo
    assert RefusedFile.objects.count() == 1
    assert Act.objects.get(act="facts.batch.refused").result == "refused"


def test_a_formula_in_a_workbook_is_quarantined_although_the_reader_shows_its_last_result(tmp_path):
    data = rows(40)

    landing = take(workbook(tmp_path / "a.xlsx", data, formulas={(3, 2), (7, 0)}))

    left = list(queries.quarantined(landing.batch))
    assert [(row.row, row.code, row.column) for row in left] == [
        (4, "formula", "职工养老金（年）"),
        (8, "formula", "身份证号"),
    ]
    assert landing.landed == 38


def test_without_looking_through_the_last_result_of_a_formula_would_land(tmp_path, monkeypatch):
    """The wrong variant: the reader of workbooks alone takes what a formula last came to for somebody's word."""
    monkeypatch.setattr("anmin.kernel.facts.intake.reading.look_through", lambda path: {})

    assert take(workbook(tmp_path / "a.xlsx", rows(40), formulas={(3, 2)})).landed == 40


def test_an_entity_bomb_is_refused_before_anything_is_unfolded(tmp_path):
    bomb = b'<!DOCTYPE z [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + at, b"&%c;" % (97 + at) * 10) for at in range(9)
    )
    path = rewritten(
        workbook(tmp_path / "a.xlsx", rows(5)),
        "xl/sharedStrings.xml",
        lambda content: bomb + b"]><sst><si><t>&j;</t></si></sst>",
    )

    assert "实体" in str(refused(path))


def test_an_entity_that_reads_a_file_is_refused(tmp_path):
    path = rewritten(
        workbook(tmp_path / "a.xlsx", rows(5)),
        SHEET,
        lambda content: (
            b'<!DOCTYPE z [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + content.split(b"?>", 1)[1]
        ),
    )

    assert "实体" in str(refused(path))


def test_a_zip_bomb_is_refused_by_what_it_says_and_by_what_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(looking, "LARGEST_UNPACKED", 1_000_000)
    honest = rewritten(
        workbook(tmp_path / "a.xlsx", rows(5)), SHEET, lambda content: content + b" " * 2_000_000
    )
    assert "解压后" in str(refused(honest))
    liar = rewritten(workbook(tmp_path / "b.xlsx", rows(5)), SHEET, lambda content: content + b" " * 900_000)
    content = bytearray(liar.read_bytes())
    true = next(entry.file_size for entry in zipfile.ZipFile(liar).infolist() if entry.filename == SHEET)
    lie = true.to_bytes(4, "little")
    while (at := content.find(lie)) >= 0:
        content[at : at + 4] = (100).to_bytes(4, "little")
    liar.write_bytes(content)

    with pytest.raises(PolicyError, match="打不开"):
        take(liar)
    assert not SourceBatch.objects.exists()


def test_a_sheet_with_one_far_away_cell_is_refused_before_it_takes_the_memory(tmp_path):
    path = rewritten(
        workbook(tmp_path / "a.xlsx", rows(5)),
        SHEET,
        lambda content: content.replace(
            b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        ),
    )

    assert "大得不合理" in str(refused(path))


def test_a_huge_cell_stays_behind_alone_and_the_rest_lands(tmp_path):
    data = rows(30)
    data[4][1] = "王" * 5_000
    data[9][2] = "9" * 30_000

    landing = take(written(tmp_path / "a.csv", data))

    left = list(queries.quarantined(landing.batch))
    assert [(row.row, row.code) for row in left] == [(6, "too_long"), (11, "too_long")]
    assert landing.landed == 28
    assert all(len(cell) < 3_000 for row in left for cell in row.cells)


def test_a_row_with_too_many_cells_stays_behind(tmp_path):
    data = rows(30)
    data[4].append("多出来的")

    landing = take(written(tmp_path / "a.csv", data))

    assert [(row.row, row.code) for row in queries.quarantined(landing.batch)] == [(6, "extra_cells")]


def test_a_huge_text_packed_small_in_parquet_is_refused_before_it_is_unfolded(tmp_path):
    """Fifty thousand times five million letters would be 250 GB; the file holds them once."""
    count = 50_000
    packed = pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array(["9" * 5_000_000]))
    numbers, names = pa.array([1.0] * count), pa.array(["王秀英"] * count)
    pq.write_table(
        pa.table(dict(zip(HEADING, [packed, names, numbers, numbers], strict=True))), tmp_path / "a.parquet"
    )
    assert (tmp_path / "a.parquet").stat().st_size < 10_000_000

    assert "过长" in str(refused(tmp_path / "a.parquet"))


def test_parquet_lists_where_single_values_belong_are_refused(tmp_path):
    table = pa.table(
        {
            "身份证号": [["1"]] * 30,
            "姓名": ["王秀英"] * 30,
            "职工养老金（年）": [1.0] * 30,
            "城乡居民养老金（月）": [1.0] * 30,
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")

    trouble = refused(tmp_path / "a.parquet")
    assert trouble.code == "retyped" and "身份证号" in str(trouble)


def test_a_parquet_file_that_breaks_off_inside_lands_nothing(tmp_path):
    data = rows(3000)
    columns = {title: [row[at] for row in data] for at, title in enumerate(HEADING[:2])}
    columns |= {HEADING[2]: [1.0] * 3000, HEADING[3]: [2.0] * 3000}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet", row_group_size=500, compression="snappy")
    content = bytearray((tmp_path / "a.parquet").read_bytes())
    content[9_000:11_000] = b"\xff" * 2_000
    (tmp_path / "a.parquet").write_bytes(content)

    assert refused(tmp_path / "a.parquet").code in ("file", "retyped")


def valid_text():
    out = io.StringIO()
    csv.writer(out).writerows([HEADING, *rows(25)])
    return out.getvalue().encode()


VALID = valid_text()
FUZZ = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@FUZZ
@given(data=st.data(), suffix=st.sampled_from([".csv", ".xlsx", ".parquet", ".xls"]))
def test_whatever_comes_either_lands_without_losing_a_row_or_is_refused_in_words(tmp_path, data, suffix):
    """Hostile bytes (E17): no exception but the one with a sentence for people, no row unaccounted for."""
    content = bytearray(VALID if suffix == ".csv" else data.draw(st.binary(max_size=400)))
    if suffix == ".xlsx":
        content[:0] = b"PK\x03\x04"
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=12))
    path = named(tmp_path, f"f{suffix}", bytes(content))

    try:
        landing = take(path, dry_run=True)
    except PolicyError as trouble:
        assert trouble.what
    else:
        assert landing.read == landing.landed + len(landing.bad)
        assert not lake_home().exists()
