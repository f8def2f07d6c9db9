"""What happens to few people (少见的事): deaths, sentences, moves of assets, disasters, put into the city of `watch_3m`.

The demonstration city leads ordinary lives, in which more than twenty of the rules never find anybody. A measurement of all
rules wants each of them to find somebody, so that none is measured on columns that are not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anmin.policy.facts import Fact, FactCatalogue
from anmin.policy.kernel import column_dtype
from anmin.policy.rules import Level
from anmin.policy.snapshots import Snapshot, SnapshotWriter
from anmin.policy.types import WINDOW

SEED = 31
NEWEST = (-2, -1)
"""The month of the day itself has not arrived from most (`with_months`)."""
TODAY = (-2, WINDOW)
"""What our own hotline and the bank's returns say is there on the day."""


@dataclass(frozen=True)
class Happening:
    """Something that befalls a share of the persons or households: facts and what they then say.

    A fact told month by month says it in `months`, the newest that has arrived where nothing else stands.
    """

    share: float
    said: dict[str, int]
    of: Level = Level.PERSON
    months: tuple[int, int] = NEWEST


HAPPENINGS = (
    Happening(0.0006, {"cremation_day": 20260905}),
    Happening(0.0006, {"cremation_day": 20261004, "death_day": 20261002}),
    Happening(0.0020, {"sentence_first_day": 20260301, "sentence_last_day": 20280301}),
    Happening(0.0040, {"marriage_day": 20260918}),
    Happening(0.0100, {"divorce_day": 20260110}),
    Happening(0.0100, {"asset_moved_day": 20260105, "application_day": 20260420}, of=Level.HOUSEHOLD),
    Happening(0.0040, {"certificate_last_day": 20260630}),
    Happening(0.0010, {"is_reported_alone": 1}),
    Happening(0.0050, {"is_on_public_payroll": 1}),
    Happening(0.0010, {"receives_work_injury_care": 1}),
    Happening(0.0030, {"serious_registered": 1}),
    Happening(0.0020, {"severely_certified": 1}),
    Happening(0.0030, {"calls_for_help": 1}, months=TODAY),
    Happening(0.0020, {"payments_returned": 1}, months=TODAY),
    Happening(0.0020, {"unemployment_paid": 180_000}, months=(4, 9)),
    Happening(0.0030, {"pension_paid": 210_000}),
    Happening(0.0100, {"new_car_day": 20260912, "new_car_price": 9_800_000}, of=Level.HOUSEHOLD),
    Happening(0.0100, {"homes": 2, "home_area": 420}, of=Level.HOUSEHOLD),
    Happening(0.0100, {"business_first_day": 20260820, "business_capital": 50_000_000}, of=Level.HOUSEHOLD),
    Happening(0.0100, {"is_relative_of_handler": 1}, of=Level.HOUSEHOLD),
    Happening(0.0040, {"disaster_day": 20260922}, of=Level.HOUSEHOLD),
    Happening(0.0100, {"house_danger": 4}, of=Level.HOUSEHOLD),
    Happening(0.0500, {"last_review_day": 20240105, "review_class": 1}, of=Level.HOUSEHOLD),
    Happening(0.0040, {"rigid_last_day": 20261115}, of=Level.HOUSEHOLD),
    Happening(0.0100, {"fade_first_day": 20250401}, of=Level.HOUSEHOLD),
    Happening(0.0040, {"case_days_used": 28}, of=Level.HOUSEHOLD),
)


def with_happenings(folder: Path, city: Snapshot, facts: FactCatalogue) -> Snapshot:
    """The city's snapshot once more, with what happens to few people in it; the same each time."""
    form = city.manifest["form"]
    with SnapshotWriter(folder, on=city.manifest["on"], source=city.manifest["source"], form=form) as writer:
        for number in range(city.parts):
            rng = np.random.default_rng([SEED, number])
            tables = {
                Level.HOUSEHOLD: city.household_table(number),
                Level.PERSON: city.person_table(number),
            }
            for one in HAPPENINGS:
                befallen = rng.random(len(tables[one.of])) < one.share
                for name, value in one.said.items():
                    tables[one.of] = _said(tables[one.of], facts[name], befallen, value, one.months)
            writer.write(tables[Level.HOUSEHOLD], tables[Level.PERSON])
    return Snapshot.open(folder)


def _said(table: pa.Table, fact: Fact, befallen: np.ndarray, value: int, months: tuple[int, int]) -> pa.Table:
    """A table in which some rows say a value of a fact; a column that was not there is silent for the others."""
    if fact.monthly:
        values = np.array(table[fact.name].combine_chunks().flatten()).reshape(-1, WINDOW)
        values[befallen, slice(*months)] = value
        column = pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), WINDOW)
    elif fact.name in table.column_names:
        said = table[fact.name].combine_chunks()
        column = pc.if_else(pa.array(befallen), pa.scalar(value, said.type), said)
    else:
        values = np.full(len(table), value, dtype=column_dtype(fact))
        column = pa.array(values, mask=~befallen)
    if fact.name in table.column_names:
        return table.set_column(table.column_names.index(fact.name), fact.name, column)
    return table.append_column(fact.name, column)
