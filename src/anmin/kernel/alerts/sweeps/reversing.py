"""The reverse of a sweep (在享比对): whoever has a benefit that the rules no longer give, judged one by one and told in words.

Nothing is claimed where it cannot be told: a household that is not in the data, one that could not be calculated, and one
about which the deciding fact was never delivered. What a decision in force says of the family (its standing) is taken as
it is, so that one doubt about dibao does not become a second one about everything that rests on dibao.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from anmin.kernel.alerts.sweeps.holders import Holder
from anmin.kernel.alerts.sweeps.rolls import groups
from anmin.kernel.cases.deciding.sentences import condition_that_fails
from anmin.kernel.cases.verification.queries import LAYERS, Result
from anmin.kernel.cases.verification.standing import RECOGNISED
from anmin.kernel.facts.queries import snapshots_home
from anmin.kernel.people.models import Membership, Person
from anmin.kernel.people.queries import blinds_of
from anmin.kernel.screening.claims import members_in_order
from anmin.kernel.screening.models import BrokenHousehold, Run
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError
from anmin.policy.evaluate import Finding, Household, Outcome, evaluate
from anmin.policy.lookups import find_households
from anmin.policy.plan import Plan, make_plan
from anmin.policy.snapshots import Snapshot

WITHOUT, UNTOLD, UNREAD = "without", "untold", "unread"
DIBAO, TEKUN = "dibao_eligible", "is_tekun"
RECEIVES_DIBAO, RECEIVES_TEKUN = "receives_dibao", "receives_tekun"


@dataclass(frozen=True)
class Judged:
    """A holder whom the run gives nothing: `without` with the condition that fails in words, else why that is not said.

    `unread` is a household whose data are not at hand, `untold` one of which they cannot tell.
    """

    holder: Holder
    state: str
    why: str
    place: str = ""


@dataclass
class Data:
    """What a run knew of some households: their facts, which facts were delivered at all, and who could not be calculated."""

    homes: dict[str, Household]
    heard: frozenset[str]
    broken: frozenset[str]


def data_of(run: Run, numbers: Iterable[str]) -> Data:
    """The facts of some households as the run's snapshot has them; none where the snapshot is gone."""
    wanted = {number for number in numbers if number}
    rows = BrokenHousehold.objects.filter(run=run, number__in=wanted)
    broken = frozenset(rows.values_list("number", flat=True))
    snapshot = _snapshot(run)
    heard = frozenset((snapshot.manifest.get("provenance") or ()) if snapshot is not None else ())
    return Data({row.key: row for row in homes_in(run, wanted)}, heard, broken)


def homes_in(run: Run, numbers: Collection[str]) -> Iterator[Household]:
    """The households with some numbers as the run's snapshot has them, part by part; none where it is gone."""
    snapshot = _snapshot(run)
    if snapshot is not None and numbers:
        yield from find_households(snapshot, numbers, list(rulebook().facts.values()))


def _snapshot(run: Run) -> Snapshot | None:
    try:
        return Snapshot.open(snapshots_home() / run.snapshot)
    except PolicyError:
        return None


def judge(run: Run, doubted: Sequence[Holder], standing: Mapping[str, Sequence[Holder]]) -> list[Judged]:
    """Look again at holders whom a run gave nothing; those who qualify by their standing are left out.

    `standing` is everything that households have, by their numbers.
    """
    data = data_of(run, {one.household for one in doubted})
    homes: dict[str, list[Holder]] = defaultdict(list)
    for one in doubted:
        homes[one.household].append(one)
    desk = _Desk(
        run, data, members_in_order([number for number in homes if number]), _keys(doubted, standing)
    )
    return [
        found
        for number, mine in sorted(homes.items())
        for one in mine
        if (found := desk.judged(one, standing.get(number, ()))) is not None
    ]


@dataclass
class _Keys:
    """Blind keys and names of the persons who are looked at, and the heads of their households."""

    blinds: dict[int, str]
    names: dict[int, str]
    heads: dict[str, int]


def _keys(doubted: Sequence[Holder], standing: Mapping[str, Sequence[Holder]]) -> _Keys:
    numbers = {one.household for one in doubted if one.household}
    people = {one.person for one in doubted} | {
        one.person for number in numbers for one in standing.get(number, ())
    }
    heads = dict(
        Membership.objects.filter(
            household__number__in=numbers, is_head=True, last_day__isnull=True
        ).values_list("household__number", "person")
    )
    known = {person for person in people if person is not None}
    blinds = {person: blind.hex() for person, blind in blinds_of(known).items()}
    named = Person.objects.in_bulk(known | set(heads.values()))
    return _Keys(blinds, {key: row.name for key, row in named.items()}, heads)


