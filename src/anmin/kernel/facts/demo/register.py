"""The demonstration city in the register of people: the same households and persons as in its snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from anmin.kernel.facts.demo.names import draw_addresses, draw_given, draw_phones, draw_surnames
from anmin.kernel.facts.demo.numbers import identity_numbers
from anmin.kernel.people.loading import Home, Newcomer
from anmin.policy.codes import Relation, Sex
from anmin.policy.snapshots import Snapshot

HEADS = int(Relation.HEAD)
SAME_SURNAME = frozenset({int(Relation.CHILD), HEADS})


def homes_of(snapshot: Snapshot, on: date, seed: int) -> Iterator[Home]:
    """The households of a demonstration snapshot with names, numbers, telephones and addresses.

    Numbers are those of the snapshot's own generator: valid check digits, a region prefix that belongs to nobody.
    """
    serial = 0
    for number in range(snapshot.parts):
        households = snapshot.household_table(number, ["household", "division", "settlement", "members"])
        persons = snapshot.person_table(number, ["birth_day", "sex", "relation"])
        rng = np.random.default_rng([seed, number, 7])
        birth = persons["birth_day"].to_numpy()
        sex = persons["sex"].to_numpy()
        relation = persons["relation"].to_numpy()
        serials = serial + np.arange(len(birth))
        numbers = identity_numbers(birth.astype(np.int64), sex, serials).to_pylist()
        age = on.year - birth // 10_000
        given = draw_given(rng, sex == Sex.FEMALE)
        own = draw_surnames(rng, len(birth))
        phones = draw_phones(rng, serials, age)
        sizes = households["members"].to_numpy()
        addresses = draw_addresses(rng, len(sizes))
        codes, keys = households["division"].to_pylist(), households["household"].to_pylist()
        settlements = households["settlement"].to_pylist()
        first = 0
        for at, size in enumerate(sizes):
            people = [
                Newcomer(
                    name=(own[first] if int(relation[row]) in SAME_SURNAME else own[row]) + given[row],
                    number=numbers[row],
                    sex=int(sex[row]),
                    birth_day=_day(int(birth[row])),
                    relation=int(relation[row]),
                    phone=phones[row],
                )
                for row in range(first, first + int(size))
            ]
            heads_first = sorted(people, key=lambda one: one.relation != HEADS)
            yield Home(keys[at], codes[at], settlements[at], addresses[at], heads_first)
            first += int(size)
        serial += len(birth)


def _day(written: int) -> date:
    return date(written // 10_000, written // 100 % 100, written % 100)
