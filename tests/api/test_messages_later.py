"""Messages that are answered later: kept, worked off in the worker, sent to registered hosts alone, given up in the end."""

import json
import threading
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from anmin.kernel import tasks
from anmin.kernel.access.middleware import reading_as
from anmin.kernel.audit.models import Act
from anmin.kernel.audit.queries import reads_of
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.exchange.delivery import actions as delivery
from anmin.kernel.exchange.registry import actions as registry
from anmin.kernel.exchange.subscriptions import actions as subscriptions
from anmin.kernel.partners import actions
from anmin.kernel.partners.models import Exchange, Outgoing, Subscription
from anmin.kernel.partners.senders import actions as senders
from anmin.kernel.people.models import Household, Person
from anmin.kernel.people.register import actions as register
from tests.api.partners import a_key
from tests.api.spdci import BASE, code_of, criteria, envelope, informing, post, request_of, wish
from tests.api.spdci_shapes import LATER
from tests.make import a_household, a_number, a_person, a_user

pytestmark = pytest.mark.django_db
SEARCH = f"{BASE}/registry/search"


class Listener(BaseHTTPRequestHandler):
    """Another system, which keeps what it is sent, or sends the sender elsewhere."""

    got: list = []
    status = 200

    def do_POST(self):
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        if self.status == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def listener(monkeypatch):
    monkeypatch.setattr(Listener, "got", [])
    monkeypatch.setattr(Listener, "status", 200)
    server = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/callback"
    server.shutdown()
    server.server_close()


@pytest.fixture
def partner():
    fresh, client = a_key(
        powers=("registry",),
        fields=("person.registered", "person.name", "status.receives", "household.number"),
        basis="agreed_exchange",
    )
    fresh.key.basis = "duty"
    fresh.key.save()
    sender = senders.register_sender(
        by="test", key=fresh.key, sender_id="cdpf-1", is_stub_allowed=True, callback_hosts=["127.0.0.1"]
    )
    a_household("H1", "371002001001", a_person("王秀英", serial=1, sex=2))
    return client, sender, fresh.key


def by_number(serial):
    return criteria("idtype-value", {"type": "UIN", "value": a_number(serial)})


def worked_off():
    """What the worker does with everything that was deferred."""
    for job in ProcrastinateJob.objects.filter(task_name=registry.JOB).order_by("id"):
        tasks.answer_exchange(**job.args)


def told(listener_got, action):
    """The messages of a kind that arrived, each as the standard publishes it."""
    found = [body for body in listener_got if body["header"]["action"] == action]
    assert [str(wrong) for body in found for wrong in LATER[action].iter_errors(body)] == []
    return found


def test_a_later_answer_comes_from_the_worker_with_the_same_marks_and_our_signature(partner, listener):
    client, _sender, _key = partner

    ack = post(client, envelope(request_of(by_number(1)), sender_uri=listener), SEARCH).json()
    assert Listener.got == []
    worked_off()

    (body,) = told(Listener.got, "on-search")
    assert ack["message"]["ack_status"] == "ACK"
    assert body["message"]["correlation_id"] == ack["message"]["correlation_id"]
    assert body["message"]["transaction_id"] == "t-1"
    assert len(body["message"]["search_response"][0]["data"]["reg_records"]) == 1
    assert body["signature"].count(".") == 2


def test_the_reading_is_noted_with_the_person_when_the_answer_is_made(partner, listener):
    client, _sender, key = partner
    post(client, envelope(request_of(by_number(1)), sender_uri=listener), SEARCH)
    person = Person.objects.get()
    assert not reads_of(person.pk).exists()

    worked_off()

    assert [read.via for read in reads_of(person.pk)] == [f"key/{key.pk}"]


def test_the_same_message_again_is_the_same_request_and_another_is_refused(partner, listener):
    client, _sender, _key = partner
    body = envelope(request_of(by_number(1)), sender_uri=listener)

    first, again = post(client, body, SEARCH).json(), post(client, body, SEARCH).json()
    other = post(client, envelope(request_of(by_number(2)), sender_uri=listener), SEARCH)

    assert first["message"]["correlation_id"] == again["message"]["correlation_id"]
    assert code_of(other) == (400, "err.request.bad")
    assert Exchange.objects.count() == 1


