"""The second factor: codes good once, keys that stay sealed, recovery codes, and the reset of a lost one by two."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.access.login.problems import LoginProblem
from anmin.kernel.access.login.second import actions as second
from anmin.kernel.access.login.second.codes import code_at, counter_of, typed
from anmin.kernel.access.models import FactorReset
from anmin.kernel.access.roles import roles
from anmin.kernel.audit.models import Act
from tests.kernel.access.entering import PASSWORD, SECRET, code, enter, give, is_in, with_factor
from tests.make import a_user

pytestmark = pytest.mark.django_db
RFC = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_LONG = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA===="


@pytest.fixture
def clerk():
    return a_user("clerk", "371002")


def set_up_an_app(client, algorithm="sha256", password=PASSWORD):
    """Set up an authenticator app through the pages; gives its secret and the last answer."""
    asked = client.get(reverse("mfa_activate_totp"))["Location"]
    client.post(asked, {"password": password})
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    return secret, client.post(reverse("mfa_activate_totp"), {"code": code(secret, algorithm)})


def lets_the_same_code_in_twice():
    one, other, now = Client(), Client(), code()
    enter(one)
    give(one, now)
    assert is_in(one)
    enter(other)
    give(other, now)
    return is_in(other)


@pytest.mark.parametrize(
    ("secret", "algorithm", "seconds", "shown"),
    [
        (RFC, "sha1", 59, "287082"),
        (RFC, "sha1", 1111111109, "081804"),
        (RFC, "sha1", 2000000000, "279037"),
        (RFC_LONG, "sha256", 59, "119246"),
        (RFC_LONG, "sha256", 1111111109, "084774"),
        (RFC_LONG, "sha256", 2000000000, "698825"),
    ],
)
def test_codes_are_those_of_rfc_6238(secret, algorithm, seconds, shown):
    assert code_at(secret, seconds // 30, algorithm) == shown


def test_a_clock_half_a_minute_off_is_taken_and_no_more():
    now = 1_800_000_000.0
    shown = {step: code_at(SECRET, int(now) // 30 + step, "sha256") for step in (-2, -1, 0, 1, 2)}

    taken = [step for step, text in shown.items() if counter_of(SECRET, text, "sha256", now) is not None]

    assert taken == [-1, 0, 1]


def test_a_code_is_read_as_people_type_it():
    assert typed(" １２３ 456 ") == "123456"
    assert typed("12-34－56") == "123456"


def test_with_a_second_factor_the_password_alone_opens_nothing(client, clerk):
    with_factor(clerk)

    answer = enter(client)

    assert answer["Location"].startswith(reverse("mfa_authenticate"))
    assert not is_in(client)
    assert give(client, "000000").status_code == 200
    assert not is_in(client)
    give(client, code())
    assert is_in(client)
    assert Act.objects.get(act="access.login").after["how"] == "password+totp"


def test_a_code_is_good_once(clerk):
    with_factor(clerk)

    assert not lets_the_same_code_in_twice()


def test_codes_that_were_not_remembered_would_be_good_twice(clerk, monkeypatch):
    """The wrong variant."""
    with_factor(clerk)
    monkeypatch.setattr(second, "is_used_up", lambda row, counter: False)

    assert lets_the_same_code_in_twice()


def test_a_code_older_than_the_last_used_one_is_used_up_too(client, clerk):
    with_factor(clerk)
    enter(client)
    give(client, code(later=1))
    other = Client()
    enter(other)

    answer = give(other, code())

    assert "刚才用过了" in answer.content.decode()
    assert not is_in(other)
    assert Act.objects.filter(act="access.factor.replay", result="refused").count() == 1


def test_the_code_that_set_the_app_up_does_not_log_in(client, clerk):
    enter(client)
    secret, _answer = set_up_an_app(client)
    other = Client()
    enter(other)

    give(other, code(secret, "sha256"))

    assert not is_in(other)


@pytest.mark.parametrize(
    ("allowed", "algorithm", "is_set_up"),
    [(True, "sha1", True), (False, "sha1", False), (False, "sha256", True)],
)
def test_apps_that_know_sha_1_only_are_let_in_unless_the_operator_forbids_it(
    client, clerk, settings, allowed, algorithm, is_set_up
):
    settings.TOTP_SHA1 = allowed
    enter(client)

    _secret, answer = set_up_an_app(client, algorithm)

    rows = Authenticator.objects.filter(type="totp")
    assert rows.exists() is is_set_up
    assert (answer.status_code == 302) is is_set_up
    assert [row.data["algorithm"] for row in rows] == ([algorithm] if is_set_up else [])
    if not is_set_up:
        assert "验证码不对" in answer.content.decode()


def test_the_picture_for_the_app_names_sha_256(clerk):
    told = get_adapter().build_totp_url(clerk, SECRET)

    assert "algorithm=SHA256" in told and "Anmin:clerk" in told


def test_secrets_are_sealed_at_rest(client, clerk):
    enter(client)
    secret, _answer = set_up_an_app(client)
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    shown = re.findall(r'class="secret">(\d+)<', page)

    kept = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert len(shown) == 10
    assert secret not in kept
    assert [one for one in shown if one in kept] == []


def test_recovery_codes_are_shown_once_and_good_once(client, clerk):
    enter(client)
    set_up_an_app(client)
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    first, second_ = re.findall(r'class="secret">(\d+)<', page)[:2]

    assert first not in client.get(reverse("mfa_view_recovery_codes")).content.decode()
    one, other = Client(), Client()
    enter(one)
    give(one, first)
    assert is_in(one)
    enter(other)
    give(other, first)
    assert not is_in(other)
    give(other, second_)
    assert is_in(other)
    assert Act.objects.filter(act="access.factor.recovery_code_used").count() == 2


def test_new_recovery_codes_make_the_old_ones_void(client, clerk):
    with_factor(clerk)
    old = RecoveryCodes.activate(clerk).get_unused_codes()
    enter(client)
    give(client, code())
    asked = client.post(reverse("mfa_generate_recovery_codes"))["Location"]
    assert asked.startswith(reverse("account_reauthenticate"))
    client.post(asked, {"password": PASSWORD})
    client.post(reverse("mfa_generate_recovery_codes"))

    other = Client()
    enter(other)
    give(other, old[0])

    assert not is_in(other)
    assert Act.objects.filter(act="access.factor.recovery_codes_made").exists()


def test_no_role_gets_further_than_setting_up_a_factor_with_a_password_alone(settings):
    settings.SECOND_FACTOR = True
    for number, role in enumerate(roles().values()):
        level = {"prefecture": "371000", "county": "371002", "town": "371002001", "village": "371002001001"}
        division = next(level[one.name.lower()] for one in role.levels if one.name.lower() in level)
        a_user(f"user{number}", division, role=role.key)
        client = Client(REMOTE_ADDR=f"10.0.1.{number}")
        enter(client, f"user{number}")

        for page in ("city", "people", "households", "access", "audit", "system"):
            assert client.get(reverse(f"console:{page}"))["Location"] == reverse("mfa_index"), (
                role.key,
                page,
            )


def test_setting_up_a_factor_opens_the_session_it_was_set_up_in(client, clerk, settings):
    settings.SECOND_FACTOR = True
    enter(client)
    assert not is_in(client)

    set_up_an_app(client)

    assert is_in(client)
    assert Act.objects.get(act="access.factor.add").after["algorithm"] == "sha256"


def test_a_session_with_a_password_alone_adds_no_factor_beside_the_owners(client, clerk, settings):
    settings.SECOND_FACTOR = True
    enter(client)
    with_factor(clerk)

    for page in (
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "console:devices",
        "console:password",
    ):
        answer = client.get(reverse(page))
        assert answer["Location"].startswith(reverse("mfa_reauthenticate")), page
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert not is_in(client)
    client.post(reverse("mfa_reauthenticate"), {"code": code()})
    assert is_in(client)


def test_the_last_factor_is_not_taken_away_by_its_owner(client, clerk, settings):
    settings.SECOND_FACTOR = True
    with_factor(clerk)
    enter(client)
    give(client, code())
    asked = client.get(reverse("mfa_deactivate_totp"))["Location"]
    client.post(asked, {"password": PASSWORD})

    page = client.post(reverse("mfa_deactivate_totp")).content.decode()

    assert "唯一的第二因素" in page
    assert Authenticator.objects.filter(type="totp").exists()


def test_a_production_profile_cannot_go_without(monkeypatch):
    import subprocess
    import sys

    words = "from config import settings; print(settings.SECOND_FACTOR, settings.SESSION_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS)"
    monkeypatch.setenv("ANMIN_PRODUCTION", "1")
    monkeypatch.setenv("ANMIN_SECOND_FACTOR", "0")
    monkeypatch.delenv("ANMIN_DEMO", raising=False)
    told = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True)

    assert told.stdout.split() == ["True", "True", str(365 * 24 * 3600)], told.stderr


@pytest.fixture
def two():
    return a_user("one", "371000", role="security_admin"), a_user("two", "371000", role="security_admin")


def test_a_lost_factor_is_removed_by_two_administrators(clerk, two):
    one, other = two
    with_factor(clerk)
    clerk_is_in = Client()
    enter(clerk_is_in)
    give(clerk_is_in, code())
    row = second.ask_reset(by=one, user=clerk, reason="手机丢失，本人持工作证到场")
    for wrong in (one, clerk):
        with pytest.raises(LoginProblem, match="另一位"):
            second.approve_reset(by=wrong, request=row)
    with pytest.raises(LoginProblem, match="只有安全管理员"):
        second.approve_reset(by=a_user("audit", "371000", role="audit_admin"), request=row)
    assert Authenticator.objects.exists()

    second.approve_reset(by=other, request=row)

    assert not Authenticator.objects.exists()
    assert not is_in(clerk_is_in)
    with pytest.raises(LoginProblem, match="办过了"):
        second.approve_reset(by=other, request=row)


def test_one_administrator_alone_is_refused_by_the_database_too(clerk, two):
    one, _other = two
    with_factor(clerk)
    row = second.ask_reset(by=one, user=clerk, reason="手机丢失，本人持工作证到场")

    for wrong in (one, clerk):
        with pytest.raises(IntegrityError, match="factor_reset_by_another"), transaction.atomic():
            FactorReset.objects.filter(pk=row.pk).update(approved_by=wrong, approved_at=timezone.now())


def test_a_reset_is_asked_once_with_a_reason_and_lapses_after_three_days(clerk, two):
    one, other = two
    with pytest.raises(LoginProblem, match="没有第二因素"):
        second.ask_reset(by=one, user=clerk, reason="手机丢失，本人到场")
    with_factor(clerk)
    with pytest.raises(LoginProblem, match="理由"):
        second.ask_reset(by=one, user=clerk, reason="丢")
    with pytest.raises(LoginProblem, match="自己"):
        second.ask_reset(by=one, user=one, reason="手机丢失了，急用")
    row = second.ask_reset(by=one, user=clerk, reason="手机丢失，本人到场")
    with pytest.raises(LoginProblem, match="等批准"):
        second.ask_reset(by=other, user=clerk, reason="手机丢失，本人到场")

    with time_machine.travel(timezone.now() + timedelta(days=4)):
        with pytest.raises(LoginProblem, match="超过 3 天"):
            second.approve_reset(by=other, request=row)
        again = second.ask_reset(by=other, user=clerk, reason="手机丢失，重新核实")
        second.approve_reset(by=one, request=again)
    assert not Authenticator.objects.exists()


def test_a_refused_reset_leaves_the_factor(clerk, two):
    one, other = two
    with_factor(clerk)
    row = second.ask_reset(by=one, user=clerk, reason="手机丢失，本人到场")

    second.refuse_reset(by=other, request=row, reason="电话里没有核实到本人")

    assert Authenticator.objects.exists()
    with pytest.raises(LoginProblem, match="办过了"):
        second.approve_reset(by=other, request=row)
    assert Act.objects.get(act="access.factor_reset.refuse").reason == "电话里没有核实到本人"
