"""Tampering with the book of acts: a thousand ways, each found and its first act named; a bare chain misses one."""

import json
import random
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from anmin.kernel.audit import actions, keeping, queries
from anmin.kernel.audit.anchors import anchors, anchors_home
from anmin.kernel.audit.models import Act
from anmin.kernel.keys.queries import ring

pytestmark = pytest.mark.django_db
ACTS = 30


@pytest.fixture(autouse=True)
def a_place_of_its_own(tmp_path, settings):
    settings.ANCHORS = str(tmp_path / "anchors")


@pytest.fixture
def book():
    for number in range(ACTS):
        actions.record(by="test", act="test.act", subject=f"row {number}", after={"n": number}, reason="因为")
    keeping.anchor()
    first = Act.objects.order_by("number").first().number
    return list(range(first, first + ACTS))


def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM kernel_act ORDER BY number")
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class Superuser:
    """Somebody with the database but without the keys: triggers off, every statement possible."""

    def __init__(self, dice):
        self.dice = dice

    def __enter__(self):
        self.cursor = connection.cursor()
        self.cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.cursor.execute("ALTER TABLE kernel_act DISABLE TRIGGER USER")
        return self

    def __exit__(self, *trouble):
        self.cursor.execute("ALTER TABLE kernel_act ENABLE TRIGGER USER")
        self.cursor.close()

    def edit(self, book):
        at = self.dice.choice(book)
        column, value = self.dice.choice(
            [
                ("reason", "'别的'"),
                ("by_name", "'somebody'"),
                ("act", "'other.act'"),
                ("subject_id", "'row x'"),
                ("division", "'371002'"),
                ("at", "at + interval '1 second'"),
                ("after", """'{"n": 0.5}'"""),
                ("before", "'{}'"),
                ("result", "'refused'"),
                ("key", "99"),
                ("hash", "repeat('a', 64)"),
                ("previous", "repeat('b', 64)"),
            ]
        )
        self.cursor.execute(f"UPDATE kernel_act SET {column} = {value} WHERE number = %s", [at])
        return at

    def delete(self, book):
        at = self.dice.choice(book[:-1])
        self.cursor.execute("DELETE FROM kernel_act WHERE number = %s", [at])
        return at + 1

    def swap(self, book):
        one, other = sorted(self.dice.sample(book, 2))
        self.cursor.execute(
            "UPDATE kernel_act SET number = CASE number WHEN %s THEN %s ELSE %s END WHERE number IN (%s, %s)",
            [one, other, one, one, other],
        )
        return one

    def insert(self, book):
        at = self.dice.choice(book)
        self.cursor.execute(
            "INSERT INTO kernel_act (number, at, by_id, by_name, act, subject, subject_id, division, purpose, result,"
            " reason, before, after, key, previous, hash) SELECT number, at, by_id, by_name, act, subject, 'forged',"
            " division, purpose, result, reason, before, after, key, previous, hash FROM kernel_act WHERE number = %s",
            [at],
        )
        return at

    def renumber(self, book):
        at = self.dice.choice(book[1:])
        self.cursor.execute("UPDATE kernel_act SET number = number + 1 WHERE number >= %s", [at])
        return at + 1

    def truncate(self, book):
        keep = self.dice.choice(book[:-1])
        self.cursor.execute("DELETE FROM kernel_act WHERE number > %s", [keep])
        self._mend_head()
        return keep + 1

    def rewrite_end_without_key(self, book):
        at = self.dice.choice(book)
        self.cursor.execute("UPDATE kernel_act SET reason = '改写' WHERE number = %s", [at])
        self.cursor.execute(
            "UPDATE kernel_act SET hash = md5(reason || previous) || md5(previous) WHERE number >= %s", [at]
        )
        return at

    def restore_old_copy(self, book):
        keep = self.dice.choice(book[: len(book) // 2])
        self.cursor.execute("DELETE FROM kernel_act WHERE number > %s", [keep])
        self._mend_head()
        return keep + 1

    def _mend_head(self):
        self.cursor.execute(
            "UPDATE kernel_acthead SET (number, hash) ="
            " (SELECT number, hash FROM kernel_act ORDER BY number DESC LIMIT 1)"
        )


WAYS = [
    "edit",
    "delete",
    "swap",
    "insert",
    "renumber",
    "truncate",
    "rewrite_end_without_key",
    "restore_old_copy",
]


class Undo(Exception):
    pass


def test_a_thousand_mutations_are_found_and_the_first_bad_act_is_named(book):
    dice, missed = random.Random(20261124), []
    for turn in range(1000):
        way = WAYS[turn % len(WAYS)]
        try:
            with transaction.atomic():
                with Superuser(dice) as intruder:
                    bad = getattr(intruder, way)(book)
                first = queries.verification().first
                if first is None or first.number != bad:
                    missed.append((way, bad, first))
                raise Undo
        except Undo:
            pass

    assert missed == []
    assert queries.verification().is_whole


def test_a_chain_without_anchors_misses_the_cut_off_end(book):
    """The wrong variant: what the anchors are for."""
    with Superuser(random.Random(1)) as intruder:
        intruder.truncate(book)

    assert queries.broken_link() is None
    assert not queries.verification().is_whole


def test_the_end_rewritten_with_the_stolen_key_is_found_by_the_anchor(book):
    from anmin.kernel.audit.chain import LINE, chain_key, hash_of

    _number, key = chain_key()
    with Superuser(random.Random(1)) as intruder:
        cursor = intruder.cursor
        cursor.execute("UPDATE kernel_act SET reason = '改写' WHERE number = %s", [book[10]])
        cursor.execute(
            f"SELECT number, previous, {LINE} FROM kernel_act WHERE number >= %s ORDER BY number", [book[10]]
        )
        head = None
        for number, previous, line in cursor.fetchall():
            head = hash_of(key, head or previous, line) if head is None else hash_of(key, head, line)
            cursor.execute("UPDATE kernel_act SET hash = %s WHERE number = %s", [head, number])
            cursor.execute("UPDATE kernel_act SET previous = %s WHERE number = %s", [head, number + 1])
        intruder._mend_head()

    assert queries.broken_link() is None
    assert "重写过" in queries.verification().first.problem


def test_a_forged_anchor_is_told(book):
    path = next(anchors_home().glob("*.json"))
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "number": content["number"] - 1}))

    assert "签名不对" in queries.verification().first.problem


