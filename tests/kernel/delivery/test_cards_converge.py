"""E20: five phones without network, 500 random interleavings: one final state, nothing lost, nothing silently overwritten.

Every run draws what five devices change, what they had seen when they did, how often each message is sent again, in which
order messages arrive and how wrong every clock is. An oracle of its own follows who saw what. Two wrong variants, last
write wins by the clock and by arrival, must be caught by the same checks.
"""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.queries import reader_for
from anmin.kernel.delivery.cards.actions import CardProblem, say, settle
from anmin.kernel.delivery.cards.merging import Word, standing
from anmin.kernel.delivery.cards.models import CardEntry
from anmin.kernel.delivery.cards.queries import card
from tests.make import a_household, a_person, a_user

DEVICES, FIELDS, RUNS = 5, ("phone", "contact", "way_there"), 500
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Merged:
    """The rule under test: the words themselves."""

    def __init__(self):
        self.words = {}

    def take(self, word):
        self.words.setdefault(word.uid, word)

    def stands(self, field):
        found = standing(self.words.values()).get(field)
        return {word.uid: word.value for word in found.words} if found else {}


class LastByClock(Merged):
    """Wrong: the newest clock wins."""

    def stands(self, field):
        words = [word for word in self.words.values() if word.field == field]
        last = max(words, key=lambda word: (word.said_at, word.uid), default=None)
        return {last.uid: last.value} if last else {}


class LastByArrival(Merged):
    """Wrong: whatever arrives last wins."""

    def stands(self, field):
        words = [word for word in self.words.values() if word.field == field]
        return {words[-1].uid: words[-1].value} if words else {}


def history(seed):
    """What devices say in one run, with the messages in the order of a network that loses nothing but patience."""
    chance = random.Random(seed)
    server, seen = Merged(), [dict.fromkeys(FIELDS, frozenset()) for _ in range(DEVICES)]
    skew = [timedelta(days=chance.uniform(-40, 40)) for _ in range(DEVICES)]
    waiting, said, at = [[] for _ in range(DEVICES)], [], NOON
    for number in range(chance.randint(12, 30)):
        device, at = chance.randrange(DEVICES), at + timedelta(minutes=chance.randint(1, 90))
        if chance.random() < 0.6:
            field = chance.choice(FIELDS)
            word = Word(
                f"d{device}-{number}:{field}",
                field,
                seen[device][field],
                f"{field} {chance.randint(1, 4)}",
                f"d{device}",
                at + skew[device],
            )
            seen[device][field] = frozenset({word.uid})
            waiting[device].append(word)
            said.append(word)
        else:
            for word in waiting[device]:
                server.take(word)
            waiting[device] = []
            seen[device] = {field: frozenset(server.stands(field)) for field in FIELDS}
    messages = [word for word in said for _again in range(chance.choice((1, 1, 2, 3)))]
    return said, messages


def oracle(said):
    """What must stand: words that nobody who had seen them answered, found by walking through who saw what."""
    found = {field: {} for field in FIELDS}
    for word in said:
        answered = any(word.uid in other.base for other in said)
        if not answered:
            found[word.field][word.uid] = word.value
    return found


def faults(rule, seed):
    """Everything that is wrong with a rule in one run."""
    said, messages = history(seed)
    wanted, found, states = oracle(said), [], []
    for order in range(4):
        shuffled = list(messages)
        random.Random(seed * 10 + order).shuffle(shuffled)
        server = rule()
        for word in shuffled:
            server.take(word)
        states.append({field: server.stands(field) for field in FIELDS})
        if len(server.words) != len(said):
            found.append("lost")
    if any(state != states[0] for state in states):
        found.append("another state in another order")
    for field in FIELDS:
        values = set(wanted[field].values())
        if len(values) > 1 and set(states[0][field].values()) != values:
            found.append("silently overwritten")
        if states[0][field] != wanted[field]:
            found.append("not what the oracle says")
    return found


def test_five_hundred_interleavings_of_five_phones_end_alike_and_lose_nothing():
    troubles = Counter(fault for seed in range(RUNS) for fault in faults(Merged, seed))

    assert troubles == Counter()


def test_the_runs_are_hard_enough_to_mean_something():
    disputed = sum(
        1
        for seed in range(RUNS)
        if any(len(set(row.values())) > 1 for row in oracle(history(seed)[0]).values())
    )

    assert disputed > RUNS / 2


@pytest.mark.parametrize("wrong", [LastByClock, LastByArrival])
def test_last_write_wins_is_caught(wrong):
    troubles = Counter(fault for seed in range(50) for fault in faults(wrong, seed))

    assert troubles["silently overwritten"] > 10
    assert wrong is LastByClock or troubles["another state in another order"] > 10


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_the_database_says_the_same_as_the_oracle_and_people_settle_what_is_disputed(seed):
    said, messages = history(seed)
    home = a_household("E20", "371002001001", a_person("吴秀英", "371002001001", serial=1))
    readers = [
        reader_for(a_user(f"d{n}", "371002001001", role="village_worker"), NOON.date())
        for n in range(DEVICES)
    ]
    random.Random(seed).shuffle(messages)
    for word in messages:
        device = int(word.by[1:])
        with reading_as(readers[device]):
            say(
                by=readers[device],
                household=home,
                key=word.uid.partition(":")[0],
                values={word.field: word.value},
                base={word.field: sorted(word.base)},
                said_at=word.said_at,
            )
    with reading_as(readers[0]):
        now = card(readers[0], home)
        found = {
            field: {word.uid: word.value for word in now[field].words} if field in now else {}
            for field in FIELDS
        }
        assert {field: set(row.values()) for field, row in found.items()} == {
            field: set(row.values()) for field, row in oracle(said).items()
        }
        before = CardEntry.objects.count()
        for field, row in now.items():
            if row.is_disputed:
                chosen = row.values[0]
                settled = settle(
                    by=readers[0],
                    household=home,
                    field=field,
                    value=chosen,
                    key=f"settle-{field}",
                    said_at=NOON,
                )
                assert (settled.value, settled.is_disputed) == (chosen, False)
                with pytest.raises(CardProblem):
                    settle(
                        by=readers[0], household=home, field=field, value=chosen, key="again", said_at=NOON
                    )
        assert CardEntry.objects.count() >= before
