"""What stands in the way of money (不能办理的原因): a word for programs, a sentence for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, transaction

TOLD = re.compile(r"^([a-z_]+): (.+)$", re.M)


class PaymentProblem(ValueError):
    """Money cannot move so: `code` is for programs, the message says why and what to do. Nothing was written."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


@contextmanager
def refusals_told(**known: str) -> Iterator[None]:
    """Let the database's own refusals come out as problems; `known` gives words for constraints by name."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as trouble:
        text = str(trouble)
        for name, words in known.items():
            if name in text:
                raise PaymentProblem(name, words) from trouble
        found = TOLD.search(text)
        if found is None:
            raise
        raise PaymentProblem(found[1], found[2]) from trouble


def yuan(fen: int) -> str:
    """An amount as people write it, with thousands and two decimals."""
    return f"{fen / 100:,.2f}"
