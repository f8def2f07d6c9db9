"""What money may be used for (资金用途): benefit keys, or all of a domain."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase


def covers(uses: Iterable[str], benefit: str) -> bool:
    """Whether one of the uses covers a benefit, or a use that lies wholly in it: `assistance/*` covers `assistance/dibao`."""
    return any(use == benefit or (not benefit.endswith("*") and fnmatchcase(benefit, use)) for use in uses)
