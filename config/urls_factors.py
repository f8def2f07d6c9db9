"""The addresses of one's own second factors: allauth's steps under the names by which it looks for them, our pages."""

from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.webauthn import views as webauthn
from django.urls import path

from anmin.console.views import factors

urlpatterns = [
    path("", base.index, name="mfa_index"),
    path("authenticate/", base.authenticate, name="mfa_authenticate"),
    path("reauthenticate/", base.reauthenticate, name="mfa_reauthenticate"),
    path("totp/activate/", factors.ActivateApp.as_view(), name="mfa_activate_totp"),
    path("totp/deactivate/", factors.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("recovery-codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("recovery-codes/generate/", factors.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("webauthn/", factors.keys, name="mfa_list_webauthn"),
    path("webauthn/add/", factors.AddKey.as_view(), name="mfa_add_webauthn"),
    path("webauthn/reauthenticate/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("webauthn/keys/<int:pk>/remove/", factors.RemoveKey.as_view(), name="mfa_remove_webauthn"),
]
