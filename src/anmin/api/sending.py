"""Batches as they come from a department (报送): whole or in pieces, signed where the source signs; rows to correct."""

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils import timezone
from ninja import Body, File, Form, Header, Query, Router, UploadedFile
from ninja import Path as PathPart

from anmin.api.keys import Caller, called
from anmin.api.problems import NOT_FOUND, Problem
from anmin.api.shapes import REFUSALS, BatchOut, FinishIn, QuarantinePage, UploadIn, UploadOut
from anmin.kernel.facts.batches import actions as batches
from anmin.kernel.facts.batches import queries as batch_queries
from anmin.kernel.facts.batches.uploads import actions as uploads
from anmin.kernel.partners import actions as partners
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError

ROWS, LARGEST_ID, LARGEST_FILE = 50, 2**63 - 1, 200 * 1024 * 1024
PIECE = {
    "requestBody": {
        "required": True,
        "description": "文件从 offset 起的一段字节，不超过 2 MB",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}

router = Router()


def _sender(request: HttpRequest, source: str) -> Caller:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_have("batches.send")
    if source not in caller.key.sources:
        raise Problem(
            403, "source_not_granted", "这把密钥不能报送这个来源", where="source", todo="核对来源代码"
        )
    return caller


def _refused(trouble: PolicyError, where: str = "") -> Problem:
    return Problem(422, trouble.code, trouble.what, where=trouble.where or where, todo=trouble.todo or "")


@router.post("/sources/{source}/{period}", response={200: BatchOut, **REFUSALS}, operation_id="send_batch")
@called
def send_batch(
    request: HttpRequest,
    source: PathPart[str],
    period: PathPart[str],
    file: File[UploadedFile],
    signature: Form[str] = "",
    idempotency_key: Header[str] = "",
) -> Any:
    """Send a batch (报送批次). With an Idempotency-Key the same request again gives the same answer.

    `signature` is the SM2 signature of a source that has registered a key, in hexadecimal or base64.
    """
    caller = _sender(request, source)
    if (file.size or 0) > LARGEST_FILE:
        raise Problem(
            422, "file_too_large", "文件超过 200 MB", where="file", todo="拆成几个文件，或分片报送（uploads）"
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(file.name or "batch.csv").name or "batch.csv")
        with path.open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
        mark = hashlib.sha256(f"{source}|{period}|".encode() + path.read_bytes()).hexdigest()
        kept = _kept(caller, idempotency_key, mark)
        if kept is not None:
            return kept
        try:
            found = batches.take_in(
                by=caller.reader.name,
                source=source,
                period=period,
                path=path,
                facts=rulebook().facts,
                on=timezone.localdate(),
                signature=signature,
            )
        except PolicyError as refused:
            raise _refused(refused) from refused
    body = _told(found, source, period)
    if idempotency_key:
        partners.keep_answer(
            by=caller.reader.name,
            key=caller.key,
            name=idempotency_key,
            fingerprint=mark,
            status=200,
            body=body,
        )
    return body


def _told(found: Any, source: str, period: str) -> dict[str, Any]:
    return {
        "batch": found.batch.pk if found.batch is not None else None,
        "source": source,
        "period": period,
        "read": found.read,
        "landed": found.landed,
        "quarantined": found.batch.quarantined if found.batch is not None else len(found.bad),
        "is_repeat": found.is_repeat,
    }


def _kept(caller: Caller, name: str, mark: str) -> Any:
    if not name:
        return None
    if len(name) > 100 or "\x00" in name:
        raise Problem(422, "idempotency_key", "幂等键最长 100 个字符", where="Idempotency-Key")
    kept = partners.kept_answer(key=caller.key, name=name)
    if kept is None:
        return None
    if kept.fingerprint != mark:
        raise Problem(
            409,
            "idempotency_key_reused",
            "这个幂等键用过，但内容不同",
            where="Idempotency-Key",
            todo="换一个幂等键",
        )
    return kept.body


@router.post("/uploads", response={200: UploadOut, **REFUSALS}, operation_id="begin_upload")
@called
def begin_upload(request: HttpRequest, given: Body[UploadIn]) -> Any:
    """Announce a file that comes in pieces (分片报送), or take up again where the same file stopped: `received`."""
    caller = _sender(request, given.source)
    try:
        row = uploads.begin_upload(
            by=caller.reader.name,
            source=given.source,
            period=given.period,
            file_name=given.name,
            size=given.size,
            sha256=given.sha256,
        )
    except PolicyError as trouble:
        raise _refused(trouble) from trouble
    return _state(row)


@router.get("/uploads/{number}", response={200: UploadOut, **REFUSALS}, operation_id="upload")
@called
def upload(request: HttpRequest, number: PathPart[int]) -> Any:
    """How far a file has come (续传进度)."""
    return _state(_own(request, number))


@router.put(
    "/uploads/{number}/pieces/{offset}",
    response={200: UploadOut, **REFUSALS},
    operation_id="add_piece",
    openapi_extra=PIECE,
)
@called
def add_piece(request: HttpRequest, number: PathPart[int], offset: PathPart[int]) -> Any:
    """The bytes of a file from `offset` on (传一片). The same piece again, after a cut line, changes nothing.

    A piece that does not follow is refused with 409; `where` says from which byte on to go on.
    """
    row = _own(request, number)
    caller: Caller = request.auth  # type: ignore[attr-defined]
    try:
        piece = request.body
    except RequestDataTooBig as trouble:
        raise Problem(
            422, "piece_too_large", "这一片超过 2 MB", where="body", todo="每片不超过 2 MB"
        ) from trouble
    try:
        return _state(uploads.add_piece(by=caller.reader.name, upload=row, offset=offset, piece=piece))
    except PolicyError as trouble:
        raise Problem(
            409, trouble.code, trouble.what, where=f"received={row.received}", todo=trouble.todo or ""
        ) from trouble


@router.post("/uploads/{number}/finish", response={200: BatchOut, **REFUSALS}, operation_id="finish_upload")
@called
def finish_upload(request: HttpRequest, number: PathPart[int], given: Body[FinishIn]) -> Any:
    """Take the whole file in (收齐落库); asked again after a lost answer, it tells the same batch.

    Refused, nothing of it lands. When only bytes were missing, the upload stays and goes on.
    """
    row = _own(request, number)
    caller: Caller = request.auth  # type: ignore[attr-defined]
    if row.batch is not None:
        return {**_batch(row.batch), "is_repeat": True}
    try:
        found = batches.take_upload(
            by=caller.reader.name,
            upload=row,
            facts=rulebook().facts,
            on=timezone.localdate(),
            signature=given.signature,
        )
    except PolicyError as trouble:
        raise _refused(trouble, "upload") from trouble
    return _told(found, row.source, row.period)


@router.delete("/uploads/{number}", response={200: UploadOut, **REFUSALS}, operation_id="drop_upload")
@called
def drop_upload(request: HttpRequest, number: PathPart[int]) -> Any:
    """Throw a half upload away (丢弃没传完的文件); nothing of it ever landed."""
    row = _own(request, number)
    caller: Caller = request.auth  # type: ignore[attr-defined]
    try:
        return _state(uploads.drop_upload(by=caller.reader.name, upload=row, reason="报送单位丢弃"))
    except PolicyError as trouble:
        raise Problem(409, trouble.code, trouble.what, todo=trouble.todo or "") from trouble


def _own(request: HttpRequest, number: int) -> Any:
    """One's own upload of a source that the key may still send."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_have("batches.send")
    row = batch_queries.upload_numbered(caller.reader.name, number) if 0 < number <= LARGEST_ID else None
    if row is None or row.source not in caller.key.sources:
        raise NOT_FOUND
    return row


def _state(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "source": row.source,
        "period": row.period,
        "received": row.received,
        "size": row.size,
        "state": row.state,
        "batch": row.batch_id,
    }


def _batch(batch: Any) -> dict[str, Any]:
    names = ("source", "period", "read", "landed", "quarantined")
    return {"batch": batch.pk, **{name: getattr(batch, name) for name in names}}


@router.get(
    "/batches/{number}/quarantine", response={200: QuarantinePage, **REFUSALS}, operation_id="quarantine"
)
@called
def quarantine(
    request: HttpRequest,
    number: PathPart[int],
    after: int = Query(0, ge=0, le=2**31 - 1),
) -> Any:
    """The rows of one's own batch that did not land (隔离行)."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_have("batches.send")
    batch = batch_queries.batch(number) if 0 < number <= LARGEST_ID else None
    if batch is None or batch.by_name != caller.reader.name or batch.source not in caller.key.sources:
        raise NOT_FOUND
    rows = list(batch_queries.quarantined(batch).filter(row__gt=after)[: ROWS + 1])
    return {
        "rows": [{"row": r.row, "column": r.column, "code": r.code, "reason": r.reason} for r in rows[:ROWS]],
        "next": rows[ROWS - 1].row if len(rows) > ROWS else None,
    }
