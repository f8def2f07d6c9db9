"""Nothing acknowledged is lost (零丢失): a base backup, the log received as it is written, and the way back from both.

With `run.py up --archive FOLDER` a commit is acknowledged only when its log is flushed in FOLDER too. FOLDER belongs on
another disk or machine: then the loss of this one costs no acknowledged act.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from boot.environment import VENV
from boot.postgres import SUPERUSER, Cluster, find_binaries
from boot.processes import MARK, Process, began_at, remember
from boot.words import Stop, say

NAME = "anmin_archive"
PATIENCE = 60.0
SECONDS_TO_RECOVER = 3600.0


@dataclass
class Archive:
    """The receiver of the log, as the supervisor looks after it. While it is away, commits wait for it."""

    cluster: Cluster
    folder: Path
    home: Path
    name: str = "archive"
    shown: str = "日志归档"
    process: Process | None = None

    @property
    def log(self) -> Path:
        """Where the received log lies."""
        return self.folder / "wal"

    def start(self) -> None:
        """Have a base backup, receive the log from then on, and from now on have commits wait for it.

        Raises:
            Stop: when the folder cannot be written, or nothing is received.
        """
        self.end()
        self.log.mkdir(parents=True, exist_ok=True)
        self._slot()
        if not bases(self.folder):
            base_backup(self.cluster, self.folder)
        command = [
            "pg_receivewal",
            *self._reach(),
            "-D",
            str(self.log),
            "--slot",
            NAME,
            "--synchronous",
            "--no-loop",
        ]
        with (self.home / "archive.log").open("ab") as log:
            child = subprocess.Popen(
                [str(self.cluster.binaries / command[0]), *command[1:]],
                env={**os.environ, "PGAPPNAME": NAME, MARK: str(self.home)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.process = Process(child.pid, began_at(child.pid), 0, str(self.home))
        remember(self.home / "archive.json", self.process)
        deadline = time.monotonic() + PATIENCE
        query = f"SELECT count(*) FROM pg_stat_replication WHERE application_name = '{NAME}' AND state = 'streaming'"
        while self.cluster.psql(query) != "1":
            if time.monotonic() > deadline or child.poll() is not None:
                tail = (self.home / "archive.log").read_text("utf-8", "replace")[-500:]
                raise Stop(f"日志归档没有开始：\n{tail}")
            time.sleep(0.1)
        self._wait_for_it(True)

    def is_alive(self) -> bool:
        """Whether the log is being received."""
        if self.process is None:
            return False
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.process.pid, os.WNOHANG)
        return self.process.is_alive()

    def end(self) -> None:
        """Stop receiving; commits wait for it no longer."""
        if self.cluster.is_running():
            self._wait_for_it(False)
        if self.process is not None:
            self.process.end()
            self.process = None
        (self.home / "archive.json").unlink(missing_ok=True)

    def _slot(self) -> None:
        self.cluster.psql(
            f"SELECT pg_create_physical_replication_slot('{NAME}', true) "
            f"WHERE NOT EXISTS (SELECT 1 FROM pg_replication_slots WHERE slot_name = '{NAME}')"
        )

    def _wait_for_it(self, wait: bool) -> None:
        value = f"SET synchronous_standby_names = '{NAME}'" if wait else "RESET synchronous_standby_names"
        self.cluster.psql(f"ALTER SYSTEM {value}")
        self.cluster.psql("SELECT pg_reload_conf()")

    def _reach(self) -> list[str]:
        return ["-h", str(self.cluster.sockets), "-U", SUPERUSER]


def bases(folder: Path) -> list[Path]:
    """The base backups in an archive, oldest first."""
    return sorted(path for path in folder.glob("base-*") if (path / "backup_manifest").exists())


def base_backup(cluster: Cluster, folder: Path) -> Path:
    """A copy of the running cluster, complete in itself, checked against its own list.

    Raises:
        Stop: with what pg_basebackup said.
    """
    say("做一份基础备份")
    target = folder / f"base-{time.strftime('%Y%m%d-%H%M%S')}"
    making = target.with_name(target.name + ".making")
    shutil.rmtree(making, ignore_errors=True)
    reach = ["-h", str(cluster.sockets), "-U", SUPERUSER]
    for command in (
        ["pg_basebackup", *reach, "-D", str(making), "-X", "stream", "-c", "fast"],
        ["pg_verifybackup", str(making)],
    ):
        done = subprocess.run(
            [str(cluster.binaries / command[0]), *command[1:]], capture_output=True, text=True
        )
        if done.returncode != 0:
            shutil.rmtree(making, ignore_errors=True)
            raise Stop(f"基础备份没有做成：{done.stderr.strip()[-800:]}")
    making.rename(target)
    return target


def recover(folder: Path, home: Path, until: str = "") -> None:
    """Put a cluster together again from the newest base backup and the log after it; the old one is kept aside.

    Raises:
        Stop: when the archive has no base backup, or PostgreSQL cannot follow the log. The archive is only read.
    """
    found = bases(folder)
    if not found:
        raise Stop(f"{folder} 里没有基础备份（base-…）。请检查目录是否写对。")
    data = home / "postgres"
    cluster = Cluster(find_binaries(VENV), data)
    cluster.stop()
    if data.exists():
        aside = data.with_name(f"postgres.before-{time.strftime('%Y%m%d-%H%M%S')}")
        data.rename(aside)
        say(f"原来的数据目录移到 {aside}")
    say(f"从 {found[-1].name} 恢复")
    home.mkdir(parents=True, exist_ok=True)
    making = data.with_name("postgres.recovering")
    shutil.rmtree(making, ignore_errors=True)
    shutil.copytree(found[-1], making)
    (making / "backup_manifest").unlink()
    log = making / "received"
    log.mkdir()
    for segment in sorted((folder / "wal").iterdir()):
        if segment.name != "archive_status":
            # The last segment is still being written when disaster strikes, and is the one that matters most.
            shutil.copyfile(segment, log / segment.name.removesuffix(".partial"))
    (making / "postgresql.auto.conf").write_text(_settings(until), "utf-8")
    (making / "recovery.signal").touch()
    making.chmod(0o700)
    cluster.adopt(making)
    making.rename(data)
    cluster.start()
    deadline = time.monotonic() + SECONDS_TO_RECOVER
    while cluster.psql("SELECT pg_is_in_recovery()") != "f":
        if time.monotonic() > deadline or not cluster.is_running():
            tail = (data / "server.log").read_text("utf-8", "replace")[-1500:]
            raise Stop(f"没有恢复成功，日志末尾：\n{tail}")
        time.sleep(0.2)
    cluster.psql("ALTER SYSTEM RESET ALL")
    shutil.rmtree(data / "received", ignore_errors=True)
    used = folder.with_name(f"{folder.name}.used-{time.strftime('%Y%m%d-%H%M%S')}")
    say(f"恢复完成。下次 run.py up --archive 请用一个新的目录；这一份请改名保存，例如 {used.name}")


def _settings(until: str) -> str:
    lines = ["restore_command = 'cp received/%f %p'", "recovery_target_timeline = 'latest'"]
    if until:
        quoted = until.replace("'", "''")
        lines += [f"recovery_target_time = '{quoted}'", "recovery_target_action = 'promote'"]
    return "\n".join(lines) + "\n"
