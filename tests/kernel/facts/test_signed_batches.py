"""A source that registered an SM2 key is believed by its signature alone, for this file, this source, this period."""

import base64
from datetime import date

import pytest

from anmin.kernel.audit.models import Act
from anmin.kernel.facts.batches.models import RefusedFile, SourceBatch, SourceSigner
from anmin.kernel.facts.batches.signing import actions as signing
from anmin.lib.crypto import Signer
from anmin.policy.errors import PolicyError
from tests.kernel.facts.test_batches import ON, refused, rows, take, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_home_of_its_own(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"


@pytest.fixture
def pensioner(db):
    signer = Signer.new()
    signing.register_signer(
        by="test", source="pensions", public=signer.public.hex(), first_day=date(2026, 11, 1)
    )
    return signer


def signed(signer, path, source="pensions", period="2026-10"):
    return signer.sign(signing.signed_message(source, period, path))


def test_a_signed_batch_lands_and_keeps_its_signature(tmp_path, pensioner):
    path = written(tmp_path / "a.csv", rows())
    signature = signed(pensioner, path)

    landing = take(path, signature=base64.b64encode(signature).decode())

    assert landing.batch.signature == signature.hex()
    assert Act.objects.filter(act="facts.signer.register").exists()


def test_without_a_signature_the_file_is_refused_whole(tmp_path, pensioner):
    trouble = refused(written(tmp_path / "a.csv", rows()))

    assert trouble.code == "unsigned"
    assert RefusedFile.objects.get().code == "unsigned"


@pytest.mark.parametrize("wrong", ["file", "period", "source", "key", "noise", "letters"])
def test_a_signature_for_anything_else_is_refused(tmp_path, pensioner, wrong):
    path = written(tmp_path / "a.csv", rows())
    other = written(tmp_path / "b.csv", rows(31))
    signature = {
        "file": lambda: signed(pensioner, other).hex(),
        "period": lambda: signed(pensioner, path, period="2026-09").hex(),
        "source": lambda: signed(pensioner, path, source="tax").hex(),
        "key": lambda: signed(Signer.new(), path).hex(),
        "noise": lambda: "00" * 70,
        "letters": lambda: "不是签名",
    }[wrong]()

    assert refused(path, signature=signature).code == "bad_signature"


def test_without_the_period_in_the_message_last_months_file_could_be_sent_again(
    tmp_path, pensioner, monkeypatch
):
    """The wrong variant: a signature over the file alone fits it under every period."""
    from anmin.lib.crypto import sm3_of_file

    monkeypatch.setattr(signing, "signed_message", lambda source, period, path: sm3_of_file(path))
    path = written(tmp_path / "a.csv", rows())
    signature = signed(pensioner, path).hex()

    take(path, signature=signature)
    take(path, period="2026-09", signature=signature)

    assert SourceBatch.objects.count() == 2


def test_before_its_first_day_and_after_its_last_a_key_asks_for_nothing(tmp_path, pensioner):
    row = SourceSigner.objects.get()
    signing.end_signer(by="test", signer=row, last_day=date(2026, 11, 20), reason="换钥")

    assert take(written(tmp_path / "a.csv", rows())).landed == 30
    assert signing.signers_of("pensions", ON) == []
    assert len(signing.signers_of("pensions", date(2026, 11, 20))) == 1


def test_a_key_put_in_by_sql_is_not_believed(tmp_path, pensioner):
    forger = Signer.new()
    SourceSigner.objects.update(public=forger.public.hex())
    path = written(tmp_path / "a.csv", rows())

    assert refused(path, signature=signed(forger, path).hex()).code == "bad_signature"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"source": "nothing"}, "来源"),
        ({"public": "zz"}, "公钥"),
        ({"public": "00" * 63}, "公钥"),
        ({"last_day": date(2026, 1, 1)}, "早于"),
    ],
)
def test_what_is_no_key_is_not_registered(db, changed, said):
    given = {
        "by": "test",
        "source": "pensions",
        "public": Signer.new().public.hex(),
        "first_day": date(2026, 11, 1),
    }

    with pytest.raises(PolicyError, match=said):
        signing.register_signer(**(given | changed))

    assert not SourceSigner.objects.exists()


def test_the_prefix_of_uncompressed_points_is_understood(db):
    public = Signer.new().public.hex()

    row = signing.register_signer(by="test", source="tax", public=f"04{public}", first_day=ON)

    assert row.public == public
    with pytest.raises(PolicyError, match="登记过"):
        signing.register_signer(by="test", source="tax", public=public, first_day=ON)
