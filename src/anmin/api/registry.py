"""The Social Registry interface of SPDCI, version 1: search now or later, subscriptions, the state of a transaction."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Body, NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from anmin.api.keys import Caller, called, turned_away, with_a_key
from anmin.api.parsing import StrictParser, readable
from anmin.api.problems import Problem
from anmin.api.registry_shapes import (
    REFUSALS,
    AckOut,
    AnsweredOut,
    InformIn,
    SearchIn,
    StatusIn,
    SubscribeIn,
    UnsubscribeIn,
)
from anmin.kernel.access.middleware import tell
from anmin.kernel.access.taking.actions import TakingStopped
from anmin.kernel.exchange.delivery.actions import CallbackProblem, check_callback
from anmin.kernel.exchange.registry import actions, messages
from anmin.kernel.exchange.registry.queries import public_keys
from anmin.kernel.exchange.registry.signatures import SignatureProblem, check
from anmin.kernel.partners import queries
from anmin.kernel.partners.queries import Refused, Sender

POWER = "registry"
FRESH = timedelta(minutes=15)
"""How old a signed message may be, or how far ahead of our clock: later it could be somebody's copy."""
STATUS = {
    "err.request.bad": 400,
    "err.request.unauthorized": 401,
    "err.request.forbidden": 403,
    "err.request.not_found": 404,
    "err.request.timeout": 400,
    "err.request.too_many_requests": 429,
    "err.version.not_supported": 400,
    "err.sender_id.invalid": 400,
    "err.sender_uri.invalid": 400,
    "err.receiver_id.invalid": 400,
    "err.signature.missing": 401,
    "err.signature.invalid": 401,
    "err.encryption.invalid": 400,
}


class Refusal(Problem):
    """A message that is not served, by the standard's own code."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(STATUS[code], code, words)


def answer(refusal: Problem) -> JsonResponse:
    """A refusal in the standard's shape."""
    response = JsonResponse(messages.refused(refusal.code, refusal.message), status=refusal.status)
    response["Cache-Control"] = "no-store"
    if response.status_code == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


KEY_NOT_VALID = Refusal("err.request.unauthorized", "the key is not valid for this interface")


