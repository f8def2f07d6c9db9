"""What our own rules make of a claim on the day (测算对照): the same, another amount, or what is missing to say so.

Read from the newest run over the place: its facts are the register's and the departments'. Nothing is read out of
silence: a household that the snapshot does not have, that could not be calculated or that authorised no check is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from anmin.kernel.cases.takeover.columns import benefits
from anmin.kernel.cases.takeover.finding import Claim
from anmin.kernel.cases.takeover.models import TakeoverRow
from anmin.kernel.facts.queries import snapshots_home
from anmin.kernel.screening.claims import claims_in, members_in_order
from anmin.kernel.screening.models import BrokenHousehold, HouseholdResult, Run
from anmin.lib.divisions import is_within
from anmin.policy.errors import PolicyError
from anmin.policy.snapshots import Snapshot

CHECKED = "has_authorised_check"
NO_RUN = "还没有测算过这个地区：先收部门数据、生成快照并测算"
NOT_THERE = "最近一次测算的快照里没有这一户"
NOT_A_MEMBER = "最近一次测算的这一户里没有这个人"
UNCHECKED = "家庭还没有授权经济状况核对，收入和财产不明"


@dataclass(frozen=True)
class Measured:
    """What was found: `fen` a month by our rules, None with what is `missing`; `gives` whether they give it at all."""

    fen: int | None
    missing: str = ""
    gives: bool = False

    def state(self, fen: int) -> str:
        """How it stands to what was decided."""
        if self.fen is None:
            return TakeoverRow.Found.MISSING
        same = self.gives and self.fen == fen
        return TakeoverRow.Found.EQUAL if same else TakeoverRow.Found.DIFFERS


class Measure:
    """Compares claims with one run. The numbers of its snapshot are read once."""

    def __init__(self, division: str, on: date) -> None:
        rows = Run.objects.filter(on__lte=on).order_by("-on", "-pk")
        self.run = next((row for row in rows if is_within(division, row.city)), None)
        self._known = {} if self.run is None else _households(self.run)

    def of(self, claims: Sequence[Claim]) -> list[Measured]:
        """Each claim measured."""
        if self.run is None:
            return [Measured(None, NO_RUN) for _one in claims]
        numbers = {one.home.number for one in claims}
        results = {
            row.number: row for row in HouseholdResult.objects.filter(run=self.run, number__in=numbers)
        }
        broken = dict(
            BrokenHousehold.objects.filter(run=self.run, number__in=numbers).values_list("number", "reason")
        )
        places = members_in_order([one.home.number for one in claims if one.person is not None])
        return [self._one(one, results.get(one.home.number), broken, places) for one in claims]

    def _one(
        self,
        claim: Claim,
        result: HouseholdResult | None,
        broken: dict[str, str],
        places: dict[str, list[int]],
    ) -> Measured:
        number = claim.home.number
        if number in broken:
            return Measured(None, f"这一户算不出来：{broken[number]}"[:300])
        if result is None and number not in self._known:
            return Measured(None, NOT_THERE)
        position = None
        if claim.person is not None:
            members = places.get(number, [])
            if claim.person.pk not in members:
                return Measured(None, NOT_A_MEMBER)
            position = members.index(claim.person.pk)
        benefit = benefits()[claim.benefit]
        given = {} if result is None else dict(claims_in(result, benefit))
        if position in given:
            return Measured(given[position] or 0, gives=True)
        if not self._known.get(number, True):
            return Measured(None, UNCHECKED)
        return Measured(0)


def _households(run: Run) -> dict[str, bool]:
    """The households of a run's snapshot, each with whether its economic check was authorised; silence means it was."""
    found: dict[str, bool] = {}
    try:
        snapshot = Snapshot.open(snapshots_home() / run.snapshot)
        is_told = CHECKED in snapshot.manifest["facts"]["household"]
        for part in range(snapshot.parts):
            table = snapshot.household_table(part, ["household", *([CHECKED] if is_told else [])])
            numbers = table["household"].to_pylist()
            checked = table[CHECKED].to_pylist() if is_told else [None] * len(numbers)
            found |= {number: one is None or bool(one) for number, one in zip(numbers, checked, strict=True)}
    except (PolicyError, OSError):
        return {}
    return found
