"""One-time codes by SM3 where a city asks for them, and what is said about a wrong code."""

import base64
import hmac
import struct
import time

import pytest
import time_machine
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client

from anmin.kernel.access.login.second import forms
from anmin.kernel.access.login.second.codes import code_at
from tests.kernel.access.entering import SECRET, code, enter, give, is_in, with_factor
from tests.kernel.access.test_second_factor import clerk as clerk
from tests.kernel.access.test_second_factor import set_up_an_app

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("counter", [0, 1, 37_037_036, 66_666_666])
def test_codes_with_sm3_are_those_that_openssl_s_own_hmac_makes(counter):
    """The frame of RFC 6238, the hash of GB/T 32905; a code by SHA-256 is another."""
    digest = hmac.digest(base64.b32decode(SECRET), struct.pack(">Q", counter), "sm3")
    start = digest[-1] & 0x0F
    value = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF

    assert code_at(SECRET, counter, "sm3") == f"{value % 1_000_000:06d}"
    assert code_at(SECRET, counter, "sm3") != code_at(SECRET, counter, "sha256")


@pytest.mark.parametrize(("algorithm", "is_set_up"), [("sm3", True), ("sha256", False), ("sha1", False)])
def test_under_the_profile_sm3_no_other_app_is_set_up(client, clerk, settings, algorithm, is_set_up):
    settings.TOTP_PROFILE = "sm3"
    enter(client)

    secret, _answer = set_up_an_app(client, algorithm)

    rows = Authenticator.objects.filter(type="totp")
    assert [row.data["algorithm"] for row in rows] == ([algorithm] if is_set_up else [])
    assert "algorithm=SM3" in get_adapter().build_totp_url(clerk, SECRET)
    if is_set_up:
        with time_machine.travel(time.time() + 60, tick=False):
            other = Client()
            enter(other)
            give(other, code(secret, "sm3"))
            assert is_in(other)


@pytest.mark.parametrize(
    ("has_app", "said", "unsaid"), [(False, "改用安全密钥", "验证器"), (True, "验证器", "备用码")]
)
def test_a_wrong_code_is_answered_by_what_the_person_has(clerk, monkeypatch, has_app, said, unsaid):
    """Whoever has security keys alone is not sent to an app that was never set up."""
    monkeypatch.setattr(forms, "refuse_if_locked", lambda *given: None)
    monkeypatch.setattr(forms, "count_failure", lambda *given: None)
    RecoveryCodes.activate(clerk)
    if has_app:
        with_factor(clerk)

    (told,) = forms.LoginCodeForm({"code": "12345678"}, user=clerk).errors["code"]

    assert said in told and unsaid not in told


def test_whoever_has_no_factor_yet_is_told_where_recovery_codes_come_from():
    (told,) = get_adapter().validation_error("cannot_generate_recovery_codes").messages

    assert "请先在“第二因素”页设置验证器或安全密钥" in told
