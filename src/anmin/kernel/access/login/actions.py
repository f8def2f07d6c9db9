"""Note who comes and goes, change passwords, put unused accounts to sleep and wake them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access import actions as access
from anmin.kernel.access.devices.actions import clear_ended_sessions, end_sessions
from anmin.kernel.access.login.locks.actions import clear_old_tries
from anmin.kernel.access.login.passwords import profile
from anmin.kernel.access.login.problems import LoginProblem
from anmin.kernel.access.models import PasswordHistory, User
from anmin.kernel.audit import actions as audit

UNUSED = timedelta(days=90)


@transaction.atomic
def note_login(*, by: User, address: str, how: str) -> None:
    """Write down that somebody is in; `how` names what was given (password, totp, webauthn, socialaccount)."""
    audit.record(by=by, act="access.login", subject=by, after={"address": address, "how": how})


@transaction.atomic
def note_logout(*, by: User, reason: str) -> None:
    """Write down that somebody left, or was put out for staying idle or too long."""
    audit.record(by=by, act="access.logout", subject=by, reason=reason)


@transaction.atomic
def note_refusal(*, by: Any, act: str, subject: Any, reason: str) -> None:
    """Write down that something about accounts was asked for and not done."""
    audit.record(by=by, act=act, subject=subject, reason=reason[:300], result="refused")


@transaction.atomic
def change_own_password(*, by: User, old: str, new: str, keep: str = "") -> User:
    """Change one's own password, knowing the old one; sessions end but the one whose key is `keep`.

    Raises:
        LoginProblem: when the old one is wrong.
        ValidationError: when the new one breaks the rules.
    """
    if not by.check_password(old):
        raise LoginProblem(_("原密码不对"))
    user = set_password(by=by, user=by, password=new, must_change=False)
    end_sessions(by=by, user=by, reason="修改密码", keep=keep)
    return user


@transaction.atomic
def set_password(*, by: Any, user: User, password: str, must_change: bool) -> User:
    """Set a password by the rules in force; one set by somebody else must be changed at the next log-in."""
    validate_password(password, user)
    PasswordHistory(user=user, password=user.password).save()
    newest = user.old_passwords.order_by("-pk").values_list("pk", flat=True)
    user.old_passwords.exclude(pk__in=list(newest[: max(profile().remembered - 1, 0)])).delete()
    user.set_password(password)
    user.password_changed_at, user.must_change_password = timezone.now(), must_change
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    audit.record(by=by, act="access.change_password", subject=user)
    return user


@transaction.atomic
def reset_password(*, by: Any, user: User, password: str, reason: str) -> User:
    """Give somebody who forgot it a first password again; live sessions end, the next log-in changes it.

    Raises:
        LoginProblem: for oneself, or without a reason.
        ValidationError: when the password breaks the rules.
    """
    if isinstance(by, User) and by.pk == user.pk:
        raise LoginProblem(_("自己的密码请在“修改密码”里改。"))
    if len(reason.strip()) < 2:
        raise LoginProblem(_("请写明理由：怎样核实了本人身份。"))
    set_password(by=by, user=user, password=password, must_change=True)
    end_sessions(by=by, user=user, reason=reason)
    audit.record(by=by, act="access.reset_password", subject=user, reason=reason)
    return user


@transaction.atomic
def wake(*, by: Any, user: User, password: str, reason: str) -> User:
    """Let a disabled account log in again, with a new first password."""
    reset_password(by=by, user=user, password=password, reason=reason)
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record(by=by, act="access.enable_user", subject=user, after={"is_active": True}, reason=reason)
    return user


@transaction.atomic
def keep_nothing_told(*, by: Any, account: Any) -> None:
    """Of what a city's log-in service tells about somebody, nothing is kept but its number for the account."""
    account.extra_data = {}
    account.save(update_fields=["extra_data"])


@transaction.atomic
def forget_single_sign_on(*, by: Any, user: User, reason: str) -> int:
    """Untie an account from the city's log-in service; who comes next under its name is tied to it anew."""
    count, _rows = SocialAccount.objects.filter(user=user).delete()
    end_sessions(by=by, user=user, reason=reason)
    audit.record(
        by=by, act="access.single_sign_on.forget", subject=user, after={"accounts": count}, reason=reason
    )
    return int(count)


@transaction.atomic
def put_unused_to_sleep(*, by: Any) -> list[str]:
    """Disable accounts that nobody has used for 90 days (GB/T 22239 §8.1.4.2 c: 停用多余、过期账户)."""
    limit = timezone.now() - UNUSED
    names = []
    for user in User.objects.filter(is_active=True, is_demo=False):
        last = max(
            moment
            for moment in (user.last_login, user.created_at, user.password_changed_at)
            if moment is not None
        )
        if last < limit:
            access.disable_user(by=by, user=user, reason=f"{UNUSED.days} 天没有登录")
            names.append(user.username)
    return names


def keep_house(*, by: Any) -> list[str]:
    """What is done every night: unused accounts sleep, ended sessions and counted tries are forgotten."""
    asleep = put_unused_to_sleep(by=by)
    clear_ended_sessions(by=by)
    clear_old_tries(by=by)
    return asleep
