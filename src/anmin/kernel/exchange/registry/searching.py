"""Searches of the exchange standard (SPDCI Social Registry): by identifier, by predicates, by an expression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from anmin.kernel.access.queries import Reader
from anmin.kernel.exchange.registry.attributes import ATTRIBUTES, SearchProblem
from anmin.kernel.exchange.registry.queries import agreed, somebody
from anmin.kernel.partners.models import PartnerKey
from anmin.kernel.people import queries as people
from anmin.kernel.people.models import Person

__all__ = ["Page", "SearchProblem", "matching", "search"]
LARGEST_PAGE = 50
DEEPEST, MOST_TERMS, MOST_VALUES = 5, 50, 100
MONGO = {
    "$eq": "eq",
    "$gt": "gt",
    "$lt": "lt",
    "$gte": "ge",
    "$lte": "le",
    "$ge": "ge",
    "$le": "le",
    "$in": "in",
}
KINDS = ("idtype-value", "expression", "predicate")


@dataclass(frozen=True)
class Page:
    """Persons of one page, how many there are in all, and the one who was found but did not agree to be told of."""

    persons: list[Person]
    number: int
    size: int
    total: int
    withheld: Person | None = None


def search(reader: Reader, key: PartnerKey, criteria: Mapping[str, Any], on: date) -> Page:
    """The persons who fit, as far as the key reaches and, where it rests on consent, as far as they agreed.

    Raises:
        SearchProblem: for a query type, attribute, operator, order or page that is not served.
    """
    kind, query = str(criteria.get("query_type")), criteria.get("query")
    number, size = _paging(criteria.get("pagination"))
    order = _order(key, criteria.get("sort"))
    if kind == "idtype-value":
        return _by_identifier(reader, key, query, on, number, size)
    rows = matching(reader, key, kind, query, on).order_by(*order)
    first = (number - 1) * size
    return Page(list(rows[first : first + size]), number, size, rows.count())


def matching(reader: Reader, key: PartnerKey, kind: str, query: Any, on: date) -> Any:
    """The persons a query fits, of those the key may be told of."""
    if kind == "idtype-value":
        person = somebody(reader, _number(query))
        where = Q(pk=person.pk) if person is not None else Q(pk__in=[])
    elif kind == "predicate":
        where = _predicates(key, query, on)
    elif kind == "expression":
        where = _expression(key, query, on)
    else:
        raise SearchProblem(f"query_type: one of {', '.join(KINDS)}")
    return people.persons(reader).filter(where).filter(agreed(key, on))


def _by_identifier(reader: Reader, key: PartnerKey, query: Any, on: date, number: int, size: int) -> Page:
    person = somebody(reader, _number(query))
    may = person is not None and people.persons(reader).filter(agreed(key, on), pk=person.pk).exists()
    found = [person] if person is not None and may else []
    shown = found if number == 1 else []
    return Page(shown, number, size, len(found), withheld=None if may else person)


def _number(query: Any) -> str:
    if not isinstance(query, Mapping) or not isinstance(query.get("value"), str):
        raise SearchProblem("query: an identifier has a type and a value")
    value: str = query["value"]
    if not 4 <= len(value) <= 40 or not value.isascii() or not value.replace("-", "").isalnum():
        raise SearchProblem("query.value: an identifier of 4 to 40 letters and digits")
    return value


def _predicates(key: PartnerKey, query: Any, on: date) -> Q:
    if not isinstance(query, Sequence) or isinstance(query, str) or not 0 < len(query) <= MOST_TERMS:
        raise SearchProblem(f"query: a list of 1 to {MOST_TERMS} predicates")
    where = Q()
    for row in query:
        if not isinstance(row, Mapping):
            raise SearchProblem("query: a predicate has expression1")
        first = _one(key, row.get("expression1"), on)
        if row.get("expression2") is not None:
            second, how = _one(key, row["expression2"], on), str(row.get("condition", "and")).lower()
            if how not in ("and", "or", "not"):
                raise SearchProblem("condition: and, or, not")
            first = first | second if how == "or" else first & (~second if how == "not" else second)
        where &= first
    return where


def _one(key: PartnerKey, row: Any, on: date) -> Q:
    if not isinstance(row, Mapping):
        raise SearchProblem("expression: attribute_name, operator, attribute_value")
    return _compare(key, row.get("attribute_name"), row.get("operator"), row.get("attribute_value"), on)


def _expression(key: PartnerKey, query: Any, on: date) -> Q:
    """Either the expression itself or, as the standard's examples have it, under `value.expression`."""
    inner = query
    for name in ("value", "expression", "query"):
        if isinstance(inner, Mapping) and name in inner:
            inner = inner[name]
    if not isinstance(inner, Mapping) or not inner or inner is query:
        raise SearchProblem("query: an expression has a collection and a query")
    return _mongo(key, inner, on, 0)


