"""How the whole of the tests is dealt to two processes (decision 0032)."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.apart import pytest_collection_modifyitems

ROOT = Path("/clone")


class Item:
    def __init__(self, path):
        self.path, self.config, self.groups = ROOT / path, SimpleNamespace(rootpath=ROOT), []

    def add_marker(self, mark: pytest.MarkDecorator):
        self.groups.append(mark.args[0])


def groups(*paths):
    items = [Item(path) for path in paths]
    pytest_collection_modifyitems(items)
    return [group for item in items for group in item.groups]


def test_a_file_in_two_parts_of_the_order_makes_two_groups():
    first, between, later = groups("tests/lib/test_a.py", "tests/lib/test_b.py", "tests/lib/test_a.py")

    assert len({first, between, later}) == 3


def test_tests_of_a_file_that_follow_one_another_stay_together():
    assert len(set(groups("tests/lib/test_a.py", "tests/lib/test_a.py"))) == 1


def test_the_journeys_share_one_city():
    assert len(set(groups("tests/journeys/test_a.py", "tests/journeys/test_b.py"))) == 1