@dataclass
class _Desk:
    run: Run
    data: Data
    order: Mapping[str, Sequence[int]]
    keys: _Keys
    plans: dict[str, Plan] = field(default_factory=dict)
    """By benefit, of the rulebook as it is now: a standard that was confirmed since counts the next time."""

    def plan(self, benefit: str) -> Plan:
        """The plan of a benefit on the day of the run."""
        if benefit not in self.plans:
            book = rulebook()
            self.plans[benefit] = make_plan(book, self.run.on, [book.benefits[benefit].eligible])
        return self.plans[benefit]

    def judged(self, one: Holder, others: Sequence[Holder]) -> Judged | None:
        """What becomes of a doubt; None where the holder qualifies by what the family is."""
        home = self.data.homes.get(one.household)
        if one.household in self.data.broken:
            return Judged(one, UNTOLD, "这一户在测算时算不出来")
        if home is None:
            return Judged(one, UNREAD, "测算用的数据里没有这一户，可能住在别处")
        place = None if one.person is None else self.place_of(one.person, home)
        if one.person is not None and place is None:
            return Judged(one, UNTOLD, "测算用的数据里，这一户没有这个人")
        told: list[tuple[Finding | None, str, Outcome]] = []
        for key in (one.benefit, *one.rivals):
            try:
                outcome = evaluate(self.plan(key), home, settled=self.standing(key, one.person, home, others))
            except PolicyError as trouble:
                return Judged(one, UNTOLD, str(trouble)[:200])
            if _given(key, outcome, place):
                return None
            told.append((*self.words(key, one, outcome, place), outcome))
        failed, why, outcome = told[0]
        if failed is not None and _is_silence(failed, outcome, self.data.heard):
            return Judged(one, UNTOLD, f"{why}但有关部门还没有报来这类数据。")
        return Judged(one, WITHOUT, why, home.division)

    def place_of(self, person: int, home: Household) -> int | None:
        """Where a person stands in the snapshot's household: by the blind key, else in the register's order."""
        blind = self.keys.blinds.get(person)
        if blind is not None and blind in home.names:
            return list(home.names).index(blind)
        order = list(self.order.get(home.key, ()))
        if person not in order or len(order) != len(home.members):
            return None
        return order.index(person)

    def standing(
        self, benefit: str, person: int | None, home: Household, others: Sequence[Holder]
    ) -> dict[tuple[str, int | None], int]:
        """What decisions in force, and departments' rolls of dibao and tekun, say the family is."""
        book, own = rulebook(), groups().get(benefit, frozenset({benefit}))
        found: dict[tuple[str, int | None], int] = {}
        if groups().get(benefit) is None:
            if any(row.get(RECEIVES_DIBAO) for row in home.members):
                found[DIBAO, None] = 1
            found |= {(TEKUN, at): 1 for at, row in enumerate(home.members) if row.get(RECEIVES_TEKUN)}
        for one in others:
            held = book.benefits.get(one.benefit)
            if one.benefit in own or held is None or held.eligible not in RECOGNISED:
                continue
            place = None if one.person is None else self.place_of(one.person, home)
            if one.person is None or place is not None:
                found[held.eligible, place] = 1
        return found

    def words(
        self, benefit: str, one: Holder, outcome: Outcome, place: int | None
    ) -> tuple[Finding | None, str]:
        """The condition that fails, and what it says of the person or the household's head."""
        order = list(self.order.get(one.household, ()))
        count = len(outcome.members)
        persons = order if len(order) == count else [-at - 1 for at in range(count)]
        if place is not None and one.person is not None:
            persons = [-at - 1 if key == one.person else key for at, key in enumerate(persons)]
            persons[place] = one.person
        whom = one.person if one.person is not None else self.keys.heads.get(one.household, 0)
        who = self.keys.names.get(whom, "") if one.person is not None else "这一户"
        failed, text = condition_that_fails(
            [benefit], Result(outcome, tuple(persons), None, ()), whom, who or "本人"
        )
        return failed, text.replace("您家", "这户")


def _given(benefit: str, outcome: Outcome, place: int | None) -> bool:
    name = rulebook().benefits[benefit].eligible
    if place is not None:
        return bool(outcome.members[place].get(name))
    return bool(outcome.values.get(name)) or any(row.get(name) for row in outcome.members)


def _is_silence(failed: Finding, outcome: Outcome, heard: frozenset[str]) -> bool:
    """Whether a condition fails only because nobody ever told the facts behind it; never where a file told everything."""
    if not heard:
        return False
    facts = _facts_behind(failed, outcome, set())
    given = set(outcome.household.facts) | {name for row in outcome.household.members for name in row}
    return bool(facts) and not facts & (heard | given)


def _facts_behind(failed: Finding, outcome: Outcome, seen: set[str]) -> set[str]:
    """The facts by whose being nothing a condition fails."""
    found: set[str] = set()
    tested = {(row.rule.name, row.member): row for row in outcome.findings}
    for name, value in failed.inputs.items():
        is_something = any(value) if isinstance(value, tuple) else bool(value)
        if is_something or name in seen:
            continue
        seen.add(name)
        if name in rulebook().facts:
            found.add(name)
        for member in {failed.member, None} if not isinstance(value, tuple) else range(len(value)):
            behind = tested.get((name, member))
            if behind is not None:
                found |= _facts_behind(behind, outcome, seen)
    return found


def is_better_off(benefit: str, claimed: Iterable[str]) -> bool:
    """Whether a run gives a family something in place of a benefit: of the same group, or a stronger layer."""
    book, same = rulebook().benefits, groups().get(benefit, frozenset())
    mine = book[benefit]
    return any(
        (key in same and key != benefit)
        or (mine.eligible in LAYERS and book[key].eligible in LAYERS and book[key].rank < mine.rank)
        for key in claimed
    )
