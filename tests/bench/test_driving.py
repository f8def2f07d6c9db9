"""The users of the page benchmark: they log in, wait for the right page, and a wrong page never counts as a fast one."""

import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.driving import Drive, Page, Seat
from bench.webload import at

FORM = '<input type="hidden" name="csrfmiddlewaretoken" value="abc">'


class Desk(BaseHTTPRequestHandler):
    """A site of three pages: one right, one that is another page, one that breaks."""

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        body = FORM if self.path == "/login/" else f"you are at {self.path}"
        self._answer(500 if self.path == "/broken/" else 200, body)

    def do_POST(self):
        given = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if "csrfmiddlewaretoken=abc" in given and "password=right" in given:
            self._answer(302, "", ("Set-Cookie", "sessionid=1"), ("Location", "/"))
        else:
            self._answer(200, "try again")

    def _answer(self, status, body, *headers):
        self.send_response(status)
        for header in headers:
            self.send_header(*header)
        raw = body.encode()
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


@pytest.fixture(scope="module")
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def driven(site, page, password="right"):
    seats = [Seat("clerk", f"u{number}", password, lambda dice: page) for number in range(3)]
    drive = Drive(site, seats, seconds=0.5, warm=0.0, think=(0.01, 0.05))
    drive.run()
    return drive


def test_pages_that_were_asked_for_count_without_trouble(site):
    drive = driven(site, Page("list", "/list/", "at /list/"))

    assert len(drive.answers) > 3
    assert {(one.role, one.kind, one.trouble) for one in drive.answers} == {("clerk", "list", "")}


@pytest.mark.parametrize(
    ("page", "trouble"),
    [
        (Page("list", "/elsewhere/", "at /list/"), "list: not the page that was asked for"),
        (Page("list", "/broken/"), "list: status 500"),
    ],
)
def test_a_wrong_or_broken_page_is_an_error_however_fast_it_came(site, page, trouble):
    drive = driven(site, page)

    assert {one.trouble for one in drive.answers} == {trouble}


def test_who_could_not_log_in_is_named_and_asks_for_nothing(site):
    drive = driven(site, Page("list", "/list/"), password="wrong")

    assert drive.answers == []
    assert sorted(drive.not_seated) == ["u0: 200", "u1: 200", "u2: 200"]


def test_a_percentile_is_one_of_the_times_that_were_measured():
    times = [random.Random(1).random() for _ in range(100)]

    assert at(times, 0.95) == sorted(times)[95] * 1000
    assert at([0.2], 0.95) == 200
