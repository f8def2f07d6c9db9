"""Which snapshots there are and what they cover."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from anmin.policy.errors import PolicyError
from anmin.policy.snapshots import Snapshot


def snapshots_home() -> Path:
    """Where snapshots are kept."""
    return Path(settings.ANMIN_HOME) / "snapshots"


def snapshot_named(name: str) -> Snapshot:
    """A snapshot by its name; raises `snapshot_missing`."""
    return Snapshot.open(snapshots_home() / name)


def snapshots() -> list[Snapshot]:
    """All complete snapshots, newest first."""
    folders = [
        path.parent
        for path in snapshots_home().glob("*/manifest.json")
        if not path.parent.name.endswith(".writing")
    ]
    folders.sort(key=lambda folder: (folder / "manifest.json").stat().st_mtime, reverse=True)
    return [Snapshot.open(folder) for folder in folders]


def latest_snapshot() -> Snapshot:
    """The newest snapshot; raises `snapshot_missing` when there is none."""
    found = snapshots()
    if not found:
        raise PolicyError(
            "snapshot_missing", what="还没有任何人口快照", todo="先运行 anmin import 或 anmin demo-data"
        )
    return found[0]


def covered_city(snapshot: Snapshot) -> str:
    """The smallest division that contains every household of a snapshot, by its code."""
    codes = sorted(str(code) for code, _ in snapshot.manifest["areas"])
    pairs = zip(codes[0], codes[-1], strict=False) if codes else ()
    shared = (
        codes[0][: next((at for at, (one, other) in enumerate(pairs) if one != other), 12)] if codes else ""
    )
    for digits in (6, 4, 2):
        if len(shared) >= digits:
            return shared[:digits].ljust(6, "0")
    return "000000"
