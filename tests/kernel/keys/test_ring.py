"""The key ring: made once, wrapped, rotated, destroyed; refused with the wrong master key and in production."""

import json

import pytest

from anmin.kernel.keys import queries
from anmin.kernel.keys.providers import KeyProblem, MasterKeyProvider, MockModule, credential, development
from anmin.kernel.keys.ring import KeyRing
from anmin.lib.crypto import SealBroken, seal, unseal

PLACE = b"t|c|1"


@pytest.fixture
def home(tmp_path):
    return tmp_path / "keys"


def ring_of(home):
    return KeyRing(home / "ring.json", development(home))


def test_a_ring_is_made_once_and_opens_again(home):
    first = ring_of(home)
    sealed = seal(first.data_key(), b"text", PLACE)

    again = ring_of(home)

    assert unseal(again.data_key, sealed, PLACE) == b"text"
    assert again.signer.public == first.signer.public


def test_no_key_lies_in_the_file_in_clear(home):
    ring = ring_of(home)
    content = (home / "ring.json").read_text()

    secrets = [ring.secret(key.purpose, key.number) for key in ring.keys]

    assert not any(secret.hex() in content for secret in secrets)
    assert not any(secret in (home / "ring.json").read_bytes() for secret in secrets)
    assert (home / "ring.json").stat().st_mode & 0o077 == 0
    assert (home / "master.key").stat().st_mode & 0o077 == 0


def test_the_wrong_master_key_is_told(home):
    ring_of(home)

    with pytest.raises(KeyProblem, match="主密钥不对"):
        KeyRing(home / "ring.json", MasterKeyProvider(b"x" * 32, "credential")).secret("data", 1)


def test_a_wrapped_key_cannot_take_another_s_place(home):
    ring_of(home).add("data")
    content = json.loads((home / "ring.json").read_text())
    rows = [row for row in content["keys"] if row["purpose"] == "data"]
    rows[0]["wrapped"], rows[1]["wrapped"] = rows[1]["wrapped"], rows[0]["wrapped"]
    (home / "ring.json").write_text(json.dumps(content))

    with pytest.raises(KeyProblem, match="被改动过"):
        ring_of(home).secret("data", 1)


def test_after_rotation_new_values_bear_the_new_number_and_old_ones_open(home):
    ring = ring_of(home)
    old = seal(ring.data_key(), b"old", PLACE)

    ring.add("data")

    assert ring.data_key().number == 2
    assert unseal(ring.data_key, old, PLACE) == b"old"


def test_a_destroyed_key_opens_nothing_and_an_active_one_is_not_destroyed(home):
    ring = ring_of(home)
    old = seal(ring.data_key(), b"old", PLACE)
    with pytest.raises(KeyProblem, match="先轮换"):
        ring.destroy("data", 1)
    ring.add("data")

    ring.destroy("data", 1)

    with pytest.raises(SealBroken, match="已销毁"):
        unseal(ring.data_key, old, PLACE)
    assert ring_of(home).active("data").number == 2


def test_production_refuses_the_development_provider(settings):
    settings.PRODUCTION, settings.KEY_PROVIDER = True, "development"

    with pytest.raises(KeyProblem, match="ANMIN_KEY_PROVIDER=credential"):
        queries.key_provider()


def test_a_master_key_file_that_is_missing_or_short_is_told(tmp_path):
    with pytest.raises(KeyProblem, match="读不到主密钥文件"):
        credential(str(tmp_path / "none"))
    (tmp_path / "short").write_bytes(b"x" * 8)
    with pytest.raises(KeyProblem, match="至少需要 32"):
        credential(str(tmp_path / "short"))


def test_a_module_answers_only_to_its_pin(tmp_path):
    module = MockModule(tmp_path / "device", "8421")
    wrapped = module.wrap(b"secret", "data/1")

    assert MockModule(tmp_path / "device", "8421").unwrap(wrapped, "data/1") == b"secret"
    with pytest.raises(KeyProblem, match="口令不对"):
        MockModule(tmp_path / "device", "0000")


def test_blind_indexes_are_keyed_and_differ_by_kind():
    from anmin.lib.crypto import sm3

    blind = queries.blind_index("resident", "110105194912310021")

    assert blind == queries.blind_index("resident", "110105194912310021")
    assert blind != queries.blind_index("phone", "110105194912310021")
    assert blind != sm3(b"110105194912310021")[:16]
    assert -(2**63) <= queries.token("name", "王明") < 2**63
