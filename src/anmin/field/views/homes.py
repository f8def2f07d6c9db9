"""A household: who lives there, what they receive, what is to be done; the visit form; the record of a visit."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.field import rows
from anmin.field.forms import form_of, given_in
from anmin.field.pages import Phone, phone, written
from anmin.kernel.cases.chain.queries import chain
from anmin.kernel.cases.fieldwork import actions as fieldwork
from anmin.kernel.cases.fieldwork.queries import size_of, waiting_deaths
from anmin.kernel.delivery.cards import actions as cards
from anmin.kernel.delivery.cards.queries import card
from anmin.kernel.delivery.plans.queries import photo_rule, plan_for
from anmin.kernel.delivery.services import Service, ServiceProblem, service, services
from anmin.kernel.delivery.tasks import tasks_of
from anmin.kernel.delivery.visits import queries as visits
from anmin.kernel.delivery.visits.answers import FormProblem
from anmin.kernel.people import queries as people

EVENTS = 5


@phone()
def find(phone: Phone) -> HttpResponse:
    """Every household of the village, by way; or those of a name."""
    text = written(phone.request.POST if phone.request.method == "POST" else {}, "q")
    found = []
    if text:
        who = people.search(phone.reader, text)
        homes = people.homes_on(who.people, phone.today)
        found = [(one, homes[one.pk]) for one in who.people if one.pk in homes]
        phone.note([one.pk for one, _home in found], "list", "households")
    return phone.page("find", "homes", q=text, found=found)


@phone()
def home(phone: Phone, number: str) -> HttpResponse:
    """One household."""
    one = phone.home(number)
    members = people.members_on(phone.reader, one, phone.today)
    phone.note([row.person_id for row in members], "page", "household", one.division)
    task = phone.request.GET.get("task", "")
    todo = [rows.row_of(row, phone.today) for row in tasks_of(phone.reader, one, phone.today)]
    before, after = size_of(phone.reader, one, phone.today)
    return phone.page(
        "home",
        "homes",
        home=one,
        members=rows.people_in(members, phone.today),
        head=next((row.person for row in members if row.is_head), None),
        phones=_phones(phone, one, members),
        card=card(phone.reader, one),
        titles=_titles(),
        benefits=rows.benefits_of(one, phone.today),
        todo=todo,
        chosen=next((row for row in todo if row.task.key == task), None),
        offered=_offered(phone, one, members),
        events=chain(phone.reader, one)[:EVENTS],
        visits=visits.visits_of(phone.reader, one)[:EVENTS],
        size=(before, after),
        waiting=waiting_deaths(phone.reader, one),
        saved=phone.request.GET.get("saved", "")[:30],
        updated=phone.request.GET.get("updated", "")[:200],
    )


def _phones(phone: Phone, one: Any, members: list[Any]) -> list[tuple[str, str]]:
    """Numbers to call: what those who visit were told last, then the register's."""
    kept = card(phone.reader, one).get("phone")
    found = [(_("走访时留的"), word.value) for word in kept.words] if kept else []
    found += [(row.person.name, row.person.phone) for row in members if row.person.phone]
    return list({number: (who, number) for who, number in reversed(found) if number}.values())[::-1][:3]


def _titles() -> dict[str, str]:
    return {one.key: one.title for row in services().values() for one in row.questions}


def _offered(phone: Phone, one: Any, members: list[Any]) -> list[tuple[Service, int | None, str]]:
    """Services that the reader may bring here: to the household, or to members of the ages they are for."""
    found: list[tuple[Service, int | None, str]] = []
    for declared in services().values():
        if not phone.reader.may(declared.power, one.division):
            continue
        if declared.unit == "household":
            found.append((declared, None, ""))
            continue
        for row in members:
            age = rows.age_of(row.person, phone.today)
            fits = any(tier.age_from <= (age or 0) <= tier.age_to for tier in declared.tiers)
            if fits and row.person.died_on is None:
                found.append((declared, row.person_id, row.person.name))
    return found


