"""A hundred thousand rows with two thousand bad ones in twenty ways (E13), and rows that nobody foresaw (E16)."""

import csv
from collections import Counter

import pytest

from anmin.kernel.facts.batches import actions, checking, queries
from anmin.kernel.facts.batches.models import SourceBatch
from bench.spoiling import WAYS, write_pensions
from tests.kernel.facts.test_batches import HEADING, ON, rows, take, written

pytestmark = pytest.mark.django_db
ROWS, EVERY = 100_000, 50


@pytest.fixture(autouse=True)
def a_home_of_its_own(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"


def test_ninety_eight_thousand_land_two_thousand_stay_behind_and_a_second_time_changes_nothing(tmp_path):
    path = tmp_path / "a.csv"
    spoiled = write_pensions(path, ROWS, EVERY)

    landing = take(path)

    left = list(queries.quarantined(landing.batch))
    assert (landing.read, landing.landed, len(left)) == (100_000, 98_000, 2_000)
    assert len(WAYS) == 20
    assert {row.row: row.code for row in left} == spoiled
    assert Counter(row.code for row in left).total() == 2_000
    assert all(row.reason and (row.column in HEADING or row.code == "extra_cells") for row in left)
    again = take(path)
    assert again.is_repeat and again.batch == landing.batch
    assert SourceBatch.objects.count() == 1
    assert queries.quarantined(landing.batch).count() == 2_000


def test_an_importer_that_skips_bad_rows_is_caught_by_the_database(tmp_path, monkeypatch):
    """The wrong variant: bad rows passed over in silence. The constraint `batch_loses_no_row` refuses the batch."""
    from django.db import IntegrityError

    write_pensions(tmp_path / "a.csv", 1_000, EVERY)
    real = actions._keep

    def forgetful(by, landing, *rest):
        landing.bad.clear()
        return real(by, landing, *rest)

    monkeypatch.setattr(actions, "_keep", forgetful)

    with pytest.raises(IntegrityError, match="batch_loses_no_row"):
        take(tmp_path / "a.csv")


def poisoned(monkeypatch):
    real = checking.parse_name

    def raises(text):
        if text == "王毒药":
            raise RuntimeError("nobody foresaw this")
        return real(text)

    monkeypatch.setattr(checking, "parse_name", raises)


def test_a_row_that_breaks_the_reader_stays_behind_alone(tmp_path, monkeypatch):
    poisoned(monkeypatch)
    data = rows(40)
    data[7][1] = "王毒药"

    landing = take(written(tmp_path / "a.csv", data))

    (left,) = queries.quarantined(landing.batch)
    assert (landing.landed, left.row, left.code) == (39, 9, "unforeseen")
    assert "王毒药" not in left.reason and left.cells[1] == "王毒药"


def test_without_that_net_one_row_would_stop_the_line(tmp_path, monkeypatch):
    """The wrong variant: only foreseen troubles are caught, and forty people wait for one row."""
    poisoned(monkeypatch)
    monkeypatch.setattr(checking, "UNFORESEEN", ())
    data = rows(40)
    data[7][1] = "王毒药"

    with pytest.raises(RuntimeError):
        take(written(tmp_path / "a.csv", data))


def test_two_thousand_corrected_rows_come_in_alone(tmp_path):
    path = tmp_path / "a.csv"
    spoiled = write_pensions(path, 5_000, EVERY)
    landing = take(path)
    good = rows(len(spoiled), start=40_000)

    corrected = take(written(tmp_path / "fix.csv", good), corrects=landing.batch)

    assert corrected.landed == 100
    assert not queries.quarantined(landing.batch).filter(resubmitted__isnull=True).exists()
    with (tmp_path / "fix.csv").open(encoding="utf-8") as file:
        assert len(list(csv.reader(file))) == 101
    assert queries.in_force("pensions", ON) == [landing.batch, corrected.batch]
