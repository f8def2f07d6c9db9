"""Partners and their keys, for the security administrator; the city's officers may look (往来单位)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.partnerforms import KeyForm, PartnerForm, SenderForm, StaffForm
from anmin.console.views.desk import Desk, needs
from anmin.kernel.exchange.sharing import queries as sharing
from anmin.kernel.partners import actions, queries
from anmin.kernel.partners.actions import PartnerProblem
from anmin.kernel.partners.senders import actions as senders
from anmin.kernel.partners.staff import actions as staff
from anmin.kernel.partners.staff import queries as people

ROWS = 50
LOOK = ("partners.manage", "partners.read")


def _partner(key: str) -> queries.Partner:
    row = queries.partner_named(key)
    if row is None:
        raise Http404
    return row


def _key(pk: int) -> queries.PartnerKey:
    row = queries.key_numbered(pk)
    if row is None:
        raise Http404
    return row


def _back(partner: queries.Partner) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("console:partner", args=[partner.key]))


def _tried(
    desk: Desk, partner: queries.Partner, act: Callable[[], object], done: str
) -> HttpResponseRedirect:
    """Do something about a partner, say what came of it, and go back to its page."""
    try:
        act()
        messages.success(desk.request, done)
    except ValidationError as trouble:
        messages.error(desk.request, " ".join(trouble.messages))
    except PartnerProblem as trouble:
        messages.error(desk.request, str(trouble))
    return _back(partner)


@needs(*LOOK)
def partner_list(desk: Desk) -> HttpResponse:
    """Partners with their keys in force; register one."""
    may = desk.reader.may("partners.manage")
    given = desk.request.POST if desk.request.method == "POST" and may else None
    form, refusals = PartnerForm(given), []
    if given is not None and form.is_valid():
        try:
            row = actions.add_partner(by=desk.reader.user, **form.cleaned_data)
        except PartnerProblem as trouble:
            refusals = [("partner", str(trouble))]
        else:
            messages.success(desk.request, _("单位已登记，请接着新建密钥。"))
            return _back(row)
    return desk.page(
        "partners",
        "partners",
        rows=queries.partners(),
        form=form,
        refusals=refusals,
        may_manage=may,
        strangers=queries.calls_refused(10) if may else [],
    )


@needs(*LOOK)
def partner_page(desk: Desk, key: str) -> HttpResponse:
    """One partner: keys with their last use, systems, its people, what never arrived, its requests."""
    partner = _partner(key)
    live = people.live_keys(partner, desk.today, "registry")
    return desk.page(
        "partner",
        "partners",
        partner=partner,
        keys=[(row, queries.key_view(row, desk.today)) for row in queries.keys_of(partner)],
        senders=queries.senders_of(partner),
        staff=people.staff_of(partner),
        lost=list(queries.given_up(partner)[:10]),
        requests=[sharing.pending(row, desk.today) for row in sharing.sharing_requests(partner)],
        may_manage=desk.reader.may("partners.manage"),
        sender_form=SenderForm(keys=live) if live else None,
        staff_form=StaffForm(),
    )


@needs("partners.manage")
def new_key(desk: Desk, key: str) -> HttpResponse:
    """Make a key; its token is shown on this one answer and kept nowhere."""
    partner = _partner(key)
    given = desk.request.POST if desk.request.method == "POST" else None
    form = KeyForm(given, partner=partner, on=desk.today, initial=_wanted(desk, partner))
    refusals: list[tuple[str, str]] = []
    if given is not None and form.is_valid():
        try:
            fresh = actions.create_key(by=desk.reader.user, partner=partner, **form.values())
        except ValueError as trouble:
            refusals = [("key", str(trouble))]
        else:
            return _shown_once(desk, fresh)
    return desk.page("partner_key_new", "partners", partner=partner, form=form, refusals=refusals)


def _wanted(desk: Desk, partner: queries.Partner) -> dict[str, Any]:
    """What a granted request asks for, so that the key says just that."""
    number = desk.request.GET.get("request", "")
    row = sharing.sharing_request_numbered(int(number)) if number.isdecimal() and len(number) < 10 else None
    if row is None or row.partner_id != partner.pk or row.state != "granted":
        return {}
    return {
        "title": row.matter[:100],
        "purpose": row.purpose[:100],
        "basis": row.basis,
        "fields_": row.fields,
        "powers": ["status.read"],
        "first_day": max(row.first_day, desk.today),
        "last_day": row.last_day,
    }


def _shown_once(desk: Desk, fresh: actions.FreshKey) -> HttpResponse:
    answer = desk.page("partner_key_fresh", "partners", fresh=fresh)
    answer["Cache-Control"] = "no-store"
    return answer


@needs(*LOOK)
def key_page(desk: Desk, pk: int) -> HttpResponse:
    """One key: what it opens, for what, until when, and every call made with it."""
    row = _key(pk)
    page = Paginator(queries.calls_with(row), ROWS).get_page(desk.request.GET.get("page"))
    return desk.page(
        "partner_key",
        "partners",
        key=queries.key_view(row, desk.today),
        page_of=page,
        may_manage=desk.reader.may("partners.manage"),
        overlap=actions.OVERLAP,
    )


@require_POST
@needs("partners.manage")
def rotate_key(desk: Desk, pk: int) -> HttpResponse:
    """A new secret for the same purpose; the old one goes on for some days."""
    try:
        fresh = actions.rotate_key(by=desk.reader.user, key=_key(pk), on=desk.today)
    except PartnerProblem as trouble:
        messages.error(desk.request, str(trouble))
        return HttpResponseRedirect(reverse("console:partner_key", args=[pk]))
    return _shown_once(desk, fresh)


@require_POST
@needs("partners.manage")
def revoke_key(desk: Desk, pk: int) -> HttpResponse:
    """End a key at once."""
    try:
        actions.revoke_key(by=desk.reader.user, key=_key(pk), reason=desk.request.POST.get("reason", ""))
        messages.success(desk.request, _("密钥已停用，从现在起不能再用。"))
    except PartnerProblem as trouble:
        messages.error(desk.request, str(trouble))
    return HttpResponseRedirect(reverse("console:partner_key", args=[pk]))


@require_POST
@needs("partners.manage")
def add_sender(desk: Desk, key: str) -> HttpResponse:
    """Register a system that speaks the exchange standard."""
    partner = _partner(key)
    live = people.live_keys(partner, desk.today, "registry")
    form = SenderForm(desk.request.POST, keys=live)
    if not form.is_valid():
        messages.error(desk.request, _said(form))
        return _back(partner)
    given = dict(form.cleaned_data)
    (held,) = [row for row in live if str(row.pk) == given.pop("key")]
    given["callback_hosts"] = given["callback_hosts"].split()
    return _tried(
        desk,
        partner,
        lambda: senders.register_sender(by=desk.reader.user, key=held, **given),
        _("发送方已登记。"),
    )


@require_POST
@needs("partners.manage")
def end_sender(desk: Desk, key: str, pk: int) -> HttpResponse:
    """Take no more messages from a system."""
    partner = _partner(key)
    row = queries.sender_numbered(partner, pk)
    if row is None:
        raise Http404
    reason = desk.request.POST.get("reason", "")
    return _tried(
        desk,
        partner,
        lambda: senders.end_sender(by=desk.reader.user, sender=row, reason=reason),
        _("发送方已停用。"),
    )


@require_POST
@needs("partners.manage")
def add_staff(desk: Desk, key: str) -> HttpResponse:
    """A log-in for somebody of the partner."""
    partner, form = _partner(key), StaffForm(desk.request.POST)
    if not form.is_valid():
        messages.error(desk.request, _said(form))
        return _back(partner)
    return _tried(
        desk,
        partner,
        lambda: staff.add_staff(by=desk.reader.user, partner=partner, on=desk.today, **form.cleaned_data),
        _("账号已建立；对方登录后只看得到本单位的页面。"),
    )


@require_POST
@needs("partners.manage")
def end_staff(desk: Desk, key: str, pk: int) -> HttpResponse:
    """Let somebody of the partner in no longer."""
    partner = _partner(key)
    row = people.staff_numbered(partner, pk)
    if row is None:
        raise Http404
    reason = desk.request.POST.get("reason", "")
    return _tried(
        desk,
        partner,
        lambda: staff.end_staff(by=desk.reader.user, staff=row, on=desk.today, reason=reason),
        _("账号已停用。"),
    )


@require_POST
@needs("partners.manage")
def close_partner(desk: Desk, key: str) -> HttpResponse:
    """Have nothing more to do with a partner."""
    partner = _partner(key)
    reason = desk.request.POST.get("reason", "")
    return _tried(
        desk,
        partner,
        lambda: actions.close_partner(by=desk.reader.user, partner=partner, reason=reason),
        _("已停止往来，这个单位的密钥都不能再用。"),
    )


def _said(form: Any) -> str:
    """What is wrong with a form, in one line."""
    return "；".join(f"{form.fields[name].label}：{errors[0]}" for name, errors in form.errors.items())
