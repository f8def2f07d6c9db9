"""Logging in: who gets in with what, who does not, and that nothing tells a guesser which names exist."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.sessions.backends.base import SessionBase
from django.test import Client
from django.urls import reverse

from anmin.kernel.access import actions
from anmin.kernel.access.login.backends import StaffBackend
from anmin.kernel.access.models import User
from anmin.kernel.audit.models import Act
from tests.kernel.access.entering import enter, is_in
from tests.make import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return a_user("clerk", "371002")


def keeps_a_planted_key(client):
    """Whether the session key that somebody planted before is good after the log-in (session fixation)."""
    client.get(reverse("console:login"))
    session = client.session
    session["planted"] = 1
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    enter(client)
    other = Client()
    other.cookies["sessionid"] = planted
    return is_in(other)


def hashes_made(monkeypatch, username):
    """How many passwords are hashed for one try."""
    made = []
    for name in ("encode", "verify"):
        original = getattr(Argon2PasswordHasher, name)
        monkeypatch.setattr(
            Argon2PasswordHasher,
            name,
            lambda self, *args, _do=original, **more: made.append(1) or _do(self, *args, **more),
        )
    enter(Client(), username=username, password="wrong")
    monkeypatch.undo()
    return len(made)


def test_the_right_password_lets_in(client, clerk):
    enter(client)

    assert is_in(client)
    assert Act.objects.get(act="access.login").after["how"] == "password"


def test_the_session_key_turns_at_the_log_in(client, clerk):
    assert not keeps_a_planted_key(client)
    assert is_in(client)


def test_a_log_in_that_kept_the_key_would_be_noticed(client, clerk, monkeypatch):
    """The wrong variant: the session goes on under the planted key."""
    monkeypatch.setattr(SessionBase, "cycle_key", lambda self: None)

    assert keeps_a_planted_key(client)


def test_an_unknown_name_reads_like_a_wrong_password(clerk):
    known = enter(Client(REMOTE_ADDR="10.0.0.1"), password="wrong")
    unknown = enter(Client(REMOTE_ADDR="10.0.0.2"), username="nobody", password="wrong")

    assert known.status_code == unknown.status_code == 200
    said = "用户名或密码不对"
    assert said in known.content.decode() and said in unknown.content.decode()


def test_a_disabled_account_reads_like_one_that_does_not_exist(clerk):
    actions.disable_user(by="test", user=clerk, reason="离职")

    answer = enter(Client())

    assert "用户名或密码不对" in answer.content.decode()


def test_an_unknown_name_costs_the_same_work_as_a_known_one(clerk, monkeypatch):
    """Which is why time does not tell them apart; `run.py bench login` measures that it does not."""
    a_user("gone")
    User.objects.filter(username="gone").update(is_active=False)

    assert hashes_made(monkeypatch, "clerk") == 1
    assert hashes_made(monkeypatch, "nobody") == 1
    assert hashes_made(monkeypatch, "gone") == 1


def test_a_backend_that_answers_unknown_names_at_once_would_be_noticed(clerk, monkeypatch):
    """The wrong variant."""
    right = StaffBackend.authenticate

    def hasty(self, request, username=None, password=None, **more):
        known = User.objects.filter(username=username).exists()
        return right(self, request, username, password, **more) if known else None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaffBackend, "authenticate", hasty)
        assert hashes_made(monkeypatch, "nobody") != hashes_made(monkeypatch, "clerk")


def test_a_refused_log_in_is_in_the_book_without_what_was_typed(clerk):
    enter(Client(), username="11010519491231002X", password="wrong")
    enter(Client(), password="wrong")

    rows = list(Act.objects.filter(act="access.login.refused").order_by("number"))

    assert [row.result for row in rows] == ["refused", "refused"]
    assert [row.subject_id for row in rows] == ["?", str(clerk.pk)]
    assert "11010519491231002X" not in str([(row.after, row.by_name, row.reason) for row in rows])


def test_a_fresh_installation_lets_nobody_in(client):
    assert User.objects.count() == 0

    for name in ("admin", "root", "anmin", "system", "shi"):
        for password in (name, "anmin", "admin", "123456", ""):
            assert (
                enter(Client(REMOTE_ADDR=f"10.0.0.{len(name + password)}"), name, password).status_code != 302
            )

    assert not is_in(client)


def test_demonstration_log_ins_do_not_open_a_real_installation(client, settings):
    user = User(username="shi", display_name="演示", is_demo=True)
    user.set_password("anmin")
    user.save()
    settings.DEMO = False

    assert enter(client, "shi", "anmin").status_code == 200
    settings.DEMO = True
    assert enter(client, "shi", "anmin").status_code == 302
    settings.DEMO = False
    assert not is_in(client)


def test_demonstration_log_ins_are_made_in_demonstration_mode_only(settings):
    settings.DEMO = False

    with pytest.raises(actions.DemoOnly):
        actions.create_demo_staff(by="test", places=[("shi", "市", "371000", "city_officer")], on=None)


def test_a_way_back_to_another_host_is_not_taken(client, clerk):
    answer = enter(client, next="https://example.org/")
    asked = client.post(
        reverse("console:login") + "?next=https://example.org/",
        {"username": "clerk", "password": "wrong", "next": "https://example.org/"},
    )

    assert answer["Location"].startswith("/")
    assert asked.status_code in (200, 302)
    assert "example.org" not in asked.headers.get("Location", "")
