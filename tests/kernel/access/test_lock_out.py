"""Lock-out: five wrong tries in a quarter of an hour, then nobody for half an hour, by account and by address."""

from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessFailureLog
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.access.login.locks import actions as locks
from anmin.kernel.access.login.locks.queries import locked_addresses, locked_until
from anmin.kernel.audit.models import Act
from tests.kernel.access.entering import PASSWORD, code, enter, give, is_in, with_factor
from tests.make import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return a_user("clerk", "371002")


def fail(times, client=None, **more):
    for _ in range(times):
        answer = enter(client or Client(), password="wrong", **more)
    return answer


def test_the_sixth_try_is_refused_even_when_it_is_right(client, clerk):
    fail(5, client)

    answer = enter(client)

    assert answer.status_code == 429
    assert "30 分钟" in answer.content.decode() and "锁定到" in answer.content.decode()
    assert not is_in(client)
    assert (
        Act.objects.filter(act="access.login.locked", subject_id=str(clerk.pk), result="refused").count() == 1
    )


def test_four_wrong_tries_lock_nobody(client, clerk):
    fail(4, client)

    assert enter(client).status_code == 302


def test_without_the_lock_the_sixth_try_would_be_let_in(client, clerk, settings):
    """The wrong variant."""
    settings.AUTHENTICATION_BACKENDS = ["anmin.kernel.access.login.backends.StaffBackend"]
    settings.AXES_ENABLED = False
    fail(5, client)

    assert enter(client).status_code == 302


def test_the_lock_is_on_the_account_from_any_address_and_on_the_address_for_any_account(clerk):
    a_user("other", "371002")
    fail(5, Client(REMOTE_ADDR="10.0.0.1"))

    assert enter(Client(REMOTE_ADDR="10.0.0.2")).status_code == 429
    assert enter(Client(REMOTE_ADDR="10.0.0.1"), username="other").status_code == 429
    assert enter(Client(REMOTE_ADDR="10.0.0.2"), username="other").status_code == 302


def test_an_address_that_tries_many_names_once_each_is_locked(clerk):
    for number in range(5):
        enter(Client(), username=f"guess{number}", password="wrong")

    assert enter(Client()).status_code == 429


def test_names_without_an_account_are_locked_alike():
    known = fail(5, Client(REMOTE_ADDR="10.0.0.1"), username="nobody")

    assert known.status_code == 429
    assert enter(Client(REMOTE_ADDR="10.0.0.2"), username="nobody").status_code == 429
    assert not AccessFailureLog.objects.filter(username="nobody").exists()


def test_the_lock_ends_after_half_an_hour_and_further_tries_do_not_prolong_it(clerk):
    start = timezone.now()
    fail(5)
    with time_machine.travel(start + timedelta(minutes=29)):
        assert fail(3).status_code == 429

    with time_machine.travel(start + timedelta(minutes=31)):
        assert enter(Client()).status_code == 302


def test_tries_more_than_a_quarter_of_an_hour_apart_do_not_add_up(clerk):
    start = timezone.now()
    for number in range(8):
        with time_machine.travel(start + timedelta(minutes=4 * number)):
            fail(1)

    with time_machine.travel(start + timedelta(minutes=33)):
        assert enter(Client()).status_code == 302


def test_an_administrator_ends_the_lock_of_an_account_and_of_an_address(clerk):
    fail(5)
    assert [address for address, _until in locked_addresses()] == ["127.0.0.1"]

    locks.unlock(by="test", user=clerk, reason="本人来电核实")

    assert enter(Client(REMOTE_ADDR="10.0.0.9")).status_code == 302
    assert Act.objects.get(act="access.unlock").after["attempts"] == 5

    fail(5, username="nobody")
    assert enter(Client()).status_code == 429
    locks.unlock_address(by="test", address="127.0.0.1", reason="办公室的出口地址")
    assert enter(Client()).status_code == 302


def test_a_log_in_of_ones_own_gives_no_more_guesses_at_a_colleague(clerk):
    a_user("guesser", "371002")

    for number in range(5):
        fail(1, username="clerk")
        if number < 4:
            enter(Client(), username="guesser")

    assert enter(Client()).status_code == 429


def test_codes_of_the_second_factor_count_too(client, clerk):
    with_factor(clerk)
    enter(client)
    for _ in range(5):
        answer = give(client, "000000")

    assert answer.status_code == 429
    assert give(client, code()).status_code == 429
    assert not is_in(client)
    assert locked_until("clerk", None) is not None


def test_the_password_again_counts_too(client, clerk):
    enter(client)
    for _ in range(5):
        answer = client.post(reverse("account_reauthenticate"), {"password": "wrong"})

    assert answer.status_code == 429
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 429


def test_what_a_client_writes_into_the_forwarded_header_is_not_believed(clerk, settings):
    settings.PROXIES = frozenset({"10.9.9.9"})
    for number in range(5):
        enter(
            Client(),
            username=f"guess{number}",
            password="wrong",
            REMOTE_ADDR="10.9.9.9",
            HTTP_X_FORWARDED_FOR=f"1.2.3.{number}, 172.16.0.5",
        )
    from_elsewhere = {"REMOTE_ADDR": "10.9.9.9", "HTTP_X_FORWARDED_FOR": "172.16.0.6"}
    not_a_proxy = {"REMOTE_ADDR": "10.1.1.1", "HTTP_X_FORWARDED_FOR": "172.16.0.5"}

    assert [address for address, _until in locked_addresses()] == ["172.16.0.5"]
    assert (
        Client()
        .post(reverse("console:login"), {"username": "clerk", "password": PASSWORD}, **from_elsewhere)
        .status_code
        == 302
    )
    assert (
        Client()
        .post(reverse("console:login"), {"username": "clerk", "password": PASSWORD}, **not_a_proxy)
        .status_code
        == 302
    )
