"""A signature that is missing (R4): the list opens it, the worker records it at the door and sends the case back."""

import pytest
from django.urls import reverse

from anmin.kernel.audit.models import Act
from anmin.kernel.cases.deciding import actions as deciding
from anmin.kernel.cases.deciding.actions import Point
from anmin.kernel.cases.models import Case
from anmin.kernel.exchange.consents.models import Consent
from tests.console.casework import BACKEND, believe
from tests.kernel.cases.road import VILLAGE, Road, a_family, earns, town_staff
from tests.make import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def returned(monkeypatch):
    """A case of three adults that came back for the son's signature, and the worker of his village."""
    home, people = a_family(("陈国栋", 1970), ("李秀兰", 1972), ("陈小龙", 2000))
    staff = town_staff()
    staff["worker"] = a_user("worker", VILLAGE, role="village_worker")
    road = Road.begin(home, staff, said=[earns(people[0], 1_200)])
    road.to_confirming()
    believe(monkeypatch, road.day)
    return road, people, staff


def send_for(road, staff, *points):
    deciding.send_for_fixing(
        by=staff["approver"], case=road.case, points=list(points), on=road.day, seen=road.seen
    )


def at_the_door(client, staff, who="worker"):
    client.force_login(staff[who], backend=BACKEND)
    return client


def signed(road, person):
    return Consent.objects.filter(person=person, signed_at__date__gte=road.day)


def test_the_task_opens_the_signature_itself_with_the_words_of_the_reviewer(client, returned):
    road, people, staff = returned
    send_for(road, staff, Point("mandate", "授权书缺陈小龙签名", people[2].pk))
    at_the_door(client, staff)
    address = reverse("field:sign", args=[road.case.number])

    today = client.get("/field/").content.decode()
    page = client.get(address).content.decode()

    assert f'href="{address}"' in today and "授权书缺陈小龙签名" in today
    assert page.count('name="person"') == 1 and f'name="person" value="{people[2].pk}"' in page
    assert "授权书缺陈小龙签名" in page and "我们要查您家的收入和财产" in page


def test_a_signature_recorded_at_the_door_brings_the_case_back_to_the_same_reviewer(client, returned):
    road, people, staff = returned
    send_for(road, staff, Point("mandate", "授权书缺陈小龙签名", people[2].pk))
    at_the_door(client, staff)
    address = reverse("field:sign", args=[road.case.number])

    client.post(address, {"person": people[2].pk, "signer": "", "present": "1", "last_day": "2026-10-01"})
    mended = client.get(address).content.decode()
    client.post(address, {"step": "send_back", "seen": road.seen})

    row = signed(road, people[2]).get()
    assert (row.channel, row.witness, row.signer, str(row.last_day)) == (
        "paper",
        "worker 的姓名",
        None,
        "2026-10-01",
    )
    assert "送回审核" in mended and 'name="present"' not in mended
    case = Case.objects.get(pk=road.case.pk)
    assert (case.state, case.handler) == ("confirming", staff["approver"])
    assert Act.objects.filter(act="exchange.record_consent", by=staff["worker"]).count() == 1
    assert client.get(address).status_code == 404


def test_nothing_is_recorded_unless_the_worker_was_there_and_the_day_makes_sense(client, returned):
    road, people, staff = returned
    send_for(road, staff, Point("mandate", "授权书缺陈小龙签名", people[2].pk))
    at_the_door(client, staff)
    address = reverse("field:sign", args=[road.case.number])

    absent = client.post(address, {"person": people[2].pk, "signer": people[0].pk, "last_day": "2026-10-01"})
    past = client.post(address, {"person": people[2].pk, "present": "1", "last_day": "2020-01-01"})
    himself = client.post(
        address, {"person": people[2].pk, "signer": people[2].pk, "present": "1", "last_day": "2026-10-01"}
    )
    stranger = client.post(address, {"person": 10**7, "present": "1", "last_day": "2026-10-01"})

    assert [one.status_code for one in (absent, past, himself, stranger)] == [422] * 4
    assert "当面" in absent.content.decode()
    assert f'value="{people[0].pk}" checked' in absent.content.decode()
    assert not signed(road, people[2]).exists()


def test_a_case_that_was_sent_back_for_more_leads_on_to_the_rest(client, returned):
    road, people, staff = returned
    paper = road.case.materials.first()
    send_for(
        road,
        staff,
        Point(f"paper:{paper.key}", "照片看不清"),
        Point("mandate", "授权书缺陈小龙签名", people[2].pk),
    )
    at_the_door(client, staff)
    address = reverse("field:sign", args=[road.case.number])

    client.post(address, {"person": people[2].pk, "signer": "", "present": "1", "last_day": "2026-10-01"})
    page = client.get(address).content.decode()

    assert "照片看不清" in page and reverse("console:case", args=[road.case.number]) in page


def test_another_village_finds_no_signature_to_make_and_a_case_that_waits_for_none_has_no_such_page(
    client, returned
):
    road, people, staff = returned
    staff["stranger"] = a_user("stranger", "371002001003", role="village_worker")
    address = reverse("field:sign", args=[road.case.number])
    before = at_the_door(client, staff).get(address)
    send_for(road, staff, Point("mandate", "授权书缺陈小龙签名", people[2].pk))

    elsewhere = at_the_door(client, staff, "stranger").get(address)

    assert (before.status_code, elsewhere.status_code) == (404, 404)
