"""An application on behalf (代办申请): begun here, with network or without; the form is the counter's own, filled as far as known."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.field.pages import Phone, phone, written
from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.intake import actions
from anmin.kernel.cases.intake.queries import Draft, drafts_beside
from anmin.kernel.cases.matters import Matter, matters
from anmin.kernel.people import queries as people
from anmin.kernel.people.queries import Household

FILE = "case.file"
LONGEST = 1000


class NoApplication(ValueError):
    """What a phone sent is no application; `fields` says what to choose."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("；".join(fields.values()))
        self.fields = fields


@phone(FILE)
def apply(phone: Phone, number: str) -> HttpResponse:
    """Choose for whom and for what and say why; an open draft is gone on with. Without network it waits on the phone."""
    home = phone.home(number)
    members = people.members_on(phone.reader, home, phone.today)
    trouble, posted = "", phone.request.POST
    if phone.request.method == "POST":
        said = {
            name: written(posted, name) for name in ("person", "matter", "statement", "contact", "agrees")
        }
        try:
            draft = begin(phone.reader, home, said, key=secrets.token_hex(12), on=phone.today)
            return HttpResponseRedirect(reverse("console:intake_form", args=[draft.token]))
        except NoApplication as refused:
            trouble = str(refused)
    phone.note([row.person_id for row in members], "page", "apply", home.division)
    return phone.page(
        "apply",
        "homes",
        status=422 if trouble else 200,
        home=home,
        members=members,
        matters=offered(home, phone.today),
        drafts=drafts_beside(home)[:5],
        trouble=trouble,
        posted=posted,
    )


def offered(home: Household, on: date) -> list[Matter]:
    """What can be applied for where a household lives."""
    return [row for row in matters(home.division, on) if row.can_be_applied_for]


def begin(by: Reader, home: Household, said: Mapping[str, Any], *, key: str, on: date) -> Draft:
    """Keep what was said as a draft of its own under a key; drafts of others for the same household stay as they are.

    Raises:
        NoApplication: for nobody of the household, or for a matter that cannot be applied for there.
    """
    chosen = next((row for row in offered(home, on) if row.key == said.get("matter")), None)
    living = people.members_on(by, home, on)
    who = next((row.person for row in living if str(row.person_id) == str(said.get("person"))), None)
    if chosen is None or who is None:
        raise NoApplication({"matter": _("请选择替谁申请、申请什么。")})
    typed = {name: str(said.get(name) or "").strip()[:LONGEST] for name in ("statement", "contact")}
    content = {
        "applicant": who.pk,
        "channel": "worker",
        **{name: text for name, text in typed.items() if text},
    }
    if said.get("agrees"):
        content["agrees"] = True
    return actions.keep_draft(
        by=by, token=key, matter=chosen.key, division=home.division, household=home, content=content
    )


def take_in(phone: Phone, body: dict[str, Any], key: str) -> dict[str, Any]:
    """An application that was begun without network: one draft, and where to go on with it."""
    if not phone.reader.may(FILE):
        raise NoApplication({"": _("您的岗位不能代办申请，请交给村（居）协理员。")})
    home = phone.home(str(body.get("household", "")))
    others = drafts_beside(home).exclude(token=key).count()
    draft = begin(phone.reader, home, body, key=key, on=phone.today)
    updated = [_("代办申请草稿")]
    if others:
        updated.append(_("这一户另有 %(n)d 份没交的草稿，都留着") % {"n": others})
    address = reverse("console:intake_form", args=[draft.token])
    return {
        "receipt": f"DB-{key[:8]}",
        "updated": updated,
        "more": 1,
        "home": address,
        "open": address,
        "disputed": [],
    }
