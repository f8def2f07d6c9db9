"""Months put away: not before their time, whole, signed; the book then begins after them, and only by their receipt."""

import json
from datetime import date

import pyarrow.parquet as pq
import pytest
import time_machine
from django.db import connection

from anmin.kernel.audit import actions, keeping, queries
from anmin.kernel.audit.anchors import anchors_home
from anmin.kernel.audit.models import Act, RowHistory
from anmin.kernel.audit.receipts import problem_with_archive, receipts
from anmin.kernel.people.models import Person
from tests.make import a_person

pytestmark = pytest.mark.django_db
OLD, LATER = date(2022, 3, 1), date(2026, 11, 24)


@pytest.fixture(autouse=True)
def a_place_of_its_own(tmp_path, settings):
    settings.ANCHORS = str(tmp_path / "anchors")


@pytest.fixture
def old_month(tmp_path):
    """Acts of March 2022 and of today; reads and changes of rows among them."""
    keeping.make_partitions(OLD, months=1)
    with time_machine.travel("2022-03-20T08:00:00+08:00", tick=True):
        person = a_person("王秀英")
        Person.objects.update(nation="02")
        actions.record_reads(by="王晓", person_ids=[person.pk], via="user/1", purpose="受理申请")
    actions.record(by="test", act="test.act", subject="today")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return tmp_path / "archive"


@pytest.mark.parametrize(
    ("first", "on", "months", "since"),
    [
        (date(2026, 11, 1), date(2027, 6, 1), 36, "2029-12-01"),
        (date(2022, 3, 1), date(2025, 3, 31), 36, "2025-04-01"),
        (date(2026, 10, 1), date(2026, 11, 24), 0, "2027-05-01"),
    ],
)
def test_young_months_are_not_put_away_and_never_before_half_a_year(first, on, months, since):
    with pytest.raises(keeping.TooEarly, match=since):
        keeping.archive_month(first, on, months=months)
    with pytest.raises(keeping.TooEarly, match=since):
        keeping.remove_month(by="test", first=first, on=on, months=months)


def test_a_month_is_put_away_whole_and_stays_in_the_book(old_month):
    path = keeping.archive_month(OLD, LATER, old_month)

    acts = pq.read_table(path).to_pylist()
    (receipt,) = receipts()
    assert [row["number"] for row in acts] == list(range(receipt.first, receipt.last + 1))
    assert problem_with_archive(receipt, old_month) == ""
    assert Act.objects.count() == len(acts) + 1
    assert pq.read_table(old_month / "reads-202203.parquet")["reader_name"].to_pylist() == ["王晓"]


def test_a_removed_month_leaves_a_book_that_verifies_by_its_receipt(old_month):
    keeping.archive_month(OLD, LATER, old_month)
    keeping.anchor()

    keeping.remove_month(by="test", first=OLD, on=LATER, folder=old_month)

    assert queries.verification().is_whole
    assert Act.objects.order_by("number").first().number == receipts()[0].last + 1
    assert Act.objects.order_by("number").last().act == "audit.remove_month"


def test_without_its_receipt_a_missing_beginning_is_told(old_month):
    """The wrong variant of removal: the partition dropped by hand."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE kernel_act_202203")

    first = queries.verification().first

    assert "开头被删去" in first.problem
    assert first.number == Act.objects.order_by("number").first().number


def test_a_forged_receipt_does_not_excuse_a_missing_beginning(old_month):
    keeping.archive_month(OLD, LATER, old_month)
    path = next(anchors_home().glob("archived-*.json"))
    path.write_text(json.dumps({**json.loads(path.read_text()), "file": "other.parquet"}))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE kernel_act_202203")

    assert "开头被删去" in queries.verification().first.problem


def test_a_month_whose_file_was_changed_does_not_leave_the_book(old_month):
    path = keeping.archive_month(OLD, LATER, old_month)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))

    with pytest.raises(keeping.NotPutAway, match="被改动过"):
        keeping.remove_month(by="test", first=OLD, on=LATER, folder=old_month)
    assert Act.objects.filter(at__year=2022).exists()


def test_an_act_changed_before_it_was_put_away_is_told(old_month):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_act DISABLE TRIGGER USER")
        cursor.execute("UPDATE kernel_act SET reason = '改写' WHERE act = 'people.add'")
        cursor.execute("ALTER TABLE kernel_act ENABLE TRIGGER USER")

    with pytest.raises(keeping.NotPutAway, match="内容被改动"):
        keeping.archive_month(OLD, LATER, old_month)


def test_a_month_that_was_not_put_away_does_not_leave(old_month):
    with pytest.raises(keeping.NotPutAway, match="还没有归档"):
        keeping.remove_month(by="test", first=OLD, on=LATER, folder=old_month)


def test_months_leave_in_their_order(old_month):
    keeping.make_partitions(date(2022, 4, 1), months=0)
    with time_machine.travel("2022-04-20T08:00:00+08:00", tick=True):
        actions.record(by="test", act="test.act", subject="april")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    keeping.archive_month(date(2022, 4, 1), LATER, old_month)

    with pytest.raises(keeping.NotPutAway, match="更早的月份还在"):
        keeping.remove_month(by="test", first=date(2022, 4, 1), on=LATER, folder=old_month)


def test_the_history_of_rows_leaves_with_its_month(old_month):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_rowhistory (at, tx, table_name, row_id, change, division, level, old)"
            " VALUES ('2022-03-05', 1, 'kernel_person', 1, 'U', '371002001001', 1, '{\"nation\": \"01\"}')"
        )
    keeping.archive_month(OLD, LATER, old_month)
    before = RowHistory.objects.count()

    keeping.remove_month(by="test", first=OLD, on=LATER, folder=old_month)

    assert pq.read_table(old_month / "changes-202203.parquet")["old"].to_pylist() == ['{"nation": "01"}']
    assert RowHistory.objects.count() == before - 1
