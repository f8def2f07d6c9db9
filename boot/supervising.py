"""The supervisor: keeps database, web and worker running together, and ends them together."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from boot import rotating, serving
from boot.postgres import Cluster
from boot.processes import Process, began_at, remember, remembered
from boot.words import Stop, say

TICK = 0.25
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a service that died is started again; doubled each time it dies at once."""
STEADY = 60.0
"""Seconds after which a service counts as well again."""
PROBE_EVERY, PROBE_PATIENCE, PROBES = 20.0, 30.0, 3
"""A web process that lives but answers nothing, three times for thirty seconds, is started anew."""


class Service(Protocol):
    """Something that runs, can be seen to run, and can be started and ended."""

    name: str
    shown: str

    def start(self) -> None:
        """Start it unless it runs."""

    def is_alive(self) -> bool:
        """Whether it runs, cheaply."""

    def end(self) -> None:
        """End it with all it began."""


@dataclass
class Database:
    """Our own PostgreSQL."""

    cluster: Cluster
    name: str = "postgres"
    shown: str = "数据库"

    def start(self) -> None:
        """Start the server; leftovers of a crash are cleared away first."""
        self.cluster.start()

    def is_alive(self) -> bool:
        """Whether the postmaster runs."""
        return self.cluster.is_running()

    def end(self) -> None:
        """Stop the server; nothing is lost."""
        self.cluster.stop()


@dataclass
class Child:
    """The web process or the worker."""

    name: str
    command: list[str]
    home: Path
    environment: dict[str, str]
    port: int = 0
    process: Process | None = None
    silent: int = 0
    next_probe: float = field(default_factory=lambda: time.monotonic() + PROBE_EVERY)

    @property
    def shown(self) -> str:
        """Its name for people."""
        return serving.NAMES[self.name]

    def start(self) -> None:
        """Start it; orphans of the one before are ended first, for they hold the port."""
        self.end()
        self.process = serving.start(self.name, self.command, self.home, self.port, **self.environment)
        self.silent, self.next_probe = 0, time.monotonic() + PROBE_EVERY

    def is_alive(self) -> bool:
        """Whether it runs, and, now and then for the web process, whether it answers."""
        if self.process is None:
            return False
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.process.pid, os.WNOHANG)
        return self.process.is_alive() and not self._is_stuck()

    def end(self) -> None:
        """End it and what it began."""
        if self.process is not None:
            self.process.end()
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.process.pid, os.WNOHANG)
        (self.home / f"{self.name}.json").unlink(missing_ok=True)

    def _is_stuck(self) -> bool:
        if not self.port or time.monotonic() < self.next_probe:
            return False
        patience = PROBE_PATIENCE if self.silent else 2.0
        answered = serving.answers(self.port, "/livez", timeout=patience)
        self.silent = 0 if answered else self.silent + 1
        self.next_probe = time.monotonic() + (PROBE_EVERY if answered else 1.0)
        return self.silent > PROBES


@dataclass
class Watch:
    """What the supervisor knows about one service."""

    service: Service
    since: float = field(default_factory=time.time)
    restarts: int = 0
    pause: float = 0.0
    next_try: float = 0.0
    trouble: str = ""


class Supervisor:
    """Watches services in the order in which they must start; ends them in the opposite order."""

    def __init__(self, home: Path, services: list[Service]) -> None:
        self.home = home
        self.watches = [Watch(service) for service in services]
        self.is_ending = False

    def run(self, then: Callable[[], None]) -> int:
        """Start everything, call `then`, watch until told to end. Returns the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._asked_to_end)
        try:
            for watch in self.watches:
                if not self.is_ending and not watch.service.is_alive():
                    watch.service.start()
            self._write_state()
            if not self.is_ending:
                then()
            while not self.is_ending:
                self.look()
                time.sleep(TICK)
        finally:
            self.end()
        return 0

    def look(self) -> None:
        """One round: start what has died, once its pause is over; keep the logs short."""
        for watch in self.watches:
            if self.is_ending:
                return
            if watch.service.is_alive():
                if watch.pause and time.time() - watch.since > STEADY:
                    watch.pause = 0.0
                continue
            now = time.monotonic()
            if not watch.next_try:
                watch.pause = min(LONGEST_PAUSE, watch.pause * 2 or FIRST_PAUSE)
                watch.next_try = now + watch.pause
                say(f"{watch.service.shown}意外停止，{watch.pause:g} 秒后重新启动")
            elif now >= watch.next_try:
                self._restart(watch)
        for log in (*self.home.glob("*.log"), *self.home.glob("postgres/server.log")):
            rotating.rotate(log)

    def end(self) -> None:
        """End all services, last first."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        say("停止")
        for watch in reversed(self.watches):
            watch.service.end()
        (self.home / "supervisor-state.json").unlink(missing_ok=True)

    def _restart(self, watch: Watch) -> None:
        watch.next_try = 0.0
        watch.since = time.time()
        watch.restarts += 1
        try:
            watch.service.start()
        except (Stop, OSError) as trouble:
            watch.trouble = str(trouble)
            say(f"{watch.service.shown}没有启动：{str(trouble)[-300:]}")
        else:
            watch.trouble = ""
            say(f"{watch.service.shown}已重新启动")
        self._write_state()

    def _write_state(self) -> None:
        state = {
            watch.service.name: {"since": watch.since, "restarts": watch.restarts, "trouble": watch.trouble}
            for watch in self.watches
        }
        making = self.home / "supervisor-state.making"
        making.write_text(json.dumps(state, ensure_ascii=False), "utf-8")
        making.replace(self.home / "supervisor-state.json")

    def _asked_to_end(self, number: int, frame: object) -> None:
        self.is_ending = True


@contextlib.contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Let one supervisor at a time look after a home; an earlier one is ended first.

    Raises:
        Stop: when the earlier one does not let go.
    """
    end_supervisor(home)
    # A kernel lock: it goes with the process, whatever kills it.
    with (home / "supervisor.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as trouble:
            raise Stop(
                f"另一个终端正在启动或停止 {home} 的服务。请等它完成，或先运行：python3 run.py stop"
            ) from trouble
        remember(home / "supervisor.json", Process(os.getpid(), began_at(os.getpid())))
        try:
            yield
        finally:
            (home / "supervisor.json").unlink(missing_ok=True)


def end_supervisor(home: Path) -> bool:
    """Ask the supervisor of a home to end everything, and wait; true when there was one."""
    process = remembered(home / "supervisor.json")
    if process is None or not process.is_alive() or process.pid == os.getpid():
        return False
    say("请正在运行的服务停下")
    os.kill(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + 90.0
    while process.is_alive() and time.monotonic() < deadline:
        time.sleep(0.1)
    if process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    return True
