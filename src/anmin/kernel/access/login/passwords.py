"""Rules for passwords (口令规则): each refusal says which rule was broken and what to do."""

from __future__ import annotations

import re
import string
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator, password_validators_help_texts
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.login.profiles import profile
from anmin.kernel.access.models import User
from anmin.lib.names import pinyin_initials, pinyin_of

KINDS = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")
OFTEN = Path(__file__).parent / "often.txt"
"""Words that passwords in Chinese offices are made of; Django's list of 20,000 is English."""
LOOKALIKES = str.maketrans("@4031!$57", "aaoeiisst")
UNSHIFTED = str.maketrans("!@#$%^&*()", "1234567890")
AROUND = string.digits + string.punctuation + " "
TELEPHONE = re.compile(r"1[3-9]\d{9}")
NUMBER = re.compile(r"\d{17}[\dXx]")
SHORTEST_NAME = 3
"""Names of fewer letters occur in too many words by chance; Chinese names count from two characters on."""


class LongEnough:
    """At least as many characters as the profile asks for."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a short password."""
        if len(password) < profile().shortest:
            words = _("密码太短：现在 %(now)d 个字，至少要 %(least)d 个字。可以用一句好记的话。")
            raise ValidationError(
                words % {"now": len(password), "least": profile().shortest}, code="password_short"
            )

    def get_help_text(self) -> str:
        """What to do."""
        return _("至少 %(least)d 个字。") % {"least": profile().shortest}


class SeveralKinds:
    """At least three of small letters, capitals, digits and signs, unless it is long; Chinese characters are signs."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a password of too few kinds of characters, unless it is long."""
        kinds = sum(bool(re.search(pattern, password)) for pattern in KINDS)
        if kinds < profile().kinds and len(password) < profile().long:
            words = _(
                "密码种类太少：要有小写字母、大写字母、数字、符号（汉字算符号）中的至少 %(kinds)d 种，或者写满 %(long)d 个字。"
            )
            raise ValidationError(
                words % {"kinds": profile().kinds, "long": profile().long}, code="password_kinds"
            )

    def get_help_text(self) -> str:
        """What to do."""
        if profile().kinds <= 1:
            return ""
        return _("小写字母、大写字母、数字、符号至少 %(kinds)d 种（写满 %(long)d 个字就不限种类）。") % {
            "kinds": profile().kinds,
            "long": profile().long,
        }


class NotCommon:
    """Not one that thousands of people use, nor such a one with look-alike signs or digits added."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a common password."""
        if any(form in common_passwords() for form in plain_forms(password)):
            raise ValidationError(
                _("密码太常见，容易被猜到。请换一个别人想不到的，不要用常见单词、键盘顺序、单位名称加数字。"),
                code="password_common",
            )

    def get_help_text(self) -> str:
        """What to do."""
        return _("不是常见密码。")


class NotAboutMe:
    """Neither the user name nor the display name, in characters or in pinyin, nor a telephone or identity number."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a password that contains what everybody at the office knows."""
        low = password.casefold()
        if any(name in low for name in names_of(user)):
            raise ValidationError(
                _("密码里有自己的用户名、姓名或姓名拼音。请换成和自己无关的内容。"), code="password_about_me"
            )
        if TELEPHONE.search(password) or NUMBER.search(password):
            raise ValidationError(
                _("密码里有手机号或身份证号，别人容易查到。请换成和自己无关的内容。"),
                code="password_about_me",
            )

    def get_help_text(self) -> str:
        """What to do."""
        return _("不含自己的用户名、姓名、姓名拼音、手机号。")


class NotUsedBefore:
    """None of the last ones, the present one among them."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse one of the user's last passwords."""
        if user is None or user.pk is None:
            return
        remembered = profile().remembered
        old = user.old_passwords.order_by("-pk").values_list("password", flat=True)[: remembered - 1]
        if any(check_password(password, one) for one in (user.password, *old)):
            words = _("最近 %(n)d 次用过这个密码，请换一个新的。")
            raise ValidationError(words % {"n": remembered}, code="password_used")

    def get_help_text(self) -> str:
        """What to do."""
        return _("不与最近 %(n)d 次相同。") % {"n": profile().remembered}


def rules_in_words() -> str:
    """What a new password must be, for the person who thinks of one."""
    return "".join(text for text in password_validators_help_texts() if text)


def names_of(user: Any) -> set[str]:
    """What may not stand in a user's password: user name, name, its pinyin, and the initials with the user name's."""
    shown = getattr(user, "display_name", "") or ""
    names = {getattr(user, "username", "") or "", shown}
    if re.search(r"[\u3400-\u9fff]", shown):
        names |= {"".join(pinyin_of(shown)), pinyin_initials(shown)}
    short_enough = {name.casefold() for name in names if len(name) >= SHORTEST_NAME}
    return short_enough | ({shown} if len(shown) >= 2 and not shown.isascii() else set())


def plain_forms(password: str) -> set[str]:
    """A password without digits and signs around it, with look-alikes undone (p@ssw0rd) or the shift key (1qaz@wsx)."""
    low = unicodedata.normalize("NFKC", password).casefold()
    bare = {low, low.strip(AROUND), low.translate(UNSHIFTED)}
    forms = bare | {form.translate(LOOKALIKES) for form in bare}
    return {form for form in forms if len(form) >= SHORTEST_NAME}


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """Django's 20,000 and our own."""
    return frozenset(CommonPasswordValidator().passwords | set(OFTEN.read_text("utf-8").split()))


def must_change(user: User) -> bool:
    """Whether the password must be changed before anything else: given by somebody else, or too old."""
    if user.is_demo:
        return False
    if user.must_change_password or user.password_changed_at is None:
        return bool(user.must_change_password)
    oldest = profile().oldest
    return oldest is not None and timezone.now() - user.password_changed_at > oldest
