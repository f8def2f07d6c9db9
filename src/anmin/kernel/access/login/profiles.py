"""Rules for passwords as profiles (口令规则): what each asks for; the operator chooses one.

Forcing people to change a good password makes them choose worse ones (NIST SP 800-63B §3.1.1.2); assessors of
GB/T 22239 §8.1.4.1 a) ask for it all the same. So it is a setting, and the stricter reading is the default.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings


@dataclass(frozen=True)
class Profile:
    """Fewest characters, fewest kinds of them, the length from which kinds do not matter, how many old passwords are
    remembered, and after how long one must be changed (None: never)."""

    shortest: int
    kinds: int
    long: int
    remembered: int
    oldest: timedelta | None


PROFILES = {
    "dengbao": Profile(shortest=10, kinds=3, long=20, remembered=5, oldest=timedelta(days=90)),
    "long": Profile(shortest=15, kinds=1, long=15, remembered=5, oldest=None),
}
"""等保 (GB/T 22239, with the usual figures of assessors), and long passwords that last (NIST SP 800-63B-4)."""


def profile() -> Profile:
    """The rules in force."""
    return PROFILES[settings.PASSWORD_PROFILE]
