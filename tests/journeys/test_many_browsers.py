"""Browsers keep their connections open while people read."""

import contextlib
import http.client
from urllib.parse import urlsplit

BROWSERS = 300


def test_three_hundred_browsers_that_only_read_keep_nobody_out(town):
    where = urlsplit(town.address)
    with contextlib.ExitStack() as stack:
        for _ in range(BROWSERS + 1):
            browser = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
            stack.callback(browser.close)
            browser.request("GET", "/readyz")
            answer = browser.getresponse()
            answer.read()

            assert answer.status == 200
