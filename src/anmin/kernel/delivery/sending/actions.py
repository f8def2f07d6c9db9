"""Take each thing a phone sends once, however often it arrives, and give the same answer again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection, transaction

from anmin.kernel.access.models import User
from anmin.kernel.delivery.sending.models import Sending

KEY = re.compile(r"[0-9A-Za-z-]{16,40}")


class KeyProblem(ValueError):
    """No key, or one that was used for something else."""


@transaction.atomic
def once(
    *, by: User, key: str, kind: str, body: Mapping[str, Any], do: Callable[[], Mapping[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """Do what was sent, or give the answer of the first time (幂等). Tells whether it was new.

    The answer is stored in the transaction of what was done: both stand or neither does.

    Raises:
        KeyProblem: the key is none, or came with another body or from somebody else before.
    """
    if not KEY.fullmatch(key):
        raise KeyProblem("key")
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(f"{kind}\n{text}".encode()).hexdigest()
    with connection.cursor() as cursor:
        # The same thing from two tabs at once: the second waits and then finds the first one's answer.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [key])
    before = Sending.objects.filter(key=key).first()
    if before is not None:
        if (before.user_id, before.digest) != (by.pk, digest):
            raise KeyProblem("used")
        return dict(before.answer), False
    answer = dict(do())
    row = Sending(key=key, user=by, kind=kind, digest=digest, answer=answer)
    row.save()
    return answer, True
