"""The first set-up: a secret told once, three different people, and then never again."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.access.actions import GrantProblem, grant
from anmin.kernel.access.login.problems import LoginProblem
from anmin.kernel.access.login.setup.actions import Newcomer, NewcomerProblem, begin_setup, finish_setup
from anmin.kernel.access.models import Grant, SetupSecret, User
from anmin.kernel.access.queries import reader_for
from anmin.kernel.access.roles import roles
from anmin.kernel.audit.models import Act
from tests.make import a_user

pytestmark = pytest.mark.django_db
THREE = ("system_admin", "security_admin", "audit_admin")


def people(**change):
    rows = [
        {"username": f"admin{n}", "display_name": name, "password": f"首个口令Ab-2026{n}"}
        for n, name in enumerate(["赵一", "钱二", "孙三"])
    ]
    rows[2] |= change
    return [Newcomer(**row) for row in rows]


def form(secret, **change):
    told = {"secret": secret, "division": "371000"}
    for key, one in zip(("system", "security", "audit"), people(), strict=True):
        told |= {f"{key}_{part}": getattr(one, part) for part in ("username", "display_name", "password")}
    return told | change


def test_the_page_makes_three_administrators_and_shuts_itself(client):
    secret = begin_setup(by="test")
    assert client.get(reverse("console:setup")).status_code == 200

    answer = client.post(reverse("console:setup"), form(secret))

    assert answer["Location"] == reverse("console:login")
    assert sorted(User.objects.values_list("grants__role", flat=True)) == sorted(THREE)
    assert client.get(reverse("console:setup")).status_code == 404
    assert client.post(reverse("console:setup"), form(secret)).status_code == 404
    with pytest.raises(LoginProblem, match="已经有账号"):
        begin_setup(by="test")
    assert Act.objects.filter(act="access.setup.finish", result="done").count() == 1


@pytest.mark.parametrize("part", ["username", "display_name", "password"])
def test_three_who_are_one_are_refused(part):
    secret = begin_setup(by="test")
    same = {part: getattr(people()[0], part)}

    with pytest.raises(NewcomerProblem, match="三个不同的人") as trouble:
        finish_setup(by="test", secret=secret, people=people(**same), division="371000")

    assert (trouble.value.place, trouble.value.part) == (2, part)
    assert not User.objects.exists()


def test_the_page_says_at_the_field_what_is_wrong(client):
    secret = begin_setup(by="test")

    page = client.post(reverse("console:setup"), form(secret, audit_password="short")).content.decode()
    wrong = client.post(reverse("console:setup"), form("guess")).content.decode()
    place = client.post(reverse("console:setup"), form(secret, division="99")).content.decode()

    assert "密码太短" in page and "id_audit_password_error" in page
    assert "设置口令不对" in wrong
    assert "没有提交成功" in place
    assert not User.objects.exists()
    assert Act.objects.filter(act="access.setup.finish", result="refused").count() == 2


def test_a_set_up_secret_is_kept_hashed_and_ends_after_a_day(client):
    secret = begin_setup(by="test")

    assert secret not in SetupSecret.objects.get().secret
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert client.get(reverse("console:setup")).status_code == 404
        with pytest.raises(LoginProblem):
            finish_setup(by="test", secret=secret, people=people(), division="371000")


def test_a_new_secret_makes_the_old_one_void():
    old = begin_setup(by="test")
    begin_setup(by="test")

    with pytest.raises(LoginProblem, match="口令不对"):
        finish_setup(by="test", secret=old, people=people(), division="371000")


@pytest.mark.parametrize("held", THREE)
def test_nobody_holds_two_of_the_three_nor_one_of_them_and_another_role(held):
    user = a_user("boss", "371000", role=held)
    others = {
        role.key: "371000" if any(level.name == "PREFECTURE" for level in role.levels) else None
        for role in roles().values()
        if role.key != held
    }

    for role, division in others.items():
        if division is None:
            continue
        with pytest.raises(GrantProblem, match="不相容"):
            grant(by="test", user=user, division=division, role=role, first_day=timezone.localdate())
        with pytest.raises(DatabaseError, match="grant_roles_exclude"), transaction.atomic():
            Grant.objects.bulk_create(
                [Grant(user=user, division="371000", role=role, first_day=timezone.localdate())]
            )


def test_none_of_the_three_sees_anybody():
    for role in THREE:
        reader = reader_for(a_user(role, "371000", role=role), timezone.localdate())

        assert not reader.may("register.read")
        assert not reader.scope.ranges


def test_the_auditor_may_write_nothing():
    assert {power for power in roles()["audit_admin"].powers if not power.startswith("audit.")} <= {
        "breakglass.review"
    }