class RegistryAuth(HttpBearer):  # type: ignore[misc]
    """A partner's key with the power for this interface. Whatever is wrong with a key, the answer is one and the same."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """The caller, before anything of the message was looked at."""
        found = queries.key_by_token(token, timezone.localdate())
        if isinstance(found, Refused) or POWER not in found.powers:
            why = found.why if isinstance(found, Refused) else "power"
            turned_away(request, found.key if isinstance(found, Refused) else found, 401, why)
            return None
        if queries.calls_in_last_minute(found, timezone.now()) >= found.per_minute:
            turned_away(request, found, 429, "err.request.too_many_requests")
            raise Refusal("err.request.too_many_requests", f"at most {found.per_minute} calls a minute")
        return Caller(found, queries.reader_of_key(found, timezone.localdate()))


api = NinjaAPI(
    title="安民社会登记接口（SPDCI Social Registry v1）",
    version="1.0.0",
    description="国际数字融合倡议的社会登记标准接口。按密钥登记的用途、数据项和辖区提供；依据是本人同意的，没有有效同意的人不提供。"
    "每次查询都记入被查询人的查阅记录。",
    auth=RegistryAuth(),
    docs_url=None,
    docs_decorator=with_a_key(
        RegistryAuth(), lambda request, problem: answer(problem if problem is not None else KEY_NOT_VALID)
    ),
    parser=StrictParser(),
    urls_namespace="spdci",
)


def opened(request: HttpRequest, *actions_served: str) -> tuple[Sender, dict[str, Any]]:
    """The sender and the message as it came, once everything about the envelope was found in order.

    Raises:
        Refusal: with the code of the standard for what is wrong.
    """
    caller: Caller = request.auth  # type: ignore[attr-defined]
    body: dict[str, Any] = readable(request.body)
    header = body["header"]
    if str(header.get("version", messages.VERSION)) not in messages.VERSIONS:
        raise Refusal("err.version.not_supported", f"served: {messages.VERSION}")
    if header.get("is_msg_encrypted"):
        raise Refusal("err.encryption.invalid", "messages are not encrypted; the connection is")
    sender = queries.sender_named(str(header.get("sender_id") or ""))
    if sender is None or queries.family_of(sender.key) != queries.family_of(caller.key):
        raise Refusal("err.sender_id.invalid", "this sender is not registered for this key")
    try:
        check(sender, body)
    except SignatureProblem as problem:
        code = "err.signature.missing" if problem.is_missing else "err.signature.invalid"
        raise Refusal(code, str(problem)) from problem
    if header.get("receiver_id") and header["receiver_id"] != sender.receiver_id:
        raise Refusal("err.receiver_id.invalid", "the message is for somebody else")
    if header["action"] not in actions_served:
        raise Refusal("err.request.bad", f"header.action: {' or '.join(actions_served)}")
    _must_be_fresh(sender, header["message_ts"])
    tell({**caller.reader.settings, "anmin.partner": str(caller.key.partner_id)})
    return sender, body


def _must_be_fresh(sender: Sender, written: str) -> None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise Refusal("err.request.bad", "header.message_ts: ISO 8601 with time zone") from None
    if sender.public_key and (moment.tzinfo is None or abs(timezone.now() - moment) > FRESH):
        raise Refusal("err.request.timeout", "header.message_ts: not within 15 minutes of our clock")


def as_written(body: Mapping[str, Any]) -> JsonResponse:
    """An answer just as it is: a name that a serializer adds breaks the signature and the published shape."""
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def _counted(header: Mapping[str, Any], rows: list[Any]) -> None:
    if header["total_count"] != len(rows):
        raise Refusal("err.request.bad", f"header.total_count: {len(rows)} requests are in the message")


def _taken_in(request: HttpRequest, action: str, body: dict[str, Any], sender: Sender) -> JsonResponse:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    try:
        uri = check_callback(sender, str(body["header"].get("sender_uri") or ""))
    except CallbackProblem:
        raise Refusal("err.sender_uri.invalid", "answers go only to registered hosts") from None
    try:
        kept = actions.receive(
            by=caller.reader.name,
            sender=sender,
            action=action,
            transaction_id=body["message"]["transaction_id"],
            uri=uri,
            request=body["message"],
            correlation=messages.fresh(),
        )
    except actions.TransactionReused:
        raise Refusal("err.request.bad", "message.transaction_id came before with another request") from None
    return as_written(messages.acknowledged(kept.correlation))


@api.post("/registry/sync/search", response={200: AnsweredOut, **REFUSALS}, operation_id="sync_search")
@called
def sync_search(request: HttpRequest, given: Body[SearchIn]) -> Any:
    """Search and answer at once (即时查询)."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    sender, body = opened(request, "search")
    _counted(body["header"], body["message"]["search_request"])
    try:
        made = actions.answer_search(
            by=caller.reader.name,
            reader=caller.reader,
            key=caller.key,
            sender=sender,
            message=body["message"],
            correlation=messages.fresh(),
            on=timezone.localdate(),
        )
    except TakingStopped:
        words = f"at most {caller.key.per_day} persons a day"
        raise Refusal("err.request.too_many_requests", words) from None
    caller.persons, caller.fields = made.persons, list(caller.key.fields)
    return as_written(made.body)


@api.post("/registry/search", response={200: AckOut, **REFUSALS}, operation_id="search")
@called
def search(request: HttpRequest, given: Body[SearchIn]) -> Any:
    """Take a search in; the answer comes as `on-search` to the sender's registered address (异步查询)."""
    sender, body = opened(request, "search")
    _counted(body["header"], body["message"]["search_request"])
    return _taken_in(request, "search", body, sender)


@api.post("/registry/subscribe", response={200: AckOut, **REFUSALS}, operation_id="subscribe")
@called
def subscribe(request: HttpRequest, given: Body[SubscribeIn]) -> Any:
    """Ask to be told of events; the codes come as `on-subscribe` (订阅)."""
    sender, body = opened(request, "subscribe")
    _counted(body["header"], body["message"]["subscribe_request"])
    return _taken_in(request, "subscribe", body, sender)


@api.post("/registry/unsubscribe", response={200: AckOut, **REFUSALS}, operation_id="unsubscribe")
@called
def unsubscribe(request: HttpRequest, given: Body[UnsubscribeIn]) -> Any:
    """End subscriptions; what came of it comes as `on-unsubscribe` (退订)."""
    sender, body = opened(request, "unsubscribe")
    return _taken_in(request, "unsubscribe", body, sender)


