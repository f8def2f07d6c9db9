"""The web process: a free port, a pid that is surely ours, a start that waits for the first page."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

from boot.environment import PYTHON, ROOT, python_environment
from boot.words import Stop, say

FIRST_PORT, PORTS = 8000, 50
PATIENCE = 60.0


@dataclass(frozen=True)
class Process:
    """A process that we started: its id and the moment it began, so that a reused id is not taken for it."""

    pid: int
    began: str
    port: int

    def is_alive(self) -> bool:
        """Whether that very process still runs."""
        return began_at(self.pid) == self.began != ""

    def end(self) -> None:
        """Ask it to end, and insist after ten seconds."""
        for number, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 3.0)):
            if not self.is_alive():
                return
            os.kill(self.pid, number)
            deadline = time.monotonic() + patience
            while self.is_alive() and time.monotonic() < deadline:
                time.sleep(0.05)


def began_at(pid: int) -> str:
    """When a process began, as text to compare; empty when there is no such process (or only its corpse)."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        fields = stat.read_text("utf-8", "replace").rsplit(")", 1)[-1].split()
        return "" if fields[0] == "Z" else fields[19]
    if Path("/proc/self/stat").exists():
        return ""
    done = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True)
    return done.stdout.strip()


def remember(path: Path, process: Process) -> None:
    """Write down what was started."""
    path.write_text(json.dumps(asdict(process)), "utf-8")


def remembered(path: Path) -> Process | None:
    """What was started before and still runs."""
    try:
        process = Process(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return process if process.is_alive() else None


def free_port(first: int = FIRST_PORT) -> int:
    """The first free port of the loopback interface from 8000 on."""
    for port in range(first, first + PORTS):
        with socket.socket() as probe:
            # A port whose last connections are only fading out is free; one with a listener is not.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Stop(f"{first} 到 {first + PORTS - 1} 的端口都被占用，请关掉一些程序再试。")


def serve(home: Path, *, workers: int = 2, **environment: str) -> tuple[subprocess.Popen[bytes], Process]:
    """Start the web server and wait until it answers.

    Raises:
        Stop: with the end of its log, when it does not.
    """
    log_path = home / "web.log"
    port = free_port()
    command = [
        str(PYTHON),
        *("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *(
            "--workers",
            str(workers),
            "--blocking-threads",
            "4",
            "--backpressure",
            "64",
            "--log-level",
            "warning",
        ),
        "config.wsgi:application",
    ]
    with log_path.open("ab") as log:
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env=python_environment(**environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    process = Process(child.pid, began_at(child.pid), port)
    remember(home / "web.json", process)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if child.poll() is not None:
            break
        if _answers(port):
            return child, process
        time.sleep(0.1)
    process.end()
    raise Stop(f"网页服务没有启动，日志末尾：\n{log_path.read_text('utf-8', 'replace')[-1500:]}")


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def end_remembered(home: Path) -> bool:
    """End a web process of an earlier start; true when there was one."""
    process = remembered(home / "web.json")
    if process is not None:
        say("停止网页服务")
        process.end()
    (home / "web.json").unlink(missing_ok=True)
    return process is not None
