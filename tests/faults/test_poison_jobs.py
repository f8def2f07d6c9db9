"""A job that raises, hangs, eats memory or dies is given up after three tries, with its cause; the others go on."""

import os
import signal
import subprocess
import time

import pytest

from boot.environment import VENV, python_environment
from tests.faults.installation import ROOT, Installation

POISON = ("raises", "hangs", "eats", "dies", "crashes")
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.faults.poisoned_settings"}
DEFER = """
from procrastinate.contrib.django import app
for name in {poison}:
    app.configure_task("poison." + name).defer()
for number in range(20):
    app.configure_task("poison.good").defer(number=number)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    one = Installation(tmp_path_factory.mktemp("poison") / "home")
    one.prepare()
    yield one
    one.stop()


class Worker:
    """The worker, as the supervisor starts it."""

    def __init__(self, home, **more):
        environment = python_environment() | home.environment | SETTINGS | more
        self.process = subprocess.Popen(
            [str(VENV / "bin/python"), "-m", "anmin.cli", "worker"],
            cwd=ROOT,
            env=environment | {"DATABASE_URL": home.cluster.url("anmin")},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=(home.home / "worker.log").open("ab"),
        )

    def end(self, number=signal.SIGTERM):
        os.killpg(self.process.pid, number)
        return self.process.wait(30)


def states(home):
    rows = home.sql("SELECT task_name, status, count(*) FROM procrastinate_jobs GROUP BY 1, 2")
    return {tuple(row.split("|")[:2]): int(row.split("|")[2]) for row in rows.splitlines()}


def wait_until(holds, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.3)
    return False


def clear(home, poison):
    home.sql("TRUNCATE procrastinate_jobs CASCADE; TRUNCATE kernel_jobfailure")
    home.python("-c", f"import django; django.setup()\n{DEFER.format(poison=poison)}", **SETTINGS)


def test_poison_is_given_up_after_three_tries_and_stops_nobody(home):
    clear(home, POISON)
    worker = Worker(home)

    done = wait_until(
        lambda: (
            states(home).get(("poison.good", "succeeded")) == 20
            and all(states(home).get((f"poison.{name}", "failed")) == 1 for name in POISON)
        ),
        120,
    )

    assert done, states(home)
    assert worker.process.poll() is None
    assert worker.end() == 0
    tries = home.sql("SELECT task, count(*) FROM kernel_jobfailure GROUP BY 1")
    assert dict(row.split("|") for row in tries.splitlines()) == {f"poison.{name}": "3" for name in POISON}
    causes = dict(
        row.split("|", 1)
        for row in home.sql("SELECT DISTINCT task, cause FROM kernel_jobfailure").splitlines()
    )
    assert "超过 2 秒" in causes["poison.hangs"]
    assert "占用内存超过 400 MB" in causes["poison.eats"]
    assert "SIGKILL" in causes["poison.dies"]
    assert "SIGSEGV" in causes["poison.crashes"]
    assert causes["poison.raises"].startswith("ValueError")
    written = home.sql("SELECT string_agg(cause || trace, ' ') FROM kernel_jobfailure")
    written += (home.home / "worker.log").read_text("utf-8")
    assert "990101199001011232" not in written
    assert "张三丰" not in written


def test_a_worker_that_runs_jobs_in_its_own_process_is_caught(home):
    """The wrong variant: two jobs that hang hold the two places of the worker, and the line stands."""
    clear(home, ("hangs", "hangs"))
    worker = Worker(home, CARELESS="1")

    went_on = wait_until(lambda: states(home).get(("poison.good", "succeeded")) == 20, 12)

    worker.end(signal.SIGKILL)
    assert not went_on


def test_what_a_killed_worker_was_doing_is_taken_up_again(home):
    clear(home, ())
    home.python(
        "-c",
        "import django; django.setup()\nfrom procrastinate.contrib.django import app\n"
        "app.configure_task('poison.hangs').defer()",
        **SETTINGS,
    )
    worker = Worker(home)
    assert wait_until(lambda: ("poison.hangs", "doing") in states(home), 30)
    worker.end(signal.SIGKILL)
    # What the last sign of life says, without waiting for a minute to pass.
    home.sql("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '10 minutes'")

    second = Worker(home)

    assert wait_until(lambda: states(home).get(("poison.hangs", "failed")) == 1, 60), states(home)
    second.end()
    assert "意外停止" in home.sql("SELECT string_agg(cause, ' ') FROM kernel_jobfailure")


def test_the_worker_outlives_a_database_that_was_away(home):
    clear(home, ())
    worker = Worker(home)
    assert wait_until(lambda: states(home).get(("poison.good", "succeeded")) == 20, 60)
    home.cluster.stop()
    time.sleep(2)
    home.cluster.start()
    if worker.process.poll() is not None:  # it may end; whoever looks after it starts it again
        worker = Worker(home)

    home.python("-c", f"import django; django.setup()\n{DEFER.format(poison=())}", **SETTINGS)

    went_on = wait_until(
        lambda: states(home).get(("poison.good", "succeeded")) == 40 or worker.process.poll() is not None, 30
    )
    if worker.process.poll() is not None:
        worker = Worker(home)
        went_on = wait_until(lambda: states(home).get(("poison.good", "succeeded")) == 40, 60)
    assert went_on
    worker.end()
