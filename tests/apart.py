"""The whole run in two processes: each has a database server and a home of its own, so that none meets the other.

Loaded by `-p tests.apart` before Django reads its settings. A file stays on one process, the journeys all on one,
because they share a city that takes a minute to make; see docs/decisions/0032-tests-in-two-processes.md.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
TOGETHER = Path("tests/journeys")
COMPILING = (
    Path("tests/bench/test_honest_watch.py"),
    Path("tests/policy/test_watching.py"),
    Path("tests/policy/test_whole_rulebook.py"),
    Path("tests/shape/test_rules.py"),
)
"""Each needs the whole rulebook compiled, a minute of processor time, unless another had it on the same process."""
LONG = (TOGETHER, Path("tests/faults"), *COMPILING)
"""Groups that take minutes: begun first, so that no process sits idle while the other ends one of them."""
EACH = Path("tests/faults/test_months_of_paying.py")
"""Many long tests of their own, which leave nothing behind: whichever process is free takes the next."""
ALONE = "left alone"

if WORKER:
    servers = os.environ["ANMIN_TEST_SERVERS"].split()
    os.environ["DATABASE_URL"] = servers[int(WORKER.removeprefix("gw"))]
    os.environ["ANMIN_HOME"] = f"{os.environ['ANMIN_HOME']}-{WORKER}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name the group of each test, before xdist reads the names: a mark that comes later groups nothing, in silence.

    pytest-django has put tests that roll back before tests that empty tables before tests without a database;
    that order must survive on each process, so a file with several of these kinds makes several groups. Long tests
    that leave the tables alone go before all others, in the order of LONG.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(f"{_place(item)} {_kind(item)}"))
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """The place in LONG of what leaves the tables alone; what is not long comes after all of it."""
    path, is_alone = _path(item), _kind(item) == ALONE
    return next((at for at, part in enumerate(LONG) if is_alone and path.is_relative_to(part)), len(LONG))


def _path(item: pytest.Item) -> Path:
    return item.path.relative_to(item.config.rootpath)


def _place(item: pytest.Item) -> str:
    path = _path(item)
    if path in COMPILING:
        return "the whole rulebook"
    if path == EACH:
        return item.nodeid
    return str(TOGETHER if path.is_relative_to(TOGETHER) else path)


def _kind(item: pytest.Item) -> str:
    """What becomes of the tables: rolled back, emptied, or left alone."""
    mark, asked = item.get_closest_marker("django_db"), set(getattr(item, "fixturenames", ()))
    if (mark is not None and mark.kwargs.get("transaction")) or asked & {"transactional_db", "live_server"}:
        return "emptied"
    return "rolled back" if mark is not None or "db" in asked else ALONE
