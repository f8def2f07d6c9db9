"""Django's settings. One module for every use; what differs comes from the environment (`config.env`)."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import logs
from config.databases import database
from config.env import ROOT, Environment

ENVIRONMENT = Environment()
ANMIN_HOME: Path = ENVIRONMENT.home
FONT_FOLDERS: list[Path] = ENVIRONMENT.font_folders
DEMO = ENVIRONMENT.demo
DEBUG = ENVIRONMENT.debug
BASE_DIR = ROOT
PRODUCTION = ENVIRONMENT.production
KEY_PROVIDER = ENVIRONMENT.key_provider
MASTER_KEY = ENVIRONMENT.master_key
KEY_PIN = ENVIRONMENT.key_pin
SEALED_PLACES: list[str] = [
    "anmin.kernel.audit.history.OLD_VALUES",
    "anmin.kernel.access.login.factors.FACTORS",
]
"""Where sealed values lie besides sealed columns: rotation goes there too."""
KEPT_FILES: list[str] = [
    "anmin.kernel.facts.batches.queries.kept_files",
    "anmin.kernel.cases.scans.queries.kept_files",
    "anmin.kernel.payments.banks.storage.kept_files",
]
"""Functions that name the files written once beside the database; `anmin verify` reads them all."""
ANCHORS = ENVIRONMENT.anchors
SMS_COMMAND = ENVIRONMENT.sms_command
SMS_FILE = ENVIRONMENT.sms_file
MAP_APPROVAL = ENVIRONMENT.map_approval
"""The review number (审图号) that a public map must show; the operator enters it."""


def _secret() -> str:
    """One secret per installation, made at the first start and readable by its owner only."""
    path = ANMIN_HOME / "secret"
    if not path.exists():
        ANMIN_HOME.mkdir(parents=True, exist_ok=True)
        path.touch(0o600)
        path.write_text(secrets.token_urlsafe(48), "utf-8")
    return path.read_text("utf-8").strip()


SECRET_KEY = _secret()
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "kernel.User"
DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""))}

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "csp",
    "procrastinate.contrib.django",
    "anmin.kernel",
    "anmin.domains",
    "anmin.console",
    "anmin.portal",
    "anmin.field",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "django.contrib.humanize",
]
MIDDLEWARE = [
    "anmin.console.probes.Probes",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "anmin.kernel.access.login.sessions.SessionClock",
    "anmin.kernel.access.middleware.ScopedTransaction",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DOORS = {"/residents/": "anmin.kernel.people.residents.door.serve"}
"""Addresses that are not for staff, each with the function that answers them under a reader of their own."""

FIELD_TASKS: list[str] = [
    "anmin.kernel.delivery.tasks.visit_tasks",
    "anmin.kernel.cases.fieldwork.queries.case_tasks",
    "anmin.kernel.alerts.fieldwork.alert_tasks",
]
"""Functions that give what somebody in the field has to do (`kernel.delivery.tasks`), from every package that has any."""
FIELD_CELLS: list[str] = [
    "anmin.kernel.delivery.reports.counting.register_cells",
    "anmin.kernel.delivery.reports.counting.benefit_cells",
    "anmin.kernel.delivery.reports.counting.visit_cells",
    "anmin.kernel.cases.fieldwork.queries.case_cells",
]
"""Functions that give the cells of the village's monthly report which fill themselves."""
ORDER_LIMITS: list[str] = ["anmin.domains.elderly.vouchers.limits.against"]
"""Functions `(order, fund, subsidy, on) -> words` that say why a fund does not pay so much of an order; empty where it does."""
ORDER_ALLOWANCES: list[str] = ["anmin.domains.elderly.vouchers.limits.told"]
"""Functions `(person, division, on) -> words` that tell a resident what public money would pay of an order."""

DESK_WORK: list[str] = ["anmin.domains.elderly.pages.care.waiting"]
"""Functions `(reader, on) -> (title, number, address, is_late)`: what waits for somebody beside cases, orders and entries."""

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("英语"))]
LOCALE_PATHS = [ROOT / "src" / "anmin" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

LOGIN_URL = "console:login"
LOGIN_REDIRECT_URL = "console:city"
LOGOUT_REDIRECT_URL = "console:login"
PASSWORD_HASHERS = ["config.passwords.Argon2"]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "anmin.kernel.access.login.backends.StaffBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "anmin.kernel.access.login.passwords.LongEnough"},
    {"NAME": "anmin.kernel.access.login.passwords.SeveralKinds"},
    {"NAME": "anmin.kernel.access.login.passwords.NotCommon"},
    {"NAME": "anmin.kernel.access.login.passwords.NotAboutMe"},
    {"NAME": "anmin.kernel.access.login.passwords.NotUsedBefore"},
]
from config.login import *  # noqa: E402, F403
from config.login import OIDC_ORIGIN  # noqa: E402

# Only tests go without; a production profile cannot switch it off (GB/T 22239 §8.1.4.1 d, 双因素).
SECOND_FACTOR = not DEMO and (ENVIRONMENT.second_factor or PRODUCTION)
IDLE_SECONDS = ENVIRONMENT.idle_minutes * 60
RESIDENT_IDLE_SECONDS = 30 * 60
"""Longer than for staff: people read slowly here, and what they typed is kept question by question."""
SESSION_SECONDS = 8 * 3600

STATIC_URL = "/static/"
STATIC_ROOT = ANMIN_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if ENVIRONMENT.static_manifest
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# Nothing may be loaded from, or sent to, another host; nothing inline runs.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF, *([OIDC_ORIGIN] if OIDC_ORIGIN else [])],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
# Behind TLS (远程管理防窃听, GB/T 22239 §8.1.4.1 c): cookies over TLS only, plain requests sent there, for a year.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = ENVIRONMENT.secure_cookies or PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SESSION_COOKIE_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = bool(SECURE_HSTS_SECONDS)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"

LOGGING = logs.configure(as_json=not sys.stderr.isatty())
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
# Who did what is the book of acts' business; asking for the user here would ask a database that may be gone.
DJANGO_STRUCTLOG_USER_ID_FIELD = ""
POSTGRES_BIN = ENVIRONMENT.postgres_bin
METRICS_TOKEN = ENVIRONMENT.metrics_token
"""Lets a monitoring system on another machine read /metrics and /healthz; without it only this machine may."""
