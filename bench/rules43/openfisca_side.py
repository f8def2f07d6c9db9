"""The OpenFisca-Core side of the 43-rule set: systems (idiomatic, tuned), simulations, and population columns.

Runs only in `.venv-bench`. float64 throughout: OpenFisca's default float32 would lose fen. The two systems share all
formulas; they differ in how a rate is looked up by city:

* idiomatic: `parameters(period).by_city.<rate>[city]`, a loop in Python over households inside OpenFisca;
* tuned: `numpy.take` on the three values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from openfisca_core.indexed_enums import Enum, EnumArray
from openfisca_core.parameters import ParameterNode
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import config

from bench.rules43 import openfisca_rules as rules
from bench.rules43.parameters import (
    BY_CITY,
    CITIES,
    DAY,
    DISTRICTS,
    EARLIER,
    HOUSEHOLD_OUTPUTS,
    LATER,
    NATIONAL,
    PERSON_OUTPUTS,
    current,
)

config.VALUE_TYPES[float]["dtype"] = np.float64
PERIOD = DAY[:7]
OUTPUTS = (*PERSON_OUTPUTS, *HOUSEHOLD_OUTPUTS)


class City(Enum):
    """The cities as OpenFisca enumerates places."""

    city1 = "first"
    city2 = "second"
    city3 = "third"


def system(tuned: bool, standards: tuple[int, ...] | None = None) -> TaxBenefitSystem:
    """A tax-benefit system; `standards` replaces the dibao standard of the three cities (scenarios)."""
    made = TaxBenefitSystem([rules.Person, rules.Household])
    made.parameters = ParameterNode("", data={"national": _national(), "by_city": _by_city(standards)})
    for name, (entity, value_type) in rules.INPUTS.items():
        made.add_variable(rules.make_variable(name, entity, value_type, None))
    made.add_variable(_city(tuned))
    for name in BY_CITY:
        values = standards if standards and name == "dibao_standard" else current(name)
        formula = _taken(values) if tuned else _indexed(name)
        made.add_variable(rules.make_variable(name, rules.Household, float, formula))
    for variable in rules.FORMULAS:
        made.add_variable(variable)
    return made


def _taken(values: tuple[int, ...]) -> Any:
    table = np.array(values, dtype=np.float64)

    def formula(household, period):
        return np.take(table, household("city", period))

    return formula


def _indexed(name: str) -> Any:
    def formula(household, period, parameters):
        return parameters(period).by_city[name][household("city", period)]

    return formula


def _city(tuned: bool) -> Any:
    made = rules.make_variable("city", rules.Household, int if tuned else Enum, None)
    if not tuned:
        made.possible_values, made.default_value = City, City.city1
    return made


def _national() -> dict[str, Any]:
    return {
        name: {"values": {EARLIER: {"value": first}, LATER: {"value": second}}}
        for name, (first, second) in NATIONAL.items()
    }


def _by_city(standards: tuple[int, ...] | None) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, (first, second) in BY_CITY.items():
        later = standards if standards and name == "dibao_standard" else second
        tree[name] = {
            city.name: {"values": {EARLIER: {"value": first[place]}, LATER: {"value": later[place]}}}
            for place, city in enumerate(City)
        }
    return tree


@dataclass
class Columns:
    """Part of a population as read from Parquet: arrays by name, and each person's row among the households."""

    arrays: dict[str, np.ndarray]
    home: np.ndarray
    cities: np.ndarray
    districts: np.ndarray
    keys: np.ndarray

    @property
    def households(self) -> int:
        """How many households."""
        return len(self.cities)

    @property
    def persons(self) -> int:
        """How many persons."""
        return len(self.home)


def read(folder: Path, parts: list[int] | None = None, keys: bool = False) -> Columns:
    """Columns of some parts, or of all. The order of persons gives their household, so its number is not read."""
    numbers = range(len(list(folder.glob("persons-*.parquet")))) if parts is None else parts
    each = [name for name, (entity, _) in rules.INPUTS.items() if entity is rules.Person]
    own = [name for name, (entity, _) in rules.INPUTS.items() if entity is rules.Household]
    wanted = [*own, "division", "members", *(["household"] if keys else [])]
    people = [_table(folder / f"persons-{number:05d}.parquet", each) for number in numbers]
    homes = [_table(folder / f"households-{number:05d}.parquet", wanted) for number in numbers]
    arrays = {name: np.concatenate([table[name].to_numpy() for table in people]) for name in each}
    arrays |= {name: np.concatenate([table[name].to_numpy() for table in homes]) for name in own}
    districts = np.concatenate([_districts(table["division"].combine_chunks()) for table in homes])
    numbering = [table["household"].to_numpy() for table in homes] if keys else [np.empty(0, np.int64)]
    return Columns(
        arrays=arrays,
        home=np.repeat(
            np.arange(len(districts)), np.concatenate([table["members"].to_numpy() for table in homes])
        ),
        cities=districts // (len(DISTRICTS) // len(CITIES)),
        districts=districts,
        keys=np.concatenate(numbering),
    )


def _table(path: Path, columns: list[str]) -> Any:
    # Not `read_table`, whose scanner takes twice as long and cuts columns into chunks.
    with pq.ParquetFile(path, memory_map=True) as file:
        return file.read(columns=columns, use_threads=False)


def _districts(divisions: Any) -> np.ndarray:
    encoded = divisions if hasattr(divisions, "indices") else pc.dictionary_encode(divisions)
    rows = np.array([DISTRICTS.index(code) for code in encoded.dictionary.to_pylist()], dtype=np.int32)
    return rows[encoded.indices.to_numpy()]


def converted(columns: Columns) -> Columns:
    """The same columns in the types that OpenFisca stores, so that a rebuild copies nothing."""
    dtypes = {float: np.float64, int: np.int32, bool: np.bool_}
    arrays = {
        name: columns.arrays[name].astype(dtypes[value_type], copy=False)
        for name, (_, value_type) in rules.INPUTS.items()
    }
    return replace(columns, arrays=arrays)


def build(made: TaxBenefitSystem, columns: Columns, tuned: bool, documented: bool) -> Simulation:
    """A simulation over the columns.

    `documented` uses `SimulationBuilder` as its documentation says; otherwise the populations are filled directly
    with arrays that exist already, which is faster than any documented way.
    """
    builder = SimulationBuilder()
    builder.create_entities(made)
    person, household = builder.populations["person"], builder.populations["household"]
    if documented:
        builder.declare_person_entity("person", np.arange(columns.persons))
        builder.declare_entity("household", np.arange(columns.households))
        builder.join_with_persons(household, columns.home, np.zeros(columns.persons, dtype=np.int32))
        simulation = builder.build(made)
    else:
        person.ids, person.count = np.arange(columns.persons), columns.persons
        household.ids, household.count = np.arange(columns.households), columns.households
        household.members_entity_id = columns.home
        simulation = Simulation(made, builder.populations)
    cities = columns.cities if tuned else EnumArray(columns.cities.astype(np.uint8), City)
    simulation.set_input("city", PERIOD, cities)
    for name in rules.INPUTS:
        simulation.set_input(name, PERIOD, columns.arrays[name])
    return simulation


def from_situation(made: TaxBenefitSystem, situation: dict[str, Any]) -> Simulation:
    """A simulation of one household written as a situation."""
    return SimulationBuilder().build_from_entities(made, situation)


def compute(simulation: Simulation) -> dict[str, np.ndarray]:
    """All outputs, and with them all 43 variables."""
    return {name: simulation.calculate(name, PERIOD) for name in OUTPUTS}
