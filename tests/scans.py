"""Pictures and PDFs as phones and scanners make them, small, for tests."""

import struct
import zlib

GPS = b"GPSLatitude 37.5100N, 122.1200E"


def part(mark, body):
    return bytes([0xFF, mark]) + struct.pack(">H", len(body) + 2) + body


def exif(side=6, order="<"):
    head = b"II*\x00" if order == "<" else b"MM\x00*"
    entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, side, 0)
    tiff = (
        head + struct.pack(order + "I", 8) + struct.pack(order + "H", 1) + entry + struct.pack(order + "I", 0)
    )
    return b"Exif\x00\x00" + tiff + GPS


def a_jpeg(width=640, height=480, side=6, order="<", more=b"", picture=b"\x12\x34\xff\x00\x56" * 20):
    size = part(0xC0, b"\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00")
    return (
        b"\xff\xd8"
        + part(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
        + part(0xE1, exif(side, order))
        + part(0xFE, "拍摄于王家门口".encode())
        + size
        + part(0xDA, b"\x01\x01\x00\x00\x3f\x00")
        + picture
        + b"\xff\xd9"
        + more
    )


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def a_png(width=8, height=8, texts=b"Comment\x00" + GPS):
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * (width + 1) * height)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"tEXt", texts)
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


def a_pdf(more=b"", packed=b""):
    stream = zlib.compress(packed) if packed else b""
    objects = b"3 0 obj\n<< /Type /ObjStm /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\n"
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R "
        + more
        + b">>\nendobj\n"
        + (objects % (len(stream), stream) if packed else b"")
        + b"trailer << /Root 1 0 R >>\n%%EOF\n"
    )
