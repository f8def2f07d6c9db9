"""Scanned papers from the browser: in pieces that go on after a cut line, or whole with the form; shown and taken down."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.counterwords import worded
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.taking.actions import take
from anmin.kernel.cases.intake import actions as intake
from anmin.kernel.cases.intake.queries import draft_of
from anmin.kernel.cases.queries import case_numbered
from anmin.kernel.cases.scans import actions, queries
from anmin.policy.errors import PolicyError

HAND_IN = ("case.file", "case.accept")
FIELD = "scan-"
PICTURES = ("jpg", "png")


@require_POST
@needs(*HAND_IN)
def scan_begin(desk: Desk) -> HttpResponse:
    """Announce a scan; the answer says from which byte on to send."""
    given = desk.request.POST
    size = given.get("size", "")
    place = _place(desk, given.get("draft", ""), given.get("case", ""))
    try:
        row = actions.begin_scan(
            by=desk.reader,
            file_name=given.get("name", ""),
            size=int(size) if size.isdigit() and len(size) < 12 else 0,
            sha256=given.get("sha256", ""),
            on=desk.today,
            key=given.get("key", "")[:40],
            **place,
        )
    except (PolicyError, PermissionError) as trouble:
        return _refused(trouble)
    return _at(row)


@require_POST
@needs(*HAND_IN)
def scan_piece(desk: Desk, pk: int) -> HttpResponse:
    """The next piece of a scan, at most 256 KB."""
    row, offset = _scan(desk, pk), desk.request.GET.get("offset", "")
    try:
        row = actions.add_scan_piece(
            by=desk.reader,
            scan=row,
            offset=int(offset) if offset.isdigit() and len(offset) < 12 else -1,
            piece=desk.request.body,
            on=desk.today,
        )
    except (PolicyError, PermissionError) as trouble:
        return _refused(trouble, row.received)
    return _at(row)


@require_POST
@needs(*HAND_IN)
def scan_finish(desk: Desk, pk: int) -> HttpResponse:
    """Look through a complete scan and keep it; the paper of the checklist then counts as received."""
    try:
        row = intake.receive_scan(by=desk.reader, scan=_scan(desk, pk), on=desk.today)
    except (PolicyError, PermissionError) as trouble:
        return _refused(trouble)
    return JsonResponse(
        {"id": row.pk, "name": row.file_name, "address": reverse("console:scan", args=[row.pk])}
    )


@needs("case.read")
def scan(desk: Desk, pk: int) -> HttpResponse:
    """One scan itself; whose it is, and that it was looked at, goes into the book of reads."""
    row = _scan(desk, pk)
    whose = row.case.applicant_id if row.case is not None else None
    take(reader=desk.reader, klass="page", person_ids=[whose] if whose is not None else [])
    found = actions.read_scan(by=desk.reader, scan=row, purpose=_("办理救助申请"))
    answer = HttpResponse(found.content, content_type=found.media_type)
    how = "inline" if found.kind in PICTURES else "attachment"
    answer["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(row.file_name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@needs(*HAND_IN)
def scan_drop(desk: Desk, pk: int) -> HttpResponse:
    """Take a scan down that was the wrong one, before the case is accepted."""
    row = _scan(desk, pk)
    try:
        actions.drop_scan(by=desk.reader, scan=row, on=desk.today, reason=_("经办人撤下"))
        messages.success(desk.request, _("扫描件已撤下。"))
    except PermissionError as trouble:
        messages.error(desk.request, str(trouble))
    if row.case is not None:
        return HttpResponseRedirect(reverse("console:case_materials", args=[row.case.number]))
    return HttpResponseRedirect(reverse("console:intake_form", args=[row.draft.token]) + "#materials")


def take_files(desk: Desk, **place: Any) -> list[tuple[str, str]]:
    """Keep the files that came with a form, each at the paper its field names; what could not be kept, in words."""
    refusals = []
    for field in desk.request.FILES:
        for file in desk.request.FILES.getlist(field):
            if not field.startswith(FIELD):
                continue
            if file.size is None or file.size > actions.LARGEST:
                refusals.append(
                    (field, _("%(name)s：文件超过 10 MB，请调低分辨率再传") % {"name": file.name})
                )
                continue
            try:
                row = actions.keep_scan(
                    by=desk.reader,
                    file_name=file.name or "",
                    content=file.read(),
                    on=desk.today,
                    key=field.removeprefix(FIELD)[:40],
                    **place,
                )
                intake.receive_scan(by=desk.reader, scan=row, on=desk.today)
            except (PolicyError, PermissionError) as trouble:
                refusals += [(field, f"{file.name}：{words}") for _code, words in worded(trouble)]
    return refusals


def _place(desk: Desk, token: str, number: str) -> dict[str, Any]:
    if number:
        case = case_numbered(desk.reader, number)
        if case is None:
            raise Http404
        return {"case": case}
    draft = draft_of(token, reader=desk.reader)
    if draft is None:
        raise Http404
    return {"draft": draft}


def _scan(desk: Desk, pk: int) -> Any:
    row = queries.scan_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    return row


def _at(row: Any) -> JsonResponse:
    return JsonResponse({"id": row.pk, "received": row.received, "size": row.size, "state": row.state})


def _refused(trouble: Exception, received: int | None = None) -> JsonResponse:
    ((_code, words),) = worded(trouble)
    return JsonResponse({"what": words, "received": received}, status=422)
