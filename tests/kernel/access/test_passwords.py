"""Passwords: the rules of each profile, what they refuse and why, their history, their age."""

import string
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from anmin.kernel.access import actions
from anmin.kernel.access.login import actions as login
from anmin.kernel.access.login.passwords import common_passwords, rules_in_words
from anmin.kernel.access.login.problems import LoginProblem
from anmin.kernel.access.models import User
from anmin.kernel.audit.models import Act
from config.passwords import Argon2
from tests.kernel.access.entering import PASSWORD, enter, is_in
from tests.make import a_user

KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!?#*+")
NEW = "自己的新口令Ab-77"


@pytest.fixture
def clerk(db):
    return a_user("clerk", "371002")


def broken(password, user=None):
    """The codes of the rules that a password breaks."""
    try:
        validate_password(password, user)
    except ValidationError as trouble:
        return {one.code for one in trouble.error_list}
    return set()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Short1!", "password_short"),
        ("", "password_short"),
        ("alllowercase", "password_kinds"),
        ("Password123", "password_common"),
        ("P@ssw0rd2026", "password_common"),
        ("Woaizhongguo2026", "password_common"),
        ("Zhangsan-2026", "password_about_me"),
        ("ZHANGWEIMIN#77", "password_about_me"),
        ("张伟民的口令Ab1", "password_about_me"),
        ("Ab-13812345678", "password_about_me"),
        ("Ab-11010519491231002X", "password_about_me"),
    ],
)
def test_a_password_that_breaks_a_rule_says_which(password, code):
    user = User(username="zhangsan", display_name="张伟民")

    assert code in broken(password, user)


def test_without_the_rule_about_ones_own_name_it_would_be_taken(settings):
    """The wrong variant."""
    settings.AUTH_PASSWORD_VALIDATORS = [
        row for row in settings.AUTH_PASSWORD_VALIDATORS if not row["NAME"].endswith("NotAboutMe")
    ]

    assert broken("Zhangsan-2026", User(username="zhangsan", display_name="张伟民")) == set()


@hypothesis_settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(range(4)), min_size=1, max_size=24).flatmap(
        lambda kinds: st.tuples(*[st.sampled_from(KINDS[kind]) for kind in kinds])
    )
)
def test_length_and_kinds_decide_as_the_profile_says(characters):
    password = "".join(characters)
    kinds = sum(any(one in characters for one in kind) for kind in KINDS)

    found = broken(password)

    assert ("password_short" in found) == (len(password) < 10)
    assert ("password_kinds" in found) == (kinds < 3 and len(password) < 20)


def test_the_list_of_common_passwords_holds_more_than_the_three_thousand_of_asvs():
    assert len(common_passwords()) > 3000
    assert {"password", "123456789", "woaini"} <= common_passwords()


def test_every_refusal_says_what_to_do():
    user = User(username="zhangsan", display_name="张伟民")
    for password in ("Short1!", "alllowercase", "Password123", "Zhangsan-2026"):
        with pytest.raises(ValidationError) as trouble:
            validate_password(password, user)
        assert all("请" in text or "要" in text for text in trouble.value.messages), trouble.value.messages


def test_the_long_profile_asks_for_length_and_for_nothing_every_ninety_days(settings, clerk, client):
    settings.PASSWORD_PROFILE = "long"

    assert broken("correct horse battery") == set()
    assert "password_short" in broken("Sh0rt-but-ok!")
    assert "15" in rules_in_words()
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        enter(client)
        assert is_in(client)


def test_a_password_is_changed_after_ninety_days(client, clerk):
    with time_machine.travel(timezone.now() + timedelta(days=89)):
        enter(client)
        assert is_in(client)
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        enter(client)
        answer = client.get(reverse("console:city"))
        assert answer["Location"] == reverse("console:password")
        assert "已用满 90 天" in client.get(answer["Location"]).content.decode()


