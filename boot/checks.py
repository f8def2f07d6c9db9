"""The static checks: each a command, all of them run, one line of verdict each."""

from __future__ import annotations

import subprocess
import time

from boot.environment import PYTHON, ROOT, VENV, python_environment
from boot.words import say

BIN = VENV / "bin"
CODE = ["src", "tests", "config", "boot", "bench", "run.py"]
CHECKS: dict[str, list[str]] = {
    "ruff": [str(BIN / "ruff"), "check", *CODE],
    "format": [str(BIN / "ruff"), "format", "--check", *CODE],
    "mypy": [str(BIN / "mypy")],
    "imports": [str(BIN / "lint-imports")],
    "shape": [str(PYTHON), "-m", "pytest", "-q", "tests/shape", "-p", "no:cacheprovider"],
    "migrations": [
        *(str(PYTHON), "-m", "django", "makemigrations", "--check", "--dry-run"),
        *("--settings", "config.settings"),
    ],
    "system": [str(PYTHON), "-m", "django", "check", "--settings", "config.settings"],
    "templates": [str(BIN / "djlint"), "src/anmin", "--lint", "--quiet"],
}


def run_all(settings: dict[str, str]) -> int:
    """Run every check; the exit code is 1 when any failed."""
    failed = []
    for name, command in CHECKS.items():
        started = time.monotonic()
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=python_environment(**settings),
            capture_output=True,
            text=True,
            errors="replace",
        )
        say(
            f"{name:10} {'通过' if done.returncode == 0 else '未通过'}（{time.monotonic() - started:.1f} 秒）"
        )
        if done.returncode != 0:
            failed.append(name)
            print((done.stdout + done.stderr).strip()[-6000:], flush=True)
    say("全部通过" if not failed else f"未通过：{'、'.join(failed)}")
    return 1 if failed else 0
