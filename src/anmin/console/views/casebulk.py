"""Many cases at once: bulk steps with a preview, confirming those without doubt, samples that anybody can draw again."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.answers import pdf
from anmin.console.casetable import failure_line, filters_of, keep_chosen, keep_outcome, rows_of
from anmin.console.places import place_name
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.papers.queries import papers_of
from anmin.kernel.cases.sampling import actions as sampling
from anmin.kernel.cases.sampling import queries as samples
from anmin.kernel.cases.table import actions, bulk, queries
from anmin.kernel.papers import actions as papers

MOST, MOST_PRINTED, ROWS = 50, 20, 50
NAMES = "case.accept", "case.publish", "case.file", "case.opine", "case.survey"


@require_POST
@needs(*NAMES)
def bulk_step(desk: Desk) -> HttpResponse:
    """A bulk step on the ticked cases: first what would happen, then what did; the ticks stay."""
    given, what = desk.request.POST, desk.request.POST.get("what", "")
    numbers = list(dict.fromkeys(given.getlist("case")))[:MOST]
    back = f"{reverse('console:cases')}?{urlencode(filters_of(given).as_query())}"
    if what not in bulk.TITLES:
        raise Http404
    if not numbers:
        messages.error(desk.request, _("请先勾选要办的办件。"))
        return HttpResponseRedirect(back)
    if what == bulk.PAPERS and len(numbers) > MOST_PRINTED:
        messages.error(desk.request, _("成套打印一次最多 %(n)d 件。") % {"n": MOST_PRINTED})
        return HttpResponseRedirect(back)
    keep_chosen(desk.request, numbers)
    if given.get("go"):
        seen = {number: _whole(given.get(f"seen-{number}", "")) for number in numbers}
        outcome = actions.do_all(by=desk.reader, what=what, seen=seen, on=desk.today)
        keep_outcome(desk.request, what, outcome)
        return HttpResponseRedirect(back)
    cases = queries.case_rows(desk.reader, numbers)
    _note(desk, cases)
    found = bulk.preview(desk.reader, cases, what, desk.today)
    return desk.page(
        "case_bulk",
        "cases",
        what=what,
        title=bulk.TITLES[what],
        cases=cases,
        done=set(found.done),
        already=set(found.already),
        failed={row.number: failure_line(row.number, row.words, row.mend) for row in found.failed},
        found=found,
        query=urlencode(filters_of(given).as_query()),
        asked=filters_of(given),
    )


@require_POST
@needs(*NAMES)
def print_set(desk: Desk) -> HttpResponse:
    """The papers of some cases as one file, each with its own page numbers."""
    numbers = desk.request.POST.getlist("case")[:MOST_PRINTED]
    cases = queries.case_rows(desk.reader, numbers)
    rows = [paper for case in cases for paper in papers_of(desk.reader, case)]
    if not rows:
        raise Http404
    take(reader=desk.reader, klass="list", person_ids=[case.applicant_id for case in cases])
    return pdf("成套文书", papers.print_papers(by=desk.reader.user, papers=rows))


@needs("case.confirm", "case.confirm_in_town")
def batch(desk: Desk) -> HttpResponse:
    """Confirm the cases without doubt at once; the others stand beside with their reasons, a sample is held back."""
    given = desk.request.POST if desk.request.method == "POST" else desk.request.GET
    numbers = list(dict.fromkeys(given.getlist("case")))[:MOST]
    cases = [row for row in queries.case_rows(desk.reader, numbers) if row.closed_on is None]
    _note(desk, cases)
    result = None
    if desk.request.method == "POST" and given.get("go"):
        seed = given.get("seed", "").strip() or secrets.token_hex(8)
        result = _confirmed(desk, cases, seed)
        cases = queries.case_rows(desk.reader, [row.number for row in cases])
    else:
        keep_chosen(desk.request, numbers)
    doubts = {row.number: samples.doubts(row) for row in cases}
    rows = rows_of(cases, desk.today)
    return desk.page(
        "case_batch",
        "cases",
        rows=[row for row in rows if not doubts[row.case.number]],
        others=[(row, doubts[row.case.number]) for row in rows if doubts[row.case.number]],
        seed=secrets.token_hex(8),
        result=result,
    )


def _confirmed(desk: Desk, cases: list[queries.Case], seed: str) -> dict[str, object]:
    """One batch a matter and county, for shares and seeds are those of a matter in a place."""
    done: list[str] = []
    held: list[str] = []
    refused: dict[str, str] = {}
    groups: dict[tuple[str, str], list[queries.Case]] = {}
    for row in cases:
        groups.setdefault((row.matter, row.division[:6]), []).append(row)
    for (matter, division), rows in groups.items():
        seen = {row.number: _whole(desk.request.POST.get(f"seen-{row.number}", "")) for row in rows}
        found = sampling.confirm_batch(
            by=desk.reader, seen=seen, matter=matter, division=division, seed=seed, on=desk.today
        )
        done += found.done
        held += found.held_back
        refused |= found.refused
    return {"done": done, "held": held, "refused": refused, "seed": seed}


@needs("case.read")
def sample_list(desk: Desk) -> HttpResponse:
    """Samples with their seeds; whether each seed draws the same cases again; for whoever confirms also a draw."""
    offered = samples.drawable(desk.reader, desk.today) if desk.reader.may(samples.DRAWS) else []
    given, trouble = desk.request.POST, ""
    if desk.request.method == "POST":
        chosen = next((one for one in offered if one.key == given.get("of", "")), None)
        share = given.get("share", "").strip().removesuffix("%")
        try:
            if chosen is None or not share.isdigit() or len(share) > 3:
                raise sampling.SampleProblem(_("请选择抽查范围，比例写成整数，例如 30"))
            row = sampling.draw_sample(
                by=desk.reader,
                matter=chosen.matter,
                division=chosen.division,
                numbers=chosen.numbers,
                share_bp=int(share) * 100,
                seed=given.get("seed", "").replace("\x00", "")[:60],
                on=desk.today,
            )
        except sampling.SampleProblem as problem:
            trouble = str(problem)
        else:
            told = _("从 %(n)d 件抽中 %(m)d 件，种子 %(s)s。")
            messages.success(desk.request, told % {"n": len(row.cases), "m": len(row.drawn), "s": row.seed})
            return HttpResponseRedirect(reverse("console:case_samples"))
    page = Paginator(samples.samples(desk.reader), ROWS).get_page(desk.request.GET.get("page"))
    rows = [(row, samples.draws_again(row)) for row in page.object_list]
    return desk.page(
        "case_samples",
        "cases",
        page_of=page,
        rows=rows,
        offered=[(one, place_name(one.division), one.least_bp // 100) for one in offered],
        trouble=trouble,
        typed=given,
        seed=secrets.token_hex(8),
    )


def _note(desk: Desk, cases: list[queries.Case]) -> None:
    keys = [row.applicant_id for row in cases]
    take(reader=desk.reader, klass="list", person_ids=keys)
    audit.record_reads(by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["cases"])


def _whole(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 9 else -1
