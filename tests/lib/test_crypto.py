"""The ciphers against the standards' vectors, an independent implementation, and forgers."""

import secrets

import gmalg
import gmssl_pyx
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from anmin.lib.crypto import (
    HEAD,
    SealBroken,
    SealingKey,
    Signer,
    Suite,
    derived,
    hmac_sm3,
    hmac_sm3_with,
    is_signed_by,
    key_number_of,
    seal,
    sm3,
    unseal,
)

KEY = SealingKey(7, bytes(range(16)))
PLACE = b"kernel_person|name|42"


def opened(sealed, bound=PLACE, *keys):
    known = {key.number: key for key in keys or (KEY,)}

    def key_of(number):
        if number not in known:
            raise SealBroken("没有这把密钥")
        return known[number]

    return unseal(key_of, sealed, bound)


def test_sm3_gives_the_standard_s_hashes():
    """GB/T 32905-2016, appendix A."""
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_sm4_gives_the_standard_s_block():
    """GB/T 32907-2016, appendix A: one block under the key that equals it."""
    block = bytes.fromhex("0123456789abcdeffedcba9876543210")

    encryptor = Cipher(algorithms.SM4(block), modes.ECB()).encryptor()

    assert encryptor.update(block).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gives_the_standard_s_block_after_a_million_rounds():
    """GB/T 32907-2016, appendix A, second example."""
    block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(algorithms.SM4(block), modes.ECB()).encryptor()
    for _ in range(1_000_000):
        block = encryptor.update(block)

    assert block.hex() == "595298c7c6fd271f0402f804c33d3f66"


def test_sm4_gcm_gives_the_published_tag():
    """RFC 8998, appendix A.1."""
    key, nonce = bytes.fromhex("0123456789abcdeffedcba9876543210"), bytes.fromhex("00001234567800000000abcd")
    plain = bytes.fromhex("aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd")
    plain += bytes.fromhex("eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa")
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"))

    sealed = encryptor.update(plain) + encryptor.finalize()

    assert sealed.hex().startswith("17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735")
    assert encryptor.tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"


