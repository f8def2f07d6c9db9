"""A demonstration city behind a real web process on its own database, and a real Chromium in front of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    expect,
    sync_playwright,
)
from psycopg import sql

from boot import environment, serving

PHONE = {"width": 390, "height": 844}
OFFICE = {"width": 1366, "height": 768}
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))),
    "/usr/bin/chromium",
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
DATABASE = "anmin_journeys"
CITY, CLERK, COUNTY_CLERK, PASSWORD = "371000", "shi", "xian1", "anmin"
"""The demonstration log-ins: the city's clerk sees Weihai, the county's only its first county."""


LEAVE = f"""
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from anmin.kernel.access.models import User
from anmin.kernel.access.taking.actions import approve_permit, ask_permit
clerk, other = User.objects.get(username="{CLERK}"), User.objects.exclude(username="{CLERK}").first()
for day in (timezone.localdate(), timezone.localdate() + timedelta(days=1)):
    asked = ask_permit(by=clerk, day=day, klass="list", limit=100_000, purpose="逐个数字核对名单")
    approve_permit(by=other, permit=asked)
"""
"""Somebody else lets the clerk open the list behind every figure: more persons than one may see in a day (E33)."""


@dataclass(frozen=True)
class Town:
    """The running demonstration: where its pages are, and the environment in which its commands run."""

    address: str
    surroundings: dict[str, str]

    def command(self, *words: str) -> str:
        """What `anmin …` prints on the same data."""
        return self.python("-m", "anmin.cli", *words)

    def python(self, *words: str) -> str:
        """What our Python prints on the same data."""
        return _run({**self.surroundings, "DJANGO_SETTINGS_MODULE": "config.settings"}, *words)


@dataclass
class Watched:
    """A page whose every complaint and every request to another host is written down."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to a path of the console and wait until it is loaded."""
        self.page.goto(self.address + path, wait_until="load")
        return self.page

    def log_in(self, name: str = CLERK) -> Page:
        """Through the front door."""
        self.open("/login/")
        self.page.get_by_label("用户名").fill(name)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="登录").click()
        self.page.wait_for_url(self.address + "/", wait_until="load")
        return self.page


@contextmanager
def served(home: Path, surroundings: dict[str, str]) -> Iterator[int]:
    """A real web process; gives its port."""
    # Apart from the servers that other tests, clones or the demonstration start at the same moment.
    port = serving.free_port(8100 + os.getpid() % 500)
    process = serving.start("web", serving.web_command(port, workers=1), home, port, **surroundings)
    serving.wait_for_page(process, home)
    try:
        yield port
    finally:
        process.end()


@pytest.fixture(scope="package")
def town(kernel_cache: Path) -> Iterator[Town]:
    home = Path(settings.ANMIN_HOME) / "journeys"
    # A bank's folder remembers what was laid out: an earlier run's mark of the same number would keep a file back.
    for folder in ("snapshots", "results", "bankexchange", "standards"):
        shutil.rmtree(home / folder, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "kernels").exists():
        (home / "kernels").symlink_to(kernel_cache, target_is_directory=True)
    server = settings.DATABASES["default"]
    with _database(server) as url:
        surroundings = {
            "DATABASE_URL": url,
            "ANMIN_HOME": str(home),
            "ANMIN_DEMO": "1",
            "ANMIN_STATIC_MANIFEST": "1",
        }
        _run(surroundings, "-m", "django", "migrate", "-v0", "--settings", "config.settings")
        _run(
            surroundings, "-m", "django", "collectstatic", "--noinput", "-v0", "--settings", "config.settings"
        )
        _run(surroundings, "-m", "anmin.cli", "demo-data", "--city", CITY)
        _run(surroundings | {"DJANGO_SETTINGS_MODULE": "config.settings"}, "-c", LEAVE)
        with served(home, surroundings) as port:
            yield Town(f"http://127.0.0.1:{port}", surroundings)


@pytest.fixture(scope="package")
def counter(town: Town) -> dict:
    """The families of `countertown` beside the demonstration's."""
    return json.loads(town.python("-m", "tests.journeys.countertown").splitlines()[-1])


@pytest.fixture(scope="package", autouse=True)
def clicks_end_with_the_page_that_they_open() -> Iterator[None]:
    """Playwright's click ends when a new document begins to come; on a busy machine its title and words come later."""
    click = Locator.click

    def click_and_wait(self: Locator, **more: Any) -> None:
        click(self, **more)
        if not self.page.is_closed():
            self.page.wait_for_load_state("load")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Locator, "click", click_and_wait)
        yield


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for the journeys; its event loop must not outlive them, or Django refuses later tests."""
    expect.set_options(
        timeout=30_000
    )  # as long as every other wait of Playwright's; the default of five is a bet on speed
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def visit(town: Town, browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Open a fresh browser context; at the end of the test nobody may have complained."""
    opened: list[tuple[BrowserContext, Watched]] = []

    def start(size: dict[str, int] = OFFICE, **options: object) -> Watched:
        context = browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", **options)
        watched = Watched(context.new_page(), town.address)
        watched.page.on("console", lambda told: _is_fault(told) and watched.complaints.append(told.text))
        watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        watched.page.on("request", lambda asked: _stays(asked.url, watched))
        opened.append((context, watched))
        return watched

    yield start
    complaints = [text for _, watched in opened for text in watched.complaints]
    for context, _ in opened:
        context.close()
    assert complaints == []


@pytest.fixture
def desk(visit: Callable[..., Watched]) -> Watched:
    """The city's clerk at an office screen."""
    watched = visit()
    watched.log_in()
    return watched


def _is_fault(told: ConsoleMessage) -> bool:
    """A request that a newer one replaces, or that its page leaves behind, is dropped on purpose; htmx logs that too."""
    return told.type == "error" and not told.text.startswith(("htmx:afterRequest,", "htmx:sendAbort,"))


def _stays(url: str, watched: Watched) -> None:
    if not url.startswith((watched.address, "data:image/svg+xml")):
        watched.complaints.append(f"asked another host: {url}")


def _run(surroundings: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [str(environment.PYTHON), *words],
        cwd=environment.ROOT,
        env=environment.python_environment(**surroundings),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class _database:
    """A database of its own beside the tests', so that the web process sees committed rows; dropped at the end."""

    def __init__(self, server: dict[str, str], name: str = DATABASE) -> None:
        self.name = name
        self.given = {
            "host": server["HOST"] or None,
            "port": server["PORT"] or None,
            "user": server["USER"] or None,
            "password": server["PASSWORD"] or None,
        }

    def __enter__(self) -> str:
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self._execute("CREATE DATABASE {}")
        user = quote(self.given["user"] or "", safe="")
        secret = f":{quote(self.given['password'], safe='')}" if self.given["password"] else ""
        port = f"&port={self.given['port']}" if self.given["port"] else ""
        return f"postgresql://{user}{secret}@/{self.name}?host={quote(self.given['host'] or '')}{port}"

    def __exit__(self, *trouble: object) -> None:
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        given = {key: value for key, value in self.given.items() if value}
        with psycopg.connect(dbname="postgres", autocommit=True, **given) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(self.name)))
