"""Attributes that a search of the exchange standard may compare (可查询属性), each with the field it gives away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from anmin.kernel.access.scopes import Scope
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.exchange.registry.queries import PAID
from anmin.kernel.people.models import Membership
from anmin.kernel.people.queries import in_force
from anmin.lib.divisions import level_of

COMPARED = {"eq": "", "gt": "__gt", "lt": "__lt", "ge": "__gte", "le": "__lte"}
SEXES = {"male": 1, "female": 2, "1": 1, "2": 2}
OLDEST = 150
LARGEST_HOME = 100


class SearchProblem(ValueError):
    """A search that cannot be made: what is wrong with it, and the standard's code for it."""

    def __init__(self, message: str, code: str = "rjct.search_criteria.invalid") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Attribute:
    """One attribute: the field a key must have been granted, the operators, how a value is compared, and the column to sort by."""

    field: str
    operators: tuple[str, ...]
    compare: Callable[[str, Any, date], Q]
    column: str = ""
    is_reversed: bool = False


def _years_before(on: date, years: int) -> date:
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)


def _sex(operator: str, value: Any, on: date) -> Q:
    try:
        return Q(sex=SEXES[str(value).lower()])
    except KeyError:
        raise SearchProblem("sex: male or female") from None


def _birth_date(operator: str, value: Any, on: date) -> Q:
    try:
        day = date.fromisoformat(str(value)[:10])
    except ValueError:
        raise SearchProblem("birth_date: a day such as 1950-03-02") from None
    return Q(**{f"birth_day{COMPARED[operator]}": day})


def _age(operator: str, value: Any, on: date) -> Q:
    years = _whole("age", value, OLDEST)
    born_by, after = _years_before(on, years), _years_before(on, years + 1)
    return {
        "eq": Q(birth_day__lte=born_by, birth_day__gt=after),
        "lt": Q(birth_day__gt=born_by),
        "ge": Q(birth_day__lte=born_by),
        "gt": Q(birth_day__lte=after),
        "le": Q(birth_day__gt=after),
    }[operator]


def _location(operator: str, value: Any, on: date) -> Q:
    code = str(value)
    try:
        level_of(code)
    except ValueError:
        raise SearchProblem("location: a division code such as 371002") from None
    return Scope((code,)).q()


def _group_size(operator: str, value: Any, on: date) -> Q:
    size = _whole("group_size", value, LARGEST_HOME)
    living = Membership.objects.filter(in_force(on), is_double=False)
    homes = (
        living.values("household")
        .annotate(n=Count("pk"))
        .filter(**{f"n{COMPARED[operator]}": size})
        .values("household")
    )
    return Q(pk__in=living.filter(household__in=homes).values("person"))


def _receiving(on: date, **narrow: Any) -> Q:
    """Persons who receive something themselves or with their household."""
    rows = Entitlement.objects.filter(
        Q(last_day__isnull=True) | Q(last_day__gte=on), first_day__lte=on, state__in=PAID, **narrow
    )
    living = Membership.objects.filter(in_force(on), is_double=False)
    shared = living.filter(household__in=rows.filter(person__isnull=True).values("household"))
    return Q(pk__in=shared.values("person")) | Q(pk__in=rows.filter(person__isnull=False).values("person"))


def _is_beneficiary(operator: str, value: Any, on: date) -> Q:
    wanted = str(value).lower()
    if wanted not in ("true", "false"):
        raise SearchProblem("is_beneficiary: true or false")
    return _receiving(on) if wanted == "true" else ~_receiving(on)


def _programme(operator: str, value: Any, on: date) -> Q:
    return _receiving(on, benefit=str(value)[:60].replace("\x00", ""))


def _whole(name: str, value: Any, most: int) -> int:
    try:
        number = int(str(value))
    except ValueError:
        raise SearchProblem(f"{name}: a whole number") from None
    if not 0 <= number <= most:
        raise SearchProblem(f"{name}: 0 to {most}")
    return number


ORDERED = ("eq", "gt", "lt", "ge", "le", "in")
ATTRIBUTES = {
    "sex": Attribute("person.sex", ("eq", "in"), _sex, "sex"),
    "birth_date": Attribute("person.birth_day", ORDERED, _birth_date, "birth_day"),
    "age": Attribute("person.birth_day", ORDERED, _age, "birth_day", is_reversed=True),
    "location": Attribute("person.division", ("eq", "in"), _location, "division"),
    "group_size": Attribute("household.size", ORDERED, _group_size),
    "is_beneficiary": Attribute("status.receives", ("eq",), _is_beneficiary),
    "programme": Attribute("status.benefits", ("eq", "in"), _programme),
}
"""Names of the standard's attributes; others are refused by name, and those of fields that were not granted too: a
search by sex tells sexes."""
