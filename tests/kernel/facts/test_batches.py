"""Department batches: whole or not at all, once, each bad row named, corrected rows alone, nothing readable at rest."""

import csv
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from anmin.kernel.audit.models import Act
from anmin.kernel.facts.batches import actions, queries
from anmin.kernel.facts.batches.models import RefusedFile, SourceBatch
from anmin.kernel.facts.lake.places import lake_home
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError
from tests.make import a_number

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)
HEADING = ["身份证号", "姓名", "职工养老金（年）", "城乡居民养老金（月）"]


@pytest.fixture(autouse=True)
def a_home_of_its_own(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"


def rows(count=30, start=1):
    return [[a_number(at), "王秀英", "12000.50", "220"] for at in range(start, start + count)]


def written(path: Path, data, heading=HEADING, encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as file:
        out = csv.writer(file)
        out.writerow(heading)
        out.writerows(data)
    return path


def take(path, period="2026-10", **more):
    return actions.take_in(
        by="test", source="pensions", period=period, path=path, facts=rulebook().facts, on=ON, **more
    )


def refused(path, **more):
    with pytest.raises(PolicyError) as trouble:
        take(path, **more)
    assert not SourceBatch.objects.exists()
    assert not list(lake_home().rglob("*.parquet"))
    return trouble.value


def test_rows_land_as_fen_under_blind_keys(tmp_path):
    landing = take(written(tmp_path / "a.csv", rows()))

    table = pq.read_table(lake_home() / landing.batch.path)
    assert (landing.read, landing.landed, len(landing.bad)) == (30, 30, 0)
    assert table["employee"][0].as_py() == 1_200_050
    assert table["resident"][0].as_py() == 22_000
    assert landing.totals == {"employee": 36_001_500, "resident": 660_000}
    content = (lake_home() / landing.batch.path).read_bytes()
    assert a_number(1).encode() not in content and "王秀英".encode() not in content


def test_the_same_content_again_changes_nothing(tmp_path):
    first = take(written(tmp_path / "a.csv", rows()))

    again = take(written(tmp_path / "renamed.csv", rows()))

    assert again.is_repeat and again.batch == first.batch
    assert SourceBatch.objects.count() == 1


BAD = {
    "id_check": lambda row: [row[0][:-1] + ("1" if row[0][-1] != "1" else "2"), *row[1:]],
    "missing": lambda row: ["", *row[1:]],
    "bad_name": lambda row: [row[0], "A1", *row[2:]],
    "not_a_number": lambda row: [*row[:2], "很多", row[3]],
    "negative": lambda row: [*row[:2], "-5", row[3]],
    "too_precise": lambda row: [*row[:2], "1.234", row[3]],
    "formula": lambda row: [*row[:2], "=1+1", row[3]],
    "excel_error": lambda row: [*row[:2], "#REF!", row[3]],
    "id_scientific": lambda row: ["9.90001E+17", *row[1:]],
    "id_length": lambda row: [row[0][:-2], *row[1:]],
}


def test_bad_rows_stay_behind_with_row_column_code_and_reason_and_nothing_is_lost(tmp_path):
    data = rows(100)
    for at, spoil in enumerate(BAD.values()):
        data[at * 7] = spoil(data[at * 7])

    landing = take(written(tmp_path / "a.csv", data))

    left = list(queries.quarantined(landing.batch))
    assert [(row.row, row.code) for row in left] == [(at * 7 + 2, code) for at, code in enumerate(BAD)]
    assert all(row.column in HEADING and row.reason for row in left)
    assert landing.read == 100 == landing.landed + len(left)
    assert left[3].cells == [str(cell) for cell in data[21]]


def test_corrected_rows_come_in_alone_and_join_their_batch(tmp_path):
    data = rows(30)
    data[4][2] = "很多"
    first = take(written(tmp_path / "a.csv", data))
    data[4][2] = "8000"

    second = take(written(tmp_path / "fix.csv", [data[4]]), corrects=first.batch)

    assert (second.landed, second.batch.corrects) == (1, first.batch)
    assert first.batch.rows.get().resubmitted == second.batch
    assert [row.pk for row in queries.in_force("pensions", ON)] == [first.batch.pk, second.batch.pk]


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        (["身份证号", "姓名", "职工养老金（年）"], "缺少列：城乡居民养老金（月）"),
        ([*HEADING, "家庭住址"], "多出列：家庭住址"),
        (["身份证号", "姓名", "养老金", "城乡居民养老金（月）"], "改了列名"),
        (["身份证号", "姓名", "姓名", "职工养老金（年）", "城乡居民养老金（月）"], "列重复：姓名"),
    ],
)
def test_drift_refuses_the_whole_file_and_names_the_column(tmp_path, heading, said):
    width = len(heading)
    data = [[*row, "x"][:width] + [""] * max(0, width - 5) for row in rows()]

    trouble = refused(written(tmp_path / "a.csv", data, heading))

    assert trouble.code == "schema_drift"
    assert said in str(trouble)
    assert RefusedFile.objects.get().code == "schema_drift"
    assert Act.objects.get(act="facts.batch.refused").result == "refused"


def test_a_column_of_another_type_refuses_the_whole_file(tmp_path):
    data = [[row[0], row[1], "正常", row[3]] for row in rows(60)]

    trouble = refused(written(tmp_path / "a.csv", data))

    assert trouble.code == "retyped" and "职工养老金（年）" in str(trouble)


