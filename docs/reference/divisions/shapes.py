"""Outlines of provinces, prefectures and counties, simplified so that neighbours keep one common line."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

COARSE, FINE = 1_000, 10_000
"""Steps in a degree that points are rounded to: about 100 m, about 10 m."""
TOLERANCE = {"province": 0.01, "city": 0.005, "district": 0.005}
"""Degrees. The pilot cities' counties are not simplified."""
RENUMBERED = {"540422": "540481", "540530": "540581", "460321": "460302", "460322": "460303"}
"""Codes of the map's year → today's codes, where one division became exactly one other."""
LINES = "lines"
"""Key of the boundary lines (境界线) that belong to a map of the whole country."""


def write(province: str, city: str, district: str, target: Path, pilots: list[str]) -> dict[str, int]:
    """Write provinces.json.gz, prefectures.json.gz and counties/<province>.json.gz; returns points for each file."""
    written = {}
    for name, text, level in (("provinces", province, "province"), ("prefectures", city, "city")):
        found = _simplified(text, TOLERANCE[level], COARSE, frozenset())
        if level == "city":
            found.pop(LINES, None)
        written[f"shapes/{name}.json.gz"] = _save(target / f"shapes/{name}.json.gz", found)
    counties: dict[str, dict[str, Any]] = defaultdict(dict)
    found = _simplified(district, TOLERANCE["district"], COARSE, frozenset(pilots))
    found.pop(LINES, None)
    for code, body in found.items():
        counties[code[:2]][code] = body
    for number, bodies in counties.items():
        name = f"shapes/counties/{number}.json.gz"
        written[name] = _save(target / name, bodies)
    return written


def _simplified(text: str, tolerance: float, steps: int, pilots: frozenset[str]) -> dict[str, Any]:
    features = json.loads(text)["features"]
    areas = [f for f in features if "Polygon" in f["geometry"]["type"]]
    whole = np.array([shapely.make_valid(shape(f["geometry"])) for f in areas])
    simple = shapely.coverage_simplify(whole, tolerance)
    found: dict[str, Any] = {}
    for feature, full, less in zip(areas, whole, simple, strict=True):
        code = feature["properties"]["gb"][3:9]
        code = RENUMBERED.get(code, code)
        fine = code[:4] in pilots
        body = found.setdefault(
            code, {"name": feature["properties"]["name"], "steps": FINE if fine else steps, "parts": []}
        )
        for part in shapely.get_parts(full if fine else less):
            if part.geom_type != "Polygon":
                continue
            body["parts"].append(
                [_ring(ring.coords, body["steps"]) for ring in (part.exterior, *part.interiors)]
            )
    lines = [
        shapely.simplify(shape(f["geometry"]), tolerance) for f in features if "Line" in f["geometry"]["type"]
    ]
    if lines:
        pieces = [
            _ring(piece.coords, steps, closed=False) for line in lines for piece in shapely.get_parts(line)
        ]
        found[LINES] = {"name": "境界线", "steps": steps, "parts": [pieces]}
    return found


def _ring(coordinates: Any, steps: int, *, closed: bool = True) -> list[int]:
    """First point, then differences, as whole steps: longitude, latitude, Δlongitude, Δlatitude, …"""
    points = np.round(np.array(coordinates)[:, :2] * steps).astype(int)
    moves = np.diff(points, axis=0)
    moves = moves[np.any(moves != 0, axis=1)]
    if len(moves) < (3 if closed else 1):
        # An islet smaller than a step stays on the map as the smallest triangle: none may be lost from a territory.
        return [int(n) for n in (*points[0], 1, 0, 0, 1)] if closed else []
    return [int(n) for n in (*points[0], *moves[: -1 if closed else None].ravel())]


def _save(path: Path, bodies: dict[str, Any]) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = {code: bodies[code] for code in sorted(bodies)}
    text = json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    return sum(len(ring) // 2 for body in bodies.values() for part in body["parts"] for ring in part)
