"""The second environment `.venv-bench`: made from the hash-pinned lock on first use, kept until the lock changes.

OpenFisca-Core lives there and only there: Anmin does not depend on it, and measures against it.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from bench.options import ROOT
from bench.report import console

LOCK = ROOT / "requirements-bench.lock"
HOME = ROOT / ".venv-bench"


def bench_python() -> Path:
    """The interpreter of the benchmark environment.

    Raises:
        SystemExit: when the packages cannot be installed, saying what to do.
    """
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    stamp, python = HOME / "lock.sha256", HOME / "bin" / "python"
    if stamp.exists() and stamp.read_text() == digest and python.exists():
        return python
    console.print("making .venv-bench (first run, needs the package index) …")
    shutil.rmtree(HOME, ignore_errors=True)
    venv.create(HOME, with_pip=_uv() is None, symlinks=True)
    try:
        subprocess.run(_install(python), check=True)
    except subprocess.CalledProcessError as trouble:
        raise SystemExit(
            "无法安装 OpenFisca 等对照软件：请检查网络和软件源设置，然后重新运行本命令（已装好的环境不受影响）。"
        ) from trouble
    stamp.write_text(digest)
    return python


def _uv() -> str | None:
    beside = Path(sys.executable).parent / "uv"
    return str(beside) if beside.exists() else shutil.which("uv")


def _install(python: Path) -> list[str]:
    uv = _uv()
    if uv is not None:
        return [uv, "pip", "install", "-q", "--require-hashes", "--python", str(python), "-r", str(LOCK)]
    return [str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(LOCK)]
