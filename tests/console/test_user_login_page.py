"""登录管理: what the security administrator does about somebody's way in, and how each act reads in the book."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.access.login.second.queries import waiting_reset
from anmin.kernel.access.models import User
from anmin.kernel.audit.models import Act
from tests.kernel.access.entering import PASSWORD, enter, is_in, with_factor
from tests.make import a_user

pytestmark = pytest.mark.django_db
NEW = "给本人的口令Ab-77"


@pytest.fixture
def clerk():
    return a_user("clerk", "371002")


@pytest.fixture
def boss():
    return seated("boss")


def seated(name, role="security_admin"):
    a_user(name, "371000", role=role)
    client = Client(REMOTE_ADDR=f"10.7.0.{len(name)}")
    enter(client, name)
    return client


def page(client, user):
    return client.get(reverse("console:user_login", args=[user.pk]))


def do(client, user, what, **told):
    return client.post(reverse("console:user_login", args=[user.pk]), {"what": what, **told}, follow=True)


def acts(name):
    return [(row.result, row.reason) for row in Act.objects.filter(act=name).order_by("number")]


def test_the_page_is_reached_from_the_list_of_users(boss, clerk):
    assert reverse("console:user", args=[clerk.pk]) in boss.get(reverse("console:access")).content.decode()
    address = reverse("console:user_login", args=[clerk.pk])
    assert address in boss.get(reverse("console:user", args=[clerk.pk])).content.decode()

    shown = page(boss, clerk).content.decode()

    assert "还没有登录过" in shown and "还没有设置" in shown and "重设密码" in shown


@pytest.mark.parametrize("role", ["system_admin", "audit_admin", "city_officer"])
def test_nobody_else_opens_it(clerk, role):
    other = seated("other", role)

    assert page(other, clerk).status_code == 403
    assert do(other, clerk, "reset_password", password=NEW, reason="随便看看").status_code == 403
    assert User.objects.get(pk=clerk.pk).check_password(PASSWORD)
    assert Act.objects.filter(act="access.refused", subject_id="console:user_login").count() == 2


def test_it_wants_to_know_once_more_who_is_there(boss, clerk):
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        answer = page(boss, clerk)
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
        boss.post(answer["Location"], {"password": PASSWORD})
        assert page(boss, clerk).status_code == 200


def test_a_forgotten_password_is_reset(boss, clerk):
    shown = do(boss, clerk, "reset_password", password=NEW, reason="本人到场，核对了工作证").content.decode()

    assert "密码已重设" in shown
    assert acts("access.reset_password") == [("done", "本人到场，核对了工作证")]
    client = Client()
    enter(client, password=NEW)
    assert client.get(reverse("console:city"))["Location"] == reverse("console:password")


def test_what_is_missing_or_too_weak_is_said_at_the_field_and_written_down(boss, clerk):
    without = do(boss, clerk, "reset_password", password=NEW, reason="").content.decode()
    weak = do(boss, clerk, "reset_password", password="Password123", reason="本人到场").content.decode()

    assert "请写明理由" in without and "reset_password_reason_error" in without
    assert "密码太常见" in weak and "reset_password_password_error" in weak
    assert User.objects.get(pk=clerk.pk).check_password(PASSWORD)
    assert [result for result, _reason in acts("access.reset_password")] == ["refused"]


def test_a_locked_account_is_unlocked(boss, clerk):
    for number in range(5):
        enter(Client(REMOTE_ADDR=f"10.6.0.{number}"), password="wrong")
    assert "锁定到" in page(boss, clerk).content.decode()

    do(boss, clerk, "unlock", reason="本人来电，回拨核实")

    assert enter(Client()).status_code == 302
    assert acts("access.unlock") == [("done", "本人来电，回拨核实")]


def test_a_locked_address_is_listed_and_unlocked(boss, clerk):
    for number in range(5):
        enter(Client(REMOTE_ADDR="10.6.0.9"), username=f"guess{number}", password="wrong")
    assert "10.6.0.9" in boss.get(reverse("console:access")).content.decode()
    address = reverse("console:address_unlock", args=["10.6.0.9"])

    boss.post(address, {"reason": ""})
    assert enter(Client(REMOTE_ADDR="10.6.0.9")).status_code == 429
    boss.post(address, {"reason": "乡镇办公室的出口地址"})

    assert enter(Client(REMOTE_ADDR="10.6.0.9")).status_code == 302
    assert boss.post(address, {"reason": "再来一次"}).status_code == 404


def test_a_sleeping_account_is_woken(boss, clerk):
    boss.post(reverse("console:user_disable", args=[clerk.pk]), {"reason": "借调"})
    assert enter(Client()).status_code == 200

    shown = do(boss, clerk, "wake", password=NEW, reason="借调结束").content.decode()

    assert "已恢复使用" in shown
    assert enter(Client(), password=NEW).status_code == 302
    assert acts("access.enable_user") == [("done", "借调结束")]


def test_disabling_wants_a_reason(boss, clerk):
    shown = boss.post(reverse("console:user_disable", args=[clerk.pk]), {"reason": " "}, follow=True)

    assert "请写明停用的理由" in shown.content.decode()
    assert User.objects.get(pk=clerk.pk).is_active


def test_somebody_is_logged_out_everywhere(boss, clerk):
    client = Client()
    enter(client)
    assert is_in(client)

    do(boss, clerk, "end_sessions", reason="手机被偷")

    assert not is_in(client)


def test_a_lost_factor_takes_two(boss, clerk):
    with_factor(clerk)
    other = seated("deputy")
    do(boss, clerk, "factor_reset", reason="手机丢失，本人到场")
    row = waiting_reset(clerk)
    decide = reverse("console:factor_reset", args=[row.pk])
    assert clerk.display_name in other.get(reverse("console:access")).content.decode()

    shown = boss.post(decide, {"what": "approve"}, follow=True).content.decode()
    assert "另一位安全管理员" in shown
    assert Authenticator.objects.exists()
    assert acts("access.factor_reset.approve") == [("refused", "须由另一位安全管理员批准")]
    other.post(decide, {"what": "approve"})

    assert not Authenticator.objects.exists()
    assert "办过了" in other.post(decide, {"what": "approve"}, follow=True).content.decode()


def test_a_reset_is_refused_with_a_reason_or_taken_back(boss, clerk):
    with_factor(clerk)
    do(boss, clerk, "factor_reset", reason="手机丢失，本人到场")
    decide = reverse("console:factor_reset", args=[waiting_reset(clerk).pk])

    assert "至少 5 个字" in boss.post(decide, {"what": "refuse"}, follow=True).content.decode()
    boss.post(decide, {"what": "refuse", "reason": "手机找到了，撤回"})

    assert waiting_reset(clerk) is None
    assert Authenticator.objects.exists()


def test_nobody_looks_after_the_own_account(boss):
    me = User.objects.get(username="boss")

    shown = do(boss, me, "reset_password", password=NEW, reason="自己改一下").content.decode()

    assert "请找另一位安全管理员" in shown
    assert User.objects.get(username="boss").check_password(PASSWORD)


def test_a_user_who_does_not_exist_is_not_found(boss):
    assert boss.get(reverse("console:user_login", args=[10**9])).status_code == 404
    assert boss.post(reverse("console:factor_reset", args=[10**9]), {"what": "approve"}).status_code == 404
