"""Months of paying with a bank that loses, delays, repeats, cuts and garbles, and departments that speak between signature and
file: everybody has their due, once (E07, E09, E11, E12)."""

import contextlib
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import Q, Sum

from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.outbox import actions as outbox
from anmin.kernel.payments.banks.ports import Silence
from anmin.kernel.payments.banks.storage import content_of
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.recovery import queries as claims
from tests.faults.months import Months
from tests.faults.office import Broken

pytestmark = pytest.mark.django_db
KEPT = Path(__file__).with_name("months_seeds.txt")
SEEDS, FEW, ALL = 50, 2, 36


def kept():
    rows = [line.split() for line in KEPT.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [(int(seed), int(months)) for seed, months in rows]


def play(seed, months, *, hard=False):
    """A seed; one that fails is written down and plays in every run from then on."""
    try:
        Months(seed, hard=hard).run(months)
    except (Broken, PaymentProblem):
        if (seed, months) not in kept():
            KEPT.write_text(f"{KEPT.read_text('utf-8')}{seed} {months}\n", "utf-8")
        print(f"seed {seed}, {months} months")
        raise


@pytest.mark.parametrize(("seed", "months"), kept())
def test_seeds_that_failed_once_hold_now(seed, months):
    play(seed, months, hard=True)


@pytest.mark.parametrize("seed", range(100, 100 + SEEDS))
def test_everybody_has_their_due_once_whatever_the_bank_does(seed):
    play(seed, FEW, hard=True)


@pytest.mark.parametrize(
    "seed", [1000, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(1001, 1000 + SEEDS))]
)
def test_thirty_six_months(seed):
    """Some 700 statements a month: half a minute of one core a seed. One of them runs every time, all with `--full` and in `.ci/run`."""
    play(seed, ALL, hard=True)


def broken_by(seeds, months, **more):
    """What the first of these seeds breaks, each on a city of its own; empty where all hold."""
    for seed in seeds:
        mark = transaction.savepoint()
        try:
            Months(seed, **more).run(months)
        except Broken as found:
            return str(found)
        finally:
            transaction.savepoint_rollback(mark)
    return ""


def test_whoever_sends_again_without_asking_is_caught(monkeypatch):
    """The wrong variant: what is not known goes out once more by itself."""

    def again(*, by, call, at, port=None):
        if call.state == "unsure":
            with contextlib.suppress(Silence):
                port.send(call.key, content_of(call.file))
        return call

    monkeypatch.setattr(outbox, "ask", again)

    assert "twice" in broken_by(range(100, 110), 1)


def test_whoever_does_not_look_before_the_file_is_caught(monkeypatch):
    """The wrong variant: what a department said between signature and file is not looked at."""
    monkeypatch.setattr(filing, "stopped_since", lambda run, rows, on, lines=None: [])

    assert "department spoke" in broken_by(range(100, 110), 2, hard=True)


def test_whoever_writes_down_only_afterwards_what_they_sent_is_caught(monkeypatch):
    """The wrong variant: sending and noting that one is about to send are one transaction, and somebody dies in it."""
    honest = outbox.deliver

    def in_one(**told):
        mark = transaction.savepoint()
        try:
            return honest(**told)
        except BaseException:
            transaction.savepoint_rollback(mark)
            raise

    monkeypatch.setattr(outbox, "deliver", in_one)

    assert "twice" in broken_by(range(100, 110), 1, hard=True, dying=50)


def test_whoever_counts_a_deduction_before_its_payment_arrived_is_caught(monkeypatch):
    """The wrong variant: an instalment has come back once a run deducts it, whatever becomes of the payment."""

    def at_once(claim):
        rows = claim.instalments.filter(way__in=["paid_in", "deduct"])
        come = Q(paid_on__isnull=False) | Q(pk__in=rows.filter(parts__is_live=True))
        return rows.filter(come).aggregate(fen=Sum("fen"))["fen"] or 0

    monkeypatch.setattr(claims, "came_back", at_once)

    assert "left of the claims" in broken_by(range(102, 112), 12, hard=True)
