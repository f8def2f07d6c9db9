"""Import files of households and persons; correct what was quarantined and send it again."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from anmin.kernel.audit import actions as audit
from anmin.kernel.divisions.catalogue import Catalogue
from anmin.kernel.facts.intake.checking import (
    Landed,
    Quarantined,
    checked_rows,
    cross_check,
    unknown_headings,
)
from anmin.kernel.facts.intake.quarantine import (
    quarantine_sheets,
    quarantine_workbook,
    write_quarantine,
)
from anmin.kernel.facts.intake.reading import file_hash, raw_rows, read_table
from anmin.kernel.facts.intake.sheets import SheetName, sheets
from anmin.kernel.facts.intake.tables import (
    blind,
    household_table,
    person_table,
    store,
    stored,
    write_snapshot,
)
from anmin.kernel.facts.models import ImportBatch, QuarantinedRow
from anmin.kernel.facts.queries import snapshots_home
from anmin.kernel.keys.queries import installation_secret
from anmin.lib.crypto import derived
from anmin.lib.redaction import redacted
from anmin.policy.compiling import Progress
from anmin.policy.errors import PolicyError
from anmin.policy.facts import FactCatalogue

ROWS_IN_STEP = 5_000
QUARANTINE = "quarantine.sealed"


@dataclass
class ImportReport:
    """What an import did, or would do. `batch` is None for a dry run; `is_repeat` when nothing was new."""

    households: int = 0
    persons: int = 0
    quarantined: list[Quarantined] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)
    unread: dict[str, list[str]] = field(default_factory=dict)
    batch: ImportBatch | None = None
    is_repeat: bool = False

    @property
    def by_code(self) -> dict[str, int]:
        """How many rows were quarantined for each reason."""
        counts: dict[str, int] = {}
        for row in self.quarantined:
            for code in {trouble.code for trouble in row.troubles}:
                counts[code] = counts.get(code, 0) + 1
        return dict(sorted(counts.items(), key=lambda pair: -pair[1]))


def import_population(
    *,
    by: Any,
    households: Path,
    persons: Path,
    facts: FactCatalogue,
    on: date,
    corrects: ImportBatch | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import two files (or two sheets of one workbook) as a new snapshot.

    Every row lands or is quarantined; a household that lost a member's row is held and not calculated. The
    same content a second time changes nothing. `corrects` adds to an earlier batch: its landed rows stay and
    rows for the same household or identity are replaced.

    Raises:
        PolicyError: `file` or `columns`, when a file cannot be read as a whole; nothing is written then.
    """
    content = _content(households, persons, on, corrects)
    known = ImportBatch.objects.filter(content=content).first()
    if known is not None and (snapshots_home() / known.snapshot / "manifest.json").exists():
        return ImportReport(known.households, known.persons, batch=known, is_repeat=True)
    report, homes, people = _read(households, persons, facts, on, corrects, progress)
    if dry_run:
        return report
    return _land(by, report, homes, people, facts, on, content, corrects, known)


def _content(households: Path, persons: Path, on: date, corrects: ImportBatch | None) -> str:
    parts = [file_hash(households), file_hash(persons), on.isoformat(), corrects.content if corrects else ""]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def _read(
    households: Path,
    persons: Path,
    facts: FactCatalogue,
    on: date,
    corrects: ImportBatch | None,
    progress: Progress | None,
) -> tuple[ImportReport, Landed, Landed]:
    report = ImportReport()
    is_known = Catalogue.load().knows
    landed: dict[SheetName, Landed] = {"households": Landed(), "persons": Landed()}
    paths: dict[SheetName, Path] = {"households": households, "persons": persons}
    for name, sheet in sheets(facts).items():
        table = read_table(paths[name], sheet.title)
        if unread := unknown_headings(table, sheet):
            report.unread[sheet.title] = unread
        for number, row in checked_rows(table, sheet, on, is_known):
            if isinstance(row, Quarantined):
                report.quarantined.append(row)
            else:
                landed[name].rows.append(row)
                landed[name].lines.append(number)
            if progress and number % ROWS_IN_STEP == 0:
                progress(f"读取{sheet.title}表", number, number + 1)
    key = intake_key()
    if corrects is not None:
        _add_earlier(landed, corrects, key)
    homes, people, caught, held = cross_check(landed["households"], landed["persons"], report.quarantined)
    report.quarantined += _with_raw_cells(caught, paths, facts)
    report.households, report.persons = len(homes.rows), len(people.rows)
    report.held = {home: redacted(reason) for home, reason in held.items()}
    return report, homes, people


