"""Make a paper and keep it; print papers that were made."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from anmin.kernel.access.models import User
from anmin.kernel.audit import actions as audit
from anmin.kernel.papers.checking import checked
from anmin.kernel.papers.composing import composed, fingerprint
from anmin.kernel.papers.data import Paper as PaperData
from anmin.kernel.papers.fonts import engine
from anmin.kernel.papers.kinds import kind as kind_of
from anmin.kernel.papers.models import Paper
from anmin.kernel.papers.pdf import NoGlyph, marked, pdf_of
from anmin.kernel.papers.queries import looks_of, sheet_of
from anmin.kernel.people.models import Household, Person

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without those that are taken for one another."""
CODE = 10


@dataclass(frozen=True)
class Belongs:
    """What a paper belongs to: the number of a case or another subject, whose it is, how closely it is held at least."""

    subject: str
    division: str
    household: Household | None = None
    person: Person | None = None
    at_least: int = 0

    @property
    def level(self) -> int:
        """How closely the paper is held for their sake."""
        held = [one.level for one in (self.household, self.person) if one is not None]
        return max([self.at_least, *held])


@transaction.atomic
def make_paper(
    *, by: Any, kind: str, data: PaperData | Mapping[str, Any], belongs: Belongs, by_hand: bool = False
) -> Paper:
    """Make one paper in the locality's template and keep its words and hashes (生成文书).

    `by_hand` leaves room for characters that no font has; without it they are refused.

    Raises:
        PaperProblem: for an unknown kind, data that lack something, or a template that is wrong; NoGlyph naming the
            characters that cannot be printed. Nothing is written then.
    """
    chosen = kind_of(kind, belongs.division)
    known = checked(chosen, data)
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE))
    sheet = composed(chosen, known, code=code)
    looks, lacking = looks_of([chosen]), []
    try:
        printed = pdf_of([sheet], looks=looks)
    except NoGlyph as trouble:
        if not by_hand:
            raise
        lacking = list(trouble.characters)
        sheet = marked(sheet, lacking)
        printed = pdf_of([sheet], looks=looks)
    row = Paper(
        kind=kind,
        title=sheet["title"][:100],
        template=chosen.template,
        code=code,
        division=belongs.division,
        level=max(chosen.level, belongs.level) if not chosen.is_public else chosen.level,
        subject=belongs.subject,
        household=belongs.household,
        person=belongs.person,
        on=known["on"],
        sheet=sheet,
        data=known,
        words_sha256=fingerprint(sheet),
        pdf_sha256=hashlib.sha256(printed).hexdigest(),
        engine=engine(),
        by_hand=lacking,
        made_by=by if isinstance(by, User) else None,
        made_by_name=str(by)[:150],
    )
    row.save()
    audit.record(
        by=by,
        act="papers.make",
        subject=row,
        after={
            "kind": kind,
            "template": row.template,
            "subject": row.subject,
            "pdf_sha256": row.pdf_sha256,
            "by_hand": len(lacking),
        },
        division=row.division,
    )
    return row


@transaction.atomic
def print_papers(*, by: Any, papers: Sequence[Paper], odd: bool = False) -> bytes:
    """Papers as one PDF in the given order (成套打印), each with its own page numbers; `odd` begins each on a new leaf.

    It is noted who printed what, and whose papers were read.

    Raises:
        PaperProblem: without papers, or for one whose words were changed since it was made.
    """
    kinds = [kind_of(row.kind, row.division) for row in papers]
    printed = pdf_of([sheet_of(row) for row in papers], looks=looks_of(kinds), odd=odd)
    persons = [row.person_id for row in papers if row.person_id is not None]
    audit.record_reads(
        by=by, person_ids=persons, via="papers.print", fields=["papers"], division=papers[0].division
    )
    audit.record(
        by=by,
        act="papers.print",
        subject=papers[0] if len(papers) == 1 else "papers",
        after={"papers": [row.pk for row in papers], "odd": odd},
        division=papers[0].division,
    )
    return printed
