"""A department's file in pieces over a line that is cut, and with the signature that its source has registered."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anmin.kernel.facts.batches.models import SourceBatch, Upload
from anmin.kernel.facts.batches.signing import actions as signing
from anmin.lib.crypto import Signer
from tests.api.partners import a_key
from tests.api.test_partner_api import batch_of

pytestmark = pytest.mark.django_db
PIECE = 400


@pytest.fixture
def sender(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path
    return a_key(powers=("batches.send",), fields=(), basis="", sources=("pensions",))[1]


@pytest.fixture
def signer(sender):
    made = Signer.new()
    signing.register_signer(
        by="test", source="pensions", public=made.public.hex(), first_day=date(2026, 1, 1)
    )
    return made


def begin(client, content, source="pensions", period="2026-09"):
    told = {"source": source, "period": period, "name": "ylj.csv", "size": len(content)}
    told["sha256"] = hashlib.sha256(content).hexdigest()
    return client.post("/api/v1/uploads", json.dumps(told), "application/json")


def piece(client, number, content, offset):
    part = content[offset : offset + PIECE]
    return client.put(f"/api/v1/uploads/{number}/pieces/{offset}", part, "application/octet-stream")


def finish(client, number, signature=""):
    return client.post(
        f"/api/v1/uploads/{number}/finish", json.dumps({"signature": signature}), "application/json"
    )


def all_of(client, content, **more):
    number = begin(client, content, **more).json()["id"]
    for offset in range(0, len(content), PIECE):
        assert piece(client, number, content, offset).status_code == 200
    return number


def signature_of(signer, content, tmp_path):
    path = Path(tmp_path) / "signed.csv"
    path.write_bytes(content)
    return signer.sign(signing.signed_message("pensions", "2026-09", path)).hex()


def test_after_a_cut_line_the_file_goes_on_where_it_stopped_and_lands_once(sender):
    content = batch_of(60, bad=(5,)).encode()
    number = begin(sender, content).json()["id"]
    piece(sender, number, content, 0)

    again = begin(sender, content).json()
    same = piece(sender, number, content, 0).json()
    for offset in range(again["received"], len(content), PIECE):
        piece(sender, number, content, offset)
    done, repeated = finish(sender, number).json(), finish(sender, number).json()

    assert (again["id"], again["received"], same["received"]) == (number, PIECE, PIECE)
    assert (done["landed"], done["quarantined"], done["is_repeat"]) == (59, 1, False)
    assert (repeated["batch"], repeated["is_repeat"]) == (done["batch"], True)
    assert SourceBatch.objects.count() == 1
    assert sender.get(f"/api/v1/uploads/{number}").json()["state"] == "taken"


def test_a_piece_that_does_not_follow_is_told_where_to_go_on(sender):
    content = batch_of(60).encode()
    number = begin(sender, content).json()["id"]

    answer = piece(sender, number, content, 2 * PIECE)

    assert (answer.status_code, answer.json()["where"]) == (409, "received=0")
    assert "第 0 字节" in answer.json()["todo"]


def test_a_file_that_is_not_whole_does_not_land_and_can_still_go_on(sender):
    content = batch_of(60).encode()
    number = begin(sender, content).json()["id"]
    piece(sender, number, content, 0)

    early = finish(sender, number)
    for offset in range(PIECE, len(content), PIECE):
        piece(sender, number, content, offset)

    assert (early.status_code, early.json()["code"]) == (422, "upload")
    assert finish(sender, number).json()["landed"] == 60


def test_a_piece_larger_than_two_megabytes_is_refused_in_words(sender):
    number = begin(sender, b"x" * 4_000_000).json()["id"]

    answer = sender.put(f"/api/v1/uploads/{number}/pieces/0", b"x" * 3_000_000, "application/octet-stream")

    assert (answer.status_code, answer.json()["code"]) == (422, "piece_too_large")
    assert Upload.objects.get().received == 0


def test_another_key_knows_nothing_of_an_upload(sender):
    content = batch_of(60).encode()
    number = begin(sender, content).json()["id"]
    _fresh, other = a_key(
        powers=("batches.send",), fields=(), basis="", sources=("pensions",), title="别的系统"
    )

    answers = [
        other.get(f"/api/v1/uploads/{number}"),
        piece(other, number, content, 0),
        finish(other, number),
        other.delete(f"/api/v1/uploads/{number}"),
    ]

    assert [one.status_code for one in answers] == [404] * 4
    assert Upload.objects.get().state == "open"


def test_a_source_that_is_not_the_key_s_is_refused_and_a_half_file_is_thrown_away(sender):
    number = begin(sender, batch_of(60).encode()).json()["id"]

    foreign, dropped = begin(sender, b"1,2", source="banks"), sender.delete(f"/api/v1/uploads/{number}")

    assert (foreign.status_code, foreign.json()["code"]) == (403, "source_not_granted")
    assert (dropped.json()["state"], sender.delete(f"/api/v1/uploads/{number}").status_code) == (
        "dropped",
        409,
    )


def test_a_signature_goes_with_a_whole_file_and_with_the_end_of_one_in_pieces(sender, signer, tmp_path):
    first, second = batch_of(40).encode(), batch_of(41).encode()

    whole = sender.post(
        "/api/v1/sources/pensions/2026-09",
        {"file": SimpleUploadedFile("ylj.csv", first), "signature": signature_of(signer, first, tmp_path)},
    )
    number = all_of(sender, second)
    pieces = finish(sender, number, signature_of(signer, second, tmp_path))

    assert [one.json()["landed"] for one in (whole, pieces)] == [40, 41]
    assert all(row.signature for row in SourceBatch.objects.all())


@pytest.mark.parametrize("wrong", ["none", "other"])
def test_an_unsigned_file_or_another_s_signature_is_refused_whole(sender, signer, tmp_path, wrong):
    """The wrong variants."""
    content, other = batch_of(40).encode(), batch_of(41).encode()
    signature = "" if wrong == "none" else signature_of(signer, other, tmp_path)
    number = all_of(sender, content)

    whole = sender.post(
        "/api/v1/sources/pensions/2026-09",
        {"file": SimpleUploadedFile("ylj.csv", content), "signature": signature},
    )
    pieces = finish(sender, number, signature)

    codes = {"none": "unsigned", "other": "bad_signature"}
    assert [one.json()["code"] for one in (whole, pieces)] == [codes[wrong]] * 2
    assert SourceBatch.objects.count() == 0
