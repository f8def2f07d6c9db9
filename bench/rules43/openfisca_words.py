"""What the 43 formulas for OpenFisca are written with: entities, inputs, a decorator, and three roundings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.variables import Variable

Person = build_entity(key="person", plural="persons", label="Person", is_person=True)
Household = build_entity(
    key="household", plural="households", label="Household", roles=[{"key": "member", "plural": "members"}]
)
FORMULAS: list[type[Variable]] = []
MONEY = ("wage", "pension", "business", "transfer", "property", "medical", "education", "rehabilitation")
INPUTS: dict[str, tuple[Any, type]] = {
    **{f"{name}_month": (Person, float) for name in MONEY},
    **dict.fromkeys(
        ("age", "disability_level", "disability_kind", "study", "care_level", "parents_state"), (Person, int)
    ),
    **dict.fromkeys(
        ("is_newly_employed", "has_major_illness", "has_able_supporter", "lives_in_institution"),
        (Person, bool),
    ),
    "financial_assets": (Household, float),
    "car_value": (Household, float),
    "cars": (Household, int),
    "houses": (Household, int),
}


def make_variable(
    name: str, entity: Any, value_type: type, formula: Callable[..., Any] | None
) -> type[Variable]:
    """A monthly OpenFisca variable, with a formula or as an input."""
    content: dict[str, Any] = {
        "value_type": value_type,
        "entity": entity,
        "definition_period": DateUnit.MONTH,
        "label": name,
    }
    if formula is not None:
        content["formula"] = formula
    return type(name, (Variable,), content)


def variable(entity: Any, value_type: type = float) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a formula under the name of its function."""

    def register(formula: Callable[..., Any]) -> Callable[..., Any]:
        FORMULAS.append(make_variable(formula.__name__, entity, value_type, formula))
        return formula

    return register


def share(amount: Any, ratio: float) -> Any:
    """Basis points of an amount, rounded down."""
    result = amount * ratio
    result /= 10_000
    return np.floor(result, out=result)


def half_up(amount: Any, ratio: Any) -> Any:
    """Basis points of an amount, halves up."""
    result = amount * ratio
    result += 5_000
    result /= 10_000
    return np.floor(result, out=result)


def per_head(amount: Any, heads: Any) -> Any:
    """An amount a head, rounded down; 0 where there is nobody."""
    return np.where(heads > 0, np.floor(amount / np.maximum(heads, 1)), 0)