@api.post("/registry/txn/status", response={200: AckOut, **REFUSALS}, operation_id="txn_status")
@called
def txn_status(request: HttpRequest, given: Body[StatusIn]) -> Any:
    """Ask for the state of an earlier request; it comes as `txn-on-status` (异步查状态)."""
    sender, body = opened(request, "txn-status")
    return _taken_in(request, "txn-status", body, sender)


@api.post(
    "/registry/sync/txn/status", response={200: AnsweredOut, **REFUSALS}, operation_id="sync_txn_status"
)
@called
def sync_txn_status(request: HttpRequest, given: Body[StatusIn]) -> Any:
    """The state of an earlier request, at once (即时查状态)."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    sender, body = opened(request, "txn-status")
    return as_written(actions.status(by=caller.reader.name, sender=sender, message=body["message"]).body)


def _informed(request: HttpRequest, action: str) -> JsonResponse:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    sender, body = opened(request, action)
    try:
        kept = actions.receive(
            by=caller.reader.name,
            sender=sender,
            action=action,
            transaction_id=body["message"]["transaction_id"],
            uri="",
            request=body["message"],
            correlation=messages.fresh(),
            is_answered=False,
        )
    except actions.TransactionReused:
        raise Refusal("err.request.bad", "message.transaction_id came before with another message") from None
    return as_written(messages.acknowledged(kept.correlation))


@api.post("/registry/on-search", response={200: AckOut, **REFUSALS}, operation_id="on_search")
@called
def on_search(request: HttpRequest, given: Body[InformIn]) -> Any:
    """Keep the answer of another registry."""
    return _informed(request, "on-search")


@api.post("/registry/on-subscribe", response={200: AckOut, **REFUSALS}, operation_id="on_subscribe")
@called
def on_subscribe(request: HttpRequest, given: Body[InformIn]) -> Any:
    """Keep what came of a subscription of ours."""
    return _informed(request, "on-subscribe")


@api.post("/registry/on-unsubscribe", response={200: AckOut, **REFUSALS}, operation_id="on_unsubscribe")
@called
def on_unsubscribe(request: HttpRequest, given: Body[InformIn]) -> Any:
    """Keep what came of the end of a subscription of ours."""
    return _informed(request, "on-unsubscribe")


@api.post("/registry/notify", response={200: AckOut, **REFUSALS}, operation_id="notify")
@called
def notify(request: HttpRequest, given: Body[InformIn]) -> Any:
    """Keep another registry's notice."""
    return _informed(request, "notify")


@api.post("/registry/txn/on-status", response={200: AckOut, **REFUSALS}, operation_id="txn_on_status")
@called
def txn_on_status(request: HttpRequest, given: Body[InformIn]) -> Any:
    """Keep the state that another registry tells us."""
    return _informed(request, "txn-on-status")


@api.get("/keys.json", response={200: dict[str, Any], **REFUSALS}, operation_id="keys")
def keys(request: HttpRequest) -> Any:
    """Our public keys, with which our signatures are checked (JWK)."""
    return public_keys()


@api.exception_handler(Refusal)
def on_refusal(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """What the standard refuses."""
    return answer(refusal)


@api.exception_handler(AuthenticationError)
def on_stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """One answer for no key, a wrong one, an expired one, a revoked one, one for something else."""
    return answer(KEY_NOT_VALID)


@api.exception_handler(ValidationError)
def on_bad_shape(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The first part of a message that is not as the standard has it."""
    first = error.errors[0] if error.errors else {}
    where = ".".join(str(part) for part in first.get("loc", ())[2:])
    turned_away(request, request.auth.key, 400, "err.request.bad")  # type: ignore[attr-defined]
    return answer(Refusal("err.request.bad", f"{where}: {first.get('msg', '')}"[:500]))


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that is no JSON."""
    turned_away(request, request.auth.key, 400, "err.request.bad")  # type: ignore[attr-defined]
    return answer(Refusal("err.request.bad", "a body is JSON in UTF-8 with header and message"))


def described() -> dict[str, Any]:
    """The description of the interface (OpenAPI 3.1)."""
    found: dict[str, Any] = json.loads(
        json.dumps(api.get_openapi_schema(path_prefix="/spdci/social/"), default=str)
    )
    return found
