"""The web process and the worker: their commands, a free port, a start that waits for the first page."""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from boot.environment import PYTHON, ROOT, python_environment
from boot.processes import MARK, Process, began_at, remember, remembered
from boot.words import Stop, say

FIRST_PORT, PORTS = 8000, 50
PATIENCE = 60.0
NAMES = {"worker": "后台任务", "web": "网页服务", "archive": "日志归档"}
"""In the order in which they are ended: nobody hands out work once the pages are gone."""


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of the loopback interface."""
    with socket.socket() as probe:
        # A port whose last connections are only fading out is free; one with a listener is not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(first: int = FIRST_PORT) -> int:
    """The first free port of the loopback interface from 8000 on."""
    with claimed_port(first=first) as port:
        return port


@contextlib.contextmanager
def claimed_port(wanted: int = 0, first: int = FIRST_PORT) -> Iterator[int]:
    """A free port that no other start of ours takes meanwhile: the one wanted, or the first free one.

    Between the look and the web process that listens lie seconds, in which a second start would find the same port
    free. The datagram port of the same number, which nobody else wants, is the claim; it goes with the process.

    Raises:
        Stop: when the wanted port, or every one, is taken.
    """
    for port in [wanted] if wanted else range(first, first + PORTS):
        with socket.socket(type=socket.SOCK_DGRAM) as claim:
            with contextlib.suppress(OSError):
                claim.bind(("127.0.0.1", port))
            if claim.getsockname()[1] == port and is_free(port):
                yield port
                return
    if wanted:
        raise Stop(f"端口 {wanted} 已被别的程序占用。请换一个，或去掉 --port 由我们找一个空闲的。")
    raise Stop(f"{first} 到 {first + PORTS - 1} 的端口都被占用，请关掉一些程序再试。")


def web_command(port: int, *, workers: int = 2, threads: int = 4) -> list[str]:
    """Granian over WSGI, as measured best on two cores; a worker of its that dies is replaced.

    Its back pressure counts open connections, also those on which a browser only waits, and not requests.
    """
    return [
        *(str(PYTHON), "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", str(threads)),
        *("--backlog", "2048", "--backpressure", "2048"),
        *("--respawn-failed-workers", "--respawn-interval", "1", "--workers-kill-timeout", "10"),
        *("--log-level", "warning", "config.wsgi:application"),
    ]


def worker_command() -> list[str]:
    """The worker that carries out background jobs."""
    return [str(PYTHON), "-m", "anmin.cli", "worker"]


def start(name: str, command: list[str], home: Path, port: int = 0, **environment: str) -> Process:
    """Start a process in a group of its own, its output in `<name>.log`, and write down that we did."""
    with (home / f"{name}.log").open("ab") as log:
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env=python_environment(**environment, **{MARK: str(home)}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    process = Process(child.pid, began_at(child.pid), port, str(home))
    remember(home / f"{name}.json", process)
    return process


def wait_for_page(process: Process, home: Path) -> None:
    """Wait until the web process answers.

    Raises:
        Stop: with the end of its log, when it does not.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.is_alive():
        if answers(process.port, "/login/"):
            return
        time.sleep(0.1)
    if not process.is_alive() and not is_free(process.port):
        raise Stop(
            f"端口 {process.port} 刚被别的程序占用，网页服务没有启动。请再试一次，或用 --port 换一个。"
        )
    process.end()
    log = (home / "web.log").read_text("utf-8", "replace")[-1500:]
    raise Stop(f"网页服务没有启动，日志末尾：\n{log}")


def answers(port: int, path: str, timeout: float = 5.0) -> bool:
    """Whether the web process answers at all, be it with a refusal or with the way to the address behind TLS."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def end_remembered(home: Path) -> bool:
    """End what an earlier start began and nobody watches any more; true when there was something."""
    was_there = False
    for name, shown in NAMES.items():
        process = remembered(home / f"{name}.json")
        if process is not None and process.group():
            say(f"停止{shown}")
            process.end()
            was_there = True
        (home / f"{name}.json").unlink(missing_ok=True)
    return was_there
