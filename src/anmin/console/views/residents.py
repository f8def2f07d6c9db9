"""What staff do for residents' pages: a log-in code face to face or on a slip, and answers to what people say."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.console.views.desk import Desk, needs
from anmin.kernel.cases.actions import StaleCase, StepRefused
from anmin.kernel.cases.voices import actions as voicing
from anmin.kernel.cases.voices.queries import voice_numbered, voices
from anmin.kernel.people import queries as people
from anmin.kernel.people.residents import actions as residents
from anmin.kernel.people.residents.queries import codes_given, own_number

HANDLE = ("case.publish", "case.confirm")
"""Whoever publishes looks into an objection; whoever confirms answers complaints of the whole county."""


@needs("register.ask")
def resident_codes(desk: Desk, pk: int) -> HttpResponse:
    """Give somebody who is here a code for the residents' pages: to use now, or on a slip to take home."""
    person = people.person(desk.reader, pk)
    if person is None or not desk.reader.may("register.ask", person.division):
        raise Http404
    said, refusals, kind = "", [], desk.request.POST.get("kind", "")
    if desk.request.method == "POST" and kind in residents.GIVEN:
        try:
            said = residents.give_code(
                by=desk.reader.user,  # type: ignore[arg-type]
                person=person,
                number=own_number(person),
                kind=kind,
            )
        except residents.EntryRefused as trouble:
            refusals = [("kind", str(trouble))]
    return desk.page(
        "resident_codes",
        "people",
        person=person,
        said=said,
        is_slip=kind == "slip",
        rows=codes_given(pk),
        refusals=refusals,
        address=desk.request.build_absolute_uri(reverse("residents:home")),
        minutes=residents.DESK_MINUTES,
        days=residents.SLIP_DAYS,
    )


@needs(*HANDLE)
def voice_list(desk: Desk) -> HttpResponse:
    """What people said in the reader's divisions, what waits first."""
    return desk.page("voices", "voices", rows=list(voices(desk.reader)[:200]))


@needs(*HANDLE)
def voice(desk: Desk, number: str) -> HttpResponse:
    """One objection or complaint: look into it, answer it."""
    row = voice_numbered(desk.reader, number)
    if row is None or not any(desk.reader.may(power, row.division) for power in HANDLE):
        raise Http404
    refusals: list[tuple[str, str]] = []
    if desk.request.method == "POST":
        try:
            if desk.request.POST.get("what") == "take":
                voicing.take_up(by=desk.reader, voice=row, on=desk.today)
            else:
                words = desk.request.POST.get("words", "")
                voicing.answer(by=desk.reader, voice=row, words=words, on=desk.today)
            messages.success(desk.request, _("已记下。"))
            return HttpResponseRedirect(reverse("console:voice", args=[number]))
        except (StepRefused, StaleCase, voicing.VoiceProblem) as trouble:
            refusals = [("words", str(trouble))]
    return desk.page("voice", "voices", row=row, refusals=refusals)
