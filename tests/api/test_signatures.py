"""Who signed: SM2 and JWS as registered, nothing else; what we sign is checked with the keys that we publish."""

import base64
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone
from jwt import PyJWK
from jwt.api_jws import PyJWS

from anmin.kernel.exchange.registry.signatures import signed_bytes
from anmin.kernel.partners.actions import PartnerProblem
from anmin.kernel.partners.senders import actions as senders
from anmin.lib.crypto import Signer, is_signed_by
from tests.api.partners import a_key
from tests.api.spdci import BASE, code_of, criteria, envelope, post, request_of

pytestmark = pytest.mark.django_db
ASKED = request_of(criteria("idtype-value", {"type": "UIN", "value": "TEST-001"}))
PRIVATE = {
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
}


def pem(private):
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def a_sender(algorithm, public_key, **more):
    fresh, client = a_key(powers=("registry",))
    senders.register_sender(
        by="test", key=fresh.key, sender_id="signed-1", public_key=public_key, algorithm=algorithm, **more
    )
    return client, envelope(ASKED, sender_id="signed-1")


def text_of(body):
    return signed_bytes(body["header"], body["message"])


def jws(private, algorithm, body, *, is_unencoded=False):
    if is_unencoded:
        head = {"b64": False, "crit": ["b64"]}
        return PyJWS().encode(text_of(body), private, algorithm, headers=head, is_payload_detached=True)
    head, _, end = PyJWS().encode(text_of(body), private, algorithm).split(".")
    return f"{head}..{end}"


@pytest.mark.parametrize("is_unencoded", [False, True])
@pytest.mark.parametrize("algorithm", PRIVATE)
def test_a_detached_jws_is_checked_by_the_registered_key(algorithm, is_unencoded):
    private, other = PRIVATE[algorithm](), PRIVATE[algorithm]()
    client, body = a_sender(algorithm, pem(private))

    good = {**body, "signature": jws(private, algorithm, body, is_unencoded=is_unencoded)}
    foreign = {**body, "signature": jws(other, algorithm, body, is_unencoded=is_unencoded)}
    changed = {**good, "message": {**good["message"], "transaction_id": "t-2"}}

    assert post(client, good).status_code == 200
    assert code_of(post(client, foreign)) == code_of(post(client, changed)) == (401, "err.signature.invalid")


def test_sm2_is_checked_and_answered_by_sm2():
    signer = Signer.new()
    client, body = a_sender("SM2", signer.public.hex())

    good = {**body, "signature": signer.sign(text_of(body)).hex()}
    answer = post(client, good)
    changed = {**good, "header": {**good["header"], "message_id": "m-2"}}

    assert answer.status_code == 200
    (ours,) = [one for one in client.get(f"{BASE}/keys.json").json()["keys"] if one["crv"] == "SM2"]
    public = b"".join(base64.urlsafe_b64decode(ours[name] + "==") for name in ("x", "y"))
    assert is_signed_by(public, text_of(answer.json()), bytes.fromhex(answer.json()["signature"]))
    assert code_of(post(client, changed)) == (401, "err.signature.invalid")


def test_our_answer_is_signed_with_the_key_that_we_publish():
    private = PRIVATE["EdDSA"]()
    client, body = a_sender("EdDSA", pem(private))
    answer = post(client, {**body, "signature": jws(private, "EdDSA", body)}).json()

    ours = PyJWK(next(one for one in client.get(f"{BASE}/keys.json").json()["keys"] if one["kty"] == "OKP"))
    head, _, end = answer["signature"].split(".")
    payload = base64.urlsafe_b64encode(text_of(answer)).rstrip(b"=").decode()

    assert PyJWS().decode(f"{head}.{payload}.{end}", key=ours, algorithms=["EdDSA"]) == text_of(answer)


@pytest.mark.parametrize("trick", ["none", "HS256", "stub", "whole"])
def test_the_algorithm_is_the_registered_one_and_no_other(trick):
    private = PRIVATE["RS256"]()
    client, body = a_sender("RS256", pem(private))
    payload = text_of(body)
    end = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
    head = base64.urlsafe_b64encode(json.dumps({"alg": trick}).encode()).rstrip(b"=").decode()
    signature = {
        "none": f"{head}..",
        "HS256": f"{head}..{end}",
        "stub": "unsigned-stub",
        "whole": PyJWS().encode(payload, private, "RS256"),
    }[trick]

    assert code_of(post(client, {**body, "signature": signature})) == (401, "err.signature.invalid")


def test_an_old_signed_message_is_somebody_s_copy():
    private = PRIVATE["EdDSA"]()
    client, body = a_sender("EdDSA", pem(private))
    body["header"]["message_ts"] = (timezone.now() - timedelta(minutes=16)).isoformat()

    answer = post(client, {**body, "signature": jws(private, "EdDSA", body)})

    assert code_of(answer) == (400, "err.request.timeout")


def test_a_sender_without_a_signature_is_registered_nowhere_in_production(settings):
    fresh, _client = a_key(powers=("registry",))
    with pytest.raises(PartnerProblem, match="公钥"):
        senders.register_sender(by="test", key=fresh.key, sender_id="x")
    settings.PRODUCTION = True

    with pytest.raises(PartnerProblem, match="生产环境"):
        senders.register_sender(by="test", key=fresh.key, sender_id="x", is_stub_allowed=True)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"public_key": "ff"}, "128 位"),
        ({"public_key": "ff", "algorithm": "EdDSA"}, "PEM"),
        ({"public_key": pem(PRIVATE["ES256"]()), "algorithm": "EdDSA"}, "不符"),
        ({"public_key": pem(rsa.generate_private_key(65537, 1024)), "algorithm": "RS256"}, "2048"),
        ({"is_stub_allowed": True, "callback_hosts": ["http://x/"]}, "主机名"),
        ({"is_stub_allowed": True, "callback_uri": "http://x/cb"}, "回调主机"),
        ({"is_stub_allowed": True, "sender_id": ""}, "sender_id"),
    ],
)
def test_a_sender_that_cannot_be_is_refused_with_what_to_do(more, words):
    fresh, _client = a_key(powers=("registry",))

    with pytest.raises(PartnerProblem, match=words):
        senders.register_sender(**{"by": "test", "key": fresh.key, "sender_id": "x", **more})
