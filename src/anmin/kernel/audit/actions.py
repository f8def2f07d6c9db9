"""Write an act into the book, and who read whom."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils import timezone

from anmin.kernel.audit.chain import START, chain_key, hash_of
from anmin.kernel.audit.models import Act, Read
from anmin.kernel.keys.rows import CodedModel
from anmin.lib.redaction import without_people


class NotInTransaction(RuntimeError):
    """An act was to be recorded outside the transaction of what it records."""


@dataclass(frozen=True)
class Entry:
    """What one act says (操作记录的内容); for the meaning of each word see `record`."""

    act: str
    subject: models.Model | str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str = ""
    division: str = ""
    purpose: str = ""
    result: str = "done"
    about: Iterable[str] = ()


def record(
    *,
    by: Any,
    act: str,
    subject: models.Model | str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    division: str = "",
    purpose: str = "",
    result: str = "done",
    about: Iterable[str] = (),
) -> Act:
    """Record an act in the transaction that carries it out: both stand or neither does.

    `by` is a user, or text for the command line and the system. `subject` is the row acted on, or text; of a row of
    rights the version is noted, so that an older state put back by SQL is known. Numbers, and the names in `about`, are
    taken out of the reason: the book stays for years, is never changed and is not sealed.

    Raises:
        NotInTransaction: outside a transaction.
    """
    entry = Entry(act, subject, before, after, reason, division, purpose, result, about)
    return record_all(by=by, entries=[entry])[0]


LINES = """
SELECT anmin_act_line(number, at, %s, %s, act, subject, subject_id, division, purpose, result, reason, was::jsonb, now::jsonb),
    pg_current_xact_id()::text::bigint
FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::text[], %s::text[], %s::text[])
    AS one(number, at, act, subject, subject_id, division, purpose, result, reason, was, now)
ORDER BY number
"""


def record_all(*, by: Any, entries: Sequence[Entry]) -> list[Act]:
    """Record many acts of one hand, one after the other in the book, in as many statements as one act needs.

    Raises:
        NotInTransaction: outside a transaction.
    """
    if not entries:
        return []
    if not connection.in_atomic_block:
        raise NotInTransaction(f"操作“{entries[0].act}”不在事务中，不能写审计记录")
    user = by if isinstance(by, get_user_model()) else None
    rows = [_row(user, str(by)[:150], entry) for entry in entries]
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, hash FROM kernel_acthead FOR UPDATE")
        number, head = cursor.fetchone() or (0, START)
        for at, row in enumerate(rows, 1):
            # under the lock, so that the order of acts is the order of time
            row.at = timezone.now().astimezone(UTC)
            row.number = number + at
        columns = ("number", "at", "act", "subject", "subject_id", "division", "purpose", "result", "reason")
        values = [[getattr(row, name) for row in rows] for name in columns]
        told = [[_json(getattr(row, name)) for row in rows] for name in ("before", "after")]
        cursor.execute(LINES, [user.pk if user is not None else None, str(by)[:150], *values, *told])
        for row, (line, tx) in zip(rows, cursor.fetchall(), strict=True):
            row.key, key = chain_key()
            row.previous, row.tx = head, tx
            row.hash = head = hash_of(key, head, line)
        Act.objects.bulk_create(rows, batch_size=500)
        cursor.execute("UPDATE kernel_acthead SET number = %s, hash = %s", [rows[-1].number, head])
    return rows


def _row(user: Any, name: str, entry: Entry) -> Act:
    subject, after = entry.subject, entry.after
    if isinstance(subject, CodedModel):
        after = {**(after or {}), "row_version": subject.row_version}
    return Act(
        by=user,
        by_name=name,
        act=entry.act,
        subject=subject._meta.label_lower if isinstance(subject, models.Model) else "text",
        subject_id=str(subject.pk) if isinstance(subject, models.Model) else str(subject)[:100],
        division=entry.division,
        purpose=entry.purpose[:100],
        result=entry.result,
        reason=without_people(entry.reason, entry.about),
        before=_plain(entry.before),
        after=_plain(after),
    )


@transaction.atomic
def record_reads(
    *,
    by: Any,
    person_ids: Iterable[int],
    via: str,
    purpose: str = "",
    fields: Iterable[str] = (),
    division: str = "",
) -> Read | None:
    """Note which persons somebody was shown, in which fields and why; nothing is noted of nobody."""
    keys = sorted(set(person_ids))
    if not keys:
        return None
    user = by if isinstance(by, get_user_model()) else None
    return Read.objects.create(
        at=timezone.now(),
        reader=user.pk if user is not None else None,
        reader_name=str(by)[:150],
        via=via[:60],
        persons=keys,
        purpose=purpose[:100],
        fields=",".join(fields)[:200],
        division=division,
    )


def _json(values: Any) -> str | None:
    return None if values is None else json.dumps(values, ensure_ascii=False)


def _plain(values: Mapping[str, Any] | None) -> Any:
    """Days, decimals and lazy texts as JSON has them, so that the row read back hashes the same."""
    return (
        None if values is None else json.loads(json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False))
    )
