"""Many alerts written in one statement: a run over a city is not thousands of questions to the database."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from anmin.kernel.alerts.models import Alert

STAY = frozenset({"id", "household", "cause", "subject", "division", "level", "first_hit_on"})
"""What an alert is about, which never changes."""


def update_alerts(rows: Sequence[Alert]) -> None:
    """Write what may change of alerts that are locked, by one statement; the database's own checks hold for each row."""
    if not rows:
        return
    fields = [field for field in Alert._meta.concrete_fields if field.name not in STAY]
    table, names = Alert._meta.db_table, [f'"{field.column}"' for field in fields]
    written = [{"id": row.pk, **{one.column: getattr(row, one.attname) for one in fields}} for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS alert SET ({', '.join(names)}) = ROW({', '.join(f'fresh.{name}' for name in names)})"
            f" FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) AS fresh WHERE alert.id = fresh.id",
            [json.dumps(written, cls=DjangoJSONEncoder)],
        )
