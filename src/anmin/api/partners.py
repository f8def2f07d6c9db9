"""The partner API (部门接口): one person's status, batches of data, slips, and the caller's own log."""

import json
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Body, NinjaAPI, Query
from ninja.errors import AuthenticationError, HttpError, ValidationError

from anmin.api.affairs import router as affairs
from anmin.api.keys import Caller, KeyAuth, called, turned_away, with_a_key
from anmin.api.parsing import StrictParser
from anmin.api.problems import KEY_NOT_VALID, NOT_FOUND, Problem, answer
from anmin.api.sending import router as sending
from anmin.api.shapes import REFUSALS, CallPage, StatusIn, StatusOut
from anmin.kernel.access.taking.actions import TakingStopped
from anmin.kernel.audit import actions as audit
from anmin.kernel.exchange.registry import queries as registry
from anmin.kernel.exchange.registry.actions import without_consent
from anmin.kernel.partners import actions as partners
from anmin.kernel.partners import queries

ROWS, LARGEST_ID = 50, 2**63 - 1

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


api.add_router("", sending)
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
