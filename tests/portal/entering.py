"""Coming in and applying as a resident does: through the pages alone."""

import re

from django.test import Client
from django.urls import reverse

from tests.portal.world import number_of

YEARS = {1: 1950, 2: 1975, 3: 1980, 4: 1960}


def entered(serial, name, sex=2):
    """A browser in which somebody of the small world is logged in; DEMO must be on."""
    client = Client()
    asked = client.post(
        reverse("residents:enter"), {"number": number_of(serial, YEARS[serial], sex), "name": name}
    )
    page = asked.content.decode()
    code, action = (
        re.search(r"登录码 (\d{6})", page).group(1),
        re.search(r'action="(/residents/enter/[\w-]+/)"', page),
    )
    answer = client.post(action.group(1), {"code": code})
    assert answer.status_code == 302, answer.content.decode()
    return client


def text(answer):
    return answer.content.decode()


def begin(client, person, matter="dibao"):
    """Begin an application; gives its token."""
    answer = client.post(reverse("residents:apply"), {"person": person.pk, "matter": matter})
    assert answer.status_code == 302, text(answer)
    return answer["Location"].split("/")[-2]


def fill(client, token, **answers):
    """Fill every open task in, with nothing to declare where nothing is given."""
    client.post(reverse("residents:members", args=[token]), {})
    client.post(reverse("residents:statement", args=[token]), {"statement": "两人都有病，药费高。"})
    client.post(reverse("residents:contact", args=[token]), {"contact": "19000000009"})
    client.post(reverse("residents:transfer", args=[token]), {"transfer": "yes"})
    for key in re.findall(
        rf"/residents/apply/{token}/about/([\w-]+)/",
        text(client.get(reverse("residents:tasks", args=[token]))),
    ):
        page = text(client.get(reverse("residents:question", args=[token, key])))
        fields = {name: answers.get(name.split(":")[1], "") for name in re.findall(r'name="(\d*:\w+)"', page)}
        answer = client.post(reverse("residents:question", args=[token, key]), fields)
        assert answer.status_code == 302, text(answer)
