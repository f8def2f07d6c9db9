"""Processes that we started: known again after a crash, ended with all they began, never mistaken for others."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

PROC = Path("/proc")
MARK = "ANMIN_SUPERVISED"
"""A variable in the environment of what we start; its value is the installation's home."""


@dataclass(frozen=True)
class Process:
    """A process that we started: its id and the moment it began, so that a reused id is not taken for it.

    It leads a group of its own (`start_new_session`), so the id is the group's as well.
    """

    pid: int
    began: str
    port: int = 0
    home: str = ""

    def is_alive(self) -> bool:
        """Whether that very process still runs."""
        return began_at(self.pid) == self.began != ""

    def end(self, patience: float = 10.0) -> None:
        """Ask it to end and insist after `patience` seconds; what it had begun and left behind is ended too."""
        members = self.group()
        if self.is_alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)
            deadline = time.monotonic() + patience
            while self.is_alive() and time.monotonic() < deadline:
                time.sleep(0.05)
        kill([*members, *self.group()], patience=3.0)

    def group(self) -> list[Process]:
        """Living members of its group, itself included; also when it is dead and they are orphans."""
        if not PROC.joinpath("self/stat").exists():
            return [self] if self.is_alive() else []
        mark = os.fsencode(f"{MARK}={self.home}")
        return [
            Process(pid, fields[19])
            for pid, fields in running()
            if fields[2] == str(self.pid) and mark in _environment_of(pid)
        ]


def running() -> Iterator[tuple[int, list[str]]]:
    """Every process of this machine that is not a corpse, with the fields of its `stat` after the name."""
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))) and fields[0] != "Z":
            yield int(entry.name), fields


def working_in(folder: Path, among: list[int] | None = None) -> list[Process]:
    """Processes whose current folder is this one: a PostgreSQL server and its children sit in their data."""
    there = str(folder.resolve())
    candidates = ((pid, _stat(pid)) for pid in among) if among is not None else running()
    found = []
    for pid, fields in candidates:
        with contextlib.suppress(OSError):
            if fields and fields[0] != "Z" and str((PROC / str(pid) / "cwd").readlink()) == there:
                found.append(Process(pid, fields[19]))
    return found


def kill(processes: list[Process], patience: float) -> None:
    """End processes at once, and wait until they are gone."""
    for process in processes:
        if process.is_alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
    deadline = time.monotonic() + patience
    while any(process.is_alive() for process in processes) and time.monotonic() < deadline:
        time.sleep(0.05)


def began_at(pid: int) -> str:
    """When a process began, as text to compare; empty when there is no such process (or only its corpse)."""
    if PROC.joinpath("self/stat").exists():
        fields = _stat(pid)
        return "" if not fields or fields[0] == "Z" else fields[19]
    done = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True)
    return done.stdout.strip()


def remember(path: Path, process: Process) -> None:
    """Write down what was started; the file is never seen half written."""
    making = path.with_suffix(".making")
    making.write_text(json.dumps(asdict(process)), "utf-8")
    making.replace(path)


def remembered(path: Path) -> Process | None:
    """What was started before; it, or part of its group, may still run."""
    try:
        return Process(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _stat(pid: int) -> list[str]:
    try:
        return (PROC / str(pid) / "stat").read_text("utf-8", "replace").rsplit(")", 1)[-1].split()
    except OSError:
        return []


def _environment_of(pid: int) -> list[bytes]:
    try:
        return (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return []
