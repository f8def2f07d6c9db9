"""A department's file of 100,000 rows with 2 % malformed in 20 ways: time and memory until the last row is accounted for.

The other side in the same run reads the file with the csv module alone, which is the least that any importer does.
"""

from __future__ import annotations

import csv
import shutil
import time
from datetime import date
from pathlib import Path

from bench.measuring import Series
from bench.options import Options
from bench.register import migrated
from bench.report import Report
from bench.rules43.peak import peak_megabytes
from bench.spoiling import write_pensions

ROWS, EVERY = 100_000, 50
ON = date(2026, 11, 24)


def run(options: Options, report: Report) -> None:
    """Take the file in once, then once more."""
    report.versions()
    count = options.size(ROWS)
    with migrated(options.home / "import"):
        _measure(options, report, count)


def _measure(options: Options, report: Report, count: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from anmin.kernel.facts.batches.actions import take_in
    from anmin.kernel.facts.batches.models import SourceQuarantine
    from anmin.kernel.screening.rulebooks import rulebook

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE kernel_sourcebatch, kernel_sourcequarantine CASCADE")
    shutil.rmtree(Path(settings.ANMIN_HOME) / "lake", ignore_errors=True)
    path = options.scratch / "ylj_202610.csv"
    spoiled = write_pensions(path, count, EVERY)
    given = {"by": "bench", "source": "pensions", "period": "2026-10", "facts": rulebook().facts, "on": ON}
    options.settle()
    began = time.perf_counter()
    landing = take_in(path=path, **given)
    taken = time.perf_counter() - began
    began = time.perf_counter()
    again = take_in(path=path, **given)
    repeated = time.perf_counter() - began
    peak = peak_megabytes()
    began = time.perf_counter()
    with path.open(encoding="utf-8", newline="") as file:
        read = sum(1 for _ in csv.reader(file)) - 1
    plain = time.perf_counter() - began
    left = SourceQuarantine.objects.filter(batch=landing.batch).count()
    report.note(f"rows      read {landing.read:,}, landed {landing.landed:,}, quarantined {left:,}")
    report.note(f"again     {repeated:.2f} s, {'no new row' if again.is_repeat else 'LANDED AGAIN'}")
    ours = Series("anmin, checked, sealed, in the lake", [taken])
    report.times("import", [ours, Series("csv module, read and thrown away", [plain])], ours.name)
    report.equal("rows unaccounted for", abs(read - landing.landed - left) + abs(left - len(spoiled)))
    report.equal("rows landed twice", 0 if again.is_repeat else again.landed)
    report.at_most("time of the import", taken, 60, " s")
    report.at_most("peak of resident memory", peak, 400, " MB")
    path.unlink()
