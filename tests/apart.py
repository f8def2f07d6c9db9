"""The whole run in two processes: each has a database server and a home of its own, so that none meets the other.

Loaded by `-p tests.apart` before Django reads its settings. A file stays on one process, the journeys all on one,
because they share a city that takes a minute to make; see docs/decisions/0032-tests-in-two-processes.md.
"""

from __future__ import annotations

import os
from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
TOGETHER = Path("tests/journeys")

if WORKER:
    servers = os.environ["ANMIN_TEST_SERVERS"].split()
    os.environ["DATABASE_URL"] = servers[int(WORKER.removeprefix("gw"))]
    os.environ["ANMIN_HOME"] = f"{os.environ['ANMIN_HOME']}-{WORKER}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name the group of each test.

    pytest-django has put tests that roll back before tests that empty tables before tests without a database;
    that order must survive on each process, so a file that occurs in two of these parts makes two groups.
    """
    blocks: Counter[str] = Counter()
    for place, block in groupby(items, key=_place):
        blocks[place] += 1
        for item in block:
            item.add_marker(pytest.mark.xdist_group(f"{place} {blocks[place]}"))


def _place(item: pytest.Item) -> str:
    path = item.path.relative_to(item.config.rootpath)
    return str(TOGETHER if path.is_relative_to(TOGETHER) else path)
