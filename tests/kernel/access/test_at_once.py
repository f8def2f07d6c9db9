"""A dozen guesses sent at once, and one code used at one moment: what is counted is counted in turns."""

import threading
import time

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessFailureLog
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.test import Client

from anmin.kernel.access.login.locks import actions as locks
from anmin.kernel.access.login.second import actions as second
from anmin.kernel.access.models import User
from tests.kernel.access.entering import PASSWORD, code, enter, with_factor

AT_ONCE = 12


@pytest.fixture
def committed_clerk(django_db_setup, django_db_blocker, monkeypatch):
    """A clerk whom other connections see; the append-only book is left out so that nothing stays behind."""
    monkeypatch.setattr("anmin.kernel.audit.actions.record", lambda **told: None)
    with django_db_blocker.unblock():
        user = User(username="parallel", display_name="parallel")
        user.set_password(PASSWORD)
        user.save()
        yield user
        Authenticator.objects.filter(user=user).delete()
        AccessFailureLog.objects.filter(username="parallel").delete()
        Session.objects.all().delete()
        user.delete()
        connection.close()


def at_once(times, work):
    """Do something in so many threads at the same moment."""
    gate = threading.Barrier(times)

    def one(number):
        gate.wait()
        work(number)
        connections.close_all()

    threads = [threading.Thread(target=one, args=[number]) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def guesses_looked_at(monkeypatch):
    """How many of a dozen guesses sent at once were compared with the password."""
    looked = []

    def slow(self, raw):
        looked.append(raw)
        time.sleep(0.05)
        return False

    monkeypatch.setattr(User, "check_password", slow)
    at_once(
        AT_ONCE,
        lambda number: enter(
            Client(REMOTE_ADDR=f"10.1.0.{number}"), username="parallel", password=f"wrong {number}"
        ),
    )
    return len(looked)


def test_guesses_sent_at_once_wait_for_one_another(committed_clerk, monkeypatch):
    assert guesses_looked_at(monkeypatch) == 5
    assert AccessFailureLog.objects.filter(username="parallel").count() == 5


def test_guesses_that_did_not_wait_would_be_looked_at_before_they_were_counted(committed_clerk, monkeypatch):
    """The wrong variant: counted, but not in turns."""
    monkeypatch.setattr(locks, "take_turns", lambda name, address: None)

    assert guesses_looked_at(monkeypatch) > 5


def test_the_same_code_at_the_same_moment_is_good_once(committed_clerk):
    with_factor(committed_clerk)
    good, now = [], code()

    at_once(6, lambda number: good.append(second.use_code(by=committed_clerk, code=now).factor is not None))

    assert sorted(good) == [False] * 5 + [True]
