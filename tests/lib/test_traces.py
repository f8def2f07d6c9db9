"""Traces of a text in bytes: every form is found wherever it stands, across borders, packed; nothing else is."""

import base64
import gzip
import hashlib
import secrets

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from anmin.lib import traces
from anmin.lib.crypto import sm3
from anmin.lib.traces import Finder

NUMBER, PHONE, NAME = "990105194912310021", "19000000017", "欧阳𬱖玥"
HIDDEN = {
    "utf-8": lambda text: text.encode(),
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "gb18030": lambda text: text.encode("gb18030"),
    "reversed": lambda text: text[::-1].encode(),
    "hex": lambda text: text.encode().hex().encode(),
    "HEX": lambda text: text.encode().hex().upper().encode(),
    "base64 at 0": lambda text: base64.b64encode(text.encode() + b"tail"),
    "base64 at 1": lambda text: base64.b64encode(b"x" + text.encode() + b"y"),
    "base64 at 2": lambda text: base64.b64encode(b"xy" + text.encode() + b"z?"),
    "base64 in a document": lambda text: base64.b64encode(b'{"n": "' + text.encode() + b'"}'),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(b"??>" + text.encode()),
    "md5": lambda text: hashlib.md5(text.encode()).digest(),
    "sha256": lambda text: hashlib.sha256(text.encode()).hexdigest().encode(),
    "sm3": lambda text: sm3(text.encode()),
}


@pytest.mark.parametrize("text", [NUMBER, PHONE, NAME])
@pytest.mark.parametrize("form", HIDDEN)
def test_every_form_is_found_at_every_place(form, text):
    finder = Finder([text])
    for before in range(5):
        content = secrets.token_bytes(997 + before) + HIDDEN[form](text) + secrets.token_bytes(500)

        assert list(finder.in_bytes(content, "here")), before


@pytest.mark.parametrize(
    "split",
    ["990105-19491231-0021", "990105 1949 12 31 0021", "9901 0519 4912 3100 21", "990105－19491231－0021"],
)
def test_split_numbers_are_found(split):
    assert {found.form for found in Finder([NUMBER]).in_bytes(split.encode(), "here")} == {"split"}


def test_only_what_is_there_is_found():
    texts = [f"99010519491231{number:04d}" for number in range(1000)]

    assert list(Finder(texts).in_bytes(secrets.token_bytes(5_000_000), "here")) == []
    assert list(Finder(texts).in_bytes(b"990105194912319999" * 10_000, "here")) == []


def test_a_text_across_two_pieces_is_found_once(monkeypatch):
    monkeypatch.setattr(traces, "CHUNK", 1000)
    content = b"." * 995 + NUMBER.encode() + b"." * 2000

    found = list(
        Finder([NUMBER]).in_stream((content[at : at + 100] for at in range(0, len(content), 100)), "s")
    )

    assert [(row.form, row.offset) for row in found] == [("utf-8", 995)]


def test_packed_files_are_opened(tmp_path):
    table = pa.table({"n": pa.array([NUMBER] * 1000).dictionary_encode(), "name": [NAME] * 1000})
    pq.write_table(table, tmp_path / "part.parquet", compression="zstd")
    with gzip.open(tmp_path / "dump.gz", "wb") as file:
        file.write(b"x" * 100 + PHONE.encode())

    found = {
        (row.text, row.place.rsplit("/", 1)[1]) for row in Finder([NUMBER, NAME, PHONE]).in_folder(tmp_path)
    }

    assert found >= {(0, "part.parquet (parquet)"), (1, "part.parquet (parquet)"), (2, "dump.gz (gzip)")}


def test_a_report_shows_no_text():
    (found, *_) = Finder(["other text", NUMBER]).in_bytes(NUMBER.encode(), "here")

    assert NUMBER not in repr(found)
    assert found.text == 1
