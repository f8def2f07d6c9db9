"""Scanned papers (扫描件) looked through before they are kept: what a file really is, how large its picture would be, what it hides.

A phone's picture carries where and with what it was taken; all of that is taken out but for which side is up. A PDF
that runs something, carries files or is locked is refused. Nothing here decodes a picture.
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass

MOST_PIXELS = 80_000_000
"""A picture of more would take the memory of the machine that shows it."""
MOST_INFLATED = 64 * 1024**2
SUFFIXES = {"jpg": ("jpg", "jpeg", "jpe"), "png": ("png",), "pdf": ("pdf",)}
TYPES = {"jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|Encrypt)(?![A-Za-z])")
TOLD = {b"Encrypt": "加了密码", b"EmbeddedFile": "里面带着别的文件", b"EmbeddedFiles": "里面带着别的文件"}
STREAM = re.compile(rb"stream\r?\n")
NEXT_MARK = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
ORIENTATION = 0x0112
KEPT_CHUNKS = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs")
)


class NotAScan(ValueError):
    """A file cannot be kept as a scanned paper; the text says what it is and what to do."""


@dataclass(frozen=True)
class Scanned:
    """A paper that may be kept: `jpg`, `png` or `pdf`, and its bytes without what nobody needs."""

    kind: str
    content: bytes

    @property
    def media_type(self) -> str:
        """What browsers are told it is."""
        return TYPES[self.kind]


def looked_through(content: bytes, name: str) -> Scanned:
    """A scanned paper as it may be kept.

    Raises:
        NotAScan: for another kind of file, one whose name claims another kind, and one that hides something.
    """
    kind = _kind_of(content)
    if kind is None:
        raise NotAScan("这不是照片或扫描件：只收 JPG、PNG 图片和 PDF。其他文件请先拍照，或另存为 PDF 再传。")
    suffix = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if suffix not in SUFFIXES[kind]:
        raise NotAScan(f"文件名的后缀是“{suffix or '空'}”，内容其实是 {kind.upper()}。请改成真实的后缀再传。")
    try:
        clean = {"jpg": _jpeg, "png": _png, "pdf": _pdf}[kind](content)
    except (IndexError, struct.error, zlib.error) as trouble:
        raise NotAScan("文件不完整或已损坏，请重新拍照或扫描。") from trouble
    return Scanned(kind, clean)


def _kind_of(content: bytes) -> str | None:
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    return "pdf" if content.startswith(b"%PDF-") else None


def _check_size(width: int, height: int) -> None:
    if not width or not height:
        raise NotAScan("图片的宽或高是 0，文件已损坏，请重新拍照。")
    if width * height > MOST_PIXELS:
        raise NotAScan(f"图片有 {width}×{height} 像素，大得不合理。请用普通照片，或调低扫描分辨率再传。")


def _jpeg(content: bytes) -> bytes:
    """The picture with its first side up as it was, without the other remarks of the camera and what follows its end."""
    found, at, has_size = [b"\xff\xd8"], 2, False
    while content[at] == 0xFF:
        mark = content[at + 1]
        if mark == 0xFF:
            at += 1
            continue
        if mark == 0xD9:
            if not has_size:
                break
            return b"".join([*found, b"\xff\xd9"])
        (length,) = struct.unpack(">H", content[at + 2 : at + 4])
        part = content[at : at + 2 + length]
        if len(part) < 2 + length or length < 2:
            break
        at += 2 + length
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", part[5:9])
            _check_size(width, height)
            has_size = True
        if mark == 0xE1:
            side = _orientation(part)
            part = _only_orientation(side) if side != 1 else b""
        elif mark == 0xFE or 0xE3 <= mark <= 0xED:
            part = b""
        elif mark == 0xDA:  # the picture itself, up to the next mark
            after = NEXT_MARK.search(content, at)
            if after is None:
                break
            part += content[at : after.start()]
            at = after.start()
        found.append(part)
    raise NotAScan("图片没有传完整，请重新上传或重新拍照。")


def _orientation(part: bytes) -> int:
    """Which side of the picture is up: 1 to 8; 1 where the camera did not say."""
    if part[4:10] != b"Exif\x00\x00":
        return 1
    tiff = part[10:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 1
    (start,) = struct.unpack(order + "I", tiff[4:8])
    if start + 2 > len(tiff):
        return 1
    (entries,) = struct.unpack(order + "H", tiff[start : start + 2])
    for place in range(start + 2, min(start + 2 + entries * 12, len(tiff) - 11), 12):
        tag, _kind, _count, value = struct.unpack(order + "HHIH", tiff[place : place + 10])
        if tag == ORIENTATION:
            return value if 1 <= value <= 8 else 1
    return 1


def _only_orientation(side: int) -> bytes:
    tiff = b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, side, 0, 0)
    body = b"Exif\x00\x00" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(content: bytes) -> bytes:
    """The picture alone: texts, times and remarks are left out, and whatever follows its end."""
    found, at = [content[:8]], 8
    while True:
        (length,) = struct.unpack(">I", content[at : at + 4])
        name, part = content[at + 4 : at + 8], content[at : at + 12 + length]
        if len(part) < 12 + length:
            raise NotAScan("图片没有传完整，请重新上传或重新拍照。")
        if at == 8 and name != b"IHDR":
            raise NotAScan("图片已损坏，请重新拍照。")
        if name == b"IHDR":
            width, height = struct.unpack(">II", part[8:16])
            _check_size(width, height)
        if name in KEPT_CHUNKS:
            found.append(part)
        if name == b"IEND":
            return b"".join(found)
        at += 12 + length


def _pdf(content: bytes) -> bytes:
    """The file as it is, when nothing in it runs, hides or is locked, also not in packed parts."""
    if b"%%EOF" not in content[-2048:]:
        raise NotAScan("PDF 没有传完整，请重新上传或重新扫描。")
    left = MOST_INFLATED
    _check_plain(content)
    for start in STREAM.finditer(content):
        if content[start.end() : start.end() + 1] not in (b"\x78", b"\x58", b"\x48", b"\x68"):
            continue
        packed = zlib.decompressobj()
        try:
            inflated = packed.decompress(content[start.end() :], left)
        except zlib.error:
            continue
        left -= len(inflated)
        if left <= 0:
            raise NotAScan("PDF 解开后太大，请调低扫描分辨率，或分成几个文件再传。")
        if b"/" in inflated[: 1 << 16] and b"ObjStm" in content[max(0, start.start() - 400) : start.start()]:
            _check_plain(inflated)
    return content


def _check_plain(content: bytes) -> None:
    text = re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), content)
    found = ACTIVE.search(text)
    if found is not None:
        what = TOLD.get(found[1], "里面带着会自动运行的内容")
        raise NotAScan(f"这个 PDF {what}，不能收。请把纸质材料重新扫描或拍照后再传。")
