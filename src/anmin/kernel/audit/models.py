"""The book of acts and the book of reads: append-only, a partition a month, each act holding on to the one before."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Act(models.Model):
    """One act (操作记录). `hash` is a keyed hash over every other column and the hash of the act before.

    `tx` alone is outside the hash: it is the database's number of the transaction, which leads to the rows it changed.

    A database trigger refuses UPDATE, DELETE and TRUNCATE on this table for every role. The table is partitioned by
    month of `at`, which is why `number` and not a constraint keeps acts in one line: they are written one at a time
    under the lock of `ActHead`.
    """

    number = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="acts")
    by_name = models.CharField(max_length=150)
    act = models.CharField(max_length=100)
    subject = models.CharField(max_length=100)
    subject_id = models.CharField(max_length=100)
    division = models.CharField(max_length=12, blank=True)
    purpose = models.CharField(max_length=100, blank=True)
    result = models.CharField(max_length=20, default="done")
    reason = models.TextField(blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    key = models.SmallIntegerField(default=1)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    tx = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "subject_id"], name="act_subject"),
            models.Index(fields=["number"], name="act_number"),
            models.Index(fields=["by", "at"], name="act_by"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.act} {self.subject} {self.subject_id}"

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """Name, value before and value after of everything the act noted; a dash where there was nothing."""
        before, after = self.before or {}, self.after or {}
        return [(name, _told(before.get(name)), _told(after.get(name))) for name in {**before, **after}]


def _told(value: object) -> str:
    if value is None or value == "":
        return "—"
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


class ActHead(models.Model):
    """The number and hash of the newest act; locking its only row is what makes acts follow one another."""

    number = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="act_head_is_one_row")]

    def __str__(self) -> str:
        return str(self.number)


class Read(models.Model):
    """Who read whom (查阅记录): one row for what one look showed, with every person it showed."""

    at = models.DateTimeField()
    reader = models.BigIntegerField(null=True)
    reader_name = models.CharField(max_length=150)
    via = models.CharField(max_length=60)
    persons = ArrayField(models.BigIntegerField())
    purpose = models.CharField(max_length=100, blank=True)
    fields = models.CharField(max_length=200, blank=True)
    division = models.CharField(max_length=12, blank=True)

    class Meta:
        indexes = [models.Index(fields=["reader", "at"], name="read_by_reader")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.reader_name}"


class RowHistory(models.Model):
    """What a row was before a change (历史版本): the columns that changed, or the whole row that was deleted.

    Written by a trigger alone (`audit.history`), partitioned by month of `at`, append-only.
    """

    at = models.DateTimeField()
    tx = models.BigIntegerField()
    by_id = models.BigIntegerField(null=True)
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    change = models.CharField(max_length=1)
    person = models.BigIntegerField(null=True)
    division = models.CharField(max_length=12, blank=True)
    level = models.SmallIntegerField(default=0)
    old = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["table_name", "row_id", "at"], name="history_of_row"),
            models.Index(fields=["tx"], name="history_of_act"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.table_name} {self.row_id}"
