"""Messages of SPDCI Social Registry v1 as they are taken and given (消息结构): what the OpenAPI description shows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

Id = Annotated[str, Field(min_length=1, max_length=99)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Moment = Annotated[str, Field(min_length=10, max_length=40, pattern=r"^\d{4}-\d{2}-\d{2}")]
Locale = Annotated[str, Field(pattern=r"^[a-z]{3}$")]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
MOST = 20


class Open(Schema):
    """What may bring further names, as the standard allows."""

    model_config = ConfigDict(extra="allow")


class Header(Open):
    """The header of a request."""

    version: str = "1.0.0"
    message_id: Text
    message_ts: Moment
    action: Text
    sender_id: Text
    sender_uri: str | None = Field(None, max_length=500)
    receiver_id: str | None = Field(None, max_length=200)
    total_count: Count
    is_msg_encrypted: bool = False
    meta: dict[str, Any] | None = None


class CallbackHeader(Open):
    """The header of a message that answers or informs. Whoever sends it says who it is."""

    version: str = "1.0.0"
    message_id: Text
    message_ts: Moment
    action: Text
    status: Literal["rcvd", "pdng", "succ", "rjct"]
    status_reason_code: str | None = None
    status_reason_message: str | None = Field(None, max_length=999)
    total_count: Count | None = None
    completed_count: Count | None = None
    sender_id: Text | None = None
    receiver_id: str | None = Field(None, max_length=200)
    is_msg_encrypted: bool = False
    meta: dict[str, Any] | None = None


class SearchCriteria(Open):
    """What is searched for. `query` depends on `query_type`."""

    version: str = "1.0.0"
    reg_type: str | None = None
    reg_record_type: str | None = None
    query_type: Text
    response_entity: Literal["Group", "Member"] | None = None
    query: Any
    sort: list[dict[str, Any]] | None = Field(None, max_length=5)
    pagination: dict[str, Any] | None = None
    consent: dict[str, Any] | None = None
    authorize: dict[str, Any] | None = None


class SearchItem(Open):
    """One search."""

    reference_id: Id
    timestamp: Moment
    search_criteria: SearchCriteria
    locale: Locale | None = None


class SearchMessage(Open):
    """One to twenty searches."""

    transaction_id: Id
    search_request: list[SearchItem] = Field(min_length=1, max_length=MOST)


class SubscribeCriteria(Open):
    """What a subscriber wants to be told about."""

    version: str = "1.0.0"
    reg_type: str | None = None
    reg_event_type: Text
    frequency: dict[str, Any] | None = None
    filter_type: str | None = None
    filter: Any
    notify_record_type: Text
    authorize: dict[str, Any] | None = None


class SubscribeItem(Open):
    """One wish."""

    reference_id: Id
    timestamp: Moment
    subscribe_criteria: SubscribeCriteria
    locale: Locale | None = None


class SubscribeMessage(Open):
    """One to twenty wishes."""

    transaction_id: Id
    subscribe_request: list[SubscribeItem] = Field(min_length=1, max_length=MOST)


class UnsubscribeMessage(Open):
    """Which subscriptions are to end."""

    transaction_id: Id
    timestamp: Moment
    subscription_codes: list[Id] = Field(min_length=1, max_length=100)


class StatusAsked(Open):
    """Which earlier request is meant."""

    reference_id: Id
    txn_type: Literal["search", "subscribe", "receipt"]
    attribute_type: Literal["transaction_id", "reference_id_list", "correlation_id"]
    attribute_value: Id | Annotated[list[Id], Field(min_length=1, max_length=50)]
    locale: Locale | None = None


class StatusMessage(Open):
    """A question for the state of an earlier request."""

    transaction_id: Id
    txnstatus_request: StatusAsked


class InformMessage(Open):
    """What a message that only informs us brings."""

    transaction_id: Id


class Envelope(Schema):
    """The outer shape of every message; who signs, signs header and message."""

    signature: str | None = Field(None, max_length=4000)


class SearchIn(Envelope):
    """A search."""

    header: Header
    message: SearchMessage


class SubscribeIn(Envelope):
    """Subscriptions."""

    header: Header
    message: SubscribeMessage


class UnsubscribeIn(Envelope):
    """The end of subscriptions."""

    header: Header
    message: UnsubscribeMessage


class StatusIn(Envelope):
    """A question for a state."""

    header: Header
    message: StatusMessage


class InformIn(Envelope):
    """An answer or a notice that another registry sends us."""

    header: CallbackHeader
    message: InformMessage


class ErrorOut(Schema):
    """What is wrong, by the standard's code."""

    code: Literal[
        "err.request.bad",
        "err.request.unauthorized",
        "err.request.forbidden",
        "err.request.not_found",
        "err.request.timeout",
        "err.request.too_many_requests",
        "err.version.not_supported",
        "err.sender_id.invalid",
        "err.sender_uri.invalid",
        "err.receiver_id.invalid",
        "err.signature.missing",
        "err.signature.invalid",
        "err.encryption.invalid",
        "err.service.unavailable",
    ]
    message: str = Field(max_length=999)


class Acknowledged(Schema):
    """Whether a message was taken in."""

    ack_status: Literal["ACK", "NACK", "ERR"]
    timestamp: str
    correlation_id: str = Field(max_length=99)
    error: ErrorOut | None = None


class AckOut(Schema):
    """The answer to a message that is worked off later."""

    message: Acknowledged


class RefusedOut(Schema):
    """The answer to a message that was not taken in."""

    message: Acknowledged
    errors: list[ErrorOut]


class AnsweredOut(Schema):
    """An answer at once, with our signature."""

    signature: str
    header: CallbackHeader
    message: dict[str, Any]


REFUSALS = dict.fromkeys((400, 401, 403, 404, 405, 429), RefusedOut)
