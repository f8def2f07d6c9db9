"""The Social Registry interface: shapes of the standard, its own error codes, real data as far as the key reaches."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from anmin.kernel.audit.models import Act
from anmin.kernel.audit.queries import reads_of
from anmin.kernel.exchange.consents import actions as consents
from anmin.kernel.partners import actions
from anmin.kernel.partners.models import PartnerCall
from anmin.kernel.partners.senders import actions as senders
from anmin.kernel.people.models import Level, Person
from tests.api.partners import a_key
from tests.api.spdci import BASE, code_of, criteria, envelope, post, request_of
from tests.make import a_household, a_number, a_person

pytestmark = pytest.mark.django_db
SEARCH = f"{BASE}/registry/sync/search"
AGREED = (
    *("person.registered", "person.name", "person.sex", "person.birth_day", "person.identifier"),
    *("person.division", "household.number", "household.size", "status.receives", "household.members"),
)


@pytest.fixture
def partner():
    """A key by law, which may tell of everybody in its county."""
    fresh, client = a_key(
        powers=("registry",), fields=("person.registered", "status.layer", "status.receives"), per_minute=600
    )
    sender = senders.register_sender(
        by="test", key=fresh.key, sender_id="cdpf-1", is_stub_allowed=True, callback_hosts=["127.0.0.1"]
    )
    a_household("H1", "371002001001", a_person("王秀英", serial=1, sex=2))
    a_household("H2", "371002001001", a_person("李建国", serial=2, sex=1))
    a_person("外县人", "371003001001", serial=3)
    a_person("受保护的孩子", serial=4, level=Level.PROTECTED)
    return client, sender, fresh.key


@pytest.fixture
def agreed():
    """A key that rests on consent, over persons of whom all but one agreed."""
    fresh, client = a_key(
        powers=("registry",), fields=AGREED, per_minute=600, basis="agreed_exchange", title="本人同意"
    )
    senders.register_sender(
        by="test", key=fresh.key, sender_id="cdpf-1", is_stub_allowed=True, callback_hosts=["127.0.0.1"]
    )
    some = {
        "wang": a_person("王秀英", serial=1, sex=2, birth_day=date(1950, 3, 2)),
        "li": a_person("李建国", serial=2, sex=1, birth_day=date(1980, 5, 6)),
        "silent": a_person("赵沉默", serial=5, sex=2),
        "abroad": a_person("外县人", "371003001001", serial=3, sex=2),
        "child": a_person("受保护的孩子", serial=4, sex=2, level=Level.PROTECTED),
    }
    a_household("H1", "371002001001", some["wang"], some["silent"])
    a_household("H2", "371002001001", some["li"])
    given = {name: agree(person) for name, person in some.items() if name != "silent"}
    return client, fresh.key, some, given


def agree(person, recipient="cdpf"):
    today = timezone.localdate()
    return consents.record_consent(
        by="test",
        person=person,
        purpose="exchange",
        sources=[recipient],
        first_day=today - timedelta(30),
        last_day=today + timedelta(300),
        channel="paper",
        signed_at=timezone.now() - timedelta(30),
        notice="exchange/2026-01",
        witness="协理员",
    )


def by_number(serial):
    return criteria("idtype-value", {"type": "UIN", "value": a_number(serial, sex=1 if serial == 2 else 2)})


def answers(client, *asked, **header):
    return post(client, envelope(request_of(*asked), **header)).json()["message"]["search_response"]


def test_a_search_by_identifier_answers_in_the_shape_of_the_standard(partner):
    client, _sender, key = partner

    body = post(client, envelope(request_of(by_number(1)))).json()

    assert body["message"]["transaction_id"] == "t-1"
    (one,) = body["message"]["search_response"]
    assert (one["reference_id"], one["status"]) == ("r-0", "succ")
    (record,) = one["data"]["reg_records"]
    assert record["additional_attributes"] == [{"registration_status": None}, {"is_beneficiary": False}]
    assert record["demographic_info"] == {"@type": "SRPerson"}
    assert one["pagination"]["total_count"] == 1
    assert (body["header"]["action"], body["header"]["status"]) == ("on-search", "succ")
    (read,) = [row for person in Person.objects.all() for row in reads_of(person.pk)]
    assert (read.via, read.purpose) == (f"key/{key.pk}", "两项补贴资格核对")
    assert PartnerCall.objects.get().persons == 1


@pytest.mark.parametrize("serial", [3, 4, 99])
def test_whoever_is_out_of_reach_is_simply_not_there(partner, serial):
    (one,) = answers(partner[0], by_number(serial))

    assert one["data"]["reg_records"] == []
    assert one["pagination"]["total_count"] == 0


def test_granted_fields_are_told_in_the_words_of_the_standard(agreed):
    client, _key, _some, _given = agreed

    (one, home) = answers(client, by_number(1), {**by_number(1), "response_entity": "Group"})

    (record,) = one["data"]["reg_records"]
    assert record["demographic_info"]["name"] == {"@type": "Name", "surname": "王", "given_name": "秀英"}
    assert record["demographic_info"]["sex"] == "female"
    assert record["demographic_info"]["birth_date"] == "1950-03-02"
    assert record["member_identifier"][0]["identifier_value"] == a_number(1)
    (group,) = home["data"]["reg_records"]
    assert (group["group_identifier"][0]["identifier_value"], group["group_size"]) == ("H1", 2)
    names = [one["demographic_info"]["name"]["given_name"] for one in group["member_list"]]
    assert names == ["秀英"], "the one who did not agree stays out of the household too"


FEMALE = {"attribute_name": "sex", "operator": "eq", "attribute_value": "female"}
MALE = {"attribute_name": "sex", "operator": "eq", "attribute_value": "male"}
YOUNG = {"attribute_name": "age", "operator": "lt", "attribute_value": "60"}


@pytest.mark.parametrize(
    ("kind", "query", "names"),
    [
        ("predicate", [{"seq_num": 1, "expression1": FEMALE}], ["wang"]),
        ("predicate", [{"expression1": FEMALE, "condition": "or", "expression2": MALE}], ["wang", "li"]),
        ("predicate", [{"expression1": MALE, "condition": "and", "expression2": YOUNG}], ["li"]),
        ("predicate", [{"expression1": MALE, "condition": "not", "expression2": YOUNG}], []),
        ("predicate", [{"expression1": MALE}, {"expression1": FEMALE}], []),
        ("expression", {"collection": "Member", "query": {"sex": {"$in": [1, 2]}}}, ["wang", "li"]),
        ("expression", {"query": {"$and": [{"sex": 2}, {"birth_date": {"$lt": "1960-01-01"}}]}}, ["wang"]),
        ("expression", {"query": {"$or": [{"age": {"$gte": 70}}, {"age": 46}]}}, ["wang", "li"]),
        ("expression", {"value": {"expression": {"query": {"group_size": {"$gt": 1}}}}}, ["wang"]),
        ("expression", {"query": {"location": "371002001"}}, ["wang", "li"]),
        ("expression", {"query": {"location": "371003"}}, []),
        ("expression", {"query": {"is_beneficiary": True}}, []),
        ("expression", {"query": {"is_beneficiary": False}}, ["wang", "li"]),
    ],
)
def test_predicates_and_expressions_find_whom_they_say_and_nobody_who_did_not_agree(
    agreed, kind, query, names
):
    client, _key, _some, _given = agreed

    (one,) = answers(client, criteria(kind, query))

    found = {row["member_identifier"][0]["identifier_value"] for row in one["data"]["reg_records"]}
    birth = {"wang": a_number(1), "li": a_number(2, date(1980, 5, 6), sex=1)}
    assert found == {birth[name] for name in names}
    assert one["pagination"]["total_count"] == len(names)


def test_a_consent_withdrawn_shuts_at_once_and_the_asking_is_an_act(agreed):
    client, _key, some, given = agreed
    assert len(answers(client, by_number(1))[0]["data"]["reg_records"]) == 1

    consents.withdraw_consent(by="test", consent=given["wang"], reason="本人要求")
    (one,) = answers(client, by_number(1))

    assert (one["status"], one["data"]["reg_records"]) == ("succ", [])
    act = Act.objects.get(act="exchange.without_consent")
    assert (act.result, act.after["person"]) == ("refused", some["wang"].pk)
    assert "王秀英" not in str(act.after)


def test_an_attribute_whose_field_was_not_granted_cannot_be_searched_by(partner):
    (one,) = answers(partner[0], criteria("predicate", [{"expression1": FEMALE}]))

    assert (one["status"], one["status_reason_code"]) == ("rjct", "rjct.search_criteria.invalid")
    assert "person.sex" in one["status_reason_message"]


def test_pages_are_as_long_as_asked_and_in_the_order_asked(agreed):
    client = agreed[0]
    everybody = {"query": {"sex": {"$in": [1, 2]}}}

    pages = answers(
        client,
        *(
            criteria(
                "expression",
                everybody,
                pagination={"page_size": 1, "page_number": number},
                sort=[{"attribute_name": "age", "sort_order": order}],
            )
            for order, number in [("asc", 1), ("asc", 2), ("desc", 1), ("asc", 3)]
        ),
    )

    sexes = [[row["demographic_info"]["sex"] for row in one["data"]["reg_records"]] for one in pages]
    assert sexes == [["male"], ["female"], ["female"], []]
    assert pages[1]["pagination"] == {"page_size": 1, "page_number": 2, "total_count": 2}


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (criteria("sql", "drop table"), "rjct.search_criteria.invalid"),
        (criteria("expression", {"query": {"poverty_score": {"$lt": 5}}}), "rjct.search_criteria.invalid"),
        (criteria("expression", {"query": {"sex": {"$where": 1}}}), "rjct.search_criteria.invalid"),
        (criteria("expression", {"query": {"$and": []}}), "rjct.search_criteria.invalid"),
        (criteria("predicate", "x"), "rjct.search_criteria.invalid"),
        (criteria("idtype-value", None), "rjct.search_criteria.invalid"),
        (criteria("expression", {"query": {"birth_date": "gestern"}}), "rjct.search_criteria.invalid"),
        (criteria("expression", {"query": {"location": "9"}}), "rjct.search_criteria.invalid"),
        (
            criteria("idtype-value", {"value": "TEST-001"}, pagination={"page_size": 0}),
            "rjct.pagination.invalid",
        ),
        (
            criteria("idtype-value", {"value": "TEST-001"}, sort=[{"attribute_name": "x"}]),
            "rjct.sort.invalid",
        ),
    ],
)
def test_a_bad_request_is_refused_by_itself(agreed, bad, code):
    first, second = answers(agreed[0], bad, by_number(1))

    assert (first["status"], first["status_reason_code"], second["status"]) == ("rjct", code, "succ")
    assert first["status_reason_message"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda b: b["header"].update(version="9.9.9"), (400, "err.version.not_supported")),
        (lambda b: b["header"].update(sender_id="nobody"), (400, "err.sender_id.invalid")),
        (lambda b: b["header"].update(receiver_id="somebody"), (400, "err.receiver_id.invalid")),
        (lambda b: b["header"].pop("message_id"), (400, "err.request.bad")),
        (lambda b: b["header"].pop("total_count"), (400, "err.request.bad")),
        (lambda b: b["header"].update(total_count=7), (400, "err.request.bad")),
        (lambda b: b["header"].update(action="subscribe"), (400, "err.request.bad")),
        (lambda b: b["header"].update(message_ts="2026-02-31T00:00:00Z"), (400, "err.request.bad")),
        (lambda b: b["header"].update(is_msg_encrypted=True), (400, "err.encryption.invalid")),
        (lambda b: b.pop("signature"), (401, "err.signature.missing")),
        (lambda b: b.update(signature="invalid-signature"), (401, "err.signature.invalid")),
        (lambda b: b["message"].pop("transaction_id"), (400, "err.request.bad")),
        (lambda b: b["message"].update(transaction_id="x" * 100), (400, "err.request.bad")),
        (lambda b: b["message"].update(transaction_id="a\x00b"), (400, "err.request.bad")),
        (lambda b: b["message"].update(transaction_id="\ud800"), (400, "err.request.bad")),
        (lambda b: b["message"].update(search_request=[]), (400, "err.request.bad")),
        (lambda b: b.pop("message"), (400, "err.request.bad")),
    ],
)
def test_what_the_standard_refuses_gets_the_standard_s_code(partner, change, expected):
    body = envelope(request_of(by_number(1)))
    change(body)

    assert code_of(post(partner[0], body)) == expected
    assert PartnerCall.objects.get().code == expected[1]


def test_without_a_key_or_with_one_for_something_else_nothing_is_served(partner, client):
    _fresh, other = a_key(title="别的")

    for stranger in (client, other):
        assert code_of(post(stranger, envelope(request_of(by_number(1))))) == (
            401,
            "err.request.unauthorized",
        )
    assert Act.objects.filter(act="partners.refused_key").count() == 1


def test_a_revoked_and_an_expired_key_read_alike_and_each_is_an_act(partner):
    client, _sender, key = partner
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        expired = post(client, envelope(request_of(by_number(1))))
    actions.revoke_key(by="test", key=key, reason="系统下线")
    revoked = post(client, envelope(request_of(by_number(1))))

    assert code_of(expired) == code_of(revoked) == (401, "err.request.unauthorized")
    refused = Act.objects.filter(act="partners.refused_key").order_by("pk")
    assert [row.after["code"] for row in refused] == ["expired", "revoked"]


def test_a_rotated_key_and_the_one_before_it_serve_the_same_sender(partner):
    client, _sender, key = partner
    fresh = actions.rotate_key(by="test", key=key, on=timezone.localdate())
    other = type(client)(headers={"authorization": f"Bearer {fresh.token}"})

    assert [post(one, envelope(request_of(by_number(1)))).status_code for one in (client, other)] == [
        200,
        200,
    ]


def test_no_more_persons_are_told_of_than_the_key_may_in_a_day(partner):
    _client, _sender, _key = partner
    fresh, busy = a_key(powers=("registry",), title="每天一人", per_day=1)
    senders.register_sender(by="test", key=fresh.key, sender_id="one-a-day", is_stub_allowed=True)

    def ask(serial):
        return post(busy, envelope(request_of(by_number(serial)), sender_id="one-a-day"))

    assert [ask(1).status_code, ask(1).status_code] == [200, 200]
    assert code_of(ask(2)) == (429, "err.request.too_many_requests")
    assert Act.objects.filter(act="partners.too_many_persons").count() == 1


def test_any_other_method_is_refused(partner):
    assert partner[0].get(SEARCH).status_code == 405


def test_the_description_names_every_address_of_the_standard(partner):
    found = partner[0].get(f"{BASE}/openapi.json").json()

    served = {path.removeprefix(BASE) for path in found["paths"]}
    names = ("search", "on-search", "subscribe", "on-subscribe", "notify", "unsubscribe", "on-unsubscribe")
    more = ("txn/status", "txn/on-status", "sync/search", "sync/txn/status")
    assert found["openapi"].startswith("3.1")
    assert served == {f"/registry/{name}" for name in (*names, *more)} | {"/keys.json"}
