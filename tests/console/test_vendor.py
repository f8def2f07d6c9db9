"""What we did not write ourselves is named, licensed, unchanged, and asks nothing of other hosts."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = [
    ROOT / "src/anmin/console/static/vendor",
    ROOT / "tests/journeys/vendor",
    ROOT / "tests/kernel/people/matching/vendor",
]
OWN = sorted((ROOT / "src/anmin/console/static/console").iterdir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parts[-2])
def test_every_vendored_file_is_in_the_lock_and_has_its_hash(folder):
    assets = json.loads((folder / "vendor.lock.json").read_text("utf-8"))["assets"]

    locked = {file["path"]: file["sha256"] for asset in assets for file in asset["files"]}
    present = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "vendor.lock.json"
    }
    assert present == locked
    assert all(
        asset["name"] and asset["version"] and asset["licence"] and asset["origin"] for asset in assets
    )


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_our_own_sheets_and_scripts_fetch_nothing_and_stay_within_the_oldest_browser(path):
    text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")

    assert "//" not in re.sub(r"^\s*//.*$|/\*.*?\*/", "", text, flags=re.MULTILINE | re.DOTALL)
    assert not re.search(r":has\(|oklch|color-mix|@layer|@container|sourceMappingURL|@import", text)


def test_no_vendored_sheet_points_to_a_source_map():
    for folder in FOLDERS[:1]:
        assert not any("sourceMappingURL" in path.read_text("utf-8") for path in folder.rglob("*.css"))


def test_no_colour_is_named_outside_the_tokens():
    for path in OWN:
        if path.suffix == ".css" and path.name not in ("tokens.css", "print.css"):
            colours = set(re.findall(r"#[0-9a-fA-F]{3,6}\b", path.read_text("utf-8")))
            assert colours <= {"#fff"}, path.name


def test_text_colours_keep_their_contrast():
    tokens = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", OWN_TOKENS.read_text("utf-8")))
    pairs = [
        ("ink", "ground"),
        ("ink-2", "ground"),
        ("ink-3", "ground"),
        ("brand", "paper"),
        ("brand-dark", "brand-tint"),
        ("red", "red-tint"),
        ("green", "green-tint"),
        ("amber", "amber-tint"),
    ]

    for text, ground in pairs:
        assert contrast(tokens[text], tokens[ground]) >= 4.5, (text, ground)
    assert contrast(tokens["field"], tokens["paper"]) >= 3


OWN_TOKENS = ROOT / "src/anmin/console/static/console/tokens.css"


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
