"""Where the sealed secrets of second factors lie, for the rotation of keys."""

from __future__ import annotations

from anmin.kernel.keys.places import Documents

PLACE = b"mfa_authenticator|data"
"""What a secret is bound to: allauth seals it before its row has a key."""
FACTORS = Documents("mfa_authenticator", "data", "", (), lambda row, name: PLACE)
