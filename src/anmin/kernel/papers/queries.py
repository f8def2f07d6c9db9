"""Papers as a reader may see them, and made again: as a page, as a PDF, as a Word file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from anmin.kernel.access.queries import Reader
from anmin.kernel.papers.composing import Sheet, fingerprint
from anmin.kernel.papers.html import html_of
from anmin.kernel.papers.kinds import PaperKind, kind, kinds, kinds_of_register
from anmin.kernel.papers.models import Paper
from anmin.kernel.papers.pdf import pdf_of
from anmin.kernel.papers.word import word_of
from anmin.kernel.papers.words import PaperProblem

__all__ = [
    "PaperKind",
    "Printed",
    "html_again",
    "kinds",
    "kinds_of_register",
    "looks_of",
    "paper_numbered",
    "paper_with_code",
    "papers",
    "papers_about",
    "papers_of_thing",
    "pdf_again",
    "sheet_of",
    "word_again",
]


@dataclass(frozen=True)
class Printed:
    """A PDF made again. `is_same` tells whether it is the very file of the first time; the words always are."""

    pdf: bytes
    is_same: bool


def papers(reader: Reader) -> QuerySet[Paper]:
    """Papers of the reader's divisions that are not held too closely, newest first."""
    rows = Paper.objects.filter(reader.scope.q(), level__lte=reader.clearance)
    return rows.order_by("-pk")


def papers_about(reader: Reader, subject: str) -> list[Paper]:
    """The papers of a case or another subject, in the order in which they were made."""
    return list(papers(reader).filter(subject=subject).order_by("pk"))


def papers_of_thing(reader: Reader, subject: str, division: str) -> list[Paper]:
    """The papers of an entry about a thing, in the order in which they were made: for whoever works in its place.

    Nobody's person or household stands on them, so that the sight of persons is not asked.
    """
    if not reader.works.contains(division):
        return []
    rows = Paper.objects.filter(subject=subject, person__isnull=True, household__isnull=True)
    return list(rows.order_by("pk"))


def paper_numbered(reader: Reader, number: int) -> Paper | None:
    """One paper, or None: also where the reader may not see it."""
    return papers(reader).filter(pk=number).first()


def paper_with_code(reader: Reader, code: str) -> Paper | None:
    """The paper with a code at its foot, as people type it, or None."""
    return papers(reader).filter(code=code.strip().upper().replace("-", "").replace(" ", "")).first()


def looks_of(rows: Iterable[PaperKind]) -> dict[str, str]:
    """The looks that localities made of their own, by kind."""
    return {row.key: row.look for row in rows if row.look}


def sheet_of(paper: Paper) -> Sheet:
    """Every word of a paper.

    Raises:
        PaperProblem: when the words are not those of the day it was made.
    """
    sheet: Sheet = paper.sheet
    if fingerprint(sheet) != paper.words_sha256:
        raise PaperProblem(
            f"文书 {paper.code} 的内容与生成时不一致，可能被改动过，没有打印；请告诉系统管理员"
        )
    return sheet


def pdf_again(paper: Paper) -> Printed:
    """The PDF of a paper, made again from its words."""
    looks = looks_of([kind(paper.kind, paper.division)])
    made = pdf_of([sheet_of(paper)], looks=looks)
    return Printed(made, hashlib.sha256(made).hexdigest() == paper.pdf_sha256)


def html_again(rows: Sequence[Paper]) -> SafeString:
    """Papers as a fragment for the browser's printer."""
    return html_of([sheet_of(row) for row in rows])


def word_again(paper: Paper) -> bytes:
    """A paper as a Word file, in the template of today: it is for editing, and proves nothing."""
    return word_of(kind(paper.kind, paper.division), paper.data, code=paper.code)
