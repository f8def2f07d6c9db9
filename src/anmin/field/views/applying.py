"""An application on behalf (代办申请): the matter is chosen here, the form is the counter's own, filled as far as known."""

from __future__ import annotations

import secrets

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.field.pages import Phone, phone, written
from anmin.kernel.cases.intake import actions
from anmin.kernel.cases.intake.queries import drafts_beside
from anmin.kernel.cases.matters import matters
from anmin.kernel.people import queries as people

FILE = "case.file"


@phone(FILE)
def apply(phone: Phone, number: str) -> HttpResponse:
    """Choose for whom and for what; an open draft is gone on with."""
    home = phone.home(number)
    members = people.members_on(phone.reader, home, phone.today)
    offered = [row for row in matters(home.division, phone.today) if row.can_be_applied_for]
    trouble = ""
    if phone.request.method == "POST":
        posted = phone.request.POST
        chosen = next((row for row in offered if row.key == written(posted, "matter")), None)
        who = next((row.person for row in members if str(row.person_id) == written(posted, "person")), None)
        if chosen is not None and who is not None:
            draft = actions.keep_draft(
                by=phone.reader,
                token=secrets.token_hex(12),
                matter=chosen.key,
                division=home.division,
                household=home,
                content={"applicant": who.pk, "channel": "worker"},
            )
            return HttpResponseRedirect(reverse("console:intake_form", args=[draft.token]))
        trouble = _("请选择替谁申请、申请什么。")
    phone.note([row.person_id for row in members], "page", "apply", home.division)
    return phone.page(
        "apply",
        "homes",
        status=422 if trouble else 200,
        home=home,
        members=members,
        matters=offered,
        drafts=drafts_beside(home)[:5],
        trouble=trouble,
    )
