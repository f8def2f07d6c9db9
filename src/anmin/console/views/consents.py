"""Authorisations for checks: record, look up, withdraw, print the sheet to be signed (核对授权)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.exchangeforms import ConsentForm, half_a_year_on, source_choices
from anmin.console.personpage import rows_of
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.taking.actions import take, watermark
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.queries import case_numbered
from anmin.kernel.exchange.checks import actions as checks
from anmin.kernel.exchange.checks import queries as check_queries
from anmin.kernel.exchange.consents import actions, queries
from anmin.kernel.people import queries as people

ROWS = 50
SHOWN = ("live", "ended", "all")


@needs("consents.read", "consents.manage")
def consent_list(desk: Desk) -> HttpResponse:
    """Authorisations of everybody in sight; those in force unless others are asked for."""
    shown = desk.written("show") if desk.written("show") in SHOWN else "live"
    number = desk.written("household")[:50]
    home = people.household(desk.reader, number) if number else None
    rows = queries.consents_shown(desk.reader, desk.today, shown, home)
    page = Paginator(rows, ROWS).get_page(desk.request.GET.get("page"))
    keys = sorted({row.person_id for row in page.object_list})
    take(reader=desk.reader, klass="list", person_ids=keys)
    audit.record_reads(by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["consents"])
    return desk.page(
        "consents",
        "consents",
        page_of=page,
        shown=shown,
        number=number,
        home=home,
        may_manage=desk.reader.may("consents.manage"),
    )


@needs("consents.manage")
def consent_new(desk: Desk, number: str) -> HttpResponse:
    """Record what an adult of a household signed; who is still missing stands beside the form.

    From a case that waits for it (`?case=&person=`) the signer is chosen already, and the way leads back to the case.
    """
    home = _home(desk, number)
    adults = [(row.pk, row.name) for row in check_queries.adults_seen(desk.reader, home, desk.today)]
    given = desk.request.POST if desk.request.method == "POST" else None
    case = case_numbered(desk.reader, desk.written("case")[:40])
    initial = {
        "person": desk.written("person")[:18],
        "first_day": desk.today,
        "last_day": half_a_year_on(desk.today),
        "signed_at": timezone.localtime().replace(second=0, microsecond=0, tzinfo=None),
        "sources": [key for key, row in check_queries.check_sources().items() if row.needs_mandate],
        "witness": str(desk.reader.user),
    }
    form = ConsentForm(given, adults=adults, initial=initial)
    if given is not None and form.is_valid():
        values = form.cleaned_data
        notice = queries.notice_in_force("check", timezone.localdate(values["signed_at"]))
        signer = values.pop("signer")
        try:
            row = actions.record_consent(
                by=desk.reader.user,
                **values | {"person": people.person(desk.reader, values["person"])},
                purpose="check",
                notice=notice.key if notice is not None else "",
                signer=people.person(desk.reader, signer) if signer else None,
            )
        except actions.ConsentProblem as trouble:
            form.add_error(None, str(trouble))
        else:
            messages.success(desk.request, _("授权已登记。"))
            if case is not None and case.household_id == home.pk:
                return HttpResponseRedirect(reverse("console:case", args=[case.number]))
            return HttpResponseRedirect(reverse("console:consent", args=[row.pk]))
    return desk.page("consent_new", "consents", home=home, form=form, adults=_adults(desk, home))


@needs("consents.read", "consents.manage")
def consent_page(desk: Desk, pk: int) -> HttpResponse:
    """One authorisation: who, which sources, from when to when, how it was given, and its end."""
    return _page(desk, _consent(desk, pk))


@require_POST
@needs("consents.manage")
def consent_withdraw(desk: Desk, pk: int) -> HttpResponse:
    """The person takes it back; checks under way stop."""
    row = _consent(desk, pk)
    try:
        stopped = checks.withdraw_authorisation(
            by=desk.reader, consent=row, reason=desk.request.POST.get("reason", ""), on=desk.today
        )
    except actions.ConsentProblem as trouble:
        return _page(desk, row, str(trouble))
    words = _("授权已撤回。") if not stopped else _("授权已撤回，正在进行的核对已停止。")
    messages.success(desk.request, words)
    return HttpResponseRedirect(reverse("console:consent", args=[pk]))


@needs("consents.read", "consents.manage")
def consent_sheet(desk: Desk, number: str) -> HttpResponse:
    """The sheet that a household signs: notice, sources, span, a line for every adult."""
    home = _home(desk, number)
    seen = check_queries.adults_seen(desk.reader, home, desk.today)
    keys = [row.pk for row in seen]
    take(reader=desk.reader, klass="list", person_ids=keys)
    audit.record_reads(
        by=desk.reader.user,
        person_ids=keys,
        via=desk.reader.via,
        fields=["consent_sheet"],
        purpose=_("打印核对授权书，由本人签字"),
        division=home.division,
    )
    return desk.page(
        "consent_sheet",
        "consents",
        home=home,
        notice=queries.notice_in_force("check", desk.today),
        rows=rows_of(seen, desk.today),
        hidden=len(queries.adults_of(home, desk.today)) - len(seen),
        sources=[row for row in check_queries.check_sources().values() if row.needs_mandate],
        first_day=desk.today,
        last_day=half_a_year_on(desk.today),
        watermark=watermark(desk.reader, timezone.localtime()),
    )


def _home(desk: Desk, number: str) -> Any:
    home = people.household(desk.reader, number)
    if home is None:
        raise Http404
    return home


def _adults(desk: Desk, home: Any) -> list[dict[str, Any]]:
    seen = check_queries.adults_seen(desk.reader, home, desk.today)
    held = queries.live_by_person([row.pk for row in seen], desk.today)
    return [{"person": row, "sources": held.get(row.pk, 0)} for row in seen]


def _consent(desk: Desk, pk: int) -> Any:
    row = queries.consent_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    return row


def _page(desk: Desk, row: Any, trouble: str = "") -> HttpResponse:
    take(reader=desk.reader, klass="page", person_ids=[row.person_id])
    audit.record_reads(
        by=desk.reader.user,
        person_ids=[row.person_id],
        via=desk.reader.via,
        fields=["consent"],
        division=row.person.division,
    )
    titles = dict(source_choices())
    return desk.page(
        "consent",
        "consents",
        row=row,
        sources=[titles.get(key, key) for key in row.sources],
        notice=queries.notices().get(row.notice),
        home=getattr(people.membership_on(row.person, desk.today), "household", None),
        is_live=queries.is_live(row, desk.today),
        may_withdraw=row.withdrawn_at is None and desk.reader.may("consents.manage", row.person.division),
        trouble=trouble,
    )
