"""Scripts of several SQL statements, parted by a semicolon at the end of a line, as runs and their checks are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.backends.utils import CursorWrapper


def run_scripts(cursor: CursorWrapper, scripts: Iterable[str], values: Mapping[str, Any]) -> None:
    """Run scripts in their order, statement by statement, each with the same values."""
    for script in scripts:
        for statement in script.split(";\n"):
            if statement.strip():
                cursor.execute(statement, values)
