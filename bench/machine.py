"""What a measurement ran on: processor, memory, load, and the versions that matter."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("numba", "numpy", "pyarrow", "duckdb", "pyspark")


def machine() -> str:
    """Processor, cores usable, memory."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{_processor()}, {cores} cores, {_memory()}, {platform.system()} {platform.machine()}"


def load() -> str:
    """Load averages over one, five and fifteen minutes."""
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


def versions(extra: dict[str, str] | None = None) -> str:
    """Python and packages, with those of another environment where given."""
    rows = [f"Python {platform.python_version()}"]
    for name in PACKAGES:
        try:
            rows.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join([*rows, *(f"{name} {number}" for name, number in (extra or {}).items())])


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown processor"


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    except (ValueError, OSError):
        return "unknown memory"
