"""Records of the exchange standard (SRPerson, Member, Group): what may be told, in the standard's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from anmin.kernel.access.queries import Reader
from anmin.kernel.exchange.registry.queries import living_with, told
from anmin.kernel.partners.models import PartnerKey
from anmin.kernel.people import queries as people
from anmin.kernel.people.models import Person
from anmin.lib.names import surname_of

CONTEXT = "https://schema.spdci.org/extensions/social/v1/"
SEXES = {1: "male", 2: "female"}
MEMBER_FIELDS = (
    *("person.name", "person.sex", "person.birth_day", "person.identifier", "person.division"),
    *("status.layer", "status.receives", "status.benefits", "status.since", "benefit.amount"),
)
FURTHER = {
    "status.layer": "registration_status",
    "status.receives": "is_beneficiary",
    "status.benefits": "programmes",
    "status.since": "beneficiary_since",
    "benefit.amount": "benefit_fen_a_month",
}
"""Our fields that the standard has no word for, and the names of the additional attributes they are told under."""


def records(
    reader: Reader, key: PartnerKey, persons: Iterable[Person], entity: str, on: date
) -> tuple[list[dict[str, Any]], set[int]]:
    """A record a person, or a household for `Group`; and of whom something was told."""
    found: list[dict[str, Any]] = []
    of: set[int] = set()
    homes: set[int] = set()
    for person in persons:
        if entity != "Group":
            found.append(member(reader, key, person, on))
            of.add(person.pk)
            continue
        here = people.membership_on(person, on)
        if here is None:
            found.append({"@type": "Group", "member_list": [member(reader, key, person, on)]})
            of.add(person.pk)
        elif here.household_id not in homes:
            homes.add(here.household_id)
            living = (
                living_with(reader, key, here.household, on)
                if "household.members" in key.fields
                else [person]
            )
            found.append(_group(reader, key, person, living, on))
            of |= {one.pk for one in living}
    return found, of


def member(reader: Reader, key: PartnerKey, person: Person, on: date) -> dict[str, Any]:
    """One person, with the fields that the key was granted and no others."""
    values = told(reader, key, person, [name for name in MEMBER_FIELDS if name in key.fields], on)
    about: dict[str, Any] = {"@type": "SRPerson"}
    if values.get("person.identifier"):
        about["identifier"] = _identifier("NationalID", values["person.identifier"])
    if values.get("person.name"):
        name, surname = values["person.name"], surname_of(values["person.name"])
        about["name"] = {
            "@type": "Name",
            "surname": surname,
            "given_name": name.removeprefix(surname).lstrip("·"),
        }
    if values.get("person.sex") in SEXES:
        about["sex"] = SEXES[values["person.sex"]]
    if values.get("person.birth_day"):
        about["birth_date"] = values["person.birth_day"]
    if values.get("person.division"):
        about["address"] = {"@type": "Address", "division": values["person.division"], "country": "CHN"}
    record: dict[str, Any] = {"@context": CONTEXT, "@type": "Member", "demographic_info": about}
    if "identifier" in about:
        record["member_identifier"] = about["identifier"]
    if further := _further(values):
        record["additional_attributes"] = further
    return record


def _group(reader: Reader, key: PartnerKey, person: Person, living: list[Person], on: date) -> dict[str, Any]:
    asked = [name for name in ("household.number", "household.size") if name in key.fields]
    values = told(reader, key, person, asked, on)
    record: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Group",
        "group_type": "family",
        "member_list": [member(reader, key, one, on) for one in living],
    }
    if values.get("household.number"):
        record["group_identifier"] = _identifier("HouseholdNumber", values["household.number"])
    if values.get("household.size") is not None:
        record["group_size"] = values["household.size"]
    return record


def _identifier(kind: str, value: str) -> list[dict[str, str]]:
    return [{"@type": "Identifier", "identifier_type": kind, "identifier_value": value}]


def _further(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{FURTHER[name]: value} for name, value in values.items() if name in FURTHER]
