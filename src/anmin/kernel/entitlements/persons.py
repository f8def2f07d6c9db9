"""What entitlements say about persons to the register below (待遇与人员): what is being paid stands against a merge."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.people.merging import obstacles
from anmin.kernel.people.models import Person


@obstacles.registered
def running_entitlements(kept: Person, gone: Person, on: date) -> list[obstacles.Obstacle]:
    """A record to which something is being paid does not go: stopping or moving money is decided on its own."""
    running = Entitlement.objects.filter(person=gone).exclude(state=Entitlement.State.ENDED)
    found = running.count()
    if not found:
        return []
    words = ngettext("要并入的记录有 %(n)d 项正在享受的待遇", "要并入的记录有 %(n)d 项正在享受的待遇", found)
    todo = _("；请先按程序终止或改由保留的记录享受，再合并")
    return [("running_entitlements", words % {"n": found} + todo)]
