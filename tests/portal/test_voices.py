"""Neighbours object to what hangs, without a log-in and without being named; staff look into it and answer."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from anmin.kernel.audit.models import Act
from anmin.kernel.cases.voices.models import Voice
from anmin.kernel.people.residents.door import as_resident
from anmin.portal.pages import timezone as clock
from tests.portal.entering import text
from tests.portal.world import a_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanging(monkeypatch):
    """The mother's case on display, on the day of the test."""
    world = a_world()
    world.road.to_opinion()
    world.road.publish()
    monkeypatch.setattr(clock, "localdate", lambda *given: world.road.day)
    return world


def objected(client, world, **given):
    sheet = world.road.case.publicities.get()
    where = reverse("residents:object", args=[sheet.pk])
    return client.post(where, {"place": "371002", "words": "他家有人在外地上班。", **given})


def test_the_page_shows_name_members_and_amount_and_nothing_else(client, hanging):
    page = text(client.get(reverse("residents:notices"), {"place": "371002"}))

    row = re.search(r"<tbody>(.*)</tbody>", page, re.S).group(1)
    assert re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).split()[0] == "吴秀英"
    for hidden in ("吴大勇", "19000000001", hanging.road.case.number, "幸福路", "990"):
        assert hidden not in page


def test_an_objection_pauses_the_case_once_staff_take_it_up(client, hanging):
    answer = objected(client, hanging, name="邻居", contact="19000000088")
    number = re.search(r'class="big">(\w+)<', text(answer)).group(1)
    clerk = Client()
    clerk.force_login(hanging.staff["clerk"])
    page = text(clerk.get(reverse("console:voice", args=[number])))
    assert "邻居" in page

    clerk.post(reverse("console:voice", args=[number]), {"what": "take"})

    hanging.road.case.refresh_from_db()
    row = Voice.objects.get(number=number)
    assert (hanging.road.case.state, row.state) == ("objection", "taken")
    assert row.objection.words == "他家有人在外地上班。"
    clerk.post(reverse("console:voice", args=[number]), {"what": "answer", "words": "经核实，不影响认定。"})
    told = text(client.post(reverse("residents:voice"), {"number": f" {number.lower()} "}))
    assert "经核实，不影响认定。" in told
    assert "邻居" not in told


def test_who_objected_is_sealed_and_in_no_book(client, hanging):
    objected(client, hanging, name="李邻居", contact="19000000088")

    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(name, 'escape') || encode(words, 'escape') FROM kernel_voice")
        (stored,) = cursor.fetchone()
    acts = str(list(Act.objects.filter(act="cases.raise_voice").values()))
    assert "李邻居" not in stored + acts


def test_the_family_and_other_visitors_see_no_voice(client, hanging):
    from tests.portal.world import as_reader

    objected(client, hanging)
    for resident in (None, as_reader(hanging.mother)):
        with as_resident(resident):
            assert Voice.objects.count() == 0


def test_a_line_that_hangs_nowhere_cannot_be_objected_to(client, hanging):
    sheet = hanging.road.case.publicities.get()

    for place, number in (("371003", sheet.pk), ("371002", sheet.pk + 999), ("", sheet.pk)):
        answer = client.post(
            reverse("residents:object", args=[number]), {"place": place, "words": "有问题。"}
        )
        assert answer.status_code == 404
    assert not Voice.objects.exists()


def test_a_complaint_needs_words_and_a_place(client, db):
    empty = client.post(reverse("residents:complain"), {"place": "371002", "words": " "})
    nowhere = client.post(reverse("residents:complain"), {"words": "窗口态度差。"})
    taken = client.post(reverse("residents:complain"), {"place": "371002", "words": "窗口态度差。"})

    assert (empty.status_code, nowhere.status_code, taken.status_code) == (422, 422, 200)
    assert Voice.objects.get().division == "371002"
    assert date.today() >= Voice.objects.get().received_on
