"""What a measurement ran on: processor, memory, load, and the versions that matter."""

from __future__ import annotations

import os
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

QUIET = 0.15
"""The share of the cores that others may use while a measurement still counts as undisturbed."""
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


def busy_share(seconds: float = 1.0) -> float:
    """How much of all cores was in use during so many seconds, 0 to 1; 0 where the system does not say."""
    before = _ticks()
    time.sleep(seconds)
    idle, total = (after - earlier for after, earlier in zip(_ticks(), before, strict=True))
    return 1 - idle / total if total else 0.0


def wait_for_idle(limit: float = 600.0) -> None:
    """Return when others leave the cores alone for a second, or after `limit` seconds."""
    give_up = time.monotonic() + limit
    while busy_share() > QUIET and time.monotonic() < give_up:
        continue


def _ticks() -> tuple[int, int]:
    path = Path("/proc/stat")
    if not path.exists():
        return 0, 0
    fields = [int(text) for text in path.read_text().splitlines()[0].split()[1:9]]
    return fields[3] + fields[4], sum(fields)


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
