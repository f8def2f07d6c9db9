"""How allauth meets our users: no sign-up, no e-mail, sealed secrets, QR codes drawn here."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anmin.kernel.access.login.actions import keep_nothing_told, note_login, note_refusal
from anmin.kernel.access.login.address import client_address
from anmin.kernel.access.login.backends import may_log_in
from anmin.kernel.access.login.factors import PLACE
from anmin.kernel.access.login.locks.actions import NOBODY
from anmin.kernel.access.login.queries import has_single_sign_on
from anmin.kernel.access.login.second.codes import offered
from anmin.kernel.access.models import User
from anmin.kernel.keys.queries import ring
from anmin.lib.crypto import seal, unseal

SILENT = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")
NOWHERE = "0.0.0.0"


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by security administrators alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail is sent: many bureaus have none, and it would leave the house."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail."""

    def add_message(
        self, request: HttpRequest, level: int, message_template: Any = None, *args: Any, **kw: Any
    ) -> None:
        """Nothing is said about what the page shows anyway."""
        if message_template not in SILENT:
            super().add_message(request, level, message_template, *args, **kw)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that the list of devices shows."""
        return client_address(request) or NOWHERE

    def login(self, request: HttpRequest, user: Any) -> None:
        """Everything was right: the session begins under a new key, and the book says so."""
        rows = get_authentication_records(request, user)
        super().login(request, user)
        how = "+".join(str(row.get("type") or row["method"]) for row in rows)
        note_login(by=user, address=client_address(request), how=how)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """A disabled account reads like one that does not exist."""
        return HttpResponseRedirect(f"{reverse('console:login')}?why=unknown")

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Password, code or key, each in our words."""
        words = {
            "reauthenticate": _("改用密码"),
            "mfa_reauthenticate": _("改用验证码"),
            "mfa_reauthenticate:webauthn": _("改用安全密钥"),
        }
        methods = super().get_reauthentication_methods(user)
        return [{**one, "description": words.get(one["id"], one["description"])} for one in methods]


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """A city's single sign-on opens existing accounts of the same name; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never: a name without an account gets the page that says whom to ask."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the account by the name that the city's log-in service gives, once; then by the service's own number.

        A name that was given to another person meanwhile does not open the first one's account.

        An account that may not log in reads like one that does not exist.
        """
        sociallogin.state["process"] = (
            AuthProcess.LOGIN
        )  # never connects a second account to whoever is logged in
        if sociallogin.is_existing:
            keep_nothing_told(by=sociallogin.user, account=sociallogin.account)
            if not may_log_in(sociallogin.user):
                raise _unknown(request)
            return
        told = sociallogin.account.get_provider_account().get_user_data() or {}
        name = str(told.get(settings.OIDC_CLAIM, ""))
        user = User.objects.filter(username=name).first() if name else None
        if user is None or not may_log_in(user) or has_single_sign_on(user):
            raise _unknown(request)
        # Only what tells the account again is kept, not what else the city's service says about a person.
        sociallogin.account.extra_data = {}
        sociallogin.connect(request, user)


def _unknown(request: HttpRequest) -> ImmediateHttpResponse:
    """Back to the entrance, with a word in the book; the name that the service told is not kept."""
    note_refusal(by=NOBODY, act="access.login.refused", subject="?", reason="single sign-on")
    return ImmediateHttpResponse(HttpResponseRedirect(f"{reverse('console:login')}?why=unknown"))


class FactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors are sealed; the QR code is drawn by segno."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _(
            "这是您唯一的第二因素，不能删除。请先添加另一种；手机丢失请找安全管理员重设。"
        ),
        "cannot_generate_recovery_codes": _(
            "还没有第二因素，不能换备用码。请先在“第二因素”页设置验证器或安全密钥，备用码会一起给出。"
        ),
        "incorrect_code": _("没有通过，请再试一次。"),
    }

    def encrypt(self, text: str) -> str:
        """A secret as it is stored."""
        return seal(ring().data_key(), text.encode(), PLACE).hex()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again."""
        return unseal(ring().data_key, bytes.fromhex(encrypted_text), PLACE).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Where a second factor is required, the last one stays: only two administrators together remove it."""
        if not settings.SECOND_FACTOR:
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
        return others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()

    def build_totp_url(self, user: Any, secret: str) -> str:
        """What the QR code says; apps that do not know the algorithm pass over it."""
        asked = {"secret": secret, "algorithm": offered()[0].upper(), "issuer": self.get_totp_issuer()}
        return f"otpauth://totp/{quote(self.get_totp_issuer())}:{quote(user.username)}?{urlencode(asked)}"

    def build_totp_svg(self, url: str) -> str:
        """The QR code."""
        drawn = segno.make(url).svg_inline(scale=5, border=2)
        return drawn.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)

    def get_totp_issuer(self) -> str:
        """The name that the telephone shows."""
        return "Anmin"

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail."""
