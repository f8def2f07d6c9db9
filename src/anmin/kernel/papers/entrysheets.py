"""What the papers of a register's entry need to be told (名册条目文书数据): its columns in words, and those of what it names."""

from __future__ import annotations

from dataclasses import dataclass, field

from anmin.kernel.papers.data import Paper


@dataclass(frozen=True, kw_only=True)
class EntryPaper(Paper):
    """A paper of one entry (条目文书). `values` are its columns in words, days as ISO; what is empty is an empty text.

    `of` holds the same of every entry that it names: `of.name.spelling` is the spelling of the name that `name` refers to.
    `place` is the division in words, `reason` what was last written down as the reason of an act upon the entry.
    """

    place: str
    values: dict[str, str]
    of: dict[str, dict[str, str]] = field(default_factory=dict)
    reason: str = ""
