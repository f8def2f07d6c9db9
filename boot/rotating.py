"""Logs that do not fill the disk: copied aside and emptied when they are long, a few generations kept."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

LONGEST = 10 * 1024 * 1024
GENERATIONS = 5


def rotate(path: Path, longest: int = LONGEST, generations: int = GENERATIONS) -> bool:
    """Copy a log aside once it is longer than `longest` bytes, and empty it; true when that was done.

    The writers keep the file open for appending, also beyond our own death; so it is emptied, not renamed.
    """
    try:
        if path.stat().st_size < longest:
            return False
    except OSError:
        return False
    for number in range(generations - 1, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        if older.exists():
            older.replace(path.with_name(f"{path.name}.{number + 1}"))
    copy = path.with_name(f"{path.name}.1")
    shutil.copyfile(path, copy)
    copy.chmod(path.stat().st_mode & 0o777)
    os.truncate(path, 0)
    return True
