"""E04: whoever sends the same again, at once or much later, gets the same answer, and it counts once."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.utils import timezone

from anmin.kernel.facts.batches.models import SourceBatch
from anmin.kernel.partners import actions as partners
from anmin.kernel.partners.models import KeptAnswer
from tests.api.partners import a_key
from tests.api.test_partner_api import batch_of
from tests.kernel.payments.test_at_once import committed

assert committed
AT_ONCE = 20
MANY = (100, 50, 2)
"""Keys, requests at once, and waves of them: a hundred requests a key."""


def a_token():
    """A key that may send, for as long as keys last, and as often as one likes."""
    fresh, _client = a_key(
        powers=("batches.send",),
        fields=(),
        basis="",
        sources=("pensions",),
        per_minute=6_000,
        per_day=100_000,
        last_day=timezone.localdate() + timedelta(330),
    )
    return fresh.token


@pytest.fixture
def token(settings, tmp_path, committed):
    settings.ANMIN_HOME = tmp_path
    return a_token()


def send(token, text, name):
    """One request of a client of its own."""
    file = SimpleUploadedFile("ylj.csv", text.encode(), "text/csv")
    client = Client(headers={"authorization": f"Bearer {token}", "idempotency-key": name})
    return client.post("/api/v1/sources/pensions/2026-09", {"file": file})


def at_once(number, token, text, name):
    """The same request so many times at the same moment; every answer, or what went wrong instead."""
    gate, told = threading.Barrier(number), []

    def one():
        gate.wait(timeout=60)
        try:
            told.append(send(token, text, name))
        except Exception as trouble:
            told.append(trouble)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def answers(told):
    """What there was to read, each once."""
    return {(one.status_code, one.content) for one in told}


@pytest.mark.parametrize(
    ("keys", "number", "waves"), [(3, AT_ONCE, 1), pytest.param(*MANY, marks=pytest.mark.full)]
)
def test_the_same_request_many_times_at_once_counts_once_and_is_answered_alike(token, keys, number, waves):
    for place in range(keys):
        name, text = f"key-{place}", batch_of(2 + place)
        told = [one for _wave in range(waves) for one in at_once(number, token, text, name)]
        assert len(told) == number * waves
        ((code, content),) = answers(told)
        assert code == 200, content
        other = send(token, batch_of(1), name)
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")

    assert SourceBatch.objects.count() == KeptAnswer.objects.count() == keys


@pytest.mark.django_db
def test_ten_months_later_the_same_request_is_answered_alike(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path
    token, text = a_token(), batch_of(5)
    first = send(token, text, "key")

    with time_machine.travel(timezone.now() + timedelta(320), tick=False):
        later = send(token, text, "key")

    assert (first.status_code, later.content) == (200, first.content)
    assert SourceBatch.objects.count() == 1


def test_without_a_lock_they_would_not_be_answered_alike(token, monkeypatch):
    """The wrong variant: each looks for the answer of the others before any of them has answered."""
    gate = threading.Barrier(2)

    def looked(*, key, name):
        found = KeptAnswer.objects.filter(key=key, name=name).first()
        gate.wait(timeout=60)
        return found

    monkeypatch.setattr(partners, "kept_answer", looked)

    told = at_once(2, token, batch_of(2), "key")

    good = [one for one in told if getattr(one, "status_code", 500) == 200]
    assert len(told) == 2
    assert len(good) < 2 or good[0].content != good[1].content
