"""The forms that allauth shows for second factors and for giving a password again, counted by the same lock-out."""

from __future__ import annotations

import re
from typing import Any

from allauth.account.forms import ReauthenticateForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, ReauthenticateWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.kernel.access.login.locks.handler import count_failure, refuse_if_locked
from anmin.kernel.access.login.second.actions import matching, use_code

CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "form-control", "maxlength": 20}


class _Code:
    """A code of the authenticator app, or a recovery code."""

    user: Any
    fields: Any
    cleaned_data: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        has_app = is_mfa_enabled(self.user, [Authenticator.Type.TOTP])
        self.fields["code"].label = gettext_lazy("验证码") if has_app else gettext_lazy("备用码")
        self.fields["code"].help_text = (
            gettext_lazy("验证器上现在显示的 6 位数字；手机不在身边，可以用一个备用码。")
            if has_app
            else gettext_lazy("密钥不在身边时，用一个备用码代替；每个只能用一次。")
        )
        self.fields["code"].widget = forms.TextInput(CODE)
        self.fields["code"].error_messages["required"] = gettext_lazy("请填写验证码。")

    def _what_was_wrong(self) -> str:
        """What to do now, by what the person has: an app, or security keys alone."""
        if is_mfa_enabled(self.user, [Authenticator.Type.TOTP]):
            return _(
                "验证码不对。请看验证器上现在显示的数字再输一次；一直不对，请检查手机的时间是不是自动校准。"
            )
        return _(
            "备用码不对，或者已经用过（每个只能用一次）。请换单子上还没用过的一个，或者改用安全密钥；"
            "密钥和备用码都不在身边，请找安全管理员重设。"
        )

    def clean_code(self) -> str:
        """Each code is good once; wrong ones count like wrong passwords."""
        refuse_if_locked(context.request, self.user)
        code = str(self.cleaned_data["code"])
        used = use_code(by=self.user, code=code)
        if used.again:
            raise ValidationError(
                _("这个验证码刚才用过了，每个只能用一次。请等验证器换下一个（最多 30 秒）再输。")
            )
        if used.factor is None:
            count_failure(context.request, self.user)
            raise ValidationError(self._what_was_wrong())
        used.factor.user = self.user
        self.authenticator = used.factor
        return code


class LoginCodeForm(_Code, AuthenticateForm):
    """The second step of logging in."""


class FreshCodeForm(_Code, CodeAgainForm):
    """Once more before something that needs it."""


class ActivateForm(ActivateTOTPForm):
    """The first code of a new authenticator app proves that it was set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = gettext_lazy("验证器现在显示的 6 位数字")
        self.fields["code"].widget = forms.TextInput(CODE)
        self.fields["code"].error_messages["required"] = gettext_lazy("请填写验证码。")

    @property
    def grouped_secret(self) -> str:
        """The secret in fours, as people type it."""
        return " ".join(re.findall(".{1,4}", self.secret))

    def clean_code(self) -> str:
        """Which algorithm the app uses shows in the code."""
        code = str(self.cleaned_data["code"])
        found = matching(self.secret, code)
        if found is None:
            raise ValidationError(
                _(
                    "验证码不对。请等验证器换下一个数字再输；还是不对，请检查手机的时间是不是自动校准，或者换一个支持 SHA-256 的验证器。"
                )
            )
        self.algorithm, self.counter = found
        return code


class _Key:
    """A security key's answer."""

    user: Any

    def clean_credential(self) -> Any:
        """Wrong answers count like wrong passwords."""
        refuse_if_locked(context.request, self.user)
        try:
            return super().clean_credential()  # type: ignore[misc]
        except ValidationError:
            count_failure(context.request, self.user)
            raise ValidationError(_("安全密钥没有通过。请确认用的是登记过的那一把，再试一次。")) from None


class LoginKeyForm(_Key, AuthenticateWebAuthnForm):
    """The second step of logging in, by key."""


class FreshKeyForm(_Key, ReauthenticateWebAuthnForm):
    """Once more before something that needs it, by key."""


class AddKeyForm(AddWebAuthnForm):
    """A new security key gets a name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = gettext_lazy("给密钥起个名字")
        self.fields["name"].help_text = gettext_lazy("例如“办公室的 U 盾”，以后好分辨。")
        self.fields["name"].widget = forms.TextInput({"class": "form-control", "maxlength": 60})


class FreshPasswordForm(ReauthenticateForm):
    """The password once more; wrong ones count."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["password"]
        field.label, field.help_text = gettext_lazy("密码"), ""
        field.widget = forms.PasswordInput({"autocomplete": "current-password", "class": "form-control"})
        field.error_messages["required"] = gettext_lazy("请填写密码。")

    def clean_password(self) -> str:
        """As at the log-in."""
        refuse_if_locked(context.request, self.user)
        if not self.user.check_password(self.cleaned_data["password"]):
            count_failure(context.request, self.user)
            raise ValidationError(_("密码不对。请检查大小写和输入法，再试一次。"))
        return str(self.cleaned_data["password"])
