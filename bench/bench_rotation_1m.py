"""Change of keys over 1 million persons while others read and write: how long, how many reads failed, old key destroyed."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time

from bench.options import Options
from bench.register import register
from bench.report import Report

PERSONS = 1_000_000


def run(options: Options, report: Report) -> None:
    """Rotate, with one process that opens random rows and one that changes them."""
    persons = options.size(PERSONS)
    with register(options, persons):
        import django

        django.setup()
        from django.db import connection

        from anmin.kernel.keys import actions
        from anmin.kernel.keys.queries import ring

        with connection.cursor() as cursor:
            cursor.execute("SELECT min(id), max(id) FROM kernel_person")
            low, high = cursor.fetchone()
        before = ring().active("data").number
        others = [
            subprocess.Popen(
                [sys.executable, "-m", "bench.bench_rotation_1m", kind, str(low), str(high)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for kind in ("read", "write")
        ]
        started = time.monotonic()
        actions.new_key()
        places = dict(actions.reseal())
        while actions.in_use(before):  # rows that somebody was writing when the rotation came by
            for place, done in actions.reseal():
                places[place] = places.get(place, 0) + done
        seconds = time.monotonic() - started
        told = [json.loads(other.communicate("stop\n")[0]) for other in others]
        values = sum(places.values())
        report.table(
            f"{persons:,} persons",
            ["", "figure"],
            [
                ["values sealed anew", f"{values:,}"],
                ["seconds", f"{seconds:.0f}"],
                ["values a second", f"{values / seconds:,.0f}"],
                ["rows read meanwhile", f"{told[0]['done']:,}"],
                ["rows changed meanwhile", f"{told[1]['done']:,}"],
            ],
        )
        report.equal("reads that failed", told[0]["failed"])
        report.equal("writes that failed", told[1]["failed"])
        report.equal("values left under the old key", actions.in_use(before))
        time.sleep(max(0.0, actions.GRACE.total_seconds() - seconds + 1))
        actions.destroy(before)
        report.equal("rows that no longer open", _unreadable(low, high))


def _unreadable(low: int, high: int) -> int:
    from anmin.kernel.people.models import Identifier, Person
    from anmin.lib.crypto import SealBroken

    failed = 0
    for key in random.Random(1).sample(range(low, high + 1), 20_000):
        for row in [*Person.objects.filter(pk=key), *Identifier.objects.filter(person=key)]:
            try:
                _ = row.name if isinstance(row, Person) else row.value
            except SealBroken:
                failed += 1
    return failed


def _other(kind: str, low: int, high: int) -> None:
    """Read or change random persons until told to stop; prints how many, and how many failed."""
    import select

    import django

    django.setup()
    from anmin.kernel.people.models import Person

    dice, done, failed = random.Random(kind), 0, 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        try:
            person = Person.objects.get(pk=dice.randint(low, high))
            if not person.name:
                failed += 1
            if kind == "write":
                person.phone = f"190{dice.randrange(10**8):08d}"
                person.save()
                time.sleep(0.02)
            done += 1
        except Exception:
            failed += 1
    print(json.dumps({"done": done, "failed": failed}))


if __name__ == "__main__":
    _other(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
