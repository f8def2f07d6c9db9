"""JPEG pictures without anything but the picture: where it was taken, by which device and when is cut out."""

from __future__ import annotations

START, END, SCAN = b"\xff\xd8", b"\xff\xd9", 0xDA
ALONE = {0x01, *range(0xD0, 0xD8)}
"""Markers without a length."""
JFIF = 0xE0
MARKS = {*range(0xE1, 0xF0), 0xFE}
"""Application segments (EXIF, XMP, maker notes) and comments; JFIF says only how the picture is drawn."""


class PictureProblem(ValueError):
    """Not a whole JPEG."""


def without_marks(picture: bytes) -> bytes:
    """The same picture without application segments and comments (EXIF, GPS, XMP).

    Raises:
        PictureProblem: where the bytes are not one JPEG from its first to its last marker.
    """
    if not picture.startswith(START) or END not in picture:
        raise PictureProblem("not a JPEG")
    out, at = bytearray(START), 2
    while True:
        if at + 4 > len(picture) or picture[at] != 0xFF:
            raise PictureProblem("broken segment")
        marker = picture[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in ALONE:
            out += picture[at : at + 2]
            at += 2
            continue
        length = int.from_bytes(picture[at + 2 : at + 4], "big")
        end = at + 2 + length
        if length < 2 or end > len(picture):
            raise PictureProblem("broken segment")
        if marker == SCAN:
            last = picture.rindex(END) + 2
            if last < end:
                raise PictureProblem("no end")
            return bytes(out + picture[at:last])
        if marker not in MARKS:
            out += picture[at:end]
        at = end
