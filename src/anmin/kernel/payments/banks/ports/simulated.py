"""A bank that misbehaves (模拟银行), for demonstration and tests: the same seed, the same faults.

It keeps its own books, pays what reaches it as often as it reaches it unless it knows the file's key, and loses answers,
answers late, twice, in parts, cut off, re-encoded or in another order. It knows nothing of us but files and formats.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from anmin.kernel.payments.banks.contents import Values, read_file, write_file
from anmin.kernel.payments.banks.layouts import Form, form_named
from anmin.kernel.payments.banks.ports import ABSENT, ACCEPTED, PENDING, Answer, Silence

FAULTS = (
    "lost_before",
    "lost_after",
    "late",
    "twice",
    "partly",
    "truncated",
    "shuffled",
    "recoded",
    "unknown",
    "slow",
)
BAD_ACCOUNT = "01"


@dataclass(frozen=True)
class Temper:
    """How likely each fault is, in thousandths, and how many accounts the bank does not know, in thousandths."""

    faults: dict[str, int] = field(default_factory=dict)
    returned: int = 0
    dedupes: bool = True

    @classmethod
    def bad(cls) -> Temper:
        """Every fault, often."""
        return cls(dict.fromkeys(FAULTS, 120), returned=80)


@dataclass
class _Held:
    form: Form
    batch: str
    lines: list[Values]
    results: dict[str, tuple[str, str]]


class SimulatedBank:
    """A bank of one format. `clock` counts days; `turn` lets days pass; `paid` is what really reached accounts."""

    def __init__(
        self, form: str, seed: int, temper: Temper | None = None, first_day: date = date(2026, 1, 1)
    ):
        self.form = form_named(form)
        self.chance = random.Random(f"{form}|{seed}")
        self.temper = temper or Temper()
        self.day = first_day
        self.files: dict[str, _Held] = {}
        self.in_the_air: dict[str, bytes] = {}
        self.paid: list[tuple[str, int]] = []
        self.back: list[tuple[str, int]] = []
        self.booked: list[tuple[date, str, int]] = []
        self.served: list[tuple[str, bytes]] = []
        self.bad_accounts: set[str] = set()

    def fault(self, name: str) -> bool:
        """Whether a fault happens now."""
        return self.chance.randrange(1000) < self.temper.faults.get(name, 0)

    def send(self, key: str, content: bytes) -> Answer:
        """Take a file, or lose it, or lose the answer to it."""
        if self.fault("lost_before"):
            raise Silence("lost on the way")
        if self.fault("slow"):
            self.in_the_air[key] = content
            raise Silence("no answer in time")
        self._take(key, content)
        if self.fault("lost_after"):
            raise Silence("answer lost")
        return Answer(ACCEPTED, f"REF{key}")

    def ask(self, key: str) -> Answer:
        """What the bank knows of a file."""
        if self.fault("lost_after"):
            raise Silence("answer lost")
        if key in self.files:
            return Answer(ACCEPTED, f"REF{key}")
        return Answer(PENDING if key in self.in_the_air else ABSENT)

    def collect(self) -> list[tuple[str, bytes]]:
        """Return files that lie ready; some come twice."""
        found, self.served = self.served, []
        again = [one for one in found if self.fault("twice")]
        return [*found, *again]

    def turn(self, day: date) -> None:
        """A day passes: what was in the air arrives, what was taken is booked and answered."""
        self.day = day
        for key, content in list(self.in_the_air.items()):
            del self.in_the_air[key]
            self._take(key, content)
        for key, held in self.files.items():
            open_ = [line for line in held.lines if held.results[line["key"]][0] in ("", "unknown")]
            if open_ and not self.fault("late"):
                self._answer(key, held, open_)

    def bounce(self, key: str) -> bytes:
        """An order that was paid comes back after all; the return file that says so."""
        held = next(one for one in self.files.values() if key in one.results)
        line = next(one for one in held.lines if one["key"] == key)
        self.paid.remove((key, line["fen"]))
        self.back.append((key, line["fen"]))
        self.booked.append((self.day, key, -line["fen"]))
        held.results[key] = ("returned", BAD_ACCOUNT)
        return self._written(held, [line])

    def statement(self, day: date) -> list[tuple[str, int]]:
        """What left (positive) and came back (negative) on a day, a line an order."""
        return [(key, fen) for on, key, fen in self.booked if on == day]

    def _take(self, key: str, content: bytes) -> None:
        if key in self.files and self.temper.dedupes:
            return
        told = read_file(self.form, self.form.out, content)
        twice = self.files.get(key)
        results = {line["key"]: ("", "") for line in told.lines}
        self.files[key] = _Held(self.form, told.head["batch"], told.lines, results)
        if twice is not None:  # a bank that does not know its keys pays again
            for line in twice.lines:
                self.paid.append((line["key"], line["fen"]))

    def _answer(self, key: str, held: _Held, lines: list[Values]) -> None:
        if self.fault("partly") and len(lines) > 1:
            lines = lines[: self.chance.randrange(1, len(lines))]
        for line in lines:
            if held.results[line["key"]][0] == "" and self.fault("unknown"):
                held.results[line["key"]] = ("unknown", "")
            else:
                self._book(held, line)
        told = {line["key"] for line in lines}
        answered = [line for line in held.lines if held.results[line["key"]][0] and line["key"] in told]
        if self.fault("shuffled"):
            self.chance.shuffle(answered)
        content = self._written(held, answered)
        name = f"{key}-{self.day:%m%d}-{self.chance.randrange(10**6):06d}.ret"
        for spoiled in self._spoiled(content):
            self.served.append((f"spoiled-{name}", spoiled))
        self.served.append((name, content))

    def _spoiled(self, content: bytes) -> Iterable[bytes]:
        if self.fault("truncated"):
            yield content[: self.chance.randrange(len(content) // 2, len(content) - 2)]
        if self.fault("recoded"):
            yield b"\xef\xbb\xbf" + content.decode(self.form.encoding).encode("utf-8")

    def _book(self, held: _Held, line: Values) -> None:
        is_bad = line.get("account", "") in self.bad_accounts
        if is_bad or self.chance.randrange(1000) < self.temper.returned:
            held.results[line["key"]] = ("returned", BAD_ACCOUNT)
            return
        held.results[line["key"]] = ("paid", "")
        self.paid.append((line["key"], line["fen"]))
        self.booked.append((self.day, line["key"], line["fen"]))

    def _written(self, held: _Held, lines: list[Values]) -> bytes:
        letters = {word: letter for letter, word in self.form.statuses.items()}
        rows = [
            {**line, "status": letters[held.results[line["key"]][0]], "code": held.results[line["key"]][1]}
            for line in lines
        ]
        return write_file(self.form, self.form.back, {"batch": held.batch, "day": self.day}, rows)
