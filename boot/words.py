"""What is said while things are being set up."""

from __future__ import annotations

import os
import sys
import time


class Stop(Exception):
    """Setting up cannot go on; the text says what happened and what to do."""


_started = time.monotonic()


def say(text: str) -> None:
    """One line with the seconds since the start."""
    line = f"[{time.monotonic() - _started:5.1f}s] {text}\n"
    stream = sys.stdout
    try:
        stream.write(line)
    except UnicodeEncodeError:
        stream.write(line.encode("ascii", "backslashreplace").decode("ascii"))
    stream.flush()


def clean_environment() -> dict[str, str]:
    """The environment for our child processes: UTF-8 whatever the locale, no other Python's settings.

    Each of them loads a few hundred modules: where Python is told not to keep them compiled, every command, worker and
    web process takes twice the processor time to start.
    """
    unwanted = {
        "UV_PYTHON",
        "PYTHONHOME",
        "PYTHONPATH",
        "VIRTUAL_ENV",
        "PYTHONSTARTUP",
        "PYTHONDONTWRITEBYTECODE",
    }
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**kept, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
