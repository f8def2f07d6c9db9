"""E34: every interface holds its contract under odd requests: nothing breaks, nothing outside its description, no key no answer."""

import itertools
import json
from functools import cache, lru_cache

import pytest
import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema_rs import Draft202012Validator

from anmin.api import partners as partner_api
from anmin.api import registry as registry_api
from anmin.api.keys import KeyAuth
from anmin.kernel.exchange.registry import messages
from anmin.kernel.partners.senders import actions as senders
from tests.api.partners import a_key
from tests.api.spdci import BASE
from tests.api.spdci_shapes import PUBLISHED
from tests.make import a_household, a_number, a_person

pytestmark = pytest.mark.django_db
ORDINARY, MANY, PARTS = 1_000, 10_000, 10
NOBODY = Client()
STRANGER = Client(headers={"authorization": "Bearer anmin_0000000000_x"})
ACTIONS = {
    f"{BASE}/registry/{name}": name.split("/")[-1]
    for name in ("search", "subscribe", "unsubscribe", "notify")
}
ACTIONS |= {f"{BASE}/registry/{name}": name for name in ("on-search", "on-subscribe", "on-unsubscribe")}
ACTIONS |= {
    f"{BASE}/registry/sync/search": "search",
    f"{BASE}/registry/txn/status": "txn-status",
    f"{BASE}/registry/sync/txn/status": "txn-status",
    f"{BASE}/registry/txn/on-status": "txn-on-status",
}


class Broken(AssertionError):
    """A promise of an interface that was not kept."""


@pytest.fixture
def callers(settings, tmp_path):
    """One client for every interface, each with a key that may do everything there, over a person who exists."""
    settings.ANMIN_HOME = tmp_path
    person = a_person("王秀英", serial=1)
    a_household("H1", "371002001001", person)
    most = {"per_minute": 6_000, "per_day": 100_000}
    _key, ours = a_key(
        powers=("status.read", "batches.send", "slips", "sharing"), sources=("pensions",), **most
    )
    fresh, standard = a_key(powers=("registry",), title="标准接口", **most)
    senders.register_sender(
        by="test", key=fresh.key, sender_id="cdpf-1", is_stub_allowed=True, callback_hosts=["127.0.0.1"]
    )
    return {"/api/v1/": ours, "/spdci/social/": standard}


@lru_cache(maxsize=1)
def descriptions():
    """What each interface says of itself."""
    return {"/api/v1/": partner_api.described(), "/spdci/social/": registry_api.described()}


@cache
def promised(root, path, method, status):
    """The shape that an operation promises for a status, or None where it promises nothing."""
    found = descriptions()[root]
    answer = found["paths"][path][method]["responses"].get(str(status))
    if answer is None:
        return None
    shape = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return Draft202012Validator({**shape, "components": found["components"]})


def test_a_thousand_odd_requests_break_nothing(callers):
    assert checked(callers, ORDINARY) >= ORDINARY


@pytest.mark.full
@pytest.mark.parametrize("part", range(PARTS))
def test_ten_thousand_odd_requests_break_nothing(callers, part):
    """In parts, so that processes share them and no transaction grows for ever."""
    assert checked(callers, MANY, part) >= MANY // PARTS


def checked(callers, cases, part=None):
    """Send cases to every operation of every interface, or to the share of one part; gives how many were sent."""
    found = [
        (root, one.ok())
        for root, described in descriptions().items()
        for one in schemathesis.openapi.from_dict(described).get_all_operations()
    ]
    mine = found if part is None else found[part::PARTS]
    share, made = cases // (len(found) if part is None else len(mine) * PARTS) + 1, itertools.count()
    for root, operation in mine:
        hammer(root, operation, callers[root], share, made)
    return next(made)


