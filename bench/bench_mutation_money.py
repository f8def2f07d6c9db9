"""How many small wrongs in the code that computes and posts money its tests notice (mutation score), from a seeded sample."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

from bench.mutants import Mutant, mutants
from bench.options import ROOT, Options
from bench.report import Report

SEED, SAMPLE, SMALL = 20_261_125, 60, 8
LEAST = 90
PATIENCE = 600.0
"""Seconds after which a wrong that makes a test hang counts as noticed."""
PAY = "tests/kernel/payments"
ENTITLED = (f"{PAY}/test_amounts_are_right.py", f"{PAY}/test_standards_that_rise.py", f"{PAY}/test_runs.py")
TARGETS: tuple[tuple[str, list[str], tuple[str, ...]], ...] = (
    (
        "anmin.kernel.payments.runs.computing",
        ["ROSTER", "DIFFERENCES", "BASIC", "PRICE", "DEDUCT", "LINES", "FOUND"],
        (
            f"{PAY}/test_runs.py",
            f"{PAY}/test_recovery.py",
            f"{PAY}/test_amounts_are_right.py",
            "tests/kernel/cases/test_reserve_in_the_books.py",
        ),
    ),
    (
        "anmin.kernel.payments.runs.funding",
        ["fund_lines", "_poured", "_both"],
        (
            f"{PAY}/test_pouring.py",
            f"{PAY}/test_runs.py",
            f"{PAY}/test_budget.py",
            f"{PAY}/test_approvals.py",
        ),
    ),
    (
        "anmin.kernel.payments.banks.returning.matching",
        ["PAID", "BACK", "LATE", "ORDERS", "LINES", "_bring_on", "settle_run"],
        (f"{PAY}/banks/test_returns.py", f"{PAY}/banks/test_reissue_and_reconcile.py"),
    ),
    (
        "anmin.kernel.payments.ledger.actions",
        ["post", "post_select", "reverse", "close_period", "reopen_period"],
        (f"{PAY}/test_ledger.py", f"{PAY}/banks/test_returns.py"),
    ),
    (
        "anmin.kernel.payments.ledger.queries",
        ["sums_until", "trial_balance", "balances"],
        (f"{PAY}/test_ledger.py",),
    ),
    (
        "anmin.kernel.payments.recovery.queries",
        ["OVERPAID_IN", "came_back", "left_of", "overpaid_now"],
        (f"{PAY}/test_recovery.py", "tests/kernel/cases/test_reserve_in_the_books.py"),
    ),
    (
        "anmin.kernel.payments.recovery.actions",
        ["agree", "receive", "finish", "write_off", "_take_off"],
        (f"{PAY}/test_recovery.py",),
    ),
    (
        "anmin.kernel.payments.recovery.claims.actions",
        ["_months", "_on_the_books", "_found"],
        (f"{PAY}/test_recovery.py",),
    ),
    (
        "anmin.kernel.payments.reserve.actions",
        ["fill", "pay_out", "_of_reserve", "_taken", "_move"],
        (f"{PAY}/test_pouring.py", "tests/kernel/cases/test_reserve_in_the_books.py"),
    ),
    (
        "anmin.kernel.entitlements.actions",
        ["change_amount", "raise_months", "fade", "end", "_amount_in", "_close_amounts", "_set_amount"],
        ENTITLED,
    ),
    (
        "anmin.kernel.entitlements.rerating.queries",
        ["_of_amount", "_place", "_frozen", "_spans"],
        ENTITLED[1:2],
    ),
)


SAME = {
    ("runs.computing.LINES", "max( → min( in: SELECT household_id, max(person_id) FILTER (WHERE is_head)"): (
        "a household has one head on a day (a constraint)"
    ),
    (
        "returning.matching",
        "< → <= in: coalesce((SELECT -sum(part.fen)",
    ): "no part is of nought (a constraint)",
    ("rerating.queries._of_amount", "0 → 1"): "the amount is always among the values",
}
"""Wrongs that change nothing, by where and what, each with why: they are shown and not counted."""


def is_same(one: Mutant) -> str:
    """Why a wrong changes nothing, or nothing."""
    return next(
        (why for (where, what), why in SAME.items() if where in one.where and one.what.startswith(what)), ""
    )


def run(options: Options, report: Report) -> None:
    """Each wrong in a process of its own on one throw-away database; `--persons` gives the size of the sample."""
    from boot import postgres
    from boot.environment import VENV

    number = options.persons or (SMALL if options.small else SAMPLE)
    home = options.home / "mutation"
    home.mkdir(parents=True, exist_ok=True)
    with postgres.throwaway(home, VENV, 0) as server:
        _set_up(server, home)
        known = [one for target in TARGETS for one in mutants(*target)]
        chosen = random.Random(SEED).sample(known, min(number, len(known)))
        print(f"{len(chosen)} of {len(known)}, seed {SEED}", flush=True)
        for one in [one for one in chosen if is_same(one)]:
            print(f"the same, not counted: {one.where} {one.what} — {is_same(one)}", flush=True)
        chosen = [one for one in chosen if not is_same(one)]
        files = sorted({test for one in chosen for test in one.tests})
        if _tested(None, ["--create-db", *files]) != 0:
            raise SystemExit("the tests do not pass without any wrong")
        survived = []
        for at, one in enumerate(chosen, start=1):
            code = _tested(one, ["--reuse-db", "-x", *one.tests])
            if code not in (0, 1):
                raise SystemExit(f"the tests did not run: {code} at {one.where} {one.what}")
            noticed = code == 1
            print(
                f"{at}/{len(chosen)} {'noticed ' if noticed else 'SURVIVED'} {one.where} {one.what}",
                flush=True,
            )
            if not noticed:
                survived.append(one)
    report.table(
        f"wrongs that no test notices, of {len(chosen)} out of {len(known)}",
        ["where", "what"],
        [[one.where, one.what] for one in survived],
    )
    report.at_least("mutation score", 100 * (len(chosen) - len(survived)) / len(chosen), LEAST, " %")


def _set_up(server: str, home: Path) -> None:
    os.environ |= {
        "DATABASE_URL": server,
        "ANMIN_TEST_SERVERS": server,
        "ANMIN_HOME": str(home / "test"),
        "ANMIN_STATIC_MANIFEST": "0",
        "ANMIN_SECOND_FACTOR": "0",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    os.chdir(ROOT)
    import django

    django.setup()


def _tested(one: Mutant | None, arguments: list[str]) -> int:
    """Run tests in a child, with a wrong in place; its exit code, 1 where it had to be ended."""
    child = os.fork()
    if child == 0:
        _test_here(one, arguments)
    ends = time.monotonic() + PATIENCE * (1 if one is not None else 10)
    while time.monotonic() < ends:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.2)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return 1


def _test_here(one: Mutant | None, arguments: list[str]) -> Any:
    import pytest

    code = 3
    try:
        if one is not None:
            silent = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silent, 1)
            os.dup2(silent, 2)
            one.put()
        code = int(
            pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not full", *arguments])
        )
    finally:
        sys.stdout.flush()
        os._exit(code)
