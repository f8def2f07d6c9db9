"""A lake of its own for every test, and the family."""

import pytest

from tests.kernel.exchange.world import Family


@pytest.fixture(autouse=True)
def a_home_of_its_own(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"


@pytest.fixture
def family(db):
    return Family()
