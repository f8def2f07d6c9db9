"""Whatever is killed comes back; what is stopped leaves nothing behind. Real processes in a home of their own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from boot import serving
from boot.processes import MARK, PROC, running
from boot.words import Stop

ROOT = Path(__file__).parents[2]
STARTS_WITHIN, RETURNS_WITHIN = 600, 60
"""Seconds to wait at most: the first start of a home makes its database, which takes minutes where much else runs."""
RUN = [sys.executable, "run.py"]
CARELESS = [
    *(sys.executable, "-c"),
    "import sys; from boot import supervising; supervising.Supervisor.look = lambda self: None; "
    "import run; sys.exit(run.main())",
]
"""The wrong variant: it starts everything and never looks again."""


class Installation:
    """A home, and what runs in it."""

    def __init__(self, home):
        self.home = home
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "ANMIN_STATIC_MANIFEST")
        } | {"ANMIN_HOME": str(home)}
        self.supervisor = None

    def up(self, command=RUN, **options):
        told = self.home.parent / "up.log"
        log = told.open("ab")
        already = log.tell()
        self.supervisor = subprocess.Popen(
            [*command, "up"], cwd=ROOT, env=self.environment, stdout=log, stderr=log, **options
        )
        # A web process that dies before the address is told is a start that failed, and is said so.
        assert wait_until(
            lambda: b"http://127.0.0.1:" in told.read_bytes()[already:] and self.answers(), STARTS_WITHIN
        ), told.read_text()

    def stop(self):
        subprocess.run([*RUN, "stop"], cwd=ROOT, env=self.environment, check=True, capture_output=True)

    def process(self, name):
        try:
            return json.loads((self.home / f"{name}.json").read_text())
        except (OSError, ValueError):
            return {"pid": 0, "port": 0}

    def pid(self, name):
        if name != "postgres":
            return self.process(name)["pid"]
        try:
            return int((self.home / "postgres/postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return 0

    def answers(self):
        """A page that asks the database."""
        port = self.process("web")["port"]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def comes_back(self, name):
        """Kill one, and see whether another takes its place and the page answers."""
        old = self.pid(name)
        os.kill(old, signal.SIGKILL)
        return wait_until(
            lambda: self.pid(name) not in (0, old) and alive(self.pid(name)) and self.answers(),
            RETURNS_WITHIN,
        )

    def left_over(self):
        """Processes of this home that run."""
        ours = os.fsencode(str(self.home))
        found = []
        for pid, _ in running():
            try:
                environment = (PROC / str(pid) / "environ").read_bytes().split(b"\0")
                folder = os.fsencode(str((PROC / str(pid) / "cwd").readlink()))
            except OSError:
                continue
            if os.fsencode(MARK) + b"=" + ours in environment or folder.startswith(ours + b"/"):
                found.append(pid)
        return found


def wait_until(holds, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return False


def alive(pid):
    try:
        return (PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("faults") / "安民 数据"


@pytest.fixture
def installation(home):
    one = Installation(home)
    yield one
    one.stop()
    if one.supervisor is not None:
        one.supervisor.wait(60)


def test_each_that_is_killed_comes_back_twice_in_a_row(installation):
    installation.up()

    for name in ("postgres", "web", "worker", "web", "postgres", "worker"):
        assert installation.comes_back(name), name

    restarts = {
        name: service["restarts"]
        for name, service in json.loads((installation.home / "supervisor-state.json").read_text()).items()
    }
    assert (restarts["postgres"], restarts["web"]) == (2, 2)
    # A worker whose database dies leaves too, unless it is killed or the database is back before it notices.
    assert 2 <= restarts["worker"] <= 4


def test_a_supervisor_that_does_not_look_is_caught(installation):
    installation.up(CARELESS)
    old = installation.pid("web")
    os.kill(old, signal.SIGKILL)

    assert not wait_until(lambda: installation.pid("web") != old and installation.answers(), 8)


def test_one_of_the_web_servers_own_processes_may_be_killed(installation):
    installation.up()
    web = installation.pid("web")
    children = [pid for pid, fields in running() if fields[1] == str(web)]

    os.kill(children[-1], signal.SIGKILL)

    assert wait_until(
        lambda: (
            len([pid for pid, fields in running() if fields[1] == str(web)]) == len(children)
            and not alive(children[-1])
        ),
        RETURNS_WITHIN,
    )
    assert installation.pid("web") == web
    assert wait_until(installation.answers, RETURNS_WITHIN)


def test_after_the_supervisor_was_killed_the_next_start_takes_over(installation):
    installation.up()
    orphans = {name: installation.pid(name) for name in ("web", "worker", "postgres")}
    installation.supervisor.kill()
    installation.supervisor.wait()

    installation.up()

    assert not alive(orphans["web"])
    assert not alive(orphans["worker"])
    assert installation.comes_back("web")


def test_the_supervisor_and_all_of_its_at_once(installation):
    installation.up()
    pids = [installation.pid(name) for name in ("web", "worker", "postgres")]
    for pid in (installation.supervisor.pid, *pids):
        os.kill(pid, signal.SIGKILL)
    installation.supervisor.wait()

    installation.up()

    assert installation.comes_back("postgres")


def test_stopping_ends_everything_also_what_nobody_watches(installation):
    installation.up()
    installation.supervisor.kill()
    installation.supervisor.wait()
    assert installation.left_over()

    installation.stop()

    assert wait_until(lambda: installation.left_over() == [], 10), installation.left_over()


def test_ctrl_c_ends_everything_cleanly(installation):
    installation.up(start_new_session=True)

    os.killpg(installation.supervisor.pid, signal.SIGINT)

    assert installation.supervisor.wait(60) == 0
    assert installation.left_over() == []
    assert "Traceback" not in (installation.home.parent / "up.log").read_text()


def test_a_port_that_is_taken_is_passed_over(installation):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", 8000))
            other.listen()
        except OSError:
            pass  # somebody else has it, which is what this test is about
        installation.up()

        assert installation.process("web")["port"] > 8000


def test_a_named_port_that_is_taken_is_refused(installation):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        done = subprocess.run(
            [*RUN, "up", "--port", str(port)],
            cwd=ROOT,
            env=installation.environment,
            capture_output=True,
            text=True,
        )

    assert done.returncode == 2
    assert f"端口 {port} 已被别的程序占用" in done.stderr


def test_two_starts_at_once_take_two_ports():
    with serving.claimed_port() as first, serving.claimed_port() as second:
        assert first != second
        with pytest.raises(Stop, match=f"端口 {first} 已被别的程序占用"), serving.claimed_port(first):
            pass

    with serving.claimed_port(first) as again:
        assert again == first


def test_a_port_lost_at_the_last_moment_is_said_in_one_sentence(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = serving.start("web", [sys.executable, "-c", ""], tmp_path, port)
        os.waitpid(process.pid, 0)

        with pytest.raises(Stop, match=f"端口 {port} 刚被别的程序占用"):
            serving.wait_for_page(process, tmp_path)


def test_a_second_start_replaces_the_first(installation):
    installation.up()
    first = installation.supervisor

    installation.up()

    assert first.wait(60) == 0
    assert installation.answers()
