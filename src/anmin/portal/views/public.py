"""Pages for anybody: the home page, can we apply, whom to ask, the size of the text."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from anmin.kernel.frames.queries import with_size
from anmin.kernel.registers.queries import public_registers
from anmin.policy.errors import PolicyError
from anmin.portal import canapply
from anmin.portal.home import home_of
from anmin.portal.language import is_chinese
from anmin.portal.pages import Visit, public, safe_next
from anmin.portal.places import contacts, counties
from anmin.portal.views import errors


@public
def home(visit: Visit) -> HttpResponse:
    """The entrance: what one may want here, the matter under way, and that no face scan is needed."""
    return visit.page(
        "home",
        home=home_of(visit.resident, visit.today),
        registers=public_registers(),
        is_chinese=is_chinese(),
    )


@public
def can_we_apply(visit: Visit) -> HttpResponse:
    """One question a page; the answers travel in the address, so that going back keeps them and nothing is stored."""
    query = visit.request.GET
    answers = canapply.Answers.read(query, visit.today)
    at = int(query["at"]) if query.get("at", "").isdigit() else 1
    at = min(max(at, 1), len(canapply.QUESTIONS) + 1)
    missing = next((n for n in range(1, at) if not answers.is_answered(canapply.KEYS[n - 1])), None)
    if at > len(canapply.QUESTIONS) and missing is None:
        return _answer(visit, answers)
    tried = missing is not None and "at" in query
    number = missing or at
    question = canapply.QUESTIONS[number - 1]
    back = [pair for pair in answers.carried if pair[0] not in (question.key, "living")]
    return visit.page(
        "can_apply",
        question=question,
        number=number,
        total=len(canapply.QUESTIONS),
        answers=answers,
        chosen=answers.given.get(question.key, ()),
        living=answers.given.get("living", ("",))[0],
        carried=[
            pair
            for pair in answers.carried
            if pair[0] != question.key and not (question.key == "place" and pair[0] == "living")
        ],
        earlier=back,
        counties=counties(visit.today),
        homes=canapply.HOMES,
        error=tried,
    )


def _answer(visit: Visit, answers: canapply.Answers) -> HttpResponse:
    try:
        found = canapply.found(answers, visit.today)
    except PolicyError as trouble:
        return errors.refused(visit.request, trouble.what, trouble.todo or "")
    place = answers.one("place")
    return visit.page(
        "can_apply_result",
        found=found,
        answers=answers,
        contacts=contacts(place, visit.today) if place != canapply.UNSURE else [],
    )


@public
def ask_whom(visit: Visit) -> HttpResponse:
    """Whom to call, by county."""
    chosen = visit.request.GET.get("place", "")
    known = {code for _city, rows in counties(visit.today) for code, _name in rows}
    return visit.page(
        "contacts",
        counties=counties(visit.today),
        chosen=chosen,
        rows=contacts(chosen, visit.today) if chosen in known else [],
    )


@require_POST
@public
def size(visit: Visit) -> HttpResponse:
    """Keep the size of the text in a cookie, which says nothing about the person, and go back to the page."""
    back = safe_next(visit.request, visit.request.POST.get("next", ""))
    return with_size(HttpResponseRedirect(back), visit.request)
