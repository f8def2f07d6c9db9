"""Plans of visits made by hand, suspended and ended; where photographs are allowed."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from anmin.field.pages import Phone, phone, written
from anmin.kernel.delivery.plans import actions, queries
from anmin.kernel.delivery.services import ServiceProblem, services
from anmin.kernel.people import queries as people


@phone()
def plan(phone: Phone, number: str) -> HttpResponse:
    """Put somebody on the list of those who are visited (列入走访), and see who of the household is."""
    home = phone.home(number)
    members = people.members_on(phone.reader, home, phone.today)
    trouble = ""
    if phone.request.method == "POST":
        posted = phone.request.POST
        who = next((row.person for row in members if str(row.person_id) == written(posted, "person")), None)
        key, _colon, tier = written(posted, "tier").partition(":")
        try:
            if who is None:
                raise actions.PlanProblem(_("请选择是谁。"))
            actions.plan_by_hand(
                by=phone.reader,
                service_key=key,
                person=who,
                tier=tier,
                on=phone.today,
                reason=written(posted, "reason"),
            )
            return phone.go("home", number, updated=_("走访计划"))
        except (actions.PlanProblem, ServiceProblem) as problem:
            trouble = str(problem)
    phone.note([row.person_id for row in members], "page", "plan", home.division)
    offered = [row for row in services().values() if phone.reader.may(row.power, home.division)]
    return phone.page(
        "plan",
        "homes",
        status=422 if trouble else 200,
        home=home,
        members=members,
        offered=offered,
        plans=queries.plans(phone.reader).filter(household=home),
        titles={row.key: row.title for row in services().values()},
        trouble=trouble,
    )


@phone()
def change(phone: Phone, pk: int) -> HttpResponse:
    """Suspend a plan, take it up again, end it."""
    row = queries.plan_numbered(phone.reader, pk)
    if row is None:
        raise Http404
    trouble = ""
    if phone.request.method == "POST":
        posted = phone.request.POST
        try:
            actions.change_state(
                by=phone.reader,
                plan=row,
                state=written(posted, "state"),
                on=phone.today,
                reason=written(posted, "reason"),
            )
            return phone.go("home", row.household.number, updated=_("走访计划"))
        except actions.PlanProblem as problem:
            trouble = str(problem)
    phone.note([row.person_id] if row.person_id else [], "page", "plan", row.division)
    title = services()[row.service].title if row.service in services() else row.service
    return phone.page(
        "plan_change", "homes", status=422 if trouble else 200, plan=row, title=title, trouble=trouble
    )


@phone(actions.MAY_ALLOW)
def photo_rules(phone: Phone) -> HttpResponse:
    """Where photographs are allowed, and why (启用拍照): off everywhere until somebody writes the necessity and an end."""
    trouble = ""
    if phone.request.method == "POST":
        posted = phone.request.POST
        try:
            if written(posted, "stop"):
                rule = queries.photo_rules(phone.today).filter(pk=_whole(written(posted, "stop"))).first()
                if rule is not None:
                    actions.stop_photos(by=phone.reader, rule=rule, on=phone.today)
            else:
                actions.allow_photos(
                    by=phone.reader,
                    service_key=written(posted, "service"),
                    division=written(posted, "division"),
                    words=written(posted, "words"),
                    first_day=phone.today,
                    last_day=_day(written(posted, "last_day")),
                )
            return phone.go("photo_rules")
        except (actions.PlanProblem, ServiceProblem) as problem:
            trouble = str(problem)
    return phone.page(
        "photo_rules",
        "",
        status=422 if trouble else 200,
        rules=queries.photo_rules(phone.today),
        services=services().values(),
        places=phone.reader.reach(actions.MAY_ALLOW).codes,
        titles={row.key: row.title for row in services().values()},
        trouble=trouble,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min


def _whole(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 10 else 0
