"""The packaged files: whole, licensed, small."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

from anmin.kernel.divisions.readers import read_manifest

DATA = Path(str(files("anmin.kernel.divisions"))) / "data"


def test_every_file_is_in_the_manifest_with_its_checksum_and_nothing_else_is_there() -> None:
    listed = read_manifest()["files"]
    there = {path.relative_to(DATA).as_posix() for path in DATA.rglob("*") if path.is_file()}

    assert there == set(listed) | {"manifest.json"}
    for name, entry in listed.items():
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == entry["sha256"], name


def test_every_source_has_name_version_licence_and_checksum() -> None:
    for source in read_manifest()["sources"]:
        assert {"name", "version", "licence", "registry", "origin", "file"} <= set(source)
        assert len(source["sha256"]) == 64
        assert "GPL" not in source["licence"]


def test_the_data_stays_small() -> None:
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < 4_000_000


def test_the_sources_are_described_for_readers() -> None:
    page = (Path(__file__).parents[3] / "docs/reference/data-sources.md").read_text("utf-8")

    for source in read_manifest()["sources"]:
        assert source["name"] in page and source["version"] in page and source["sha256"] in page