@phone()
def visit(phone: Phone, number: str, key: str) -> HttpResponse:
    """The form of a visit; without script it is sent like any form, with script through the outbox."""
    one = phone.home(number)
    try:
        declared = service(key)
    except ServiceProblem as trouble:
        raise Http404 from trouble
    members = people.members_on(phone.reader, one, phone.today)
    who = phone.request.GET.get("person", "") or written(phone.request.POST, "person")
    person = next((row.person for row in members if str(row.person_id) == who), None)
    if not phone.reader.may(declared.power, one.division) or (declared.unit == "person" and person is None):
        raise Http404
    given: dict[str, Any] = {}
    errors: dict[str, str] = {}
    if phone.request.method == "POST":
        given = given_in(phone.request.POST, declared)
        try:
            form = form_of(phone.request.POST, declared, number, person.pk if person else None)
            done = fieldwork.visit(by=phone.reader, form=form, on=phone.today)
            return phone.go("home", number, saved=done.kept.visit.number, updated="、".join(done.updated))
        except FormProblem as trouble:
            errors = trouble.fields
    phone.note([row.person_id for row in members], "page", "visit", one.division)
    plan = plan_for(phone.reader, declared.key, one, person.pk if person else None)
    rule = photo_rule(declared.key, one.division, phone.today)
    return phone.page(
        "visit",
        "visit",
        status=422 if errors else 200,
        home=one,
        service=declared,
        person=person,
        age=rows.age_of(person, phone.today) if person else None,
        members=members,
        parts=rows.asked(declared, given, errors, card(phone.reader, one)),
        errors=errors,
        key=written(phone.request.POST, "key") or secrets.token_hex(16),
        happened=timezone.localtime(),
        next_on=_next(plan, phone),
        latest=phone.today + timedelta(days=plan.every_days) if plan else None,
        plan=plan,
        photo=rule,
    )


def _next(plan: Any, phone: Phone) -> Any:
    return phone.today + timedelta(days=plan.every_days) if plan is not None else None


@phone()
def settle(phone: Phone, number: str) -> HttpResponse:
    """Choose between two words about one field."""
    one = phone.home(number)
    if phone.request.method == "POST":
        posted = phone.request.POST
        try:
            cards.settle(
                by=phone.reader,
                household=one,
                field=written(posted, "field"),
                value=written(posted, "value"),
                key=written(posted, "key") or secrets.token_hex(16),
                said_at=timezone.now(),
            )
        except cards.CardProblem as trouble:
            return phone.page(
                "settle", "homes", status=422, home=one, rows=_disputes(phone, one), error=str(trouble)
            )
        return phone.go("home", number, updated=_("联系资料"))
    return phone.page("settle", "homes", home=one, rows=_disputes(phone, one), key=secrets.token_hex(16))


def _disputes(phone: Phone, one: Any) -> list[tuple[str, Any]]:
    titles = _titles()
    return [(titles.get(key, key), row) for key, row in card(phone.reader, one).items() if row.is_disputed]


@phone()
def visit_record(phone: Phone, number: str) -> HttpResponse:
    """What was written down about one visit."""
    one = visits.visit_numbered(phone.reader, number)
    if one is None:
        raise Http404
    phone.note([one.person_id] if one.person_id else [], "page", "visit", one.division)
    declared = service(one.service)
    said = []
    for question in declared.questions:
        value = one.answers.get(question.key)
        if value in (None, "", []):
            continue
        titles = {option.key: option.title for option in question.options}
        words = "、".join(
            titles.get(str(part), str(part)) for part in (value if isinstance(value, list) else [value])
        )
        said.append((question.title, words))
    return phone.page("record", "homes", visit=one, service=declared, said=said, photos=one.photos.all())


@phone()
def photo(phone: Phone, pk: int) -> HttpResponse:
    """A photograph of a visit."""
    one = visits.photo_numbered(phone.reader, pk)
    if one is None:
        raise Http404
    response = HttpResponse(visits.picture_of(one), content_type="image/jpeg")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
