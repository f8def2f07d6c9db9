"""Sessions: they end idle, old, disabled and by a button; the list of devices."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.access import actions
from anmin.kernel.access.devices.queries import devices
from anmin.kernel.access.login import sessions
from anmin.kernel.audit.models import Act
from tests.kernel.access.entering import PASSWORD, enter, is_in
from tests.make import a_user

pytestmark = pytest.mark.django_db
WECHAT = "Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile MicroMessenger/8.0"
OFFICE = "Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537.36 Edg/120"


@pytest.fixture
def clerk():
    return a_user("clerk", "371002")


def is_in_after(client, minutes):
    enter(client)
    assert is_in(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        return is_in(client)


def is_in_after_a_busy_day(client, minutes=481):
    enter(client)
    start = timezone.now()
    for passed in range(0, minutes - 10, 10):  # the last click stands well before the limit
        with time_machine.travel(start + timedelta(minutes=passed)):
            assert is_in(client)
    with time_machine.travel(start + timedelta(minutes=minutes)):
        return is_in(client)


def test_an_idle_session_ends_after_fifteen_minutes_and_says_why(client, clerk):
    assert is_in_after(client, 14)
    with time_machine.travel(timezone.now() + timedelta(minutes=30)):
        answer = client.get(reverse("console:people"))
        assert "why=expired" in answer["Location"]
        assert "太久没有操作" in client.get(answer["Location"]).content.decode()
        assert not is_in(client)
    assert Act.objects.get(act="access.logout").reason == "idle"


def test_a_session_ends_after_eight_hours_however_busy(client, clerk):
    assert not is_in_after_a_busy_day(client)
    assert Act.objects.get(act="access.logout").reason == "eight hours"


def test_clocks_that_did_not_run_would_be_noticed(clerk, settings):
    """The wrong variants: no idle limit, and no limit at all."""
    settings.IDLE_SECONDS = 10**6
    assert is_in_after(Client(), 30)

    settings.SESSION_SECONDS = settings.SESSION_COOKIE_AGE = 10**6
    assert is_in_after_a_busy_day(Client())


def test_the_idle_limit_is_at_most_half_an_hour():
    from pydantic import ValidationError

    from config.env import Environment

    assert Environment().idle_minutes == 15
    with pytest.raises(ValidationError):
        Environment(idle_minutes=31)


def test_a_disabled_user_is_out_with_the_next_click(client, clerk):
    enter(client)
    assert is_in(client)

    actions.disable_user(by="test", user=clerk, reason="离职")

    assert not is_in(client)
    assert Act.objects.filter(act="access.sessions.end").exists()


def test_a_grant_that_ends_ends_the_sessions_begun_with_it(client, clerk):
    enter(client)
    assert is_in(client)

    actions.end_grant(by="test", grant=clerk.grants.get(), last_day=timezone.localdate(), reason="调岗")

    assert not is_in(client)


def test_logging_out_clears_what_the_browser_keeps_and_is_in_the_book(client, clerk):
    enter(client)
    assert client.get(reverse("console:city"))["Cache-Control"] == "no-store"
    key = client.session.session_key

    answer = client.post(reverse("console:logout"))

    assert '"storage"' in answer["Clear-Site-Data"]
    other = Client()
    other.cookies["sessionid"] = key
    assert not is_in(client) and not is_in(other)
    assert Act.objects.filter(act="access.logout", by=clerk).count() == 1


def test_logging_out_takes_a_button_not_a_link(client, clerk):
    enter(client)

    assert client.get(reverse("console:logout")).status_code == 405
    assert is_in(client)


def test_the_list_of_devices_shows_where_one_is_logged_in(clerk):
    here, phone = Client(HTTP_USER_AGENT=OFFICE), Client(HTTP_USER_AGENT=WECHAT, REMOTE_ADDR="10.3.2.1")
    for client in (here, phone):
        enter(client)
        assert is_in(client)

    page = here.get(reverse("console:devices")).content.decode()

    assert "Windows · Edge" in page and "Android · 微信" in page and "10.3.2.1" in page
    assert page.count("就是这台") == 1
    assert [(one.system, one.browser) for one in devices(clerk)][:2] != []


def test_the_others_are_logged_out_by_a_button(clerk):
    here, there, yonder = (Client(REMOTE_ADDR=f"10.0.0.{number}") for number in range(3))
    for client in (here, there, yonder):
        enter(client)
        assert is_in(client)
    there_pk = next(one.pk for one in devices(clerk) if one.address == "10.0.0.1")

    here.post(reverse("console:devices"), {"device": there_pk})
    assert (is_in(here), is_in(there), is_in(yonder)) == (True, False, True)
    here.post(reverse("console:devices"))
    assert (is_in(here), is_in(yonder)) == (True, False)
    assert [row.after["sessions"] for row in Act.objects.filter(act="access.sessions.end")] == [1, 1]


def test_nobody_logs_somebody_elses_device_out(clerk):
    other = a_user("other", "371002")
    mine, theirs = Client(), Client()
    enter(mine)
    enter(theirs, "other")
    assert is_in(mine) and is_in(theirs)

    mine.post(reverse("console:devices"), {"device": devices(other)[0].pk})
    mine.post(reverse("console:devices"), {"device": "1' OR 1=1"})

    assert is_in(theirs) and is_in(mine)


def test_a_changed_password_ends_the_sessions_elsewhere(clerk):
    here, there = Client(), Client()
    for client in (here, there):
        enter(client)
        assert is_in(client)
    new = "自己的新口令Ab-77"

    here.post(reverse("console:password"), {"old": PASSWORD, "new": new, "again": new})

    assert is_in(here)
    assert not is_in(there)


def test_a_plain_request_never_begins_a_session_behind_tls(clerk, settings):
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client()

    plain = enter(client)
    safe = enter(client, secure=True)

    assert plain.status_code == 301 and plain["Location"].startswith("https://")
    assert not plain.cookies
    assert {name for name, cookie in safe.cookies.items() if not cookie["secure"]} == set()
    assert safe.cookies["sessionid"]["httponly"] and safe.cookies["sessionid"]["samesite"] == "Lax"


def test_what_stands_above_a_form_that_wants_a_fresh_log_in_is_where_one_comes_back_to(rf):
    asked = rf.post("/access/users/1/login/", HTTP_REFERER="http://testserver/access/users/1/login/?x=1")
    foreign = rf.post("/access/users/1/login/", HTTP_REFERER="https://example.org/evil")

    assert sessions.ask_again(asked)["Location"].endswith("next=%2Faccess%2Fusers%2F1%2Flogin%2F")
    assert sessions.ask_again(foreign)["Location"].endswith("next=%2F")
