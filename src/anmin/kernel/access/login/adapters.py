"""How allauth meets our users: no sign-up, no e-mail, sealed secrets, QR codes drawn here."""

from __future__ import annotations

from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from anmin.kernel.access.login.factors import PLACE
from anmin.kernel.access.models import User
from anmin.kernel.keys.queries import ring
from anmin.lib.crypto import seal, unseal


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by security administrators alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def add_message(
        self, request: HttpRequest, level: Any, message_template: Any = None, *args: Any, **kwargs: Any
    ) -> None:
        """Nobody needs to be told on the next page that they logged in."""
        if "logged_in" not in str(message_template):
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail is sent: many bureaus have none, and it would leave the house."""


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """A city's single sign-on opens existing accounts of the same name; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the account by the name that the city's log-in service gives."""
        if sociallogin.is_existing:
            return
        name = sociallogin.account.extra_data.get("preferred_username", "")
        user = User.objects.filter(username=name, is_active=True, is_demo=False).first() if name else None
        if user is not None:
            sociallogin.connect(request, user)


class FactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors are sealed; the QR code is drawn by segno."""

    def encrypt(self, text: str) -> str:
        """A secret as it is stored."""
        return seal(ring().data_key(), text.encode(), PLACE).hex()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again."""
        return unseal(ring().data_key, bytes.fromhex(encrypted_text), PLACE).decode()

    def build_totp_svg(self, url: str) -> str:
        """The QR code."""
        drawn = segno.make(url).svg_inline(scale=5, border=2)
        return drawn.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)

    def get_totp_issuer(self) -> str:
        """The name that the telephone shows."""
        return "Anmin"

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail."""
