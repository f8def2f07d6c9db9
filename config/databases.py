"""`DATABASE_URL` as Django's settings: PostgreSQL over TCP or a Unix socket."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

DEFAULT = "postgresql:///anmin"
KEPT = 300
"""Seconds that a thread keeps its connection; whoever a request acts as is set for one transaction only."""


def database(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for a URL such as `postgresql://user@/name?host=/run/dir`.

    Raises:
        ValueError: for anything that is not PostgreSQL.
    """
    parts = urlsplit(url or DEFAULT)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(f"DATABASE_URL 必须以 postgresql:// 开头，现在是 {parts.scheme}://")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "anmin",
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or query.pop("host", ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": KEPT,
        "OPTIONS": {"application_name": "anmin", "connect_timeout": 10},
    }
