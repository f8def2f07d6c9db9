"""What a sweep found and how far it is settled, by benefit and by place; each figure has its list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Substr

from anmin.kernel.access.queries import Reader
from anmin.kernel.alerts.models import Alert, AlertHit
from anmin.kernel.alerts.queries import alerts
from anmin.kernel.alerts.steps import holds
from anmin.kernel.alerts.sweeps.actions import GROUND, MISSED, REASON, WITHOUT
from anmin.kernel.alerts.sweeps.models import Sweep, SweepPart
from anmin.kernel.screening.queries import CHILD_DIGITS, prefix_of
from anmin.lib.divisions import level_of


@dataclass(frozen=True)
class Progress:
    """How many were found, how many of them are settled, and for how many it was true. `fen` a period is at stake.

    `homes` are the households behind them, each once, where they were counted: one may be found by two benefits.
    """

    found: int
    settled: int
    right: int
    fen: int = 0
    homes: int = 0

    @property
    def left(self) -> int:
        """Those that nobody has settled yet."""
        return self.found - self.settled

    @property
    def permille(self) -> int:
        """The share that is settled, in thousandths; 1000 where nothing was found."""
        return 1000 if not self.found else self.settled * 1000 // self.found


NOTHING = Progress(0, 0, 0)


def latest_sweep(reader: Reader) -> Sweep | None:
    """The newest sweep over a place that the reader's divisions lie in or contain."""
    rows = Sweep.objects.select_related("run").order_by("-on", "-pk")
    return next((row for row in rows[:50] if reader.scope.touches(row.division)), None)


def parts_of(sweep: Sweep) -> list[SweepPart]:
    """What it found about each benefit."""
    return list(sweep.parts.order_by("pk"))


def by_benefit(reader: Reader, code: str) -> dict[tuple[str, str], Progress]:
    """The progress of each benefit in a place, by kind (`missed` or `without`) and benefit."""
    return {(kind, benefit): found for (_place, kind, benefit), found in _progress(reader, code, 0).items()}


def by_place(reader: Reader, code: str, kind: str) -> dict[str, Progress]:
    """The progress of the places below one."""
    sums: dict[str, Progress] = defaultdict(lambda: NOTHING)
    digits = CHILD_DIGITS.get(level_of(code), 12)
    for (place, of_kind, _benefit), one in _progress(reader, code, digits).items():
        if of_kind == kind:
            was = sums[place]
            sums[place] = Progress(
                was.found + one.found, was.settled + one.settled, was.right + one.right, was.fen + one.fen
            )
    rows = _swept(reader, code).filter(cause__startswith=f"{kind}:")
    homes = rows.annotate(child=Substr("division", 1, digits)).values("child")
    counted = dict(homes.annotate(n=Count("household", distinct=True)).values_list("child", "n"))
    return {place: replace(one, homes=counted.get(place, 0)) for place, one in sums.items()}


def _swept(reader: Reader, code: str) -> QuerySet[Alert]:
    rows = alerts(reader).filter(Q(cause__startswith=MISSED) | Q(cause__startswith=WITHOUT))
    return rows.filter(division__startswith=prefix_of(code)).order_by()


def reasons_of(rows: Iterable[Alert]) -> dict[int, str]:
    """Which condition no longer holds, or how the amount comes about, in words, for the alerts of a sweep."""
    swept = [row.pk for row in rows if row.cause.startswith((WITHOUT, MISSED))]
    hits = AlertHit.objects.filter(alert__in=swept, round=F("alert__round")).order_by("as_of", "pk")
    return {
        hit.alert_id: value["words"]
        for hit in hits
        for value in hit.values
        if value["fact"] in (REASON, GROUND)
    }


def _progress(reader: Reader, code: str, digits: int) -> dict[tuple[str, str, str], Progress]:
    rows = _swept(reader, code)
    found: dict[tuple[str, str, str], Progress] = defaultdict(lambda: NOTHING)
    grouped = rows.annotate(child=Substr("division", 1, digits or 2)).values(
        "child", "cause", "direction", "state", "result"
    )
    for row in grouped.annotate(number=Count("pk"), sum=Sum("fen")):
        kind, _colon, benefit = row["cause"].removesuffix(":less").partition(":")
        key = (row["child"] if digits else "", kind, benefit)
        was, closed = found[key], row["state"] == "closed"
        right = closed and holds(row["result"], row["direction"]) is True
        found[key] = Progress(
            was.found + row["number"],
            was.settled + (row["number"] if closed else 0),
            was.right + (row["number"] if right else 0),
            was.fen + (row["sum"] or 0),
        )
    return found
