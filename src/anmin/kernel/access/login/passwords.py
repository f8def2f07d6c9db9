"""Rules for passwords (口令规则): what GB/T 22239 §8.1.4 asks for, each with words that say what to do."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.models import PasswordHistory, User

CLASSES = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")
FEWEST_CLASSES, REMEMBERED = 3, 5
OLDEST = timedelta(days=90)


class SeveralKinds:
    """At least three of small letters, capitals, digits and signs; Chinese characters count as signs."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a password of too few kinds of characters, unless it is long."""
        kinds = sum(bool(re.search(pattern, password)) for pattern in CLASSES)
        if kinds < FEWEST_CLASSES and len(password) < 20:
            raise ValidationError(
                _("密码要包含小写字母、大写字母、数字、符号中的至少三种，或者长度不少于 20 个字。"),
                code="password_kinds",
            )

    def get_help_text(self) -> str:
        """What to do."""
        return _("小写字母、大写字母、数字、符号至少三种。")


class NotAboutMe:
    """Neither the user name nor the display name may stand in it."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a password that contains the user's own names."""
        low = password.lower()
        for name in (getattr(user, "username", ""), getattr(user, "display_name", "")):
            if name and len(name) >= 3 and name.lower() in low:
                raise ValidationError(_("密码里不能有自己的用户名或姓名。"), code="password_about_me")

    def get_help_text(self) -> str:
        """What to do."""
        return _("不含自己的用户名和姓名。")


class NotUsedBefore:
    """None of the last five."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse one of the user's last passwords."""
        if user is None or user.pk is None:
            return
        old = PasswordHistory.objects.filter(user=user).order_by("-at")[:REMEMBERED]
        if any(check_password(password, row.password) for row in old):
            raise ValidationError(
                _("不能使用最近 %(n)d 次用过的密码。") % {"n": REMEMBERED}, code="password_used"
            )

    def get_help_text(self) -> str:
        """What to do."""
        return _("不能与最近 %(n)d 次相同。") % {"n": REMEMBERED}


def must_change(user: User) -> bool:
    """Whether the password must be changed before anything else: given by somebody else, or older than 90 days."""
    if user.is_demo:
        return False
    if user.must_change_password or user.password_changed_at is None:
        return bool(user.must_change_password)
    return timezone.now() - user.password_changed_at > OLDEST