def _mongo(key: PartnerKey, node: Mapping[str, Any], on: date, depth: int) -> Q:
    if depth > DEEPEST or len(node) > MOST_TERMS:
        raise SearchProblem("expression: too large or nested too deeply")
    where = Q()
    for name, value in node.items():
        if name in ("$and", "$or"):
            where &= _joined(key, name, value, on, depth + 1)
        elif isinstance(value, Mapping):
            for operator, operand in value.items():
                where &= _compare(key, name, MONGO.get(operator), operand, on)
        else:
            where &= _compare(key, name, "eq", value, on)
    return where


def _joined(key: PartnerKey, name: str, value: Any, on: date, depth: int) -> Q:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_TERMS:
        raise SearchProblem(f"{name}: a list of 1 to {MOST_TERMS}")
    joined = Q()
    for one in value:
        if not isinstance(one, Mapping) or not one:
            raise SearchProblem(f"{name}: a list of comparisons")
        part = _mongo(key, one, on, depth)
        joined = joined | part if name == "$or" else joined & part
    return joined


def _compare(key: PartnerKey, name: Any, operator: Any, value: Any, on: date) -> Q:
    attribute = ATTRIBUTES.get(name) if isinstance(name, str) else None
    if attribute is None:
        raise SearchProblem(f"attribute {str(name)[:40]!r} is not served; served: {', '.join(ATTRIBUTES)}")
    if attribute.field not in key.fields:
        raise SearchProblem(
            f"attribute {name!r} needs the field {attribute.field}, which the key was not granted"
        )
    if operator not in attribute.operators:
        raise SearchProblem(f"{name}: operator one of {', '.join(attribute.operators)}")
    if operator != "in":
        return attribute.compare(str(operator), value, on)
    values = value if isinstance(value, list) else [value]
    if not 0 < len(values) <= MOST_VALUES:
        raise SearchProblem(f"{name}: 1 to {MOST_VALUES} values")
    anyone = Q()
    for each in values:
        anyone |= attribute.compare("eq", each, on)
    return anyone


def _order(key: PartnerKey, asked: Any) -> list[str]:
    order = []
    for row in asked if isinstance(asked, list) else []:
        name = row.get("attribute_name") if isinstance(row, Mapping) else None
        attribute = ATTRIBUTES.get(name) if isinstance(name, str) else None
        if attribute is None or not attribute.column or attribute.field not in key.fields:
            able = ", ".join(
                one for one, known in ATTRIBUTES.items() if known.column and known.field in key.fields
            )
            raise SearchProblem(f"sort: this key can sort by {able or 'nothing'}", "rjct.sort.invalid")
        is_down = (row.get("sort_order") == "desc") != attribute.is_reversed
        order.append(f"{'-' if is_down else ''}{attribute.column}")
    return [*order, "pk"]


def _paging(asked: Any) -> tuple[int, int]:
    """Page and size; a size larger than is served is served smaller, which the answer says."""
    given = asked if isinstance(asked, Mapping) else {}
    size, number = given.get("page_size", LARGEST_PAGE), given.get("page_number", 1)
    for value in (size, number):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 10**6:
            raise SearchProblem(
                "pagination: page_size and page_number begin with 1", "rjct.pagination.invalid"
            )
    return int(number), min(int(size), LARGEST_PAGE)