@pytest.mark.parametrize(
    "uri",
    [
        "http://192.0.2.1/callback",
        "http://127.0.0.1@192.0.2.1/",
        "http://127.0.0.1.example/",
        "file:///etc/passwd",
        "http://[::1",
        "http://127.0.0.1:99999/",
    ],
)
def test_an_answer_goes_nowhere_else(partner, uri):
    body = envelope(request_of(by_number(1)), sender_uri=uri)

    assert code_of(post(partner[0], body, SEARCH)) == (400, "err.sender_uri.invalid")
    assert not Exchange.objects.exists()


def test_a_redirection_is_not_followed(partner, listener):
    Listener.status = 302
    post(partner[0], envelope(request_of(by_number(1)), sender_uri=listener), SEARCH)

    worked_off()

    assert len(Listener.got) == 1
    assert Outgoing.objects.get().sent_at is None


def test_in_production_answers_go_over_tls_only(partner, listener, settings):
    settings.PRODUCTION = True

    assert code_of(post(partner[0], envelope(request_of(by_number(1)), sender_uri=listener), SEARCH)) == (
        400,
        "err.sender_uri.invalid",
    )


def test_what_does_not_arrive_is_tried_again_after_longer_and_longer_and_given_up_after_five(partner):
    post(partner[0], envelope(request_of(by_number(1)), sender_uri="http://127.0.0.1:9/x"), SEARCH)
    worked_off()
    waits = [Outgoing.objects.get().next_at - timezone.now()]
    for _ in range(6):
        Outgoing.objects.update(next_at=timezone.now())
        delivery.send_due(by="test", on=timezone.localdate())
        waits.append(Outgoing.objects.get().next_at - timezone.now())

    row = Outgoing.objects.get()
    assert (row.tries, row.sent_at) == (5, None)
    assert row.given_up_at is not None
    assert [round(one.total_seconds() / 60) for one in waits[:4]] == [2, 4, 8, 16]
    assert Act.objects.get(act="exchange.give_up").after["tries"] == 5


def test_a_key_that_was_revoked_in_the_meantime_gets_no_answer(partner, listener):
    client, _sender, key = partner
    post(client, envelope(request_of(by_number(1)), sender_uri=listener), SEARCH)
    actions.revoke_key(by="test", key=key, reason="疑似泄露")

    worked_off()

    assert Listener.got == []
    assert Exchange.objects.get().state == Exchange.State.REFUSED
    assert Act.objects.filter(act="exchange.key_ended").count() == 1


def test_the_state_of_a_request_is_told_without_its_records(partner, listener):
    client, _sender, _key = partner
    post(client, envelope(request_of(by_number(1)), sender_uri=listener), SEARCH)

    def state(**asked):
        question = {"reference_id": "q", "txn_type": "search", "attribute_type": "transaction_id", **asked}
        body = envelope({"transaction_id": "t-9", "txnstatus_request": question}, "txn-status")
        return post(client, body, f"{BASE}/registry/sync/txn/status").json()

    before = state(attribute_value="t-1")
    worked_off()
    after = state(attribute_value="t-1")
    by_reference = state(attribute_type="reference_id_list", attribute_value=["r-0"])
    nobody_s = state(attribute_value="t-other")

    def parts(body):
        return body["message"]["txnstatus_response"]["txn_status"]["search_response"]

    assert [one["status"] for one in parts(before)] == ["rcvd"]
    assert (
        [one["status"] for one in parts(after)] == [one["status"] for one in parts(by_reference)] == ["succ"]
    )
    assert "data" not in parts(after)[0]
    assert (nobody_s["header"]["status"], parts(nobody_s)) == ("rjct", [])


def test_the_state_can_be_asked_for_later_too(partner, listener):
    question = {
        "reference_id": "q",
        "txn_type": "search",
        "attribute_type": "transaction_id",
        "attribute_value": "t-1",
    }
    body = envelope({"txnstatus_request": question}, "txn-status", sender_uri=listener)

    assert post(partner[0], body, f"{BASE}/registry/txn/status").status_code == 200
    worked_off()

    assert len(told(Listener.got, "txn-on-status")) == 1


def subscribe(client, listener, *wishes, transaction="t-s"):
    asked = envelope(
        {"transaction_id": transaction, "subscribe_request": list(wishes)}, "subscribe", sender_uri=listener
    )
    answer = post(client, asked, f"{BASE}/registry/subscribe")
    assert answer.json()["message"]["ack_status"] == "ACK"
    worked_off()
    return told(Listener.got, "on-subscribe")[-1]["message"]["subscribe_response"]