def test_sm2_accepts_the_standard_s_signature_and_nothing_near_it():
    """GB/T 32918.5-2017, appendix A: the recommended curve, the default identity."""
    public = bytes.fromhex(
        "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    )
    r = int("f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3", 16)
    s = int("b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa", 16)

    assert is_signed_by(public, b"message digest", der(r, s))
    assert not is_signed_by(public, b"message digest", der(r, s + 1))
    assert not is_signed_by(public, b"message digest.", der(r, s))


def der(r, s):
    """Two numbers as the signature's DER."""
    parts = b"".join(
        bytes([2, len(raw)]) + raw for raw in (n.to_bytes(n.bit_length() // 8 + 1, "big") for n in (r, s))
    )
    return bytes([0x30, len(parts)]) + parts


def test_hkdf_is_hmac_twice():
    """RFC 5869 over SM3, written out: extract with an empty salt, expand once."""
    secret, purpose = bytes(range(32)), "anmin wrap"

    extracted = hmac_sm3(bytes(32), secret)

    assert derived(secret, purpose) == hmac_sm3(extracted, purpose.encode() + b"\x01")


def test_many_codes_under_one_key_are_the_same_codes():
    code = hmac_sm3_with(b"k" * 32)

    assert [code(b"a"), code(b"b"), code(b"a")] == [hmac_sm3(b"k" * 32, text) for text in (b"a", b"b", b"a")]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.binary(min_size=1, max_size=64))
def test_hashes_agree_with_another_implementation(data, key):
    assert sm3(data) == bytes(gmssl_pyx.sm3_hash(data))
    assert hmac_sm3(key, data) == bytes(gmssl_pyx.sm3_hmac(key, data))


def test_ten_thousand_random_values_open_in_another_implementation():
    for _ in range(10_000):
        plain = secrets.token_bytes(18)
        sealed = seal(KEY, plain, PLACE)
        head, nonce, body, tag = sealed[:5], sealed[5:17], sealed[17:-16], sealed[-16:]

        assert gmssl_pyx.sm4_gcm_decrypt(KEY.secret, nonce, head + PLACE, body, tag) == plain


@given(st.binary(max_size=500))
def test_what_is_sealed_opens_again_and_never_looks_the_same(plain):
    one, two = seal(KEY, plain, PLACE), seal(KEY, plain, PLACE)

    assert opened(one) == opened(two) == plain
    assert one != two
    assert key_number_of(one) == 7


def test_no_forgery_of_ten_thousand_is_accepted():
    sealed = seal(KEY, b"110105194912310021", PLACE)
    accepted = 0
    for turn in range(10_000):
        forged = bytearray(sealed)
        bit = secrets.randbelow(len(forged) * 8)
        forged[bit // 8] ^= 1 << (bit % 8)
        if turn % 3 == 0:
            forged = forged[: secrets.randbelow(len(forged))]
        try:
            opened(bytes(forged))
        except SealBroken:
            continue
        accepted += 1

    assert accepted == 0


@pytest.mark.parametrize(
    "elsewhere", [b"kernel_person|name|43", b"kernel_person|phone|42", b"kernel_household|name|42"]
)
def test_a_value_opens_in_its_own_row_and_column_only(elsewhere):
    sealed = seal(KEY, "王小明".encode(), PLACE)

    with pytest.raises(SealBroken, match="原来的位置"):
        opened(sealed, elsewhere)


def test_without_a_bound_place_rows_could_be_swapped():
    """The wrong variant: sealing without the place lets a value of one row open in another."""
    unbound = seal(KEY, b"620", b"")

    assert opened(unbound, b"") == b"620"


def test_suites_stand_side_by_side():
    other = SealingKey(8, bytes(32), Suite.AES_256_GCM)
    old, new = seal(KEY, b"one", PLACE), seal(other, b"two", PLACE)

    assert opened(old, PLACE, KEY, other) == b"one"
    assert opened(new, PLACE, KEY, other) == b"two"


def test_a_value_under_the_number_of_another_suite_is_refused():
    sealed = seal(KEY, b"one", PLACE)
    relabelled = HEAD.pack(Suite.AES_256_GCM, 7) + sealed[HEAD.size :]

    with pytest.raises(SealBroken, match="算法"):
        opened(relabelled)


def test_a_key_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="16 字节"):
        SealingKey(1, b"short")


def test_a_key_never_shows_itself():
    assert KEY.secret.hex() not in repr(KEY)
    assert Signer.new().private.hex() not in repr(Signer.new())


def test_derived_keys_differ_by_purpose():
    assert derived(b"x" * 32, "one") != derived(b"x" * 32, "two")
    assert len(derived(b"x" * 32, "one", 16)) == 16


def test_a_signature_holds_for_its_message_and_its_maker():
    signer, other = Signer.new(), Signer.new()
    signature = signer.sign(b"count=3 head=ab")

    assert is_signed_by(signer.public, b"count=3 head=ab", signature)
    assert not is_signed_by(signer.public, b"count=2 head=ab", signature)
    assert not is_signed_by(other.public, b"count=3 head=ab", signature)
    assert not is_signed_by(signer.public, b"count=3 head=ab", b"nonsense")


def test_another_implementation_accepts_our_signatures():
    signer = Signer.new()
    signature = signer.sign(b"anmin")
    length = signature[3]
    r = int.from_bytes(signature[4 : 4 + length], "big")
    s = int.from_bytes(signature[6 + length :], "big")

    judge = gmalg.SM2(uid=b"1234567812345678", pk=b"\x04" + signer.public)

    assert judge.verify(b"anmin", r.to_bytes(32, "big"), s.to_bytes(32, "big"))
