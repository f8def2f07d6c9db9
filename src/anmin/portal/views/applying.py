"""Applying for oneself or for family: the task list, one question a page, check, hand in, confirmation."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.kernel.cases.intake.queries import FormProblem
from anmin.kernel.cases.matters import matters
from anmin.kernel.cases.own import actions
from anmin.kernel.cases.own.forms import Filling, filling_of, fillings, handed_in, mark_of
from anmin.kernel.cases.own.homes import helped, home_of, myself
from anmin.kernel.cases.own.road import own_case, road_of
from anmin.policy.errors import PolicyError
from anmin.portal.checking import rows_of
from anmin.portal.pages import Visit, own
from anmin.portal.places import contacts
from anmin.portal.reading import inputs_of, troubles_of, typed_in
from anmin.portal.views import errors

OFFERED = ("dibao", "tekun", "temp_urgent", "temp_small", "temp_expenditure")
"""Matters that residents begin themselves, in the order in which the page names them."""
LONGEST_TEXT = 1000
LONGEST_CONTACT = 50


def in_form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of a form that is one's own; any other form is not there. One that was handed in shows what came of it."""

    @own
    @wraps(view)
    def shown(visit: Visit, token: str, **more: Any) -> HttpResponse:
        filling = filling_of(visit.me, token)
        if filling is None:
            number = handed_in(visit.me, token)
            if number and own_case(visit.me, number, "apply", "progress") is not None:
                return visit.go("confirmation", number)
            raise Http404
        return view(visit, filling, **more)

    return shown


@own
def start(visit: Visit) -> HttpResponse:
    """For whom, and for what; what was begun already stands first."""
    posted = visit.posted
    chosen = posted.get("person", "") if posted is not None else visit.request.GET.get("person", "")
    people = [myself(visit.me), *[row for row in helped(visit.me) if visit.me.may("apply", row.pk)]]
    person = next((row for row in people if str(row.pk) == chosen), None)
    if posted is None or person is None:
        trouble = [("person", _("请选一选：替谁申请。"))] if posted is not None else []
        return visit.page(
            "apply_start",
            status=422 if trouble else 200,
            people=people,
            begun=fillings(visit.me),
            errors=trouble,
        )
    home = home_of(visit.me, person.pk)
    if home is None or not home.is_whole:
        return visit.page("apply_counter", person=person, contacts=contacts(person.division, visit.today))
    known = {one.key: one for one in matters(home.household.division, visit.today) if one.can_be_applied_for}
    offered = [known[key] for key in OFFERED if key in known]
    matter = posted.get("matter", "")
    if matter not in {one.key for one in offered}:
        trouble = [("matter", _("请选一选：申请什么。"))] if "matter" in posted or "second" in posted else []
        return visit.page(
            "apply_matter", status=422 if trouble else 200, person=person, offered=offered, errors=trouble
        )
    draft = actions.begin(by=visit.me, home=home, matter=matter)
    return visit.go("tasks", draft.token)


@in_form
def tasks(visit: Visit, filling: Filling) -> HttpResponse:
    """What there is to do, in any order, and what the system has filled in already."""
    return visit.page("apply_tasks", filling=filling, can_send=not filling.left)


@in_form
def members(visit: Visit, filling: Filling) -> HttpResponse:
    """Who lives together: all of the register's household, or with the reason why somebody does not."""
    posted, trouble = visit.posted, []
    left_out = {str(key): why for key, why in filling.left_out.items()}
    if posted is not None:
        apart = set(posted.getlist("apart")) & {
            str(row.person_id) for row in filling.home.members if row.person_id != filling.home.person.pk
        }
        left_out = {key: posted.get(f"why-{key}", "").strip()[:200] for key in apart}
        trouble = [
            (f"why-{key}", _("请写明为什么不在一起生活，例如：结婚后分家另过。"))
            for key, why in left_out.items()
            if not why
        ]
        if not trouble:
            actions.keep_answer(by=visit.me, draft=filling.draft, said={}, done="members", left_out=left_out)
            return _onward(visit, filling, "members")
    return visit.page(
        "apply_members",
        status=422 if trouble else 200,
        filling=filling,
        left_out=left_out,
        errors=trouble,
        back_to_check=_comes_from_check(visit),
    )


