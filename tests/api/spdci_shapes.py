"""Messages of SPDCI Social Registry v1.0.0 as its description has them (JSON Schema), apart from our own code.

Written down from the standard's published shapes: names, which are required, lengths, and closed lists of codes.
"""

from jsonschema_rs import Draft202012Validator

ID = {"type": "string", "maxLength": 99}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"}
STATUS = {"enum": ["rcvd", "pdng", "succ", "rjct"]}
LOCALE = {"type": "string", "pattern": "^[a-z]{3}$"}
WORDS = {"type": "string", "maxLength": 999}
ERRORS = [
    *(
        f"err.request.{name}"
        for name in ("bad", "unauthorized", "forbidden", "not_found", "timeout", "too_many_requests")
    ),
    *(
        "err.version.not_supported",
        "err.sender_id.invalid",
        "err.sender_uri.invalid",
        "err.receiver_id.invalid",
    ),
    *("err.signature.missing", "err.signature.invalid", "err.encryption.invalid", "err.service.unavailable"),
]
SEARCH_REASONS = [
    *("rjct.reference_id.invalid", "rjct.reference_id.duplicate", "rjct.timestamp.invalid"),
    *("rjct.search_criteria.invalid", "rjct.filter.invalid", "rjct.sort.invalid", "rjct.pagination.invalid"),
    "rjct.search.too_many_records_found",
]
SUBSCRIBE_REASONS = [
    *("rjct.reference_id.invalid", "rjct.reference_id.duplicate", "rjct.timestamp.invalid"),
    *("rjct.notify_types.invalid", "rjct.notify_details.invalid", "rjct.person_id.invalid"),
    "rjct.event.already_subscribed",
]
UNSUBSCRIBE_REASONS = [
    *("rjct.reference_id.invalid", "rjct.reference_id.duplicate", "rjct.timestamp.invalid"),
    *("rjct.subscription_code.invalid", "rjct.requester.invalid", "rjct.event.already_unsubscribed"),
]


def thing(required, **properties):
    return {"type": "object", "required": required.split(), "properties": properties}


def rows(item):
    return {"type": "array", "items": item}


def callback(action):
    return thing(
        "message_id message_ts action status",
        version={"type": "string"},
        message_id={"type": "string"},
        message_ts=MOMENT,
        action={"const": action},
        status=STATUS,
        status_reason_message=WORDS,
        total_count={"type": "integer"},
        completed_count={"type": "integer"},
        sender_id={"type": "string"},
        receiver_id={"type": "string"},
        is_msg_encrypted={"type": "boolean"},
    )


PAGE = thing(
    "page_size page_number total_count",
    page_size={"type": "number"},
    page_number={"type": "number"},
    total_count={"type": "number"},
)
FOUND = thing(
    "reference_id timestamp status",
    reference_id={"type": "string"},
    timestamp=MOMENT,
    status=STATUS,
    status_reason_code={"enum": SEARCH_REASONS},
    status_reason_message=WORDS,
    data=thing("reg_records", reg_records=rows({"type": "object"})),
    pagination=PAGE,
    locale=LOCALE,
)
SEARCHED = thing(
    "transaction_id correlation_id search_response",
    transaction_id=ID,
    correlation_id=ID,
    search_response=rows(FOUND),
)
SUBSCRIPTION = thing(
    "code status timestamp",
    code=ID,
    status={"enum": ["subscribe", "unsubscribe"]},
    timestamp=MOMENT,
    locale=LOCALE,
)
SUBSCRIBED = thing(
    "transaction_id correlation_id subscribe_response",
    transaction_id=ID,
    correlation_id=ID,
    subscribe_response=rows(
        thing(
            "reference_id timestamp status",
            timestamp=MOMENT,
            status=STATUS,
            status_reason_code={"enum": SUBSCRIBE_REASONS},
            status_reason_message=WORDS,
            subscriptions=rows(SUBSCRIPTION),
            locale=LOCALE,
        )
    ),
)
UNSUBSCRIBED = thing(
    "transaction_id correlation_id timestamp status",
    transaction_id=ID,
    correlation_id=ID,
    timestamp=MOMENT,
    status=STATUS,
    status_reason_code={"enum": UNSUBSCRIBE_REASONS},
    subscription_status=rows(thing("code status", code=ID, status={"enum": ["subscribe", "unsubscribe"]})),
)
NOTIFIED = thing(
    "transaction_id notify_event",
    transaction_id=ID,
    notify_event=rows(
        thing(
            "reference_id timestamp data",
            timestamp=MOMENT,
            data=thing(
                "reg_record_type reg_records",
                reg_event_type={"enum": ["REGISTER", "NewHouseHoldMember"]},
                reg_records={"type": "object"},
            ),
            locale=LOCALE,
        )
    ),
)
STATE = thing(
    "transaction_id correlation_id txnstatus_response",
    transaction_id=ID,
    correlation_id=ID,
    txnstatus_response=thing(
        "txn_type txn_status",
        txn_type={"enum": ["search", "subscribe", "receipt"]},
        txn_status=SEARCHED,
    ),
)
ACK = thing(
    "message",
    message=thing(
        "ack_status timestamp correlation_id",
        ack_status={"enum": ["ACK", "NACK", "ERR"]},
        timestamp=MOMENT,
        correlation_id=ID,
        error=thing("code", code={"enum": ERRORS}, message=WORDS),
    ),
)
REFUSED = {
    "allOf": [
        ACK,
        thing(
            "errors", errors=rows(thing("code message", code={"type": "string"}, message={"type": "string"}))
        ),
    ]
}


def answer(action, message):
    return Draft202012Validator(
        thing("header message", signature={"type": "string"}, header=callback(action), message=message)
    )


LATER = {
    "on-search": answer("on-search", SEARCHED),
    "on-subscribe": answer("on-subscribe", SUBSCRIBED),
    "on-unsubscribe": answer("on-unsubscribe", UNSUBSCRIBED),
    "txn-on-status": answer("txn-on-status", STATE),
    "notify": answer("notify", NOTIFIED),
}
"""What we send to others, by its action."""
ADDRESSES = (
    *("search", "subscribe", "unsubscribe", "txn/status", "on-search", "on-subscribe", "on-unsubscribe"),
    *("notify", "txn/on-status"),
)
PUBLISHED = {
    **{(f"registry/{name}", True): Draft202012Validator(ACK) for name in ADDRESSES},
    **{
        (f"registry/{name}", False): Draft202012Validator(REFUSED)
        for name in (*ADDRESSES, "sync/search", "sync/txn/status")
    },
    ("registry/sync/search", True): LATER["on-search"],
    ("registry/sync/txn/status", True): LATER["txn-on-status"],
}
"""What we answer, by address and whether it went well."""
