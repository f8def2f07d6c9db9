"""Count a form from one network before it is taken in, and forget what was counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.login.locks.actions import take_turns
from anmin.kernel.access.middleware import tell
from anmin.kernel.audit import actions as audit
from anmin.kernel.keys.queries import blind_index
from anmin.kernel.people.residents.models import PublicForm

BOUNDS = ((timedelta(minutes=30), 40), (timedelta(days=1), 200))
"""A village hall with one line sends fewer on its busiest day; a program sends more in a minute."""
KEPT = timedelta(days=2)


class TooManyForms(ValueError):
    """This network has sent too many forms; the message says when and where else to go."""


@transaction.atomic
def count_public_form(*, by: Any, address: str) -> None:
    """Count a form before it is taken in. Without an address nothing counts.

    Raises:
        TooManyForms: from an address that has sent its share.
    """
    if not address:
        return
    place, now = blind_index("place", address).hex(), timezone.now()
    tell({"anmin.place": place})
    take_turns(None, f"form/{place}")
    for span, most in BOUNDS:
        if PublicForm.objects.filter(place=place, made_at__gt=now - span).count() >= most:
            raise TooManyForms(
                _(
                    "这个网络今天提交的太多，暂时不能再交。您写的还在这一页上，请过半小时再交；"
                    "急的话，请打区（县）民政局的电话，或者到窗口当面说。"
                )
            )
    row = PublicForm.objects.create(place=place)
    audit.record(by=str(by), act="resident.public_form", subject=row)


@transaction.atomic
def forget_public_forms(*, by: Any) -> int:
    """What was counted two days ago goes."""
    count, _rows = PublicForm.objects.filter(made_at__lt=timezone.now() - KEPT).delete()
    return int(count)
