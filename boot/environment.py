"""The virtual environment `.venv`: made once, filled from a hash-pinned lock, rebuilt when it is half made."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from boot.words import Stop, clean_environment, say

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "anmin-lock"
LEAST = (3, 11)
WRAPPER = """#!/bin/sh
# Runs Anmin's command line from this clone.
here=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd -P)
PYTHONUTF8=1 PYTHONPATH="$here/src:$here" exec "$here/.venv/bin/python" -m anmin.cli "$@"
"""


def stamp_of(lock: Path) -> str:
    """What the environment was filled from: the lock and the interpreter."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    return f"{lock.name} {digest} {sys.version_info[0]}.{sys.version_info[1]}"


def filled_from(stamp: str, wanted: str) -> bool:
    """Whether an environment that was filled for `stamp` will do; the test lock contains the ordinary one."""
    return stamp == wanted


def ensure(lock_name: str) -> None:
    """Make the environment fit a lock file; does nothing when it already does.

    Raises:
        Stop: when Python is too old or packages cannot be had.
    """
    if sys.version_info < LEAST:
        raise Stop(
            f"需要 Python {LEAST[0]}.{LEAST[1]} 或更新，现在是 {sys.version.split()[0]}。请用 python3.11 run.py … 再试。"
        )
    lock = ROOT / lock_name
    wanted = [stamp_of(lock)]
    if lock_name == "requirements.lock":
        # The test environment contains everything the ordinary one does, at the same versions.
        wanted.append(f"{stamp_of(ROOT / 'requirements-test.lock')}")
    if STAMP.exists() and STAMP.read_text("utf-8") in wanted and _works():
        _write_wrapper()
        return
    if VENV.exists() and not _works():
        say("虚拟环境不完整，重新建立")
        shutil.rmtree(VENV, ignore_errors=True)
    if not VENV.exists():
        say("建立虚拟环境 .venv")
        _make()
    STAMP.unlink(missing_ok=True)
    say(f"安装依赖（{lock_name}）")
    _install(lock)
    STAMP.write_text(wanted[0], "utf-8")
    _write_wrapper()


def _works() -> bool:
    if not PYTHON.exists():
        return False
    done = subprocess.run([str(PYTHON), "-c", "import pip"], capture_output=True, env=clean_environment())
    return done.returncode == 0


def _make() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, env=clean_environment()
    )
    if done.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Stop(
            "建立虚拟环境失败。Debian 或 Ubuntu 请先运行：sudo apt-get install python3-venv\n"
            + (done.stdout + done.stderr).strip()
        )


def _install(lock: Path) -> None:
    uv = VENV / "bin" / "uv"
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "-q"]
    if not uv.exists():
        subprocess.run([*pip, "install", "uv"], env=clean_environment(), capture_output=True)
    if uv.exists():
        command = [
            str(uv),
            "pip",
            "install",
            "-q",
            "--python",
            str(PYTHON),
            "--require-hashes",
            "-r",
            str(lock),
        ]
        if subprocess.run(command, env={**clean_environment(), "UV_NO_PROGRESS": "1"}).returncode == 0:
            return
        say("uv 没有装成，改用 pip（慢一些）")
    if subprocess.run(
        [*pip, "install", "--require-hashes", "-r", str(lock)], env=clean_environment()
    ).returncode:
        raise Stop("依赖没有装成：请检查能否访问 Python 包仓库（pip config list），然后重新运行同一命令。")


def _write_wrapper() -> None:
    path = VENV / "bin" / "anmin"
    if not path.exists() or path.read_text("utf-8") != WRAPPER:
        path.write_text(WRAPPER, "utf-8")
        path.chmod(0o755)


def python_environment(**more: str) -> dict[str, str]:
    """The environment in which our own code runs."""
    return {**clean_environment(), "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]), **more}


def python(arguments: list[str], **more: str) -> int:
    """Run our Python in the clone; returns its exit code."""
    return subprocess.run([str(PYTHON), *arguments], cwd=ROOT, env=python_environment(**more)).returncode
