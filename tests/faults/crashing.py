"""Take a file in, and die at a chosen boundary: `python -m tests.faults.crashing HOME-FILE [wrong]`.

A boundary is before and after every statement, every commit, every piece of an upload, every write, close and rename of
the lake. For each of them a child dies there by SIGKILL and another resumes; afterwards the state must be that of a run
that nobody interrupted. Prints one line of JSON: how many boundaries, and at which the state differed.
"""

import hashlib
import json
import os
import signal
import sys
import traceback
from datetime import date
from pathlib import Path

ON, PIECE = date(2026, 11, 24), 1_500


class Boundaries:
    """Counts boundaries and dies at one."""

    def __init__(self, deadly=None):
        self.deadly, self.passed = deadly, 0

    def __call__(self):
        if self.passed == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        self.passed += 1

    def around(self, function):
        """Before and after a function is a boundary."""

        def wrapped(*arguments, **more):
            self()
            result = function(*arguments, **more)
            self()
            return result

        return wrapped


def run(path, boundaries, is_wrong):
    """Send a file in pieces and take it in, whatever an earlier run has left."""
    from django.db import connection, connections, transaction

    from anmin.kernel.facts.batches import actions
    from anmin.kernel.facts.batches.uploads import actions as uploads
    from anmin.kernel.keys import pieces as shelves
    from anmin.kernel.screening.rulebooks import rulebook

    lake = actions._LakeFile
    for name in ("write", "close", "place"):
        setattr(lake, name, boundaries.around(getattr(lake, name)))
    shelves.put = boundaries.around(shelves.put)
    backend = type(connections["default"])
    backend._commit = boundaries.around(backend._commit)
    if is_wrong:
        # The wrong variant: the record is committed first, the file appears afterwards.
        place = lake.place
        lake.place = lambda self: transaction.on_commit(lambda: place(self))
    content = path.read_bytes()
    with connection.execute_wrapper(lambda go, *rest: boundaries.around(go)(*rest)):
        row = uploads.begin_upload(
            by="test",
            source="pensions",
            period="2026-10",
            file_name=path.name,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        while row.received < row.size:
            piece = content[row.received : row.received + PIECE]
            row = uploads.add_piece(by="test", upload=row, offset=row.received, piece=piece)
        actions.take_upload(by="test", upload=row, facts=rulebook().facts, on=ON)


def state():
    """All that must be the same: batches, quarantine, files of the lake, what lies about."""
    from django.conf import settings

    from anmin.kernel.facts.batches.models import SourceBatch, SourceQuarantine, Upload

    home = Path(settings.ANMIN_HOME)
    return {
        "batches": list(SourceBatch.objects.values_list("content", "read", "landed", "quarantined", "path")),
        "rows": [
            (row.row, row.column, row.code, row.reason, row.cells)
            for row in SourceQuarantine.objects.order_by("row")
        ],
        "lake": sorted(
            (path.name, told_of(path, home / "lake")) for path in (home / "lake").rglob("*") if path.is_file()
        ),
        "open": Upload.objects.filter(state="open").count(),
        "pieces": sorted(path.name for path in (home / "uploads").rglob("*") if path.is_file()),
    }


def told_of(path, lake):
    """A file's hash; of a signature, which differs each time it is made (SM2), whether it fits its file."""
    from anmin.kernel.keys.signing import SUFFIX, problem_with_file

    if path.suffix != SUFFIX:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    signed = path.with_suffix("")
    return problem_with_file(signed, str(signed.relative_to(lake))) or "fits"


def clear():
    """Back to nothing."""
    import shutil

    from django.conf import settings
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE kernel_sourcebatch, kernel_sourcequarantine, kernel_upload, kernel_refusedfile CASCADE"
        )
    for name in ("lake", "uploads"):
        shutil.rmtree(Path(settings.ANMIN_HOME) / name, ignore_errors=True)


def in_a_child(work):
    """Run something in a process of its own; what it answers, or None when it died."""
    from django.db import connections

    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 1
        try:
            answer = json.dumps(work(), default=str).encode()
            with os.fdopen(writing, "wb") as out:
                out.write(answer)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        content = told.read()
    os.waitpid(child, 0)
    return json.loads(content) if content else None


def main(path, is_wrong):
    import django

    django.setup()

    from anmin.kernel.screening.rulebooks import rulebook

    rulebook()  # read once, not in every child

    def once(deadly=None):
        boundaries = Boundaries(deadly)
        run(path, boundaries, is_wrong)
        return boundaries.passed

    def crashed(point):
        clear()
        return once(point)

    def resumed():
        once()
        return state()

    total = in_a_child(lambda: crashed(None))
    whole = in_a_child(state)
    assert total and whole and whole["batches"], "the run that nobody interrupts does not end"
    differing, survived = [], []
    for point in range(total):
        if in_a_child(lambda point=point: crashed(point)) is not None:
            survived.append(point)
        if in_a_child(resumed) != whole:
            differing.append(point)
            if is_wrong:
                break
    print(json.dumps({"boundaries": total, "differing": differing, "survived": survived}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), "wrong" in sys.argv[2:])
