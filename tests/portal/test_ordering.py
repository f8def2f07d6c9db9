"""Residents order help: from places that serve their county, for themselves or whom they act for, and follow it to the rating."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.access.delegations.actions import revoke
from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.models import Delegation
from anmin.kernel.access.queries import reader_for
from anmin.kernel.audit.models import Act
from anmin.kernel.delivery.orders import actions as orders
from anmin.kernel.delivery.orders.models import Order
from anmin.kernel.people.residents.door import as_resident
from tests.domains.elderly.made import COUNTY, assessed, entered
from tests.make import a_user
from tests.portal.entering import entered as came_in
from tests.portal.entering import text
from tests.portal.world import DAUGHTER, MOTHER, NEIGHBOUR, a_world, as_reader, lets_act

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def demonstration(settings):
    settings.DEMO = True


@pytest.fixture
def world():
    return a_world()


@pytest.fixture
def officer():
    return reader_for(a_user("yanglao", COUNTY, role="elder_officer"), TODAY)


def a_point(officer, name="东村老年餐桌", division=COUNTY, state="open"):
    known = {
        "kind": "table",
        "operator": "幸福餐饮",
        "licence": "JY1",
        "licence_until": "2027-12-31",
        "address": "东街 1 号",
    }
    with reading_as(officer):
        return entered(officer, "points", name=name, division=division, state=state, **known)


def key_of(point):
    return f"elderly/points/{point.number}"


def ask(client, person, kind="meals", **more):
    return client.post(reverse("residents:order_new"), {"person": person.pk, "kind": kind, **more})


def page_for(client, person, kind="meals"):
    return text(client.get(reverse("residents:order_new"), {"person": person.pk, "kind": kind, "asked": 1}))


def test_the_mother_orders_meals_from_an_open_place_of_her_county_and_reads_who_comes(world, officer):
    point = a_point(officer)
    a_point(officer, "停业餐桌", state="paused")
    client = came_in(1, MOTHER)

    page = page_for(client, world.mother)
    answer = ask(client, world.mother, place=key_of(point), words="少盐")
    row = Order.objects.get()
    with reading_as(officer):
        orders.dispatch(
            by=officer, order=row, provider="", place=row.place, due=TODAY + timedelta(2), on=TODAY
        )
    after = text(client.get(answer["Location"]))

    assert "东村老年餐桌" in page and "东街 1 号" in page and "停业餐桌" not in page
    assert (row.asked_by, row.asked_by_person, row.place, row.words) == (
        None,
        world.mother,
        key_of(point),
        "少盐",
    )
    assert "已派单" in after and "谁来" in after and "东村老年餐桌" in after
    assert Act.objects.get(act="delivery.order").by_name == "居民"


def test_what_a_voucher_would_pay_stands_before_the_order_and_only_for_the_old(world, officer):
    assessor = reader_for(a_user("pinggu", COUNTY, role="elder_assessor"), TODAY)
    client = came_in(1, MOTHER)

    before = page_for(client, world.mother, "care")
    assessed(assessor, world.mother, total=40, on=TODAY)
    after = page_for(client, world.mother, "care")
    young = page_for(came_in(2, "吴大勇", sex=1), world.son, "care")

    assert "没有有效的能力评估" in before
    assert "还剩 800.00 元" in after and "超出的部分自己付" in after
    assert "消费补贴" not in young


def test_a_daughter_orders_once_her_mother_has_let_her_and_no_longer_when_taken_back(world):
    client = came_in(3, DAUGHTER)
    refused = ask(client, world.mother)
    lets_act(world, on=TODAY)

    done = ask(client, world.mother, words="我妈腿脚不便")
    row = Order.objects.get()

    assert refused.status_code == 422 and done.status_code == 302
    assert (row.person, row.asked_by_person) == (world.mother, world.daughter)
    assert row.number in text(client.get(reverse("residents:orders")))
    revoke(by=world.staff["clerk"], delegation=Delegation.objects.get(), reason="本人收回")
    assert client.get(reverse("residents:order", args=[row.number])).status_code == 404


def test_a_neighbour_neither_sees_nor_orders_and_the_database_says_the_same(world):
    ask(came_in(1, MOTHER), world.mother)
    row, client = Order.objects.get(), came_in(4, NEIGHBOUR, sex=1)

    with as_resident(as_reader(world.neighbour, TODAY)):
        seen = Order.objects.count()
        with pytest.raises(DatabaseError), transaction.atomic():
            Order(
                number="FW-X", kind="meals", household=world.home, person=world.mother, division=row.division,
                asked_on=TODAY, asked_by_person=world.neighbour,
            ).save(force_insert=True)  # fmt: skip

    assert (seen, client.get(reverse("residents:order", args=[row.number])).status_code) == (0, 404)
    assert ask(client, world.mother).status_code == 422
    assert Client().get(reverse("residents:orders")).status_code == 302


def test_the_same_help_is_ordered_once_and_taken_back_before_it_is_given_out(world, officer):
    client = came_in(1, MOTHER)
    ask(client, world.mother)
    again = ask(client, world.mother)
    row = Order.objects.get()

    gone = client.post(reverse("residents:order", args=[row.number]), {"what": "cancel"}, follow=True)
    late = client.post(reverse("residents:order", args=[row.number]), {"what": "rate", "stars": "5"})

    assert again.status_code == 422 and "已经下过单" in text(again)
    assert "已取消" in text(gone)
    assert late.status_code == 422 and "不能这样办理" in text(late)


def test_served_help_is_rated_by_the_resident_and_nobody_pays_themselves(world, officer):
    client = came_in(1, MOTHER)
    ask(client, world.mother, kind="care")
    row = Order.objects.get()
    with reading_as(officer):
        orders.dispatch(by=officer, order=row, provider="康乐护理站", due=TODAY, on=TODAY)
        orders.record_service(by=officer, order=row, on=TODAY, minutes=60, words="擦浴")
    where = reverse("residents:order", args=[row.number])

    none = client.post(where, {"what": "rate"})
    done = text(client.post(where, {"what": "rate", "stars": "4", "words": "细心"}, follow=True))
    with as_resident(as_reader(world.mother, TODAY)):
        paid = Order.objects.filter(pk=row.pk).update(price=1, subsidy=0)

    assert none.status_code == 422 and "一到五分" in text(none)
    assert "4/5 细心" in done and paid == 0


def test_the_desk_has_the_orders_of_residents_and_visits_in_one_page_with_what_was_wished_for(world, officer):
    point = a_point(officer)
    ask(came_in(1, MOTHER), world.mother, place=key_of(point))
    row, desk, stranger = Order.objects.get(), Client(), Client()
    desk.force_login(officer.user)
    stranger.force_login(a_user("linxian", "371003", role="elder_officer"))

    page = text(desk.get(reverse("console:orders")))
    none = text(desk.get(reverse("console:orders"), {"state": "settled"}))
    one = text(desk.get(reverse("field:order", args=[row.number])))

    assert row.number in page and "居民在网上" in page and "东村老年餐桌" in page
    assert "没有符合条件的服务单" in none
    assert "本人在网上" in one and "selected" in one
    assert row.number not in text(stranger.get(reverse("console:orders")))


def test_a_place_that_takes_no_orders_and_a_kind_that_is_not_ordered_are_refused_with_words(world, officer):
    closed = a_point(officer, state="paused")
    client = came_in(1, MOTHER)

    answer = ask(client, world.mother, place=key_of(closed), words="少盐")

    assert answer.status_code == 422 and "不能接单" in text(answer) and "少盐" in text(answer)
    assert ask(client, world.mother, kind="protect").status_code == 422
    assert Order.objects.count() == 0
