"""Log-in libraries set up: lock-out by axes, second factors, devices and single sign-on by allauth."""

from __future__ import annotations

from datetime import timedelta

from config.env import Environment

_environment = Environment()

# Five wrong tries within half an hour lock the account and the address for half an hour (GB/T 22239, 登录失败处理).
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_USERNAME_CALLABLE = "anmin.kernel.access.login.typed.username_of"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "console/locked.html"
AXES_DISABLE_ACCESS_LOG = True

ACCOUNT_ADAPTER = "anmin.kernel.access.login.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
SOCIALACCOUNT_ADAPTER = "anmin.kernel.access.login.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "city",
                    "name": _environment.oidc_name,
                    "client_id": _environment.oidc_client,
                    "secret": _environment.oidc_secret,
                    "settings": {"server_url": _environment.oidc_server},
                }
            ]
        }
    }
    if _environment.oidc_server
    else {}
)
MFA_ADAPTER = "anmin.kernel.access.login.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _environment.demo
USERSESSIONS_TRACK_ACTIVITY = True