def test_the_last_five_passwords_are_not_used_again(clerk):
    for number in range(5):
        login.set_password(by=clerk, user=clerk, password=f"另一个很长的口令Ab{number}", must_change=False)

    with pytest.raises(ValidationError, match="最近 5 次"):
        login.set_password(by=clerk, user=clerk, password="另一个很长的口令Ab0", must_change=False)
    login.set_password(by=clerk, user=clerk, password=PASSWORD, must_change=False)
    assert clerk.old_passwords.count() == 4


def test_the_present_password_is_one_of_the_last(clerk):
    with pytest.raises(ValidationError, match="最近 5 次"):
        login.change_own_password(by=clerk, old=PASSWORD, new=PASSWORD)


def test_passwords_are_hashed_with_argon2id(clerk):
    assert clerk.password.startswith("argon2$argon2id$")


def test_in_production_a_hash_costs_a_thief_a_hundred_mebibytes(monkeypatch, full_cost):
    cheap = make_password(PASSWORD)
    for name, value in full_cost.items():
        monkeypatch.setattr(Argon2, name, value)

    dear = make_password(PASSWORD)

    assert "m=102400,t=2,p=2" in dear and "m=102400" not in cheap
    assert check_password(PASSWORD, dear) and not check_password("wrong", dear)
    assert Argon2().must_update(cheap)


def test_two_accounts_of_one_name_are_refused_by_the_database(clerk):
    with pytest.raises(IntegrityError), transaction.atomic():
        a_user("clerk")


def test_a_password_given_by_somebody_else_is_changed_first(client, db):
    user = actions.create_user(by="test", username="new", display_name="新来的", password=PASSWORD)
    actions.grant(
        by="test", user=user, division="371002", role="county_approver", first_day=timezone.localdate()
    )
    enter(client, "new")
    assert client.get(reverse("console:city"))["Location"] == reverse("console:password")
    assert "别人设的" in client.get(reverse("console:password")).content.decode()

    client.post(reverse("console:password"), {"old": PASSWORD, "new": NEW, "again": NEW})

    assert is_in(client)
    assert Act.objects.filter(act="access.change_password", by=user, result="done").exists()


def test_a_wrong_old_password_changes_nothing_and_is_in_the_book(client, clerk):
    enter(client)
    before = User.objects.get(pk=clerk.pk).password

    page = client.post(reverse("console:password"), {"old": "x", "new": NEW, "again": NEW})

    assert "原密码不对" in page.content.decode()
    assert User.objects.get(pk=clerk.pk).password == before
    assert Act.objects.filter(act="access.change_password", result="refused", by=clerk).count() == 1


def test_a_password_reset_by_an_administrator_ends_sessions_and_must_be_changed(client, clerk):
    boss = a_user("boss", "371000", role="security_admin")
    enter(client)
    assert is_in(client)

    login.reset_password(by=boss, user=clerk, password="给本人的口令Ab-1", reason="本人到场核实")

    assert not is_in(client)
    enter(client, password="给本人的口令Ab-1")
    assert client.get(reverse("console:city"))["Location"] == reverse("console:password")
    with pytest.raises(LoginProblem, match="自己的密码"):
        login.reset_password(by=boss, user=boss, password=NEW, reason="本人到场核实")
    with pytest.raises(LoginProblem, match="理由"):
        login.reset_password(by=boss, user=clerk, password=NEW, reason=" ")


def test_accounts_that_nobody_uses_go_to_sleep_and_are_woken(clerk, client):
    with time_machine.travel(timezone.now() + timedelta(days=89)):
        assert login.put_unused_to_sleep(by="系统") == []
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        assert login.put_unused_to_sleep(by="系统") == ["clerk"]
        assert enter(client).status_code == 200
        clerk.refresh_from_db()
        login.wake(by="test", user=clerk, password=NEW, reason="产假回来")
        assert enter(client, password=NEW).status_code == 302
        assert login.put_unused_to_sleep(by="系统") == []