@in_form
def question(visit: Visit, filling: Filling, page: str) -> HttpResponse:
    """One question, about one person or the whole family."""
    found = filling.page(page)
    if found is None:
        raise Http404
    written = {mark_of(one): filling.said.get(mark_of(one), "") for one in found.fields}
    trouble: list[tuple[str, str]] = []
    if visit.posted is not None:
        written = typed_in(found, visit.posted)
        trouble = troubles_of(found, written, filling.procedure)
        if not trouble:
            actions.keep_answer(by=visit.me, draft=filling.draft, said=written, done=page)
            return _onward(visit, filling, page)
    return visit.page(
        "apply_question",
        status=422 if trouble else 200,
        filling=filling,
        page=found,
        inputs=inputs_of(found, written, dict(trouble)),
        errors=trouble,
        back_to_check=_comes_from_check(visit),
    )


TEXTS: dict[str, tuple[int, str]] = {
    "statement": (LONGEST_TEXT, ""),
    "contact": (LONGEST_CONTACT, ""),
    "transfer": (3, ""),
}


@in_form
def words(visit: Visit, filling: Filling, name: str) -> HttpResponse:
    """The reason in own words, a telephone, whether the file may go on to the next layer."""
    written, trouble = filling.text(name), []
    if visit.posted is not None:
        written = visit.posted.get(name, "").strip()[: TEXTS[name][0]]
        trouble = _wrong_words(name, written)
        if not trouble:
            actions.keep_answer(by=visit.me, draft=filling.draft, said={}, done=name, **{name: written})
            return _onward(visit, filling, name)
    return visit.page(
        f"apply_{name}",
        status=422 if trouble else 200,
        filling=filling,
        written=written,
        errors=trouble,
        back_to_check=_comes_from_check(visit),
    )


def _wrong_words(name: str, written: str) -> list[tuple[str, str]]:
    if name == "statement" and not written:
        return [("statement", _("请写几句：家里遇到了什么困难。"))]
    digits = [sign for sign in written if sign.isdigit()]
    if name == "contact" and len(digits) < 7:
        return [("contact", _("请填一个能打通的电话，例如 13800000000。"))]
    if name == "transfer" and written not in ("yes", "no"):
        return [("transfer", _("请选一项。"))]
    return []


@in_form
def check(visit: Visit, filling: Filling) -> HttpResponse:
    """Everything once more before it is handed in, each line with its way back."""
    return visit.page("apply_check", filling=filling, rows=rows_of(filling), errors=[])


@require_POST
@in_form
def send(visit: Visit, filling: Filling) -> HttpResponse:
    """Hand it in; pressed twice it is one application."""
    if filling.left:
        return visit.go("tasks", filling.draft.token)
    try:
        case = actions.hand_in(by=visit.me, filling=filling)
    except FormProblem as problem:
        wrong = [("check", line) for line in problem.fields.values()]
        return visit.page("apply_check", status=422, filling=filling, rows=rows_of(filling), errors=wrong)
    except PolicyError as trouble:
        return errors.refused(visit.request, trouble.what, trouble.todo or "")
    return visit.go("confirmation", case.number)


@own
def confirmation(visit: Visit, number: str) -> HttpResponse:
    """The number, what comes next and when, whom to ask, the receipt as a paper."""
    case = own_case(visit.me, number, "apply", "progress")
    if case is None:
        raise Http404
    return visit.page(
        "confirmation", road=road_of(case, visit.today), contacts=contacts(case.division, visit.today)
    )


def _comes_from_check(visit: Visit) -> bool:
    asked = visit.posted if visit.posted is not None else visit.request.GET
    return asked.get("back", "") == "check"


def _onward(visit: Visit, filling: Filling, page: str) -> HttpResponse:
    """Back to the check where one came from it, else to the next page that is not done, else to the tasks."""
    if _comes_from_check(visit):
        return visit.go("check", filling.draft.token)
    fresh = filling_of(visit.me, filling.draft.token)
    following = fresh.next_page(page) if fresh is not None else ""
    if not following:
        return visit.go("tasks", filling.draft.token)
    name = following if following in ("members", "statement", "contact", "transfer") else ""
    return (
        visit.go(name, filling.draft.token) if name else visit.go("question", filling.draft.token, following)
    )
