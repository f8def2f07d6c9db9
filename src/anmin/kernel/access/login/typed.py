"""What is kept of a name typed at the log-in: accounts by name, anything else under a keyed code.

People type identity numbers, telephones and passwords into the wrong field; the lock-out must count them all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from anmin.kernel.access.models import User
from anmin.kernel.keys.queries import blind_index


def username_of(request: HttpRequest | None, credentials: Mapping[str, Any] | None = None) -> str | None:
    """The name under which attempts are counted."""
    typed = (credentials or {}).get("username")
    if typed is None and request is not None:
        typed = request.POST.get("username")
    if not typed or User.objects.filter(username=typed).exists():
        return typed
    return f"?{blind_index('login', str(typed)).hex()}"