def _add_earlier(landed: dict[SheetName, Landed], corrects: ImportBatch, key: bytes) -> None:
    """Put the rows that landed before beneath the corrected ones; a corrected row replaces its like."""
    homes, people = stored(intake_home() / corrects.snapshot)
    new_homes = {row["household"] for row in landed["households"].rows}
    new_people = {blind(row["identity"], key) for row in landed["persons"].rows}
    for row in homes:
        if row["household"] not in new_homes:
            landed["households"].rows.append(row)
            landed["households"].lines.append(0)
    for row in people:
        if row["person"] not in new_people:
            landed["persons"].rows.append({**row, "identity": f"={row['person']}"})
            landed["persons"].lines.append(0)


def _with_raw_cells(
    caught: list[Quarantined], paths: dict[SheetName, Path], facts: FactCatalogue
) -> list[Quarantined]:
    titles = {name: sheet.title for name, sheet in sheets(facts).items()}
    result = []
    for name, path in paths.items():
        raw = raw_rows(path, titles[name], {row.row for row in caught if row.sheet == name and row.row})
        for row in caught:
            if row.sheet == name:
                cells = raw.get(row.row, row.cells)
                result.append(Quarantined(row.sheet, row.row, row.household, row.troubles, cells))
    return result


@transaction.atomic
def _land(
    by: Any,
    report: ImportReport,
    homes: Landed,
    people: Landed,
    facts: FactCatalogue,
    on: date,
    content: str,
    corrects: ImportBatch | None,
    known: ImportBatch | None,
) -> ImportReport:
    if not homes.rows:
        raise PolicyError(
            "nothing_landed", what="没有一户可以导入", todo="看隔离原因，改正后再导入；先用 --dry-run 查看"
        )
    name = f"import-{on.isoformat()}-{content[:12]}"
    folder = intake_home() / name
    own, each = household_table(homes, facts), person_table(people, facts, intake_key())
    try:
        store(folder, own, each)
        write_quarantine(folder / "quarantine.xlsx", quarantine_sheets(report.quarantined, sheets(facts)))
        write_snapshot(snapshots_home() / name, own, each, report.held, on=on.isoformat(), facts=facts)
        batch, _ = ImportBatch.objects.update_or_create(
            content=content,
            defaults={
                "snapshot": name,
                "corrects": corrects,
                "households": report.households,
                "persons": report.persons,
                "quarantined": len(report.quarantined),
                "held": len(report.held),
                "made_by": str(by),
            },
        )
        _keep_quarantine(batch, report.quarantined)
        counts = {"households": batch.households, "persons": batch.persons, "quarantined": batch.quarantined}
        audit.record(by=by, act="facts.import", subject=batch, after=counts)
    except BaseException:
        if known is None:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(snapshots_home() / name, ignore_errors=True)
        raise
    report.batch = batch
    return report


def _keep_quarantine(batch: ImportBatch, rows: list[Quarantined]) -> None:
    QuarantinedRow.objects.filter(batch=batch).delete()
    QuarantinedRow.objects.bulk_create(
        [
            QuarantinedRow(
                batch=batch,
                sheet=row.sheet,
                row=row.row,
                household=row.household,
                column=trouble.column,
                code=trouble.code,
                reason=redacted(trouble.reason)[:300],
            )
            for row in rows
            for trouble in row.troubles
        ],
        batch_size=2_000,
    )


def intake_home() -> Path:
    """Where landed rows and quarantine files are kept."""
    return Path(settings.ANMIN_HOME) / "intake"


def intake_key() -> bytes:
    """The key of the blind index under which persons are known in snapshots; the key ring holds what it comes from."""
    return derived(installation_secret(), "anmin intake")


def quarantine_of(batch: ImportBatch) -> bytes:
    """The rows of a batch that did not land, as a workbook to be corrected."""
    return quarantine_workbook(intake_home() / batch.snapshot / QUARANTINE)
