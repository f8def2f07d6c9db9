"""Change the key that values are sealed with, while everybody goes on working (密钥轮换)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from anmin.kernel.keys.places import Place, places
from anmin.kernel.keys.queries import ring
from anmin.kernel.keys.ring import RingKey
from anmin.lib.crypto import Suite

ROWS = 5_000
GRACE = timedelta(minutes=2)
"""How long after a change of keys a process may still hold values under the old one: longer than any request."""


class KeyInUse(ValueError):
    """A key cannot be destroyed while values bear it."""


def new_key(suite: Suite = Suite.SM4_GCM) -> RingKey:
    """A new key for new values; old values stay readable and are sealed anew by `reseal`."""
    return ring().add("data", suite)


def reseal() -> Iterator[tuple[str, int]]:
    """Seal everything anew that bears an old key, in batches of one transaction each; can be stopped and gone on with.

    Gives (place, rows done so far) after every batch. Readers see the old or the new value, never none: both keys
    are readable all the time. The history of rows keeps no trace of it: nothing was changed but the lock.
    """
    for place in places():
        done, last = 0, 0
        while True:
            count, last = _batch(place, last)
            if not count:
                break
            done += count
            yield place.name, done


@transaction.atomic
def _batch(place: Place, after: int) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('anmin.history', 'off', true)")
    found = place.reseal(after, ROWS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('anmin.history', '', true)")
    return found


def in_use(number: int) -> int:
    """How many values still bear a key."""
    return sum(place.in_use(number) for place in places())


def destroy(number: int) -> None:
    """Forget an old key for good.

    Raises:
        KeyInUse: while values bear it, and shortly after a change of keys, when a process may still write with it.
    """
    since = datetime.now(UTC) - datetime.fromisoformat(ring().active("data").made_at)
    if since < GRACE:
        wait = (GRACE - since).seconds + 1
        raise KeyInUse(f"刚刚换过密钥，可能还有人在用旧密钥写；请 {wait} 秒后再销毁")
    if count := in_use(number):
        raise KeyInUse(
            f"还有 {count} 处内容是用第 {number} 号密钥加密的；先运行 anmin keys rotate --no-new 重新加密"
        )
    ring().destroy("data", number)
