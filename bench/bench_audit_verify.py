"""The book of acts, 1 million: verified whole with its anchors; and how many acts a second many writers get recorded."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from bench.book import book
from bench.measuring import interleaved, timed
from bench.options import Options
from bench.report import Report

ACTS, ROWS, LIMIT = 1_000_000, 20_000, 10.0
WRITERS, SECONDS = 4, 5


def run(options: Options, report: Report) -> None:
    """Verify as `anmin audit verify` does, and row object by row object as one would write it first."""
    acts = ACTS if options.usual else 50_000
    with book(options, acts):
        from anmin.kernel.audit import queries

        verdicts: list[queries.Verdict] = []
        sides = {
            "Anmin": timed(lambda: verdicts.append(queries.verification())),
            "row objects (part of the book)": timed(_by_objects),
        }
        series = interleaved(sides, options.times(3), settle=options.settle)
        each = {
            "Anmin": acts / series["Anmin"].median,
            "row objects (part of the book)": ROWS / series["row objects (part of the book)"].median,
        }
        report.table(
            f"{acts:,} acts",
            ["side", "seconds (median)", "acts/s"],
            [[name, f"{found.median:.2f}", f"{each[name]:,.0f}"] for name, found in series.items()],
        )
        report.equal("acts that do not hold", sum(not verdict.is_whole for verdict in verdicts))
        report.at_most("the whole book", series["Anmin"].median, LIMIT, " s")
        report.at_least("against row objects", each["Anmin"] / each["row objects (part of the book)"], 3)
        _recording(report)


def _by_objects() -> None:
    """Django objects and JSON in Python, from the beginning of the book."""
    from anmin.kernel.audit.chain import START, chain_key, hash_of
    from anmin.kernel.audit.models import Act

    _number, key = chain_key()
    head = START
    for row in Act.objects.order_by("number")[:ROWS].iterator():
        values = [
            row.number,
            row.at.isoformat(),
            row.by_id,
            row.by_name,
            row.act,
            row.subject,
            row.subject_id,
        ]
        values += [row.division, row.purpose, row.result, row.reason, row.before, row.after]
        hash_of(key, head, json.dumps(values, ensure_ascii=False))
        head = row.hash


def _recording(report: Report) -> None:
    """Acts are written one at a time, so that their order is certain: how many a second, by how many writers."""
    rows = []
    for writers in (1, WRITERS):
        started = time.monotonic()
        children = [
            subprocess.Popen([sys.executable, "-m", "bench.bench_audit_verify"], stdout=subprocess.PIPE)
            for _ in range(writers)
        ]
        written = sum(int(child.communicate()[0]) for child in children)
        rows.append([f"{writers} at once", f"{written / SECONDS:,.0f}", f"{time.monotonic() - started:.0f}"])
    report.table("acts recorded, a transaction each", ["writers", "acts/s", "seconds"], rows)


def _write() -> None:
    """Record acts for some seconds; prints how many."""
    import django

    django.setup()
    from django.db import transaction

    from anmin.kernel.audit import actions

    until, count = time.monotonic() + SECONDS, 0
    while time.monotonic() < until:
        with transaction.atomic():
            actions.record(by="bench", act="bench.act", subject=f"row {count}", after={"n": count})
        count += 1
    print(count)


if __name__ == "__main__":
    _write()
