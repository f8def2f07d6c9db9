"""What papers of a month's payment need to be told (发放文书数据): the pay sheet and the voucher."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from anmin.kernel.papers.data import Paper, Shape


@dataclass(frozen=True)
class Payee(Shape):
    """Who is paid how much on a pay sheet; of the account only the last digits."""

    name: str
    household: str
    benefit: str
    members: int
    account: str
    fen: int


@dataclass(frozen=True, kw_only=True)
class PaySheetPaper(Paper):
    """A pay sheet (发放花名册): who is paid what in a month, with room for a signature."""

    month: date
    place: str
    rows: list[Payee]
    prepared_by: str = ""

    @property
    def fen(self) -> int:
        """The sum of the rows in fen."""
        return sum(row.fen for row in self.rows)


@dataclass(frozen=True)
class Funded(Shape):
    """What one fund pays for one benefit."""

    fund: str
    benefit: str
    fen: int


@dataclass(frozen=True, kw_only=True)
class VoucherPaper(Paper):
    """A voucher (拨付凭证) for the books: out of which money a run is paid, and under whose signatures."""

    month: date
    rows: list[Funded]
    lines: int
    fen: int
    seal: str
    prepared_by: str = ""
    signed_by: list[str] = field(default_factory=list)
