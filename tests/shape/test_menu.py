"""Every place of the menu has its sign: any of them may be among the five under somebody's thumb."""

import re
from pathlib import Path

import pytest

from anmin.console.templatetags.anmin_page import PLACES

SIGNS = Path(__file__).parents[2] / "src/anmin/console/static/console/icons.svg"


@pytest.mark.parametrize("place", [row[0] for row in PLACES])
def test_a_place_of_the_menu_has_a_sign(place):
    assert place in re.findall(r'<symbol id="(\w+)"', SIGNS.read_text("utf-8"))
