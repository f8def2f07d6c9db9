"""Every page of the phone against the written policy, for every role; a household of another village is nobody's."""

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from anmin.kernel.access.roles import roles
from tests.access.world import PLACES, POLICY, VILLAGE
from tests.make import a_household, a_person, a_user

pytestmark = pytest.mark.django_db
PHONE = POLICY["phone"]
NOBODY = 10**7


def phone_routes():
    for entry in get_resolver().url_patterns:
        if getattr(entry, "namespace", None) == "field":
            for row in entry.url_patterns:
                yield row.name, [type(one).__name__ for one in row.pattern.converters.values()]


def an_address(name, kinds, number="NONE"):
    fill = {"IntConverter": NOBODY, "StringConverter": number, "SlugConverter": "elder_visit"}
    return reverse(f"field:{name}", args=[fill[kind] for kind in kinds])


def may(role, name):
    line = PHONE["routes"][name]
    group = line["for"] if isinstance(line, dict) else line
    return role in (PHONE[group] if isinstance(group, str) else group)


def a_client(key):
    role = next(one for one in roles().values() if one.key == key)
    client = Client()
    client.force_login(a_user(f"u-{key}", PLACES[role.levels[-1]][0], role=key))
    return client


def test_every_page_of_the_phone_is_in_the_policy():
    named = {name for name, _kinds in phone_routes()}

    assert named == set(PHONE["routes"]) | set(PHONE["anybody"])


@pytest.mark.parametrize("role", sorted(POLICY["roles"]))
def test_each_role_opens_what_the_policy_says_and_nothing_else(role):
    client, wrong = a_client(role), []
    for name, kinds in phone_routes():
        if name in PHONE["anybody"]:
            continue
        address = an_address(name, kinds)
        line = PHONE["routes"][name]
        answer = client.post(address, {}) if isinstance(line, dict) else client.get(address)
        refused = answer.status_code == 403 or answer.get("Location") == reverse("console:own")
        if refused == may(role, name) or answer.status_code >= 500:
            wrong.append((name, answer.status_code))

    assert wrong == []


def test_a_household_of_another_village_answers_as_if_there_were_none():
    a_household("X1", "371002001003", a_person("别村人", "371002001003", serial=7))
    client = Client()
    client.force_login(a_user("cun", VILLAGE))

    for name, kinds in phone_routes():
        if "StringConverter" in kinds and name in ("home", "visit", "settle", "apply", "plan", "order_new"):
            there, nowhere = (client.get(an_address(name, kinds, number)) for number in ("X1", "X2"))
            assert (there.status_code, nowhere.status_code) == (404, 404), name
            assert "别村人" not in there.content.decode()
