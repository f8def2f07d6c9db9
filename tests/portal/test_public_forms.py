"""Forms without a log-in: a network that sends without end is told to wait, and nobody else is."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.access.login.address import client_address
from anmin.kernel.audit.models import Act
from anmin.kernel.cases.voices.models import Voice
from anmin.kernel.keys.queries import blind_index
from anmin.kernel.people.residents.forms import actions as publicforms
from anmin.kernel.people.residents.models import PublicForm
from tests.portal.entering import text

pytestmark = pytest.mark.django_db
MOST = publicforms.BOUNDS[0][1]
FORM = {"place": "371002", "words": "窗口没有人。"}


def complained(client, **headers):
    return client.post(reverse("residents:complain"), FORM, **headers)


def sent(count, minutes=1, address="127.0.0.1"):
    place = blind_index("place", address).hex()
    rows = PublicForm.objects.bulk_create(PublicForm(place=place) for _at in range(count))
    earlier = timezone.now() - timedelta(minutes=minutes)
    PublicForm.objects.filter(pk__in=[row.pk for row in rows]).update(made_at=earlier)


def test_a_network_that_sent_its_share_is_told_to_wait_and_keeps_its_words(client):
    sent(MOST)

    answer = complained(client)

    assert answer.status_code == 429
    assert "过半小时再交" in text(answer) and "窗口没有人。" in text(answer)
    assert not Voice.objects.exists()


def test_another_network_is_not_kept_waiting(client):
    sent(MOST)

    assert complained(client, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_after_half_an_hour_it_may_send_again_until_the_share_of_the_day(client):
    sent(MOST, minutes=31)
    assert complained(client).status_code == 200

    sent(publicforms.BOUNDS[1][1] - MOST - 1, minutes=60 * 23)

    assert complained(client).status_code == 429


def test_what_was_counted_knows_neither_the_address_nor_what_was_said(client):
    complained(client, REMOTE_ADDR="192.0.2.7")

    row = PublicForm.objects.get()
    acts = Act.objects.filter(act="resident.public_form")
    assert "192" not in row.place and acts.count() == 1
    assert "192.0.2.7" not in str(list(acts.values()))
    assert {field.name for field in PublicForm._meta.fields} == {"id", "place", "made_at"}


def test_the_count_is_forgotten_after_two_days(client):
    sent(3, minutes=60 * 49)
    sent_today = complained(client).status_code

    assert publicforms.forget_public_forms(by="系统") == 3
    assert (sent_today, PublicForm.objects.count()) == (200, 1)


def test_an_address_that_a_client_writes_itself_does_not_help_it(client, rf):
    sent(MOST)

    answer = complained(client, HTTP_X_FORWARDED_FOR="192.0.2.99")

    assert answer.status_code == 429
    request = rf.get("/", HTTP_X_FORWARDED_FOR="192.0.2.99")
    assert client_address(request) == "127.0.0.1"
