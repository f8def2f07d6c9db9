"""Read the book of acts and the book of reads, and prove that the first is whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.db.models import IntegerField, Max, Model, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone

from anmin.kernel.audit.anchors import Anchor, anchors, problem_with
from anmin.kernel.audit.chain import ROW, ROW_TYPES, START, Broken, Row, first_broken
from anmin.kernel.audit.models import Act, Read, RowHistory
from anmin.kernel.audit.receipts import problem_with_receipt, receipts
from anmin.kernel.keys.rows import BrokenRow, CodedModel, coded_models

ROWS = 5_000


@dataclass(frozen=True)
class Verdict:
    """What verification found: how many acts hold, the first that does not, and what the anchors say."""

    count: int
    head: str
    broken: Broken | None = None
    anchors: int = 0
    against_anchors: tuple[Broken, ...] = field(default=())

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.first is None

    @property
    def first(self) -> Broken | None:
        """The first act that something is wrong with."""
        found = [*self.against_anchors, *([self.broken] if self.broken else [])]
        return min(found, key=lambda row: row.number, default=None)


def acts_of(subject: Model) -> QuerySet[Act]:
    """What was done to a row, oldest first."""
    return Act.objects.filter(subject=subject._meta.label_lower, subject_id=str(subject.pk)).order_by(
        "number"
    )


@dataclass(frozen=True)
class Sought:
    """What is looked for in the book; what is empty narrows nothing."""

    who: str = ""
    act: str = ""
    person: int | None = None
    day: date | None = None
    division: str = ""


def acts(sought: Sought, *, ranges: Iterable[tuple[str, str]], with_unplaced: bool = False) -> QuerySet[Act]:
    """The book, newest first, narrowed down: acts in ranges of division codes, and, if asked, those of no division."""
    reach = Q(division="") if with_unplaced else Q(pk__in=[])
    for low, high in ranges:
        reach |= Q(division__gte=low, division__lte=high)
    rows = Act.objects.select_related("by").filter(reach).order_by("-at", "-number")
    if sought.who:
        rows = rows.filter(Q(by_name__icontains=sought.who) | Q(by__username=sought.who))
    if sought.act:
        rows = rows.filter(act__startswith=sought.act)
    if sought.person is not None:
        rows = rows.filter(subject="kernel.person", subject_id=str(sought.person))
    if sought.day is not None:
        first = timezone.make_aware(datetime.combine(sought.day, time.min))
        rows = rows.filter(at__gte=first, at__lt=first + timedelta(days=1))
    if sought.division:
        rows = rows.filter(division__startswith=sought.division)
    return rows


def reads_of(person_id: int) -> QuerySet[Read]:
    """Who was shown a person, newest first: what the person may be told (个人信息保护法 §§44–45)."""
    return Read.objects.filter(persons__contains=[person_id]).order_by("-at")


def broken_link() -> Broken | None:
    """The first act that does not hold in itself; None when the chain is whole. Anchors are not asked."""
    return first_broken(_rows(), _beginning()[0])[0]


def verification() -> Verdict:
    """Walk the whole book once and compare it with every anchor kept outside the database.

    The chain shows what was changed, removed from the middle, swapped or inserted; only anchors show that the end
    was cut off, that it was rewritten with the key, or that an old copy of the database was put back.
    """
    kept = anchors()
    wanted = {row.number for row in kept}
    start, missing = _beginning()
    seen: dict[int, str] = {0: START, start[0]: start[1]}

    def watched() -> Iterator[Row]:
        for row in _rows():
            if row[0] in wanted:
                seen[row[0]] = row[3]
            yield row

    broken, (count, head) = first_broken(watched(), start)
    broken = missing or broken
    against = [found for row in kept if (found := _against(row, seen, count, broken)) is not None]
    if broken is None and (found := _against_head(count, head)) is not None:
        against.append(found)
    return Verdict(count, head, broken, len(kept), tuple(against))


def _against_head(count: int, head: str) -> Broken | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, hash FROM kernel_acthead")
        kept = cursor.fetchone() or (0, START)
    if kept == (count, head):
        return None
    return Broken(min(count, kept[0]) + 1, "账本末尾与链头不符，末尾的记录被删去或链头被改动")


def _against(anchor: Anchor, seen: dict[int, str], count: int, broken: Broken | None) -> Broken | None:
    if trouble := problem_with(anchor):
        return Broken(anchor.number, trouble)
    if anchor.number > count and broken is None:
        return Broken(
            count + 1, f"锚点记有 {anchor.number} 条，账本只有 {count} 条：末尾被删去，或恢复了旧备份"
        )
    if anchor.number in seen and seen[anchor.number] != anchor.head:
        return Broken(anchor.number, "与锚点记下的内容不同：锚点之前的记录被重写过")
    return None


def _beginning() -> tuple[tuple[int, str], Broken | None]:
    """What the first act in the table follows: nothing, or the last act of a month that was put away with a receipt."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, previous FROM kernel_act ORDER BY number LIMIT 1")
        number, previous = cursor.fetchone() or (1, START)
    if number <= 1:
        return (0, START), None
    for receipt in receipts():
        if receipt.last == number - 1 and receipt.head == previous and not problem_with_receipt(receipt):
            return (number - 1, previous), None
    return (0, START), Broken(number, "之前的记录不在账本里，也没有归档回执：开头被删去")