def test_subscriptions_begin_with_a_code_and_end_by_it(partner, listener):
    client, _sender, _key = partner

    good, unknown, wrong = subscribe(
        client, listener, wish(), wish("LiveBirth"), wish(filter={"query": {"sex": 2}})
    )
    code = good["subscriptions"][0]["code"]
    assert [one["status"] for one in (good, unknown, wrong)] == ["succ", "rjct", "rjct"]
    assert unknown["status_reason_code"] == "rjct.notify_types.invalid"
    assert wrong["status_reason_code"] == "rjct.notify_details.invalid"
    assert subscribe(client, listener, wish(), transaction="t-s2")[0]["status_reason_code"] == (
        "rjct.event.already_subscribed"
    )

    for number, codes in enumerate(([code, "nobody's"], [code], [code])):
        ended = {
            "transaction_id": f"t-u{number}",
            "timestamp": "2026-11-24T00:00:00Z",
            "subscription_codes": codes,
        }
        body = envelope(ended, "unsubscribe", sender_uri=listener)
        assert post(client, body, f"{BASE}/registry/unsubscribe").status_code == 200
    worked_off()

    codes = [body["message"].get("status_reason_code") for body in told(Listener.got, "on-unsubscribe")]
    assert codes == ["rjct.subscription_code.invalid", None, "rjct.event.already_unsubscribed"]
    assert Subscription.objects.get().ended_at is not None


def a_decision(home, on):
    """A household begins to receive."""
    decision = Decision.objects.create(
        case_number="C-1",
        matter="dibao",
        benefit="assistance/dibao",
        division=home.division,
        household=home,
        outcome="grant",
        amount=73200,
        on=on,
        facts={},
        rates={},
        findings=[],
        rules="x",
        grounds="x",
        decided_by=a_user("decider", "371002"),
    )
    return Entitlement.objects.create(
        benefit="assistance/dibao", division=home.division, household=home, first_day=on, begun_by=decision
    )


def test_a_subscriber_is_told_once_when_a_household_begins_to_receive(partner, listener):
    client, _sender, _key = partner
    subscribe(client, listener, wish(filter={"type": "UIN", "value": a_number(1)}))
    assert subscriptions.tell_subscribers(by="test", on=timezone.localdate()) == 0
    a_decision(Household.objects.get(), timezone.localdate())
    tasks.deliver()
    tasks.deliver()

    (notice,) = told(Listener.got, "notify")
    (event,) = notice["message"]["notify_event"]
    assert event["data"]["reg_event_type"] == "REGISTER"
    assert {"is_beneficiary": True} in event["data"]["reg_records"]["additional_attributes"]


def test_a_subscriber_is_told_of_a_new_member_of_a_household_that_receives(partner, listener):
    client, _sender, _key = partner
    home = Household.objects.get()
    a_decision(home, date(2026, 1, 5))
    child = a_person("王小妹", serial=7)
    subscribe(client, listener, wish("NewHouseHoldMember", filter={"type": "UIN", "value": a_number(7)}))

    register.add_member(
        by="test",
        household=home,
        person=child,
        relation=2,
        is_head=False,
        first_day=timezone.localdate() - timedelta(1),
    )
    tasks.deliver()

    (notice,) = told(Listener.got, "notify")
    assert len(notice["message"]["notify_event"]) == 1


@pytest.mark.parametrize("name", ["on-search", "on-subscribe", "on-unsubscribe", "notify", "txn/on-status"])
def test_messages_that_inform_us_are_acknowledged_and_kept(partner, name):
    action = "txn-on-status" if name == "txn/on-status" else name

    answer = post(partner[0], informing({}, action), f"{BASE}/registry/{name}")

    assert answer.json()["message"]["ack_status"] == "ACK"
    assert Exchange.objects.get().transaction == "t-1"
    assert not ProcrastinateJob.objects.filter(task_name=registry.JOB).exists()


def test_partners_see_only_their_own_messages(partner, listener):
    post(partner[0], envelope(request_of(by_number(1)), sender_uri=listener), SEARCH)

    with reading_as(None):
        assert not Exchange.objects.exists()
