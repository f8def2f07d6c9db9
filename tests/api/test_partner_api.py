"""The partner API: what a key was granted and nothing else, one answer for every "no", everything written down."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from jsonschema_rs import Draft202012Validator

from anmin.kernel.audit.queries import reads_of
from anmin.kernel.partners import actions
from anmin.kernel.partners.models import PartnerCall, PartnerKey
from anmin.kernel.people.models import Level
from tests.api.partners import a_key
from tests.make import a_household, a_number, a_person

pytestmark = pytest.mark.django_db
HEADING = "身份证号,姓名,职工养老金（年）,城乡居民养老金（月）\n"


def ask(client, number, fields=("person.registered",), matter="两补核对-2026-001"):
    return client.post(
        "/api/v1/status",
        json.dumps({"number": number, "fields": list(fields), "matter": matter}),
        "application/json",
    )


@pytest.fixture
def widow():
    person = a_person("王秀英", serial=1)
    a_household("H1", "371002001001", person)
    return person


def test_a_granted_field_is_told_and_the_reading_is_written_down(widow):
    fresh, client = a_key()

    answer = ask(client, a_number(1), ["person.registered", "status.layer"])

    assert answer.json()["values"] == {"person.registered": True, "status.layer": None}
    (read,) = reads_of(widow.pk)
    assert read.via == f"key/{fresh.key.pk}"
    assert read.purpose == "两项补贴资格核对：两补核对-2026-001"
    call = PartnerCall.objects.get()
    assert (call.status, call.persons, call.fields) == (200, 1, ["person.registered", "status.layer"])


@pytest.mark.parametrize("field", ["bank.card", "person.phone", "person.name", "household.members"])
def test_a_field_that_was_not_granted_is_refused_with_a_reason_for_programs(widow, field):
    _fresh, client = a_key()

    answer = ask(client, a_number(1), [field])

    assert answer.status_code == 403
    assert (answer.json()["code"], answer.json()["where"]) == ("field_not_granted", field)
    assert not reads_of(widow.pk).exists()


def test_nobody_out_of_reach_protected_and_not_there_read_the_same(widow):
    _fresh, client = a_key()
    a_person("外县人", "371003001001", serial=2)
    a_person("受保护的孩子", serial=3, level=Level.PROTECTED)

    answers = [ask(client, a_number(serial)) for serial in (2, 3, 4)]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_a_key_that_rests_on_consent_tells_only_of_those_who_agreed(widow):
    _fresh, client = a_key(basis="agreed_exchange", fields=("person.registered",))

    assert ask(client, a_number(1)).status_code == 404


def test_wrong_revoked_and_expired_keys_get_one_answer_and_the_log_says_which(widow):
    fresh, client = a_key()
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        expired = ask(client, a_number(1))
    actions.revoke_key(by="test", key=fresh.key, reason="系统下线")
    revoked = ask(client, a_number(1))
    wrong = ask(Client(headers={"authorization": "Bearer anmin_0000000000_x"}), a_number(1))
    none = ask(Client(), a_number(1))

    assert {one.status_code for one in (expired, revoked, wrong, none)} == {401}
    assert len({one.content for one in (expired, revoked, wrong, none)}) == 1
    assert sorted(PartnerCall.objects.filter(status=401).values_list("code", flat=True)) == [
        "expired",
        "revoked",
        "unknown",
    ]


def test_a_key_calls_no_oftener_than_it_may_and_asks_of_no_more_people(widow):
    _fresh, client = a_key(per_minute=2)
    codes = [ask(client, a_number(1)).status_code for _ in range(3)]
    a_person("李建国", serial=2)
    _other, busy = a_key(per_day=1, title="另一把")

    assert codes == [200, 200, 429]
    assert [ask(busy, a_number(serial)).status_code for serial in (1, 1, 2)] == [200, 200, 429]


def test_only_the_hash_of_a_key_is_kept():
    fresh, _client = a_key()

    assert fresh.token.split("_")[2] not in str(PartnerKey.objects.values().get())


def send(client, text, name="", source="pensions", period="2026-09"):
    file = SimpleUploadedFile("ylj.csv", text.encode(), "text/csv")
    headers = {"idempotency-key": name} if name else {}
    return client.post(f"/api/v1/sources/{source}/{period}", {"file": file}, headers=headers)


@pytest.fixture
def sender(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path
    return a_key(powers=("batches.send",), fields=(), basis="", sources=("pensions",))[1]


def batch_of(rows, bad=()):
    lines = [f"{a_number(at)},王秀英,{'很多' if at in bad else '100'},\n" for at in range(1, rows + 1)]
    return HEADING + "".join(lines)


def test_a_batch_sent_twice_is_one_batch(sender):
    """P2."""
    text = batch_of(60, bad=(5, 9))

    first, again = send(sender, text), send(sender, text)

    assert (first.json()["landed"], first.json()["quarantined"], first.json()["is_repeat"]) == (58, 2, False)
    assert (again.json()["batch"], again.json()["is_repeat"]) == (first.json()["batch"], True)
    page = sender.get(f"/api/v1/batches/{first.json()['batch']}/quarantine").json()
    assert [(row["row"], row["code"]) for row in page["rows"]] == [(6, "not_a_number"), (10, "not_a_number")]


def test_an_idempotency_key_gives_the_same_bytes_and_refuses_another_content(sender):
    text = batch_of(30)

    first, again, other = send(sender, text, "k1"), send(sender, text, "k1"), send(sender, batch_of(31), "k1")

    assert first.content == again.content
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_a_drifted_file_and_a_foreign_source_are_refused_by_name(sender):
    drifted = send(sender, batch_of(30).replace("姓名", "名字"))

    assert (drifted.status_code, drifted.json()["code"]) == (422, "schema_drift")
    assert "名字" in drifted.json()["message"]
    assert send(sender, batch_of(3), source="banks").json()["code"] == "source_not_granted"


def test_another_key_does_not_see_the_quarantine(sender):
    number = send(sender, batch_of(30, bad=(2,))).json()["batch"]
    _fresh, other = a_key(
        powers=("batches.send",), fields=(), basis="", sources=("pensions",), title="别的系统"
    )

    assert other.get(f"/api/v1/batches/{number}/quarantine").status_code == 404


def test_the_description_is_openapi_and_names_every_operation():
    _fresh, client = a_key()

    found = client.get("/api/v1/openapi.json").json()

    assert found["openapi"].startswith("3.1")
    names = {one["operationId"] for path in found["paths"].values() for one in path.values()}
    slips = {"slips", "open_slip", "answer_slip"}
    pieces = {"begin_upload", "upload", "add_piece", "finish_upload", "drop_upload"}
    assert names == {"status", "send_batch", "quarantine", "calls", "sharing", "ask_sharing", *slips, *pieces}


def test_every_request_has_an_example_that_its_own_shape_takes():
    _fresh, client = a_key()
    shapes = client.get("/api/v1/openapi.json").json()["components"]["schemas"]

    asked = {name: shape for name, shape in shapes.items() if name.endswith("In")}

    assert {"StatusIn", "UploadIn", "FinishIn", "SlipIn", "SharingIn"} <= set(asked)
    for shape in asked.values():
        example = {field: one["examples"][0] for field, one in shape["properties"].items()}
        assert list(Draft202012Validator(shape).iter_errors(example)) == []


def test_the_description_is_told_to_nobody_without_a_valid_key():
    """E23: what an interface takes and where its bounds lie is for those it was opened to; the asking is written down."""
    fresh, client = a_key()
    address = "/api/v1/openapi.json"

    strangers = [Client().get(address), Client(headers={"authorization": "Bearer x"}).get(address)]
    client.get(address)

    assert [one.status_code for one in strangers] == [401, 401]
    assert all(one.json()["code"] == "key_not_valid" for one in strangers)
    assert PartnerCall.objects.get(key=fresh.key, path=address).status == 200
