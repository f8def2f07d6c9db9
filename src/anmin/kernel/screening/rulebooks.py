"""The rulebook of this deployment, read once, and the outputs that a screening run keeps."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from anmin.kernel.screening.standards import published
from anmin.kernel.screening.standards.published import Standard
from anmin.lib.lines import DOMAINS, lines_home
from anmin.policy.examples import Example, example_files, load_examples
from anmin.policy.facts import FactCatalogue
from anmin.policy.rulebook import Rulebook
from anmin.policy.rules import Level

CATALOGUE = Path(__file__).parent.parent / "facts" / "catalogue"
LAYER, COVERAGE, MEASURE = "layer", "coverage", "household_aid_month"
TARGET, TARGET_COVERED = "target_persons", "target_persons_covered"
FURTHER = ("members", "counted_income_year", TARGET, TARGET_COVERED)


def rulebook(known: datetime | None = None) -> Rulebook:
    """All rules, rates and benefits of the installed domains, with the standards that were confirmed in this place.

    `known` leaves out what was confirmed after a moment: as whoever decided then saw it.
    """
    path = published.newest()
    if path is None:
        return _delivered()
    written = path.stat().st_mtime_ns
    if known is None:
        return _with(path, written, None)
    return _with(path, written, sum(row.known <= known for row in _read(path, written)))


@lru_cache(maxsize=1)
def _delivered() -> Rulebook:
    return Rulebook.load(DOMAINS, FactCatalogue.read(*sorted(CATALOGUE.glob("*.yaml"))))


@lru_cache(maxsize=2)
def _read(path: Path, _written: int) -> tuple[Standard, ...]:
    return published.read(path)


@lru_cache(maxsize=8)
def _with(path: Path, written: int, first: int | None) -> Rulebook:
    """The delivered book under the first of the standards, in the order in which they were confirmed; all of them for None."""
    book, standards = _delivered(), _read(path, written)[:first]
    there = [row.entry for row in standards if row.entry.rate in book.rates.rates]
    return book.with_rates(book.rates.followed_by(there)) if there else book


@lru_cache(maxsize=1)
def examples() -> tuple[Example, ...]:
    """All worked examples of the installed domains, in the order of their files."""
    return tuple(example for path in example_files(lines_home()) for example in load_examples(path))


def outputs(book: Rulebook) -> list[str]:
    """What a run keeps: the measure, layer and coverage, and what every benefit declares."""
    names = [MEASURE, LAYER, COVERAGE, *FURTHER]
    for key in sorted(book.benefits):
        benefit = book.benefits[key]
        names += [name for name in (benefit.eligible, benefit.amount) if name is not None]
    return [name for name in dict.fromkeys(names) if name in book.versions]


def monthly_amounts(book: Rulebook) -> dict[str, Level]:
    """The amounts that are paid every month, each with whom it is paid to."""
    return {
        benefit.amount: book.versions[benefit.amount][0].level
        for benefit in book.benefits.values()
        if benefit.amount is not None and benefit.period == "month"
    }
