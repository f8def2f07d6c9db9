"""The folder of a bank's front-end machine (前置机交换目录): files are laid into `out`, receipts and returns lie in `in`.

The bank takes files away, so a mark is left in `sent` first: without a mark a file was surely never laid out.
A receipt is `<key>.ok` or `<key>.no` with the bank's reference or reason in its first line; returns are `*.ret`.
"""

from __future__ import annotations

import os
from pathlib import Path

from anmin.kernel.payments.banks.ports import ABSENT, ACCEPTED, PENDING, REFUSED, Answer, Silence


class FolderPort:
    """Files in two folders. A file appears whole or not at all."""

    def __init__(self, home: Path) -> None:
        self.out, self.back, self.sent = home / "out", home / "in", home / "sent"

    def send(self, key: str, content: bytes) -> Answer:
        """Lay the file into `out`; never over one that lies there."""
        try:
            for folder in (self.out, self.sent):
                folder.mkdir(parents=True, exist_ok=True)
            making = self.out / f".{key}.making"
            with making.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            try:
                with (self.sent / key).open("x"):
                    pass
                _settled(self.sent)
                os.link(making, self.out / f"{key}.pay")
            finally:
                making.unlink()
            _settled(self.out)
        except FileExistsError:
            return self.ask(key)
        except OSError as trouble:
            raise Silence(str(trouble)) from trouble
        return self.ask(key)

    def ask(self, key: str) -> Answer:
        """Look for the receipt, then for the mark."""
        for suffix, word in ((".ok", ACCEPTED), (".no", REFUSED)):
            path = self.back / f"{key}{suffix}"
            if path.is_file():
                told = path.read_text("utf-8", errors="replace").strip()[:60]
                return Answer(word, told if word == ACCEPTED else "", told if word == REFUSED else "")
        return Answer(PENDING if (self.sent / key).exists() else ABSENT)

    def collect(self) -> list[tuple[str, bytes]]:
        """Every return that lies there; taking one in twice changes nothing."""
        return [(path.name, path.read_bytes()) for path in sorted(self.back.glob("*.ret"))]


def _settled(folder: Path) -> None:
    """Names in a folder outlive a loss of power only once the folder is on the disk: the mark before the file."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
