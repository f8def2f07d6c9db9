"""What something leaves the screen for (用途): chosen from the list and put into words, before it is printed or taken as a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.http import HttpResponse
from django.utils import timezone

from anmin.console.attached import attached
from anmin.console.views.desk import Desk
from anmin.kernel.access.fields import PURPOSES

LONGEST = 100
ASKED = ("purpose", "words")


def purpose_of(given: Mapping[str, str]) -> str:
    """The purpose that was chosen, with what was written beside it; empty where none was chosen."""
    known = {code: str(words) for code, words in PURPOSES}
    chosen = known.get(given.get("purpose", ""), "")
    words = " ".join(given.get("words", "").replace("\x00", "").split())[:LONGEST]
    return f"{chosen}：{words}" if chosen and words else chosen


def ask_purpose(
    desk: Desk, section: str, *, title: str, usual: str, back: str, kinds: Iterable[tuple[str, str]] = ()
) -> HttpResponse:
    """The page that asks for a purpose and then goes on to the same address; nothing was shown and nothing counted yet.

    `kinds` are the forms of the file among which one chooses, the usual one first.
    """
    given = desk.request.GET
    kept: Iterable[tuple[str, str]] = [(name, given[name]) for name in given if name not in ASKED]
    return desk.page(
        "purpose",
        section,
        title=title,
        target=desk.request.path,
        kept=kept,
        purposes=PURPOSES,
        usual=usual,
        back=back,
        kinds=() if "kind" in given else kinds,
        longest=LONGEST,
    )


def rows_to_correct(desk: Desk, batch: int, text: str, mark: str) -> HttpResponse:
    """The file of a quarantine. It comes back corrected, column for column: who took it and when stand in its name and in
    the head of the answer, not in a row."""
    user = desk.reader.user
    name = f"quarantine-{batch}-{user.username if user else ''}-{timezone.localtime():%Y%m%d-%H%M}.csv"
    return attached("\ufeff" + text, "text/csv; charset=utf-8", name, mark)
