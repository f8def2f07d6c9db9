"""Second factors of one's own (第二因素): set up an app or a key, look at recovery codes, take one away."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.kernel.access.login.second.actions import note_factor, note_factor_removed, note_new_codes
from anmin.kernel.access.login.sessions import note_proved


class ActivateApp(ActivateTOTPView):
    """An authenticator app: its first code proves the session as well."""

    def form_valid(self, form: Any) -> HttpResponse:
        """The secret is kept sealed; the code just given is used up."""
        response: HttpResponse = super().form_valid(form)
        note_factor(by=self.request.user, kind="totp", algorithm=form.algorithm, counter=form.counter)  # type: ignore[arg-type]
        note_proved(self.request)
        return response


class RemoveApp(DeactivateTOTPView):
    """Take the app away, where another factor stays."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Noted in the book."""
        response: HttpResponse = super().form_valid(form)
        note_factor_removed(by=self.request.user, kind="totp")  # type: ignore[arg-type]
        return response


class AddKey(AddWebAuthnView):
    """A security key."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Setting it up proves the session."""
        response: HttpResponse = super().form_valid(form)
        note_factor(by=self.request.user, kind="webauthn")  # type: ignore[arg-type]
        note_proved(self.request)
        return response


class RemoveKey(RemoveWebAuthnView):
    """Take a key away, where another factor stays."""

    def form_valid(self, form: Any) -> HttpResponse:
        """The last factor is not taken away by its owner."""
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            messages.error(self.request, str(adapter.error_messages["cannot_delete_authenticator"]))
            return HttpResponseRedirect(reverse("mfa_index"))
        response: HttpResponse = super().form_valid(form)
        note_factor_removed(by=self.request.user, kind="webauthn")  # type: ignore[arg-type]
        messages.success(self.request, _("安全密钥已删除。"))
        return response


class NewCodes(GenerateRecoveryCodesView):
    """New recovery codes; the old ones are good no more."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Noted in the book."""
        response: HttpResponse = super().form_valid(form)
        note_new_codes(by=self.request.user)  # type: ignore[arg-type]
        return response


@login_required
def keys(request: HttpRequest) -> HttpResponse:
    """Keys are listed on the page of all factors."""
    return HttpResponseRedirect(reverse("mfa_index"))
