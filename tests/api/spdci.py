"""Messages of the exchange standard as a partner's system sends them."""

import json

from django.utils import timezone

BASE = "/spdci/social"


def envelope(message, action="search", **header):
    """A message with its header, signed with the stub that test systems use."""
    rows = next(
        (row for name, row in message.items() if name in ("search_request", "subscribe_request")), [0]
    )
    return {
        "signature": "unsigned-stub",
        "header": {
            "version": "1.0.0",
            "message_id": "m-1",
            "message_ts": timezone.now().isoformat(),
            "action": action,
            "sender_id": "cdpf-1",
            "sender_uri": "http://127.0.0.1:9/callback",
            "receiver_id": "anmin",
            "total_count": len(rows),
            "is_msg_encrypted": False,
            **header,
        },
        "message": {"transaction_id": "t-1", **message},
    }


def informing(message, action):
    """A message that answers or informs."""
    body = envelope(message, action)
    body["header"] |= {"status": "succ", "completed_count": 1}
    return body


def criteria(kind, query, **more):
    """What is searched for."""
    return {"reg_type": "ns:org:RegistryType:Social", "query_type": kind, "query": query, **more}


def request_of(*found):
    """Searches in one message."""
    return {
        "search_request": [
            {
                "reference_id": f"r-{at}",
                "timestamp": "2026-11-24T00:00:00+08:00",
                "search_criteria": one,
                "locale": "zho",
            }
            for at, one in enumerate(found)
        ]
    }


def wish(event="REGISTER", **more):
    """A subscription to an event."""
    return {
        "reference_id": "s-1",
        "timestamp": "2026-11-24T00:00:00+08:00",
        "subscribe_criteria": {
            "reg_event_type": event,
            "filter": {"type": "UIN", "value": "TEST-001"},
            "notify_record_type": "Member",
            **more,
        },
    }


def post(client, body, path=f"{BASE}/registry/sync/search"):
    """Send a message."""
    return client.post(path, json.dumps(body), "application/json")


def code_of(answer):
    """Status and the standard's code of a refusal."""
    body = answer.json()
    assert body["message"]["ack_status"] == "ERR"
    assert body["errors"] == [body["message"]["error"]]
    return answer.status_code, body["message"]["error"]["code"]