def test_an_anchor_of_another_installation_is_told(book, monkeypatch):
    from anmin.lib.crypto import Signer

    monkeypatch.setattr(ring(), "signers", frozenset({Signer.new().public.hex()}))

    assert "不是本系统的密钥" in queries.verification().first.problem


def test_an_unreadable_anchor_is_told(book):
    next(anchors_home().glob("*.json")).write_text("{")

    assert queries.verification().first is not None


def test_an_anchor_is_written_only_when_something_happened(book):
    assert keeping.anchor() is None
    actions.record(by="test", act="test.act", subject="one more")

    assert keeping.anchor() is not None
    assert len(anchors()) == 2
    assert queries.verification().is_whole


def test_an_act_that_cannot_be_recorded_does_not_happen(book):
    """D12: with its storage broken the book refuses, and the act with it."""
    from anmin.kernel.access.models import User
    from tests.make import a_user

    with pytest.raises(DatabaseError), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("REVOKE INSERT ON kernel_act FROM anmin_web")
            cursor.execute("SET LOCAL ROLE anmin_web")
        a_user("never")

    assert not User.objects.filter(username="never").exists()


def test_an_act_finds_its_place_when_its_partition_is_gone_and_none_when_there_is_no_place(book):
    """D12: the place for strays is alarmed, and without it nothing is done at all."""
    from tests.make import a_user

    month = f"kernel_act_{Act.objects.first().at:%Y%m}"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE kernel_act DETACH PARTITION {month}")
    a_user("stray")
    assert queries.misplaced() > 0

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE kernel_act DETACH PARTITION kernel_act_rest")
    with pytest.raises(DatabaseError, match="no partition"), transaction.atomic():
        a_user("never")


@pytest.mark.parametrize(
    "statement", ["UPDATE kernel_act SET reason = ''", "DELETE FROM kernel_act", "DELETE FROM kernel_read"]
)
def test_the_web_role_may_only_add(book, statement):
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL ROLE anmin_web")
        cursor.execute(statement)


def test_acts_lie_in_the_partition_of_their_month(book):
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM kernel_act")
        (name,) = cursor.fetchone()

    assert name.startswith("kernel_act_20")
    assert queries.misplaced() == 0


def test_partitions_are_made_once_and_ahead():
    made = keeping.make_partitions(date(2031, 1, 15), months=2)

    assert made == [
        f"{table}_2031{month:02d}"
        for table in ("kernel_act", "kernel_read", "kernel_rowhistory")
        for month in (1, 2, 3)
    ]
    assert keeping.make_partitions(date(2031, 1, 15), months=2) == []


def test_who_read_whom_is_written_once_a_look_and_told_to_the_person():
    actions.record_reads(
        by="王晓", person_ids=[7, 8, 7], via="user/1", purpose="受理低保申请", fields=["phone"]
    )
    actions.record_reads(by="王晓", person_ids=[], via="user/1")

    (row,) = queries.reads_of(7)
    assert (row.persons, row.reader_name, row.purpose, row.fields) == (
        [7, 8],
        "王晓",
        "受理低保申请",
        "phone",
    )
    assert not queries.reads_of(9).exists()
