"""Residents of the running demonstration, coming in and going through the pages as people do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.journeys.conftest import Town, Watched

SMALL = {"width": 360, "height": 640}


def somebody(town: Town, words: str) -> dict[str, str]:
    """A resident of the demonstration by what there is to see."""
    rows = json.loads((Path(town.surroundings["ANMIN_HOME"]) / "demo-residents.json").read_text("utf-8"))
    return next(row for row in rows if words in row["words"])


def come_in(watched: Watched, who: dict[str, str], then: str = "/residents/") -> Page:
    """Through the residents' own door; the demonstration shows the code on the page."""
    page = watched.open("/residents/enter/?next=" + then)
    page.get_by_label("身份证号码").fill(who["number"])
    page.get_by_label("姓名").fill(who["name"])
    page.get_by_role("button", name="继续").click()
    shown = page.get_by_text("演示模式").inner_text()
    page.get_by_label("验证码", exact=True).fill(re.search(r"登录码 (\d{6})", shown).group(1))
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.wait_for_url(watched.address + then)
    return page


def without_answers_of_422(watched: Watched) -> None:
    """A form sent back with its errors is written into the browser's console as a failed request; that is no complaint."""
    watched.complaints[:] = [one for one in watched.complaints if "status of 422" not in one]


def small_targets(page: Page, least: int) -> list[Any]:
    """Links and buttons that are smaller than a finger."""
    return page.evaluate(
        """least => [...document.querySelectorAll('a, button, summary, input, select, textarea')]
        .filter(one => one.offsetParent !== null && one.type !== 'hidden' && !one.closest('.skip')
            && !one.classList.contains('skip') && !(one.type === 'radio' || one.type === 'checkbox'))
        .map(one => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
        .filter(([html, box]) => box.width < least - 0.5 || box.height < least - 0.5)
        .map(([html, box]) => [html, Math.round(box.width), Math.round(box.height)])""",
        least,
    )
