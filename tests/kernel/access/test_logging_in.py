"""Logging in: lock-out, second factor, time-outs, first set-up; each figure, and a wrong variant that is caught."""

import time
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.access.login import actions as login
from anmin.kernel.access.models import User
from anmin.kernel.audit.models import Act
from tests.make import a_user

pytestmark = pytest.mark.django_db
PASSWORD = "一个足够长的口令Ab2026"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def clerk():
    return a_user("clerk", "371002")


def enter(client, username="clerk", password=PASSWORD, **more):
    return client.post(reverse("console:login"), {"username": username, "password": password}, **more)


def is_in(client):
    return client.get(reverse("console:city")).status_code == 200


def code(at=None):
    counter = int((at or time.time()) // 30)
    return format_hotp_value(hotp_value(SECRET, counter))


def with_factor(user):
    TOTP.activate(user, SECRET)
    return user


def test_the_right_password_lets_in_and_turns_the_session_key(client, clerk):
    client.get(reverse("console:login"))
    client.session["planted"] = 1
    before = client.session.session_key

    enter(client)

    assert is_in(client)
    assert client.session.session_key != before


def test_the_sixth_try_is_refused_even_when_it_is_right(client, clerk):
    for _ in range(5):
        enter(client, password="wrong")

    answer = enter(client)

    assert answer.status_code == 429
    assert "30 分钟" in answer.content.decode()
    assert not is_in(client)


def test_the_lock_is_on_the_account_from_any_address_and_on_the_address_for_any_account(clerk):
    a_user("other", "371002")
    for _ in range(5):
        enter(Client(REMOTE_ADDR="10.0.0.1"), password="wrong")

    assert enter(Client(REMOTE_ADDR="10.0.0.2")).status_code == 429
    assert enter(Client(REMOTE_ADDR="10.0.0.1"), username="other").status_code == 429
    assert enter(Client(REMOTE_ADDR="10.0.0.2"), username="other").status_code == 302


def test_the_lock_ends_by_time_or_by_an_administrator(clerk):
    for _ in range(5):
        enter(Client(), password="wrong")
    login.unlock(by="test", user=clerk, reason="本人来电核实")
    from axes.utils import reset

    reset(ip="127.0.0.1")
    assert enter(Client()).status_code == 302

    for _ in range(5):
        enter(Client(), password="wrong")
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert enter(Client()).status_code == 302


def test_without_the_lock_the_sixth_try_would_be_let_in(client, clerk, settings):
    """The wrong variant."""
    settings.AUTHENTICATION_BACKENDS = ["anmin.kernel.access.login.backends.StaffBackend"]
    settings.AXES_ENABLED = False
    for _ in range(5):
        enter(client, password="wrong")

    assert enter(client).status_code == 302


def test_an_unknown_name_reads_like_a_wrong_password(clerk):
    known = enter(Client(REMOTE_ADDR="10.0.0.1"), password="wrong")
    unknown = enter(Client(REMOTE_ADDR="10.0.0.2"), username="nobody", password="wrong")

    assert known.status_code == unknown.status_code == 200
    said = "用户名或密码不对"
    assert said in known.content.decode() and said in unknown.content.decode()


def test_an_unknown_name_costs_a_hash_like_a_known_one(clerk, monkeypatch):
    hashed = []
    monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append(raw))

    enter(Client(), username="nobody", password="wrong")

    assert hashed == ["wrong"]


def test_with_a_second_factor_the_password_alone_opens_nothing(client, clerk):
    with_factor(clerk)

    answer = enter(client)

    assert answer["Location"].startswith(reverse("mfa_authenticate"))
    assert not is_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert not is_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert is_in(client)


def test_a_code_is_good_once(clerk):
    with_factor(clerk)
    one, other, now = Client(), Client(), code()
    enter(one)
    one.post(reverse("mfa_authenticate"), {"code": now})
    assert is_in(one)

    enter(other)
    other.post(reverse("mfa_authenticate"), {"code": now})

    assert not is_in(other)


def test_the_secret_of_a_factor_is_sealed_at_rest(clerk):
    with_factor(clerk)

    assert SECRET not in str(Authenticator.objects.get().data)


def test_where_a_second_factor_is_required_nothing_opens_before_it_is_set_up(client, clerk, settings):
    settings.SECOND_FACTOR = True
    enter(client)

    for page in ("city", "people", "households"):
        assert client.get(reverse(f"console:{page}"))["Location"] == reverse("mfa_index")
    with_factor(clerk)
    assert is_in(client)


def test_the_page_of_second_factors_is_ours_and_offers_a_code(client, clerk):
    enter(client)
    asked = client.get(reverse("mfa_activate_totp"))["Location"]
    assert asked.startswith(reverse("account_reauthenticate"))
    client.post(asked, {"password": PASSWORD})

    page = client.get(reverse("mfa_activate_totp")).content.decode()

    assert "data:image/svg+xml" in page
    assert "masthead" in page


def test_an_idle_session_ends_after_fifteen_minutes_and_says_why(client, clerk):
    enter(client)
    assert is_in(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=14)):
        assert is_in(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=30)):
        answer = client.get(reverse("console:people"))
        assert "why=expired" in answer["Location"]
        assert "太久没有操作" in client.get(answer["Location"]).content.decode()
        assert not is_in(client)


def test_a_session_ends_after_eight_hours_however_busy(client, clerk):
    enter(client)
    start = timezone.now()
    for minutes in range(0, 480, 10):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert is_in(client)

    with time_machine.travel(start + timedelta(minutes=481)):
        assert not is_in(client)


