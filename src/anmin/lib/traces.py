"""Traces (明文痕迹): whether a text lies somewhere in the bytes of files, in any of the forms in which it could be read.

Encodings, base64 at each alignment, hexadecimal, reversed, split by dashes or blanks, and unkeyed hashes: eighteen
digits can be tried out one by one against those. Made for many texts over gigabytes: a table of the first four bytes
sorts out nearly every place before anything is compared.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from anmin.lib.crypto import sm3

HEAD = 4
"""Bytes that are looked up; a form must have at least as many."""
CHUNK = 16 << 20
TABLE_BITS = 24
MIXER = np.uint32(2654435761)
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
HASHES = ("md5", "sha1", "sha256")


@dataclass(frozen=True)
class Trace:
    """A text found: which of the texts (by number, so that a report shows none), in which form, where."""

    text: int
    form: str
    place: str
    offset: int


def forms_of(text: str) -> dict[bytes, str]:
    """Every form in which a text could be read out of bytes, with the form's name."""
    found: dict[bytes, str] = {}
    raw = text.encode()
    for encoding in ENCODINGS:
        found.setdefault(text.encode(encoding), encoding)
    found.setdefault(text[::-1].encode(), "reversed")
    found.setdefault(raw.hex().encode(), "hex")
    found.setdefault(raw.hex().upper().encode(), "hex")
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            whole = encode(b"\0" * shift + raw)
            # What the neighbouring bytes have a share in is cut off at both ends.
            found.setdefault(
                whole[-(-shift * 4 // 3) : len(whole) - (4 if whole.endswith(b"=") else 0)], "base64"
            )
    for split in _split(text):
        found.setdefault(split.encode(), "split")
    for name in HASHES:
        digest = hashlib.new(name, raw, usedforsecurity=False).digest()
        found |= {digest: name, digest.hex().encode(): name}
    found |= {sm3(raw): "sm3", sm3(raw).hex().encode(): "sm3"}
    return {form: name for form, name in found.items() if len(form) >= HEAD}


def _split(text: str) -> Iterator[str]:
    if not text[:-1].isdigit():
        yield from ("·".join(text), " ".join(text)) if not text.isascii() else ()
        return
    known: dict[int, list[tuple[int, ...]]] = {18: [(6, 14), (6, 10, 12, 14), (4, 8, 12, 16)], 11: [(3, 7)]}
    cuts = known.get(len(text), [tuple(range(4, len(text), 4))])
    for cut in cuts:
        parts = [text[a:b] for a, b in zip((0, *cut), (*cut, len(text)), strict=True)]
        for mark in ("-", " ", "－"):
            yield mark.join(parts)


class Finder:
    """Looks for many texts at once."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._by_head: dict[bytes, list[tuple[bytes, int, str]]] = {}
        self.longest = HEAD
        for number, text in enumerate(texts):
            for form, name in forms_of(text).items():
                self._by_head.setdefault(form[:HEAD], []).append((form, number, name))
                self.longest = max(self.longest, len(form))
        heads = np.frombuffer(b"".join(self._by_head), "<u4")
        self._table = np.zeros(1 << TABLE_BITS, bool)
        self._table[self._slots(heads)] = True

    @staticmethod
    def _slots(heads: np.ndarray) -> np.ndarray:
        return (heads * MIXER) >> np.uint32(32 - TABLE_BITS)

    def in_bytes(self, content: bytes, place: str, base: int = 0) -> Iterator[Trace]:
        """Traces in some bytes; `base` is where in the place they begin."""
        if len(content) < HEAD:
            return
        for shift in range(HEAD):
            words = np.frombuffer(content, "<u4", (len(content) - shift) // HEAD, shift)
            for at in (np.flatnonzero(self._table[self._slots(words)]) * HEAD + shift).tolist():
                for form, number, name in self._by_head.get(content[at : at + HEAD], ()):
                    if content.startswith(form, at):
                        yield Trace(number, name, place, base + at)

    def in_stream(self, chunks: Iterable[bytes], place: str) -> Iterator[Trace]:
        """Traces in a stream, also across the borders of its pieces."""
        rest, base = b"", 0
        pieces: list[bytes] = []
        size = 0
        for chunk in chunks:
            pieces.append(bytes(chunk))
            size += len(pieces[-1])
            if size >= CHUNK:
                content = rest + b"".join(pieces)
                yield from self._up_to(content, len(content) - self.longest + 1, place, base)
                rest, base = content[-self.longest + 1 :], base + len(content) - self.longest + 1
                pieces, size = [], 0
        yield from self.in_bytes(rest + b"".join(pieces), place, base)

    def _up_to(self, content: bytes, end: int, place: str, base: int) -> Iterator[Trace]:
        return (found for found in self.in_bytes(content, place, base) if found.offset - base < end)

    def in_file(self, path: Path) -> Iterator[Trace]:
        """Traces in a file as it lies there, and in what is packed in it: Parquet columns, gzip."""
        with path.open("rb") as file:
            yield from self.in_stream(_read(file), str(path))
        if path.suffix == ".gz":
            with gzip.open(path) as packed:
                yield from self.in_stream(_read(packed), f"{path} (gzip)")
        if zipfile.is_zipfile(path):
            yield from self._in_zip(path)
        if path.suffix == ".parquet":
            yield from self.in_stream(_unpacked(path), f"{path} (parquet)")

    def _in_zip(self, path: Path) -> Iterator[Trace]:
        """Workbooks are archives too."""
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                with packed.open(name) as member:
                    yield from self.in_stream(_read(member), f"{path} ({name})")

    def in_folder(self, folder: Path) -> Iterator[Trace]:
        """Traces in every file of a folder and below; a file that goes away meanwhile is passed over."""
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                try:
                    yield from self.in_file(path)
                except FileNotFoundError:
                    continue


def _read(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    """A file a mebibyte at a time."""
    return iter(lambda: file.read(1 << 20), b"")


def _unpacked(path: Path) -> Iterator[bytes]:
    """The columns of a Parquet file without compression and dictionaries."""
    try:
        file = pq.ParquetFile(path)
    except pa.ArrowInvalid:
        return
    for batch in file.iter_batches():
        for column in batch.columns:
            plain = column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column
            yield from (bytes(buffer) for buffer in plain.buffers() if buffer is not None)
            yield b"\0" * HEAD


def counted(traces: Iterable[Trace]) -> Mapping[tuple[str, str], int]:
    """How many traces there are by place and form."""
    found: dict[tuple[str, str], int] = {}
    for trace in traces:
        found[trace.place, trace.form] = found.get((trace.place, trace.form), 0) + 1
    return found
