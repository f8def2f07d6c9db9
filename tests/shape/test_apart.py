"""How the whole of the tests is dealt to two processes (decision 0032)."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.apart import pytest_collection_modifyitems

ROOT = Path("/clone")


class Item:
    def __init__(self, path, mark=None):
        self.path, self.config, self.groups = ROOT / path, SimpleNamespace(rootpath=ROOT), []
        self.mark, self.fixturenames = mark, ()

    def get_closest_marker(self, name: str):
        return self.mark

    def add_marker(self, mark: pytest.MarkDecorator):
        self.groups.append(mark.args[0])


def groups(*items):
    items = [item if isinstance(item, Item) else Item(item) for item in items]
    pytest_collection_modifyitems(items)
    return [group for item in items for group in item.groups]


def test_tests_of_a_file_that_treat_the_tables_differently_make_groups_of_their_own():
    rolled_back, emptied = pytest.mark.django_db.mark, pytest.mark.django_db(transaction=True).mark
    path = "tests/lib/test_a.py"

    assert len(set(groups(path, Item(path, rolled_back), Item(path, emptied)))) == 3


def test_other_tests_of_a_file_stay_together_whatever_stands_between():
    first, between, later = groups("tests/lib/test_a.py", "tests/lib/test_b.py", "tests/lib/test_a.py")

    assert first == later != between


def test_the_journeys_share_one_city():
    assert len(set(groups("tests/journeys/test_a.py", "tests/journeys/test_b.py"))) == 1