def hammer(root, operation, client, share, made):
    seen = itertools.count()

    @settings(
        max_examples=share,
        deadline=None,
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def one(case):
        next(made)
        next(seen)
        path, body = address(case), case.body
        if path in ACTIONS and len(repr(body)) % 2:
            body = let_in(path, body)
        judge(root, operation, path, sent(client, case, path, body))
        stranger = sent(STRANGER if len(repr(case.body)) % 10 == 0 else NOBODY, case, path, body)
        if stranger.status_code not in (401, 404, 405):
            raise Broken(f"{operation.label} answers without a key: {stranger.status_code}")

    one()
    # hypothesis stops early where an operation has fewer different cases than asked for
    while next(seen) < share and operation.method.lower() == "get":
        next(made)
        judge(root, operation, operation.full_path, client.get(filled(operation.full_path)))


def address(case):
    return case.formatted_path if case.formatted_path.startswith("/") else f"/{case.formatted_path}"


def filled(path):
    return path.replace("{number}", "1").replace("{source}", "pensions").replace("{period}", "2026-09")


def let_in(path, body):
    """The same message from a sender who is known, so that it goes on past the door."""
    if not isinstance(body, dict) or not isinstance(body.get("header"), dict):
        return body
    rows = (
        [row for name, row in (body.get("message") or {}).items() if name.endswith("_request")]
        if isinstance(body.get("message"), dict)
        else []
    )
    known = {
        "version": "1.0.0",
        "action": ACTIONS[path],
        "sender_id": "cdpf-1",
        "sender_uri": "http://127.0.0.1:9/callback",
        "receiver_id": "anmin",
        "message_ts": timezone.now().isoformat(),
        "is_msg_encrypted": False,
        "total_count": len(rows[0]) if rows and isinstance(rows[0], list) else 1,
    }
    return {**body, "signature": "unsigned-stub", "header": {**body["header"], **known}}


def sent(client, case, path, body):
    """A case through Django's own client, so that everything stays in the test's transaction."""
    query = {str(name): str(value) for name, value in (case.query or {}).items()}
    if case.media_type == "multipart/form-data":
        file = SimpleUploadedFile("x.csv", str(body).encode("utf-8", "replace"))
        signature = str(body.get("signature", "")) if isinstance(body, dict) else ""
        return client.post(path, {"file": file, "signature": signature}, query_params=query)
    if case.media_type == "application/octet-stream":
        piece = bytes(body) if isinstance(body, bytes | bytearray) else str(body).encode("utf-8", "replace")
        return client.generic(case.method, path, piece, content_type=case.media_type, query_params=query)
    text = (
        json.dumps(body).encode() if isinstance(body, dict | list | str | int | float | bool | None) else b""
    )
    return client.generic(case.method, path, text, content_type="application/json", query_params=query)


def judge(root, operation, path, answer):
    """Whether an answer is one that the interface promised."""
    where = f"{operation.label}: {answer.status_code} {answer.content[:300]!r}"
    if answer.status_code >= 500:
        raise Broken(where)
    if not answer["Content-Type"].startswith("application/json"):
        if answer.status_code not in (404, 405):
            raise Broken(f"{where} is no JSON")
        return
    shape = promised(root, operation.path, operation.method.lower(), answer.status_code)
    if shape is None:
        raise Broken(f"{where} is not in the description")
    told = answer.json()
    if wrong := next(shape.iter_errors(told), None):
        raise Broken(f"{where} {wrong.message}")
    published = PUBLISHED.get((path.removeprefix(f"{BASE}/"), answer.status_code < 400))
    if published is not None and (wrong := next(published.iter_errors(told), None)):
        raise Broken(f"{where} is not as published: {wrong.message}")


def test_an_operation_that_breaks_is_caught(callers, monkeypatch):
    """A wrong variant: an error that nobody handles."""
    monkeypatch.setattr(partner_api.queries, "calls_with", lambda key: 1 / 0)

    with pytest.raises((Broken, ZeroDivisionError)):
        checked(callers, 40)


def test_an_answer_outside_its_description_is_caught(callers, monkeypatch):
    """A wrong variant: a refusal without one of its parts."""
    monkeypatch.setattr(messages, "refused", lambda code, words: {"message": {"ack_status": "ERR"}})

    with pytest.raises(Broken, match="required"):
        checked(callers, 40)


def test_an_operation_that_ignores_the_key_is_caught(callers, monkeypatch):
    """A wrong variant: whoever comes is let in as somebody else."""
    client = callers["/api/v1/"]
    token = client.defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    monkeypatch.setattr(KeyAuth, "__call__", lambda self, request: self.authenticate(request, token))

    with pytest.raises(Broken, match="without a key"):
        checked(callers, 40)


def test_a_real_search_is_among_the_cases_that_count(callers):
    """Odd requests alone could all be turned away at the door."""
    from tests.api.spdci import criteria, envelope, post, request_of

    asked = criteria("idtype-value", {"type": "UIN", "value": a_number(1)})
    answer = post(callers["/spdci/social/"], envelope(request_of(asked)))

    assert not list(PUBLISHED["registry/sync/search", True].iter_errors(answer.json()))
    assert len(answer.json()["message"]["search_response"][0]["data"]["reg_records"]) == 1
