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
LONG = (TOGETHER, Path("tests/faults"))
"""Groups that take minutes: begun first, so that no process sits idle while the other ends one of them."""
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
    that leave the tables alone go before all others.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(f"{_place(item)} {_kind(item)}"))
    items.sort(key=lambda item: not (_kind(item) == ALONE and _is_long(item)))


def _is_long(item: pytest.Item) -> bool:
    return any(_path(item).is_relative_to(folder) for folder in LONG)


def _path(item: pytest.Item) -> Path:
    return item.path.relative_to(item.config.rootpath)


def _place(item: pytest.Item) -> str:
    path = _path(item)
    return str(TOGETHER if path.is_relative_to(TOGETHER) else path)


def _kind(item: pytest.Item) -> str:
    """What becomes of the tables: rolled back, emptied, or left alone."""
    mark, asked = item.get_closest_marker("django_db"), set(getattr(item, "fixturenames", ()))
    if (mark is not None and mark.kwargs.get("transaction")) or asked & {"transactional_db", "live_server"}:
        return "emptied"
    return "rolled back" if mark is not None or "db" in asked else ALONE