def test_without_the_check_of_types_every_row_would_sit_in_quarantine(tmp_path, monkeypatch):
    """The wrong variant: a shifted column is then sixty bad rows instead of one clear answer."""
    monkeypatch.setattr("anmin.kernel.facts.batches.checking.RETYPED", 2.0)
    data = rows(61)
    for row in data[:60]:
        row[2] = "正常"

    assert len(take(written(tmp_path / "a.csv", data)).bad) == 60


@pytest.mark.parametrize(
    ("period", "said"), [("2026-13", "不存在"), ("2026Q3", "写法"), ("2026-12", "还没有到"), ("../x", "写法")]
)
def test_a_wrong_period_is_refused(tmp_path, period, said):
    assert said in str(refused(written(tmp_path / "a.csv", rows()), period=period))


def test_a_file_of_another_period_or_place_is_refused(tmp_path):
    other = [[*row, "2026-09"] for row in rows()]
    assert "期间" in str(refused(written(tmp_path / "a.csv", other, [*HEADING, "期间"])))
    elsewhere = [[*row, "350203"] for row in rows()]
    assert "350203" in str(
        refused(written(tmp_path / "b.csv", elsewhere, [*HEADING, "区划代码"]), city="371000")
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_files_of_old_systems_are_read(tmp_path, encoding):
    assert take(written(tmp_path / "a.csv", rows(), encoding=encoding)).landed == 30


def test_a_workbook_and_a_parquet_file_land_like_text(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("养老金发放")
    for at, row in enumerate([HEADING, *rows()]):
        sheet.write_row(at, 0, row)
    book.close()
    data = rows(30, start=100)
    pq.write_table(
        pa.table(
            {
                "身份证号": [r[0] for r in data],
                "姓名": [r[1] for r in data],
                "职工养老金（年）": [12000.5] * 30,
                "城乡居民养老金（月）": [220] * 30,
            }
        ),
        tmp_path / "b.parquet",
    )

    assert take(tmp_path / "a.xlsx").landed == 30
    assert take(tmp_path / "b.parquet").landed == 30


def test_a_retyped_parquet_column_is_refused(tmp_path):
    data = rows()
    pq.write_table(
        pa.table(
            {
                "身份证号": [r[0] for r in data],
                "姓名": [r[1] for r in data],
                "职工养老金（年）": ["x"] * 30,
                "城乡居民养老金（月）": [220] * 30,
            }
        ),
        tmp_path / "b.parquet",
    )

    assert refused(tmp_path / "b.parquet").code == "retyped"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "空的"),
        ("a.csv", b"\xff\xfe\x00\x01\x80\x81", "编码"),
        ("a.xlsx", b"PK\x03\x04 not a workbook", "打不开"),
        ("a.parquet", b"PAR1 nothing", "打不开"),
        ("a.exe", b"MZ", "不支持"),
    ],
)
def test_files_that_cannot_be_read_get_one_clear_answer(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)

    assert said in str(refused(tmp_path / name))
    assert RefusedFile.objects.count() == 1


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path, monkeypatch):
    import zipfile

    monkeypatch.setattr("anmin.kernel.facts.intake.looking.LARGEST_UNPACKED", 1_000_000)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)

    assert "解压后" in str(refused(tmp_path / "bomb.xlsx"))


def test_an_interrupted_landing_leaves_nothing_and_the_next_try_lands_all(tmp_path, monkeypatch):
    path = written(tmp_path / "a.csv", rows())
    real = actions._LakeFile.place

    def dies(self):
        real(self)
        raise KeyboardInterrupt

    monkeypatch.setattr(actions._LakeFile, "place", dies)
    with pytest.raises(KeyboardInterrupt):
        take(path)
    monkeypatch.setattr(actions._LakeFile, "place", real)
    assert not SourceBatch.objects.exists()

    assert take(path).landed == 30
    assert len(list(lake_home().rglob("*.parquet"))) == 1


def test_a_dry_run_writes_nothing(tmp_path):
    landing = take(written(tmp_path / "a.csv", rows()), dry_run=True)

    assert landing.landed == 30 and landing.batch is None
    assert not SourceBatch.objects.exists() and not lake_home().exists()


def test_freshness_turns_late_after_the_grace(tmp_path):
    take(written(tmp_path / "a.csv", rows()), period="2026-08")
    row = next(row for row in queries.freshness(ON) if row.source.key == "pensions")

    assert (row.newest, row.due, row.is_late) == (date(2026, 8, 31), date(2026, 10, 15), True)
    assert not next(
        row for row in queries.freshness(date(2026, 10, 1)) if row.source.key == "pensions"
    ).is_late


def test_what_is_kept_too_long_is_deleted_unless_it_is_held(tmp_path):
    batch = take(written(tmp_path / "a.csv", rows()), period="2020-01").batch
    assert queries.overdue(ON) == [batch]
    actions.hold(by="test", batch=batch, reason="审计调取")
    assert queries.overdue(ON) == []
    with pytest.raises(PolicyError, match="留置"):
        actions.delete_overdue(by="test", batch=batch, reason="到期")
    actions.hold(by="test", batch=batch, reason="")

    actions.delete_overdue(by="test", batch=batch, reason="到期")

    assert not list(lake_home().rglob("*.parquet"))
    assert queries.in_force("pensions", ON) == []
