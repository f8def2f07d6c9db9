"""A checked identifier, and what is wrong with one that is not accepted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Checked:
    """A number that is accepted, with what a person should look at."""

    text: str
    warnings: tuple[str, ...] = ()


class IdentifierProblem(ValueError):
    """An identifier cannot be accepted. `code` is stable; `message` says what is wrong and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
