"""Where somebody is logged in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from anmin.kernel.access.models import User

BROWSERS = (
    (r"MicroMessenger", "微信"),
    (r"DingTalk", "钉钉"),
    (r"Edg[A-Z]*/", "Edge"),
    (r"QQBrowser", "QQ 浏览器"),
    (r"Firefox/", "Firefox"),
    (r"Chrome/|Chromium", "Chrome"),
    (r"Safari/", "Safari"),
)
SYSTEMS = (
    (r"HarmonyOS|OpenHarmony", "鸿蒙"),
    (r"Android", "Android"),
    (r"iPhone|iPad", "iOS"),
    (r"Windows", "Windows"),
    (r"UOS|Kylin", "国产系统"),
    (r"Mac OS X", "macOS"),
    (r"Linux", "Linux"),
)


@dataclass(frozen=True)
class Device:
    """A live session: what it runs on, its address, from when to when it was used."""

    pk: int
    browser: str
    system: str
    address: str
    began: datetime
    seen: datetime
    is_this: bool


def devices(of: User, this: str = "") -> list[Device]:
    """The live sessions of a user, the one asking first, then the latest used. `this` is the asker's session key."""
    now = timezone.now()
    alive = Session.objects.filter(expire_date__gt=now).values("session_key")
    rows = UserSession.objects.filter(
        user=of, session_key__in=alive, last_seen_at__gt=now - timedelta(seconds=settings.IDLE_SECONDS + 60)
    )
    found = [
        Device(
            row.pk,
            _first(BROWSERS, row.user_agent),
            _first(SYSTEMS, row.user_agent),
            row.ip,
            row.created_at,
            row.last_seen_at,
            row.session_key == this,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (not one.is_this, -one.seen.timestamp()))


def _first(known: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for pattern, name in known if re.search(pattern, text)), "其他")