def test_a_disabled_user_is_out_with_the_next_click(client, clerk):
    from anmin.kernel.access import actions

    enter(client)
    assert is_in(client)

    actions.disable_user(by="test", user=clerk, reason="离职")

    assert not is_in(client)


def test_logging_out_clears_what_the_browser_keeps(client, clerk):
    enter(client)
    assert client.get(reverse("console:city"))["Cache-Control"] == "no-store"

    answer = client.post(reverse("console:logout"))

    assert '"storage"' in answer["Clear-Site-Data"]
    assert not is_in(client)


def test_the_list_of_devices_shows_this_one(client, clerk):
    enter(client)

    page = client.get(reverse("usersessions_list"), HTTP_USER_AGENT="TestBrowser")

    assert page.status_code == 200


def test_demonstration_log_ins_do_not_open_a_real_installation(client, settings):
    User.objects.create(username="shi", display_name="演示", is_demo=True, password=_hashed("anmin"))
    settings.DEMO = False

    assert enter(client, "shi", "anmin").status_code == 200
    settings.DEMO = True
    assert enter(client, "shi", "anmin").status_code == 302


def _hashed(raw):
    user = User()
    user.set_password(raw)
    return user.password


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Short1!", "password_too_short"),
        ("alllowercase", "password_kinds"),
        ("Password123", "password_too_common"),
        ("Zhangsan-2026", "password_about_me"),
    ],
)
def test_a_password_that_breaks_a_rule_says_which(password, code):
    user = User(username="zhangsan", display_name="张三")
    from django.contrib.auth.password_validation import validate_password

    with pytest.raises(ValidationError) as trouble:
        validate_password(password, user)

    assert code in {one.code for one in trouble.value.error_list}


def test_the_last_five_passwords_are_not_used_again(clerk):
    for number in range(5):
        login.set_password(by=clerk, user=clerk, password=f"另一个很长的口令Ab{number}", must_change=False)

    with pytest.raises(ValidationError, match="最近 5 次"):
        login.set_password(by=clerk, user=clerk, password="另一个很长的口令Ab1", must_change=False)


def test_a_password_given_by_somebody_else_is_changed_first(client):
    from anmin.kernel.access import actions

    user = actions.create_user(by="test", username="new", display_name="新来的", password=PASSWORD)
    actions.grant(
        by="test", user=user, division="371002", role="county_approver", first_day=timezone.localdate()
    )
    enter(client, "new")
    assert client.get(reverse("console:city"))["Location"] == reverse("console:password")

    client.post(
        reverse("console:password"),
        {"old": PASSWORD, "new": "自己的新口令Ab-77", "again": "自己的新口令Ab-77"},
    )

    assert is_in(client)
    assert Act.objects.filter(act="access.change_password", by=user).exists()


def test_a_password_is_changed_after_ninety_days(client, clerk):
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        enter(client)

        assert client.get(reverse("console:city"))["Location"] == reverse("console:password")


def test_a_wrong_old_password_changes_nothing(client, clerk):
    enter(client)
    before = User.objects.get(pk=clerk.pk).password

    page = client.post(
        reverse("console:password"), {"old": "x", "new": "自己的新口令Ab-77", "again": "自己的新口令Ab-77"}
    )

    assert "原密码不对" in page.content.decode()
    assert User.objects.get(pk=clerk.pk).password == before


def people(**change):
    rows = [
        {"username": f"admin{n}", "display_name": name, "password": "首个口令Ab-2026x"}
        for n, name in enumerate(["赵一", "钱二", "孙三"])
    ]
    rows[2] |= change
    return rows


def test_the_first_set_up_makes_three_different_people_and_shuts_itself(client):
    secret = login.begin_setup(by="test")
    assert client.get(reverse("console:setup")).status_code == 200
    with pytest.raises(login.LoginProblem, match="三个不同的人"):
        login.finish_setup(by="test", secret=secret, people=people(display_name="赵一"), division="371000")
    with pytest.raises(login.LoginProblem, match="口令不对"):
        login.finish_setup(by="test", secret="guess", people=people(), division="371000")

    login.finish_setup(by="test", secret=secret, people=people(), division="371000")

    assert sorted(User.objects.values_list("grants__role", flat=True)) == [
        "audit_admin",
        "security_admin",
        "system_admin",
    ]
    assert client.get(reverse("console:setup")).status_code == 404
    with pytest.raises(login.LoginProblem):
        login.begin_setup(by="test")


def test_a_set_up_secret_ends_after_a_day(client):
    secret = login.begin_setup(by="test")

    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert client.get(reverse("console:setup")).status_code == 404
        with pytest.raises(login.LoginProblem):
            login.finish_setup(by="test", secret=secret, people=people(), division="371000")


def test_a_fresh_installation_lets_nobody_in(client):
    assert User.objects.count() == 0
    assert enter(client, "admin", "admin").status_code == 200
    assert not is_in(client)


def test_a_lost_factor_is_removed_by_two_administrators(clerk):
    with_factor(clerk)
    one, two = a_user("one", "371000", role="security_admin"), a_user("two", "371000", role="security_admin")
    row = login.ask_factor_reset(by=one, user=clerk, reason="手机丢失，本人持工作证到场")
    for wrong in (one, clerk):
        with pytest.raises(login.LoginProblem, match="另一位"):
            login.approve_factor_reset(by=wrong, request=row)
    assert Authenticator.objects.exists()

    login.approve_factor_reset(by=two, request=row)

    assert not Authenticator.objects.exists()


def test_accounts_that_nobody_uses_go_to_sleep(clerk):
    with time_machine.travel(timezone.now() + timedelta(days=89)):
        assert login.put_unused_to_sleep(by="系统") == []
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        assert login.put_unused_to_sleep(by="系统") == ["clerk"]
