"""Who is locked out, until when: five wrong tries within 15 minutes lock for 30 (GB/T 22239 §8.1.4.1 b)."""

from __future__ import annotations

from datetime import datetime, timedelta

from axes.models import AccessFailureLog
from django.conf import settings
from django.utils import timezone


def locked_until(name: str | None, address: str | None) -> datetime | None:
    """When the lock of an account or of an address ends; None when neither is locked.

    The lock begins with the try that makes the number full and is not prolonged by further tries, or anybody could
    keep a colleague out for ever.
    """
    now, ends = timezone.now(), []
    for column, value, tries in (
        ("username", name, settings.AXES_FAILURE_LIMIT),
        ("ip_address", address, settings.ADDRESS_TRIES),
    ):
        if value:
            since = now - settings.LOCK_WINDOW - settings.AXES_COOLOFF_TIME
            rows = AccessFailureLog.objects.filter(attempt_time__gt=since, **{column: value})
            ends.append(
                _end_of(list(rows.order_by("attempt_time").values_list("attempt_time", flat=True)), tries)
            )
    return max([end for end in ends if end is not None and end > now], default=None)


def _end_of(times: list[datetime], tries: int) -> datetime | None:
    """The end of the latest lock that wrong tries at these times began."""
    window: timedelta = settings.LOCK_WINDOW
    ends = [
        last + settings.AXES_COOLOFF_TIME
        for first, last in zip(times, times[tries - 1 :], strict=False)
        if last - first <= window
    ]
    return max(ends, default=None)


def locked_addresses() -> list[tuple[str, datetime]]:
    """Addresses that are locked now, with the end of each lock."""
    since = timezone.now() - settings.LOCK_WINDOW - settings.AXES_COOLOFF_TIME
    seen = AccessFailureLog.objects.filter(attempt_time__gt=since, ip_address__isnull=False)
    found = [
        (address, locked_until(None, address))
        for address in sorted(set(seen.values_list("ip_address", flat=True)))
    ]
    return [(address, end) for address, end in found if end is not None]
