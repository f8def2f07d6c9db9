"""Write an act into the book."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.utils import timezone

from anmin.kernel.audit.chain import START, hash_of
from anmin.kernel.audit.models import Act

LOCK = 0x616E6D696E
"""The advisory lock that makes acts follow one another: "anmin" in hexadecimal."""


class NotInTransaction(RuntimeError):
    """An act was to be recorded outside the transaction of what it records."""


def record(
    *,
    by: Any,
    act: str,
    subject: models.Model | str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    division: str = "",
) -> Act:
    """Record an act in the transaction that carries it out: both stand or neither does.

    `by` is a user, or text for the command line and the system. `subject` is the row acted on, or text.

    Raises:
        NotInTransaction: outside a transaction.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(f"操作“{act}”不在事务中，不能写审计记录")
    user = by if isinstance(by, get_user_model()) else None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = Act.objects.order_by("-pk").values_list("hash", flat=True).first()
    row = Act(
        at=timezone.now().astimezone(UTC),
        by=user,
        by_name=str(by)[:150],
        act=act,
        subject=subject._meta.label_lower if isinstance(subject, models.Model) else "text",
        subject_id=str(subject.pk) if isinstance(subject, models.Model) else str(subject)[:100],
        division=division,
        reason=reason,
        before=_plain(before),
        after=_plain(after),
        previous=last or START,
    )
    row.hash = hash_of(row)
    row.save(force_insert=True)
    return row


def _plain(values: Mapping[str, Any] | None) -> Any:
    """Days, decimals and lazy texts as JSON has them, so that the row read back hashes the same."""
    return (
        None if values is None else json.loads(json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False))
    )
