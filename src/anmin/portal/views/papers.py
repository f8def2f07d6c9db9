"""Papers handed in as pictures, and the leave of each adult for the check."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.kernel.cases.own import actions
from anmin.kernel.cases.own.forms import Filling
from anmin.kernel.cases.scans import actions as scans
from anmin.kernel.exchange.consents.actions import ConsentProblem
from anmin.kernel.exchange.consents.queries import notice_in_force
from anmin.kernel.facts.sources.catalogue import sources
from anmin.kernel.people.residents.actions import EntryRefused, confirm
from anmin.policy.errors import PolicyError
from anmin.portal.pages import Visit
from anmin.portal.views.applying import in_form


@in_form
def papers(visit: Visit, filling: Filling) -> HttpResponse:
    """Pictures of papers, one at a time; what went wrong with one leaves everything else as it is."""
    trouble: list[tuple[str, str]] = []
    if visit.posted is not None:
        key = visit.posted.get("key", "")
        file = visit.request.FILES.get("file")
        if key not in {one.key for one in filling.papers}:
            trouble = [("key", _("请选一选：这是什么材料。"))]
        elif file is None:
            trouble = [
                ("file", _("请选一张照片或者一个 PDF 文件。如果刚才传到一半断了，请再选一次；别的内容都在。"))
            ]
        elif file.size is None or file.size > scans.LARGEST:
            trouble = [("file", _("这个文件超过 10 MB。请拍小一点，或者分成几张。"))]
        else:
            try:
                scans.keep_scan(
                    by=actions.applicant_of(visit.me, filling.home.person.pk),
                    file_name=file.name or "photo.jpg",
                    content=file.read(),
                    on=visit.today,
                    draft=filling.draft,
                    key=key,
                )
                return visit.go("papers", filling.draft.token, kept=1)
            except PolicyError as refused:
                trouble = [("file", f"{refused.what}。{refused.todo or ''}")]
    titles = {one.key: one.title for one in filling.papers}
    return visit.page(
        "apply_papers",
        status=422 if trouble else 200,
        filling=filling,
        rows=[(scan, titles.get(scan.key, "")) for scan in filling.scans],
        errors=trouble,
    )


@require_POST
@in_form
def drop_paper(visit: Visit, filling: Filling, number: int) -> HttpResponse:
    """Take a picture back."""
    scan = next((one for one in filling.scans if one.pk == number), None)
    if scan is None:
        raise Http404
    signer = actions.applicant_of(visit.me, filling.home.person.pk)
    scans.drop_scan(by=signer, scan=scan, on=visit.today, reason=_("本人撤下"))
    return visit.go("papers", filling.draft.token)


@in_form
def consents(visit: Visit, filling: Filling) -> HttpResponse:
    """Who has agreed to the check, and how the others can."""
    return _consents_page(visit, filling)


def _consents_page(visit: Visit, filling: Filling, **more: object) -> HttpResponse:
    known = sources()
    return visit.page(
        "apply_consents",
        status=422 if more.get("error") else 200,
        filling=filling,
        adults=[(one, actions.may_agree_here(visit.me, one.person)) for one in filling.adults],
        notice=notice_in_force("check", visit.today),
        asked=[known[key].title for key in filling.sources if key in known],
        **{"ticket": "", "shown": "", "error": "", "whose": None} | more,
    )


@require_POST
@in_form
def agree(visit: Visit, filling: Filling, person: int) -> HttpResponse:
    """Agree oneself, send a code to another adult, or take the code in that they told."""
    adult = next(
        (one.person for one in filling.adults if one.person.pk == person and not one.has_agreed), None
    )
    if adult is None:
        raise Http404
    ticket, code = visit.request.POST.get("ticket", ""), visit.request.POST.get("code", "").strip()
    try:
        if actions.may_agree_here(visit.me, adult):
            actions.agree(by=visit.me, person=adult, sources=filling.sources)
        elif ticket:
            found = confirm(by=visit.me, ticket=ticket, code=code, kind="consent")
            if found.person != adult.pk:
                raise Http404
            actions.agree(by=visit.me, person=adult, sources=filling.sources)
        else:
            asked = actions.ask_family_code(by=visit.me, person=adult, wanted={"sources": filling.sources})
            return _consents_page(visit, filling, ticket=asked.ticket, shown=asked.shown, whose=adult)
    except (EntryRefused, ConsentProblem) as refused:
        return _consents_page(visit, filling, ticket=ticket, error=str(refused), whose=adult)
    return visit.go("consents", filling.draft.token)