def _rows() -> Iterator[Row]:
    """Every act in order, streamed."""
    statement = f"SELECT {ROW} FROM kernel_act ORDER BY number"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT BINARY)") as stream,
    ):
        stream.set_types(ROW_TYPES)
        yield from stream.rows()


def rows_against_the_book() -> Iterator[BrokenRow]:
    """Rows of rights that the book knows in a newer state, or knows and the table no longer has.

    Asked beside `keys.rows.broken_rows`: a code holds for the older state of a row as well.
    """
    newest = Act.objects.filter(after__has_key="row_version").order_by("subject_id")
    for model in coded_models():
        held = dict(model._base_manager.values_list("pk", "row_version"))
        rows = newest.filter(subject=model._meta.label_lower).values_list("subject_id")
        for key, version in rows.annotate(newest=Max(Cast(KT("after__row_version"), IntegerField()))):
            found = held.get(int(key))
            if found is None:
                yield BrokenRow(model._meta.db_table, int(key), "账本里有这一行，表里已经不在")
            elif found < version:
                yield BrokenRow(
                    model._meta.db_table,
                    int(key),
                    f"是第 {found} 版，账本已记到第 {version} 版：旧内容被放回",
                )


def version_in_the_book(model: type[CodedModel], key: int) -> int:
    """The newest version of a row of rights that the book knows; 0 when it never noted one."""
    rows = Act.objects.filter(
        subject=model._meta.label_lower, subject_id=str(key), after__has_key="row_version"
    )
    newest = rows.aggregate(newest=Max(Cast(KT("after__row_version"), IntegerField())))["newest"]
    return int(newest or 0)


def history_of(table: str, row_id: int) -> QuerySet[RowHistory]:
    """What a row was before each change, newest first."""
    return RowHistory.objects.filter(table_name=table, row_id=row_id).order_by("-at", "-id")


def rows_changed_by(act: Act) -> QuerySet[RowHistory]:
    """The rows that were changed in the transaction of an act, as they were before."""
    if act.tx is None:
        return RowHistory.objects.none()
    near = timedelta(days=1)  # a transaction's number counts for one cluster; a restored database begins anew
    return RowHistory.objects.filter(tx=act.tx, at__range=(act.at - near, act.at + near)).order_by("id")


def misplaced() -> int:
    """How many rows fell into the default partitions, because no partition was made for their month."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM kernel_act_rest) + (SELECT count(*) FROM kernel_read_rest)"
            " + (SELECT count(*) FROM kernel_rowhistory_rest)"
        )
        return int(cursor.fetchone()[0])


def has_act(act: str, subject: str) -> bool:
    """Whether an act about something that is named in words is in the book already: for what is written once."""
    return Act.objects.filter(act=act, subject="text", subject_id=subject[:100]).exists()
