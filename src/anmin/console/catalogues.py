"""Compiles the message catalogues without any outside tool: `python -m anmin.console.catalogues` after an edit.

The .po files are the text that people edit (`makemessages` adds new sentences to them); the .mo files beside
them are what Django reads. A test compares the two.
"""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

LOCALES = Path(__file__).parents[1] / "locale"
MAGIC = 0x950412DE
JOINT = "\x00"


@dataclass
class Message:
    """One entry of a catalogue: the sentence, its plural, and what stands for it in the language."""

    sentence: str = ""
    plural: str = ""
    texts: list[str] = field(default_factory=list)
    fuzzy: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether every form has a text."""
        return bool(self.texts) and all(self.texts) and not self.fuzzy


def messages(path: Path) -> Iterator[Message]:
    """The entries of a .po file; the header is the one whose sentence is empty."""
    for block in path.read_text("utf-8").split("\n\n"):
        found, target = Message(), ""
        for line in block.splitlines():
            if line.startswith("#,") and "fuzzy" in line:
                found.fuzzy = True
            if line.startswith("#") or not line.strip():
                continue
            if not line.startswith('"'):
                target, _, line = line.partition(" ")
            _add(found, target, ast.literal_eval(line))
        if target:
            yield found


def compiled(path: Path) -> bytes:
    """A .po file as the bytes of its .mo file; sentences without a text are left out and read as they are."""
    rows = {}
    for row in messages(path):
        if row.is_complete:
            key = f"{row.sentence}{JOINT}{row.plural}" if row.plural else row.sentence
            rows[key.encode()] = JOINT.join(row.texts).encode()
    keys = sorted(rows)
    start = 28
    place = start + 16 * len(keys)
    tables: list[bytes] = []
    data = b""
    for column in (keys, [rows[key] for key in keys]):
        for text in column:
            tables.append(struct.pack("<II", len(text), place + len(data)))
            data += text + b"\x00"
    header = struct.pack("<7I", MAGIC, 0, len(keys), start, start + 8 * len(keys), 0, place)
    return header + b"".join(tables) + data


def compile_all() -> list[Path]:
    """Compile every catalogue of the tree and name the files written."""
    written = []
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/*.po")):
        target = path.with_suffix(".mo")
        target.write_bytes(compiled(path))
        written.append(target)
    return written


def _add(found: Message, target: str, text: str) -> None:
    if target == "msgid":
        found.sentence += text
    elif target == "msgid_plural":
        found.plural += text
    else:
        number = int(target[7:-1]) if target.startswith("msgstr[") else 0
        while len(found.texts) <= number:
            found.texts.append("")
        found.texts[number] += text


if __name__ == "__main__":
    for target in compile_all():
        print(target.relative_to(LOCALES.parent))
