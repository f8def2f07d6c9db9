"""The partner API (部门接口): one person's status, batches of data, slips, and the caller's own log."""

import hashlib
import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Body, File, Header, NinjaAPI, Query, UploadedFile
from ninja import Path as PathPart
from ninja.errors import AuthenticationError, HttpError, ValidationError

from anmin.api.affairs import router as affairs
from anmin.api.keys import Caller, KeyAuth, called, turned_away, with_a_key
from anmin.api.parsing import StrictParser
from anmin.api.problems import KEY_NOT_VALID, NOT_FOUND, Problem, answer
from anmin.api.shapes import (
    REFUSALS,
    BatchOut,
    CallPage,
    QuarantinePage,
    StatusIn,
    StatusOut,
)
from anmin.kernel.access.taking.actions import TakingStopped
from anmin.kernel.audit import actions as audit
from anmin.kernel.exchange.registry import queries as registry
from anmin.kernel.exchange.registry.actions import without_consent
from anmin.kernel.facts.batches import actions as batches
from anmin.kernel.facts.batches import queries as batch_queries
from anmin.kernel.partners import actions as partners
from anmin.kernel.partners import queries
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError

ROWS, LARGEST_ID, LARGEST_FILE = 50, 2**63 - 1, 200 * 1024 * 1024

api = NinjaAPI(
    title="安民部门接口",
    version="1",
    description="按密钥登记的用途、数据项和辖区提供；每次调用都有记录。",
    auth=KeyAuth(),
    docs_url=None,
    docs_decorator=with_a_key(KeyAuth(), lambda request, problem: answer(request, problem or KEY_NOT_VALID)),
    parser=StrictParser(),
    urls_namespace="partners",
)


@api.post("/status", response={200: StatusOut, **REFUSALS}, operation_id="status")
@called
def status(request: HttpRequest, asked: Body[StatusIn]) -> Any:
    """The status of one person (查询认定状态), in fields that the key was granted, for a named matter."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_have("status.read")
    caller.matter, today = asked.matter, timezone.localdate()
    for name in asked.fields:
        known = queries.shareable().get(name)
        if known is None:
            raise Problem(
                422, "unknown_field", f"没有数据项 {name[:60]}", where="fields", todo="见接口说明的数据项表"
            )
        if name not in caller.key.fields:
            words = known.note or "这把密钥没有登记这个数据项"
            raise Problem(
                403, "field_not_granted", f"{known.title}：{words}", where=name, todo="在依据范围内申请共享"
            )
    there = registry.somebody(caller.reader, asked.number)
    person = registry.person_for(caller.reader, caller.key, asked.number, today)
    if person is None:
        if there is not None:
            without_consent(by=caller.reader.name, key=caller.key, person=there.pk)
        raise NOT_FOUND
    _count(caller, [person.pk], today)
    caller.persons, caller.fields = 1, list(asked.fields)
    audit.record_reads(
        by=caller.reader.name,
        person_ids=[person.pk],
        via=caller.reader.via,
        purpose=f"{caller.key.purpose}：{asked.matter}"[:100],
        fields=["api", *asked.fields],
        division=person.division,
    )
    return {"on": today, "values": registry.told(caller.reader, caller.key, person, asked.fields, today)}


def _count(caller: Caller, persons: list[int], on: date) -> None:
    """Persons told of, each once a day over all keys of the line; beyond the key's number nothing is told."""
    try:
        partners.take_persons(by=caller.reader.name, key=caller.key, person_ids=persons, on=on)
    except TakingStopped as stopped:
        raise Problem(
            429, "too_many_persons", "今天查询的人数到上限了", todo=f"每天不超过 {caller.key.per_day} 人"
        ) from stopped


@api.post("/sources/{source}/{period}", response={200: BatchOut, **REFUSALS}, operation_id="send_batch")
@called
def send_batch(
    request: HttpRequest,
    source: PathPart[str],
    period: PathPart[str],
    file: File[UploadedFile],
    idempotency_key: Header[str] = "",
) -> Any:
    """Send a batch (报送批次). With an Idempotency-Key the same request again gives the same answer."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_have("batches.send")
    if source not in caller.key.sources:
        raise Problem(
            403, "source_not_granted", "这把密钥不能报送这个来源", where="source", todo="核对来源代码"
        )
    if (file.size or 0) > LARGEST_FILE:
        raise Problem(
            422, "file_too_large", "文件超过 200 MB", where="file", todo="拆成几个文件，或改用文件交换"
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
            )
        except PolicyError as refused:
            raise Problem(
                422, refused.code, refused.what, where=refused.where or "", todo=refused.todo or ""
            ) from refused
    body = {
        "batch": found.batch.pk if found.batch is not None else None,
        "source": source,
        "period": period,
        "read": found.read,
        "landed": found.landed,
        "quarantined": found.batch.quarantined if found.batch is not None else len(found.bad),
        "is_repeat": found.is_repeat,
    }
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


@api.get(
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


@api.get("/calls", response={200: CallPage, **REFUSALS}, operation_id="calls")
@called
def calls(request: HttpRequest, before: int = Query(LARGEST_ID, ge=0, le=LARGEST_ID)) -> Any:
    """What was done with this key (调用日志), newest first."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    rows = list(queries.calls_with(caller.key).filter(pk__lt=before).order_by("-pk")[: ROWS + 1])
    return {
        "rows": [
            {
                "id": row.pk,
                "at": row.at.isoformat(),
                "method": row.method,
                "path": row.path,
                "status": row.status,
                "matter": row.matter,
                "fields": row.fields,
                "persons": row.persons,
            }
            for row in rows[:ROWS]
        ],
        "next": rows[ROWS - 1].pk if len(rows) > ROWS else None,
    }


api.add_router("", affairs)


@api.exception_handler(Problem)
def on_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A problem in its fixed shape."""
    return answer(request, problem)


@api.exception_handler(AuthenticationError)
def on_stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """One answer for no key, a wrong one, an expired one, a revoked one."""
    return answer(request, KEY_NOT_VALID)


@api.exception_handler(ValidationError)
def on_bad_request(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The first thing that cannot be read, and where."""
    first = error.errors[0] if error.errors else {}
    where = ".".join(str(part) for part in first.get("loc", ()))
    turned_away(request, request.auth.key, 422, "not_readable")  # type: ignore[attr-defined]
    return answer(
        request,
        Problem(422, "not_readable", "请求内容不对", where=where, todo=str(first.get("msg", ""))[:200]),
    )


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that is no JSON, or the like."""
    turned_away(request, request.auth.key, error.status_code, "not_readable")  # type: ignore[attr-defined]
    return answer(
        request, Problem(error.status_code, "not_readable", "请求内容读不出来", todo="检查格式和编码")
    )


def described() -> dict[str, Any]:
    """The description of the interface (OpenAPI 3.1)."""
    found: dict[str, Any] = json.loads(
        json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str)
    )
    return found
