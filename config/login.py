"""Log-in libraries set up: lock-out by axes, second factors, devices and single sign-on by allauth."""

from __future__ import annotations

from datetime import timedelta

from config.env import Environment

_environment = Environment()

# Five wrong tries within a quarter of an hour lock the account and the address for half an hour
# (GB/T 22239 §8.1.4.1 b, 登录失败处理; the figures are those of assessors). Codes of second factors count too.
AXES_FAILURE_LIMIT = 5
ADDRESS_TRIES = _environment.address_tries
LOCK_WINDOW = timedelta(minutes=15)
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_HANDLER = "anmin.kernel.access.login.locks.handler.LockHandler"
AXES_USERNAME_CALLABLE = "anmin.kernel.access.login.typed.username_of"
AXES_CLIENT_IP_CALLABLE = "anmin.kernel.access.login.address.client_address"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "anmin.console.views.session.locked"
AXES_DISABLE_ACCESS_LOG = True
PROXIES = frozenset(one.strip() for one in _environment.proxies.split(",") if one.strip())

PASSWORD_PROFILE = _environment.password_profile

ACCOUNT_ADAPTER = "anmin.kernel.access.login.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_FORMS = {"reauthenticate": "anmin.kernel.access.login.second.forms.FreshPasswordForm"}
SOCIALACCOUNT_ADAPTER = "anmin.kernel.access.login.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "city",
                    "name": _environment.oidc_name,
                    "client_id": _environment.oidc_client,
                    "secret": _environment.oidc_secret,
                    "settings": {"server_url": _environment.oidc_server, "oauth_pkce_enabled": True},
                }
            ]
        }
    }
    if _environment.oidc_server
    else {}
)
OIDC_CLAIM = _environment.oidc_claim
OIDC_NAME = _environment.oidc_name if _environment.oidc_server else ""
OIDC_ORIGIN = _environment.oidc_origin
MFA_ADAPTER = "anmin.kernel.access.login.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    name: f"anmin.kernel.access.login.second.forms.{form}"
    for name, form in (
        ("authenticate", "LoginCodeForm"),
        ("reauthenticate", "FreshCodeForm"),
        ("activate_totp", "ActivateForm"),
        ("authenticate_webauthn", "LoginKeyForm"),
        ("reauthenticate_webauthn", "FreshKeyForm"),
        ("add_webauthn", "AddKeyForm"),
    )
}
TOTP_PROFILE = _environment.totp_profile
"""`usual`, or `sm3` where codes must be made with commercial cryptography."""
TOTP_SHA1 = _environment.totp_sha1
"""Whether authenticator apps that know SHA-1 only are let in."""
