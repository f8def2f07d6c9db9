"""The table of worked examples names tests that exist and hold them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
TABLE = ROOT / "docs/reference/examples.md"


def test_every_example_of_the_table_stands_in_the_test_that_it_names():
    rows = [
        line.strip("|").split("|")
        for line in TABLE.read_text("utf-8").splitlines()
        if line.startswith("| X-")
    ]

    assert len(rows) >= 14
    for names, _says, where in rows:
        text = (ROOT / where.strip(" `")).read_text("utf-8")
        for number in re.findall(r"X-\d+", names):
            assert re.search(rf"{number}(?!\d)", text), (number, where)
