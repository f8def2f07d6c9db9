"""Files that come in pieces from the browser: begin, go on, take in, throw away (断点续传)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.views.desk import Desk, needs
from anmin.kernel.facts.batches import actions, queries
from anmin.kernel.facts.batches.uploads import actions as uploads
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError


@require_POST
@needs("batches.upload")
def upload_begin(desk: Desk) -> HttpResponse:
    """Announce a file; the answer says from which byte on to send."""
    given = desk.request.POST
    size = given.get("size", "")
    try:
        row = uploads.begin_upload(
            by=desk.reader.user,
            source=given.get("source", ""),
            period=given.get("period", "").strip(),
            file_name=given.get("name", ""),
            size=int(size) if size.isdigit() and len(size) < 16 else 0,
            sha256=given.get("sha256", ""),
        )
    except PolicyError as trouble:
        return _refused(trouble)
    return _state(row)


@needs("batches.upload")
def upload_piece(desk: Desk, pk: int) -> HttpResponse:
    """How far a file has come; with a body, its next piece."""
    row = _own(desk, pk)
    if desk.request.method != "POST":
        return _state(row)
    offset = desk.request.GET.get("offset", "")
    try:
        row = uploads.add_piece(
            by=desk.reader.user,
            upload=row,
            offset=int(offset) if offset.isdigit() and len(offset) < 16 else -1,
            piece=desk.request.body,
        )
    except PolicyError as trouble:
        return _refused(trouble, row.received)
    return _state(row)


@require_POST
@needs("batches.upload")
def upload_finish(desk: Desk, pk: int) -> HttpResponse:
    """Take the whole file in; the answer is the page of its batch, or why it was refused."""
    try:
        landing = actions.take_upload(
            by=desk.reader.user,
            upload=_own(desk, pk),
            facts=rulebook().facts,
            on=desk.today,
            signature=desk.request.POST.get("signature", ""),
        )
    except PolicyError as trouble:
        return _refused(trouble)
    words = _("内容和这一批相同，没有新增。") if landing.is_repeat else _("已接收。")
    messages.success(desk.request, words)
    return JsonResponse({"address": reverse("console:batch", args=[landing.batch.pk])})  # type: ignore[union-attr]


@require_POST
@needs("batches.upload")
def upload_drop(desk: Desk, pk: int) -> HttpResponse:
    """Throw a half upload away."""
    try:
        uploads.drop_upload(by=desk.reader.user, upload=_own(desk, pk), reason="经办人丢弃")
        messages.success(desk.request, _("没传完的文件已丢弃，没有落库任何数据。"))
    except PolicyError as trouble:
        messages.error(desk.request, trouble.what)
    return HttpResponseRedirect(reverse("console:batches"))


def _own(desk: Desk, pk: int) -> Any:
    row = queries.upload_numbered(desk.reader.user, pk)
    if row is None:
        raise Http404
    return row


def _state(row: Any) -> JsonResponse:
    return JsonResponse({"id": row.pk, "received": row.received, "size": row.size, "state": row.state})


def _refused(trouble: PolicyError, received: int | None = None) -> JsonResponse:
    body = {"code": trouble.code, "what": trouble.what, "todo": trouble.todo or "", "received": received}
    return JsonResponse(body, status=422)
