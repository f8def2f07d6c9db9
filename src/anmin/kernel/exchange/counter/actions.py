"""What a partner's people do at the counter: send corrections, take their own rows back, see whom a slip is about."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from anmin.kernel.audit import actions as audit
from anmin.kernel.exchange.counter.queries import Counter
from anmin.kernel.exchange.slips.models import Slip
from anmin.kernel.exchange.slips.queries import About, about
from anmin.kernel.facts.batches import actions as batches
from anmin.kernel.facts.batches import queries
from anmin.kernel.facts.batches.actions import Landing
from anmin.kernel.facts.batches.models import SourceBatch
from anmin.kernel.facts.sources.catalogue import sources
from anmin.kernel.screening.rulebooks import rulebook

FORMULA = "=+-@\t\r"


def send_corrections(*, by: Any, batch: SourceBatch, path: Path, on: date) -> Landing:
    """Take the corrected rows of a batch's quarantine in and join them to it.

    Raises:
        PolicyError: when the file is refused whole.
    """
    return batches.take_in(
        by=by,
        source=batch.source,
        period=batch.period,
        path=path,
        facts=rulebook().facts,
        on=on,
        corrects=batch,
    )


@transaction.atomic
def taken_rows(*, by: Any, batch: SourceBatch, mark: str) -> str:
    """The rows that did not land as CSV, in the columns they came in; what a spreadsheet would run is disarmed.

    `mark` says who takes them and when; it stands in the book beside the act, and with the file.
    """
    source = sources()[batch.source]
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow([column.title for column in source.columns])
    for row in queries.quarantined(batch):
        cells = list(row.cells)[: len(source.columns)]
        out.writerow([f"'{cell}" if str(cell)[:1] in FORMULA and str(cell) else cell for cell in cells])
    audit.record(
        by=by,
        act="facts.quarantine.export",
        subject=batch,
        after={"rows": batch.quarantined, "watermark": mark},
        purpose="改正后重新报送",
    )
    return text.getvalue()


@transaction.atomic
def shown_about(*, by: Any, counter: Counter, slip: Slip) -> About:
    """Whom a slip is about; that the partner saw it is noted with the person."""
    found = about(slip)
    if found.person is not None:
        audit.record_reads(
            by=by,
            person_ids=[found.person],
            via=counter.reader.via,
            purpose="核对校核单",
            fields=["slip"],
            division=slip.division,
        )
    return found
