"""Whether tests notice a wrong: all of them once without any, then for each wrong those that call its code, in a fork."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from bench.mutants import Mutant

PATIENCE = 60.0
"""Seconds, beside five times what its tests take without it, after which a wrong that makes a test hang counts as noticed."""
REUSED = ("committed", "transactional_db", "django_db_reset_sequences", "live_server")
"""Fixtures of tests that commit: what they leave would be found by the next wrong."""


class Noticing:
    """A pytest plugin that takes the place of the loop over the tests."""

    def __init__(self, chosen: Sequence[Mutant]) -> None:
        self.chosen = chosen
        self.results: list[tuple[Mutant, bool]] = []
        self.seconds: dict[pytest.Item, float] = {}
        self.called: dict[pytest.Item, set[FunctionType]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """The tests without a wrong, then each wrong; stops when a test fails without any."""
        items = [item for item in session.items if not _commits(item)]
        for item in items:
            with _listening({function for one in self.chosen for function in one.runs_in}) as called:
                is_right = self._passes(item, session)
            self.called[item] = called
            if not is_right:
                print(f"fails without any wrong: {item.nodeid}", flush=True)
                return True
        print(f"{len(items)} tests without any wrong: {sum(self.seconds.values()):.0f} s", flush=True)
        if self._is_noticed(
            Mutant("nothing", "is wrong", (), _nothing, frozenset()), self._quickest(), session
        ):
            print("tests fail in a fork without any wrong", flush=True)
            return True
        for at, one in enumerate(self.chosen, start=1):
            tests = self.tests_of(one)
            start = time.monotonic()
            is_noticed = self._is_noticed(one, tests, session)
            self.results.append((one, is_noticed))
            word = "noticed " if is_noticed else "SURVIVED"
            told = f"{word} {time.monotonic() - start:5.1f} s, {len(tests)} tests"
            print(f"{at}/{len(self.chosen)} {told}  {one.where} {one.what}", flush=True)
        return True

    def tests_of(self, one: Mutant) -> list[pytest.Item]:
        """Those that call its code: of the files named for it first, the quick ones first."""

        def order(item: pytest.Item) -> tuple[bool, float]:
            return not item.nodeid.startswith(one.tests), self.seconds[item]

        return sorted((item for item in self.seconds if self.called[item] & one.runs_in), key=order)

    def _quickest(self) -> list[pytest.Item]:
        """The quickest test of each file."""
        ordered = sorted(self.seconds, key=lambda item: self.seconds[item])
        return list({item.path: item for item in reversed(ordered)}.values())

    def _passes(self, item: pytest.Item, session: pytest.Session) -> bool:
        start = time.monotonic()
        reports = runtestprotocol(item, log=False, nextitem=_Only(session))  # type: ignore[arg-type]
        self.seconds[item] = time.monotonic() - start
        return not any(report.failed for report in reports)

    def _is_noticed(self, one: Mutant, tests: list[pytest.Item], session: pytest.Session) -> bool:
        from django.db import connections

        connections.close_all()
        child = os.fork()
        if child == 0:
            _try_out(one, tests, session)
        ends = time.monotonic() + PATIENCE + 5 * sum(self.seconds[item] for item in tests)
        while time.monotonic() < ends:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
                if code not in (0, 1):
                    raise SystemExit(f"the tests did not run: {code} at {one.where} {one.what}")
                return code == 1
            time.sleep(0.05)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return True


@contextmanager
def _listening(functions: set[FunctionType]) -> Iterator[set[FunctionType]]:
    """While it lasts, which of the functions are called: their code only notes that, and goes on with what it was."""
    called: set[FunctionType] = set()
    kept = {function: function.__code__ for function in functions}
    for function, code in kept.items():
        original = FunctionType(code, function.__globals__, function.__name__, function.__defaults__)
        original.__kwdefaults__ = function.__kwdefaults__
        name = f"_heard_{id(function)}"

        def hear(
            given: Any, named: Any, function: FunctionType = function, original: FunctionType = original
        ) -> Any:
            called.add(function)
            return original(*given, **named)

        function.__globals__[name] = hear
        made: dict[str, Any] = {}
        exec(f"def heard(*given, **named): return {name}(given, named)", made)
        function.__code__ = made["heard"].__code__
    try:
        yield called
    finally:
        for function, code in kept.items():
            function.__code__ = code


class _Only:
    """What pytest tears everything down for but the session, and with it the database."""

    def __init__(self, session: pytest.Session) -> None:
        self.session = session

    def listchain(self) -> list[pytest.Session]:
        return [self.session]


def _nothing() -> None:
    """No wrong."""


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    is_marked = marker is not None and bool(marker.kwargs.get("transaction"))
    return is_marked or any(name in REUSED for name in getattr(item, "fixturenames", ()))


def _try_out(one: Mutant, tests: list[pytest.Item], session: pytest.Session) -> None:
    """In the fork: put the wrong in place, run until a test fails, and end with 1 when one does."""
    code = 3
    try:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        one.put()
        code = 0
        for item in tests:
            reports = runtestprotocol(item, log=False, nextitem=_Only(session))  # type: ignore[arg-type]
            if any(report.failed for report in reports):
                code = 1
                break
    finally:
        os._exit(code)
