"""Merge two records and take a merge back; tell two records apart."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.audit import actions as audit
from anmin.kernel.people.merging.models import Merge, NotSame
from anmin.kernel.people.merging.obstacles import obstacles_to_merging
from anmin.kernel.people.models import (
    Death,
    FormerName,
    FormerPlace,
    Identifier,
    Kin,
    Membership,
    Person,
    Residence,
    days,
)
from anmin.kernel.people.register.actions import RegisterProblem, refresh_tokens

MOVED: list[tuple[Any, str]] = [
    (Identifier, "person"),
    (FormerName, "person"),
    (FormerPlace, "person"),
    (Membership, "person"),
    (Residence, "person"),
    (Kin, "person"),
    (Kin, "other"),
]
"""Rows that follow the person, by table and column. Sealed values stay bound to their own row, so they may follow."""


@transaction.atomic
def merge(*, by: User, kept: Person, gone: Person, on: date, reason: str) -> Merge:
    """Let `kept` stand for both. Every row that moves is written down, so that the merge can be undone exactly.

    Raises:
        RegisterProblem: with the first obstacle, or `merged` when one of the two already stands for nobody.
    """
    rows = {row.pk: row for row in Person.objects.select_for_update().filter(pk__in=[kept.pk, gone.pk])}
    kept, gone = rows[kept.pk], rows[gone.pk]
    if kept.merged_into_id or gone.merged_into_id:
        raise RegisterProblem("merged", _("其中一条记录已经并入别人，请刷新后再办"))
    for code, words in obstacles_to_merging(kept, gone, on):
        raise RegisterProblem(code, words)
    moved = []
    for model, column in MOVED:
        for row in model.objects.filter(**{column: gone}):
            if isinstance(row, Kin) and kept.pk in (row.person_id, row.other_id):
                continue
            if isinstance(row, Identifier) and _is_known(kept, row):
                continue
            if isinstance(row, Kin) and _is_tied(kept, row, column):
                continue
            if isinstance(row, Membership) and _overlaps(row, Membership.objects.filter(person=kept)):
                continue
            model.objects.filter(pk=row.pk).update(**{column: kept})
            moved.append([model._meta.model_name, column, row.pk])
    before = {"died_on": kept.died_on.isoformat() if kept.died_on else None}
    deaths = set(kept.deaths.values_list("source", flat=True))
    for death in gone.deaths.exclude(source__in=deaths):
        Death.objects.filter(pk=death.pk).update(person=kept)
        moved.append(["death", "person", death.pk])
    kept.died_on = _died(kept)
    kept.version += 1
    kept.save(update_fields=["died_on", "version"])
    gone.merged_into = kept
    gone.save(update_fields=["merged_into"])
    refresh_tokens(kept)
    row = Merge.objects.create(kept=kept, gone=gone, moved=moved, before=before, by=by)
    audit.record(
        by=by,
        act="people.merge",
        subject=kept,
        after={"gone": gone.pk, "moved": len(moved)},
        reason=reason,
        about=[kept.name, gone.name],
        division=kept.division,
    )
    return row


@transaction.atomic
def unmerge(*, by: User, merged: Merge, reason: str) -> Merge:
    """Take a merge back: every row returns to where it was. Later merges into the same record come first.

    Raises:
        RegisterProblem: `undone`, or `later_merge` when a newer one must be taken back before.
    """
    row = Merge.objects.select_for_update().get(pk=merged.pk)
    if row.undone_at is not None:
        raise RegisterProblem("undone", _("这次合并已经撤销过了"))
    later = Merge.objects.filter(pk__gt=row.pk, undone_at__isnull=True)
    if later.filter(kept_id__in=[row.kept_id]).exists() or later.filter(gone_id=row.kept_id).exists():
        raise RegisterProblem("later_merge", _("这条记录后来又参与了合并，请先撤销后来的那次"))
    models = {model._meta.model_name: model for model, _column in MOVED} | {"death": Death}
    for name, column, key in row.moved:
        models[name].objects.filter(pk=key).update(**{column: row.gone_id})
    gone, kept = row.gone, row.kept
    gone.merged_into = None
    gone.save(update_fields=["merged_into"])
    died = row.before.get("died_on")
    kept.died_on = _died(kept) or (date.fromisoformat(died) if died else None)
    kept.version += 1
    kept.save(update_fields=["died_on", "version"])
    refresh_tokens(kept)
    refresh_tokens(gone)
    row.undone_at, row.undone_by = timezone.now(), by
    row.save(update_fields=["undone_at", "undone_by"])
    audit.record(
        by=by,
        act="people.unmerge",
        subject=kept,
        after={"gone": gone.pk},
        reason=reason,
        about=[kept.name, gone.name],
        division=kept.division,
    )
    return row


@transaction.atomic
def tell_apart(*, by: User, one: Person, other: Person, reason: str) -> NotSame:
    """Remember that two records are not the same person; they are not proposed as a pair again."""
    low, high = sorted((one, other), key=lambda row: row.pk)
    row, made = NotSame.objects.get_or_create(
        one=low, other=high, undone_at=None, defaults={"by": by, "reason": reason}
    )
    if made:
        audit.record(
            by=by,
            act="people.tell_apart",
            subject=low,
            after={"other": high.pk},
            reason=reason,
            about=[low.name, high.name],
            division=low.division,
        )
    return row


@transaction.atomic
def take_back_apart(*, by: User, row: NotSame, reason: str) -> NotSame:
    """Take back that two records are not the same person; they may then be proposed and merged again.

    Raises:
        RegisterProblem: `no_reason`, or `undone` when somebody took it back already.
    """
    held = NotSame.objects.select_for_update().get(pk=row.pk)
    if not reason.strip():
        raise RegisterProblem("no_reason", _("请写明为什么撤销“不是同一人”的结论"))
    if held.undone_at is not None:
        raise RegisterProblem("undone", _("这个结论已经撤销过了，请刷新页面"))
    held.undone_at, held.undone_by, held.undone_reason = timezone.now(), by, reason.strip()[:300]
    held.save(update_fields=["undone_at", "undone_by", "undone_reason"])
    audit.record(
        by=by,
        act="people.take_back_apart",
        subject=held.one,
        before={"other": held.other_id},
        reason=reason,
        about=[held.one.name, held.other.name],
        division=held.one.division,
    )
    return held


def _is_known(kept: Person, row: Identifier) -> bool:
    """Whether the number is already in force under the record that stays."""
    return kept.identifiers.filter(kind=row.kind, blind=row.blind, last_day__isnull=True).exists()


def _is_tied(kept: Person, row: Kin, column: str) -> bool:
    """Whether the record that stays has the very same tie already."""
    ends = {"person": row.person_id, "other": row.other_id, column: kept.pk}
    same = Kin.objects.filter(person_id=ends["person"], other_id=ends["other"], kind=row.kind)
    return _overlaps(row, same)


def _overlaps(row: Any, others: QuerySet[Any]) -> bool:
    """Whether some of the dated rows hold on a day on which this one holds."""
    span = DateRange(row.first_day, row.last_day, "[]")
    return others.alias(span=days()).filter(span__overlap=span).exists()


def _died(person: Person) -> date | None:
    trusted = person.deaths.filter(is_trusted=True).order_by("day").first()
    return trusted.day if trusted else None
