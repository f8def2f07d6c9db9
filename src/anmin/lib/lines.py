"""The lines of business that ship with the code (业务条线), and where the files lie in which they declare things."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

DOMAINS = "anmin.domains"


def lines_home() -> Path:
    """The folder with one folder for each line of business; nothing above the kernel is imported for it but its name."""
    return Path(str(import_module(DOMAINS).__file__)).parent


def files_of_lines(pattern: str) -> list[Path]:
    """What lines of business keep under a pattern such as `*/services/*.yaml`, in order."""
    return sorted(lines_home().glob(pattern))
