"""People at their desks: threads that log in through the real page, think, ask for a page and wait for it."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import requests

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
PATIENCE = 30.0
"""Seconds after which a page that has not come counts as an error."""


@dataclass(frozen=True)
class Page:
    """A page to ask for: what kind it is, its address, and a text that must stand on it.

    With a `form` it is sent instead, with the token of the page that the user saw last; a redirect is the right answer.
    """

    kind: str
    address: str
    marker: str = ""
    form: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Seat:
    """A user of a role, and how the next page is drawn."""

    role: str
    username: str
    password: str
    next_page: Callable[[random.Random], Page]


@dataclass(frozen=True)
class Answer:
    """How one request went. `trouble` is empty when the page was the right one."""

    role: str
    kind: str
    seconds: float
    trouble: str


@dataclass
class Drive:
    """So many users for so long; answers of the first `warm` seconds are not kept."""

    base: str
    seats: Sequence[Seat]
    seconds: float
    warm: float
    think: tuple[float, float]
    seed: int = 1
    answers: list[Answer] = field(default_factory=list)
    not_seated: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Seat everybody, then let them work at the same time."""
        sessions = [self._seated(seat) for seat in self.seats]
        began = time.monotonic()
        threads = [
            threading.Thread(target=self._work, args=(number, seat, session, began), daemon=True)
            for number, (seat, session) in enumerate(zip(self.seats, sessions, strict=True))
            if session is not None
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _seated(self, seat: Seat) -> requests.Session | None:
        """Log in as people do: the form, the password, the page after it."""
        session = requests.Session()
        session.trust_env = False
        session.params_token = ""  # type: ignore[attr-defined]
        form = session.get(f"{self.base}/login/", timeout=PATIENCE)
        found = TOKEN.search(form.text)
        answer = session.post(
            f"{self.base}/login/",
            {
                "csrfmiddlewaretoken": found.group(1) if found else "",
                "username": seat.username,
                "password": seat.password,
            },
            headers={"Referer": f"{self.base}/login/"},
            timeout=PATIENCE,
            allow_redirects=False,
        )
        if answer.status_code != 302 or "sessionid" not in session.cookies:
            self.not_seated.append(f"{seat.username}: {answer.status_code}")
            return None
        return session

    def _work(self, number: int, seat: Seat, session: requests.Session, began: float) -> None:
        dice = random.Random(self.seed * 1_000 + number)
        time.sleep(dice.uniform(0, self.think[1]))
        while (now := time.monotonic()) - began < self.warm + self.seconds:
            page = seat.next_page(dice)
            answer = self._asked(seat, session, page)
            if now - began >= self.warm:
                self.answers.append(answer)
            time.sleep(dice.uniform(*self.think))

    def _asked(self, seat: Seat, session: requests.Session, page: Page) -> Answer:
        started = time.perf_counter()
        trouble = ""
        try:
            address = f"{self.base}{page.address}"
            if page.form is not None:
                given = {**page.form, "csrfmiddlewaretoken": session.params_token}  # type: ignore[attr-defined]
                got = session.post(
                    address, given, headers={"Referer": address}, timeout=PATIENCE, allow_redirects=False
                )
            else:
                got = session.get(address, timeout=PATIENCE, allow_redirects=False)
                if found := TOKEN.search(got.text):
                    session.params_token = found.group(1)  # type: ignore[attr-defined]
            if got.status_code != (200 if page.form is None else 302):
                trouble = f"{page.kind}: status {got.status_code}"
            elif page.marker and page.marker not in got.text:
                trouble = f"{page.kind}: not the page that was asked for"
        except requests.RequestException as problem:
            trouble = f"{page.kind}: {type(problem).__name__}"
        return Answer(seat.role, page.kind, time.perf_counter() - started, trouble)
