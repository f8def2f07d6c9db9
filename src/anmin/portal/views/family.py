"""Family: act for somebody by a code on their telephone, who acts for me, taking it back."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.kernel.access.delegations.actions import DelegationProblem
from anmin.kernel.access.login.address import client_address
from anmin.kernel.cases.own import actions
from anmin.kernel.cases.own.homes import helpers, holding, own_delegation
from anmin.kernel.people.residents.actions import EntryRefused
from anmin.lib.text import compact
from anmin.portal.pages import Visit, own
from anmin.portal.views.entrance import NAME


@own
def family(visit: Visit) -> HttpResponse:
    """Whom I act for, and who acts for me."""
    return visit.page("family", holding=holding(visit.me), helpers=helpers(visit.me))


@own
def act_for(visit: Visit) -> HttpResponse:
    """Whose matters: number and name; a code goes to their own telephone. The answer is the same for everybody."""
    posted = visit.posted
    if posted is None:
        return visit.page("act_for", written={}, errors=[])
    written = {name: posted.get(name, "").strip() for name in ("number", "name")}
    trouble = [
        (name, words)
        for name, words in (
            ("number", _("请填写家里人的身份证号码。")),
            ("name", _("请填写家里人的姓名。")),
        )
        if not written[name]
    ]
    if not trouble:
        try:
            asked = actions.ask_to_act(
                by=visit.me,
                number=compact(written["number"]),
                name=written["name"][:NAME],
                address=client_address(visit.request),
            )
        except EntryRefused as refused:
            trouble = [("number", str(refused))]
        else:
            return _code_page(visit, asked.ticket, asked.shown)
    return visit.page("act_for", status=422, written=written, errors=trouble)


@own
def act_for_code(visit: Visit, ticket: str) -> HttpResponse:
    """The code that the other was sent and told me."""
    if visit.posted is None:
        return _code_page(visit, ticket)
    code = visit.posted.get("code", "").strip()
    if not code:
        return _code_page(visit, ticket, error=_("请填写确认码。"))
    try:
        actions.act_for(by=visit.me, ticket=ticket, code=code)
    except (EntryRefused, DelegationProblem) as refused:
        return _code_page(visit, ticket, error=str(refused))
    return visit.go("family", done=1)


@require_POST
@own
def end_acting(visit: Visit, number: int) -> HttpResponse:
    """Take it back, or give it up; it holds no more at once."""
    row = own_delegation(visit.me, number)
    if row is None:
        raise Http404
    actions.end_acting(by=visit.me, delegation=row)
    return visit.go("family", ended=1)


def _code_page(visit: Visit, ticket: str, shown: str = "", error: str = "") -> HttpResponse:
    return visit.page("act_for_code", status=422 if error else 200, ticket=ticket, shown=shown, error=error)
