"""The toy rulebook, and one cache of compiled rules for the whole run."""

from datetime import date
from pathlib import Path

import pytest

from anmin.policy.facts import FactCatalogue
from anmin.policy.rates import RateBook
from anmin.policy.rulebook import Rulebook
from tests.policy import toy_rules

HERE = Path(__file__).parent
DAY = date(2025, 3, 1)


@pytest.fixture(scope="session")
def toy_book():
    facts = FactCatalogue.read(HERE / "toy_facts.yaml")
    return Rulebook.collect([toy_rules], facts, RateBook.read(HERE / "toy_rates.yaml"))
