"""How many small wrongs in the code that computes and posts money its tests notice (mutation score), from a seeded sample."""

from __future__ import annotations

import os
import random
from pathlib import Path

from bench.mutants import Mutant, mutants
from bench.noticing import Noticing
from bench.options import ROOT, Options
from bench.report import Report

SEED, SAMPLE, SMALL = 20_261_125, 60, 8
LEAST = 90
PAY = "tests/kernel/payments"
ENTITLED = (
    f"{PAY}/test_months_of_amounts.py",
    f"{PAY}/test_amounts_are_right.py",
    f"{PAY}/test_standards_that_rise.py",
    f"{PAY}/test_runs.py",
)
TARGETS: tuple[tuple[str, list[str], tuple[str, ...]], ...] = (
    (
        "anmin.kernel.payments.runs.computing",
        ["ROSTER", "DIFFERENCES", "BASIC", "PRICE", "DEDUCT", "REFUND", "LINES", "FOUND"],
        (
            f"{PAY}/test_runs.py",
            f"{PAY}/test_recovery.py",
            f"{PAY}/test_claims.py",
            f"{PAY}/test_amounts_are_right.py",
            f"{PAY}/test_months_of_amounts.py",
            f"{PAY}/test_refunds.py",
            f"{PAY}/test_edges_of_a_month.py",
            f"{PAY}/test_more_and_less.py",
            f"{PAY}/banks/test_answers_about_several.py",
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
        ["CHANGED", "MOVED", "BACK", "ORDERS", "LINES", "_bring_on", "settle_run"],
        (
            f"{PAY}/banks/test_returns.py",
            f"{PAY}/banks/test_reissue_and_reconcile.py",
            f"{PAY}/banks/test_answers_about_several.py",
            f"{PAY}/test_claims.py",
            f"{PAY}/test_refunds.py",
        ),
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
        ["OVERPAID_IN", "came_back", "left_of", "free_of", "overpaid_now"],
        (
            f"{PAY}/test_recovery.py",
            f"{PAY}/test_claims.py",
            f"{PAY}/test_each_fen_once.py",
            "tests/kernel/cases/test_reserve_in_the_books.py",
        ),
    ),
    (
        "anmin.kernel.payments.recovery.actions",
        ["agree", "receive", "write_off", "_off", "_take_off"],
        (
            f"{PAY}/test_each_fen_once.py",
            f"{PAY}/test_recovery.py",
            f"{PAY}/test_claims.py",
        ),
    ),
    (
        "anmin.kernel.payments.recovery.settling.actions",
        ["finish", "settle_deductions", "let_go", "_open_again", "_plan_refund"],
        (f"{PAY}/test_deductions_come_back.py", f"{PAY}/test_each_fen_once.py"),
    ),
    (
        "anmin.kernel.payments.recovery.months.actions",
        ["remember_paid", "keep_what_is_left", "keep_part"],
        (f"{PAY}/test_taken_back_and_corrected.py",),
    ),
    (
        "anmin.kernel.payments.recovery.months.queries",
        ["STANDING", "offset_of"],
        (f"{PAY}/test_taken_back_and_corrected.py",),
    ),
    (
        "anmin.kernel.payments.recovery.sharing",
        ["SHARED", "OF_BOOK"],
        (f"{PAY}/test_lines_of_claims.py", f"{PAY}/test_deductions_come_back.py"),
    ),
    (
        "anmin.kernel.payments.recovery.refunds.actions",
        ["take_back", "pay_by_hand", "_take_out_of_the_books", "_not_offset", "_pay"],
        (f"{PAY}/test_refunds.py", f"{PAY}/test_recovery.py", f"{PAY}/test_each_fen_once.py"),
    ),
    (
        "anmin.kernel.payments.recovery.claims.actions",
        ["_months", "_on_the_books", "_found"],
        (
            f"{PAY}/test_recovery.py",
            f"{PAY}/test_claims.py",
        ),
    ),
    (
        "anmin.kernel.payments.reserve.actions",
        ["fill", "pay_out", "_of_reserve", "_taken", "_move"],
        (f"{PAY}/test_pouring.py", "tests/kernel/cases/test_reserve_in_the_books.py"),
    ),
    (
        "anmin.kernel.entitlements.actions",
        [
            "change_amount",
            "raise_months",
            "fade",
            "end",
            "_amount_in",
            "_last_month",
            "_close_amounts",
            "_set_amount",
        ],
        ENTITLED,
    ),
    (
        "anmin.kernel.entitlements.rerating.queries",
        ["_of_amount", "_place", "_frozen", "_spans"],
        ENTITLED[2:3],
    ),
)


SAME = {
    ("runs.computing.LINES", "max( → min( in: SELECT household_id, max(person_id) FILTER (WHERE is_head)"): (
        "a household has one head on a day (a constraint)"
    ),
    ("runs.computing.BASIC", "> → >= in: FROM money_difference WHERE more > 0"): (
        "more is nought only where what is due is what there is, and such a month is no difference"
    ),
    ("runs.computing.DIFFERENCES", "UNION ALL → UNION"): (
        "both sides have one row for a benefit and month, and only what was paid here has a place of 1 or more"
    ),
    ("returning.matching.BACK", "sum( → max( in: coalesce((SELECT"): "BACK posts the line as it is",
    ("returning.matching.BACK", ", 0) → , 1) in: coalesce((SELECT"): "BACK posts the line as it is",
    (
        "returning.matching",
        "< → <= in: coalesce((SELECT -sum(part.fen)",
    ): "no part is of nought (a constraint)",
    (
        "returning.matching",
        "UNION ALL → UNION",
    ): "no two rows of a posting are the same: each has an account and a payment or a sum of its own",
    ("recovery.queries.OVERPAID_IN:7", "LEFT JOIN → JOIN"): "the least of all rows is always one row",
    ("recovery.queries.OVERPAID_IN:11", "LEFT JOIN → JOIN"): "a sum of all rows is always one row",
    ("recovery.queries.OVERPAID_IN:23", "LEFT JOIN → JOIN"): "a sum of all rows is always one row",
    ("recovery.actions._take_off", "fen <= 0 →"): (
        "an instalment is of money (a constraint): where nothing is left nothing is taken off it"
    ),
    ("rerating.queries._spans", "month > first → month >= first"): (
        "the first month twice rests on the same rates, and months of the same rates become one"
    ),
    ("rerating.queries._place", "1 → 2"): "no member has a negative place, so both find nobody",
    (
        "claims.actions._on_the_books",
        "found.get(earliest, 0) + fen - sum(found.values()) → found.get(earliest, 0) + fen + sum",
    ): "the first month is laid last, and only up to what is left of the claim",
    (
        "claims.actions._on_the_books",
        "0 → 1",
    ): "a fen more in the first month is above what is left of the claim",
    (
        "claims.actions._on_the_books",
        "sum(found.values()) < fen → sum(found.values()) <= fen",
    ): "the sum is reached: the first month takes nought more, and a month more is not laid",
}
"""Wrongs that change nothing, by where and what, each with why: they are shown and not counted."""


def is_same(one: Mutant) -> str:
    """Why a wrong changes nothing, or nothing."""
    return next(
        (why for (where, what), why in SAME.items() if where in one.where and one.what.startswith(what)), ""
    )


def run(options: Options, report: Report) -> None:
    """Each wrong in a fork of one process of tests, on one database; `--persons` gives the size of the sample, `--seed` another one.

    `--only runs.computing ledger` looks at the modules with these words in their names, with their own tests.
    """
    from boot import postgres
    from boot.environment import VENV

    number = options.persons or (SMALL if options.small else SAMPLE)
    home = options.home / "mutation"
    home.mkdir(parents=True, exist_ok=True)
    with postgres.throwaway(home, VENV, 0) as server:
        _set_up(server, home)
        import pytest

        targets = [one for one in TARGETS if not options.only or any(word in one[0] for word in options.only)]
        known = [one for target in targets for one in mutants(*target)]
        seed = SEED if options.seed is None else options.seed
        chosen = random.Random(seed).sample(known, min(number, len(known)))
        print(f"{len(chosen)} of {len(known)}, seed {seed}", flush=True)
        for one in [one for one in chosen if is_same(one)]:
            print(f"the same, not counted: {one.where} {one.what} — {is_same(one)}", flush=True)
        chosen = [one for one in chosen if not is_same(one)]
        noticing = Noticing(chosen)
        files = sorted({test for _module, _names, tests in targets for test in tests})
        plain = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not full", "--create-db"]
        pytest.main([*plain, *files], plugins=[noticing])
        if len(noticing.results) != len(chosen):
            raise SystemExit("the tests do not pass without any wrong, or did not run")
    survived = [one for one, is_noticed in noticing.results if not is_noticed]
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
