"""A register of three million persons in a PostgreSQL of its own, made once and kept beside the other data."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.options import Options
from boot.environment import VENV, python_environment
from boot.postgres import Cluster, find_binaries

ROOT = Path(__file__).parents[1]
SIZE = 2.58
COUNTIES = ["371002", "371003", "371082", "371083"]
TOWNS, VILLAGES = 18, 35
PROCESSES = 2


@dataclass(frozen=True)
class Register:
    """A running cluster with so many persons."""

    url: str
    home: Path
    persons: int


@contextmanager
def migrated(home: Path) -> Iterator[str]:
    """A cluster with the tables of Anmin and nothing in them; this process then talks to it."""
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)
    cluster = Cluster(find_binaries(VENV), home / "postgres", is_throwaway=True)
    cluster.start()
    try:
        cluster.ensure_database("anmin")
        url = cluster.url("anmin")
        settings = {"DATABASE_URL": url, "ANMIN_HOME": str(home), "ANMIN_STATIC_MANIFEST": "0"}
        _run(["-m", "django", "migrate", "-v0", "--settings", "config.settings"], settings)
        os.environ.update(settings)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        yield url
    finally:
        cluster.stop()


@contextmanager
def register(options: Options, persons: int, *, is_durable: bool = False) -> Iterator[Register]:
    """Start the cluster, fill it once, stop it at the end.

    It is filled without waiting for the disk; `is_durable` has what comes later wait, as an installation does.
    """
    home = options.home / f"register-{persons}"
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)
    is_filled = (home / "filled").exists()
    binaries = find_binaries(VENV)
    cluster = Cluster(binaries, home / "postgres", is_throwaway=not (is_durable and is_filled))
    cluster.start()
    try:
        cluster.ensure_database("anmin")
        url = cluster.url("anmin")
        settings = {"DATABASE_URL": url, "ANMIN_HOME": str(home), "ANMIN_STATIC_MANIFEST": "0"}
        _run(["-m", "django", "migrate", "-v0", "--settings", "config.settings"], settings)
        if not (home / "filled").exists():
            _fill(persons, settings)
            (home / "filled").write_text(str(persons))
            if is_durable:
                cluster.stop()
                cluster = Cluster(binaries, home / "postgres")
                cluster.start()
        os.environ.update(settings)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        yield Register(url, home, persons)
    finally:
        cluster.stop()


def _fill(persons: int, settings: dict[str, str]) -> None:
    started = time.monotonic()
    share = persons // PROCESSES
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.register", str(share), str(number)],
            cwd=ROOT,
            env={
                **python_environment(**settings),
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "PYTHONPATH": f"src{os.pathsep}.",
            },
        )
        for number in range(PROCESSES)
    ]
    if any(child.wait() for child in children):
        raise SystemExit("the register could not be filled")
    print(f"filled with {persons:,} persons in {time.monotonic() - started:.0f} s", flush=True)


def _run(arguments: list[str], settings: dict[str, str]) -> None:
    env = {**python_environment(**settings), "PYTHONPATH": f"src{os.pathsep}."}
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env, check=True)


def villages() -> list[str]:
    """Codes of villages, four counties of towns of villages; they need not exist."""
    return [
        f"{county}{town + 1:03d}{village + 1:03d}"
        for county in COUNTIES
        for town in range(TOWNS)
        for village in range(VILLAGES)
    ]


def _load_share(persons: int, number: int) -> None:
    """One process's share: households of a few persons, drawn by a seed."""
    import django

    django.setup()
    from datetime import date

    from django.db import connection

    from anmin.kernel.facts.demo.names import draw_addresses, draw_given, draw_phones, draw_surnames
    from anmin.kernel.facts.demo.numbers import identity_numbers
    from anmin.kernel.people.loading import Home, Newcomer, load_population

    places = villages()
    count = int(persons / SIZE)
    first_serial = number * persons

    def homes() -> Iterator[Home]:
        done = 0
        for batch in range(-(-count // 20_000)):
            rng = np.random.default_rng([20261124, number, batch])
            here = min(20_000, count - batch * 20_000)
            sizes = rng.choice([1, 2, 3, 4, 5], here, p=[0.25, 0.3, 0.22, 0.15, 0.08])
            people = int(sizes.sum())
            sex, age = rng.integers(1, 3, people), rng.integers(0, 95, people)
            birth = (2026 - age) * 10_000 + rng.integers(1, 13, people) * 100 + rng.integers(1, 28, people)
            serials = first_serial + done + np.arange(people)
            numbers = identity_numbers(birth, sex, serials).to_pylist()
            surnames, given = draw_surnames(rng, here), draw_given(rng, sex == 2)
            phones, addresses = draw_phones(rng, serials, age), draw_addresses(rng, here)
            where = rng.integers(0, len(places), here)
            at = 0
            for row in range(here):
                members = []
                for place in range(at, at + int(sizes[row])):
                    day = int(birth[place])
                    members.append(
                        Newcomer(
                            name=surnames[row] + given[place],
                            number=numbers[place],
                            sex=int(sex[place]),
                            birth_day=date(day // 10_000, day // 100 % 100, day % 100),
                            relation=0 if place == at else 2,
                            phone=phones[place],
                        )
                    )
                at += int(sizes[row])
                serial = number * count + batch * 20_000 + row
                yield Home(f"B{serial:09d}", places[where[row]], row % 2, addresses[row], members)
            done += people

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    for share in _shares(homes(), 40_000):
        load_population(by="bench", homes=share, first_day=date(2020, 1, 1), source=f"bench {number}")


def _shares(homes: Iterator, size: int) -> Iterator[list]:
    from itertools import islice

    while share := list(islice(homes, size)):
        yield share


if __name__ == "__main__":
    _load_share(int(sys.argv[1]), int(sys.argv[2]))
