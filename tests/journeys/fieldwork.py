"""A worker's phone in a real browser: logging in, going through the form, losing the network, asking the server."""

import base64
import re

from tests.journeys.conftest import PASSWORD

WORKER = "cun1"
VISIT = "老年人探访"
NARROW = {"width": 360, "height": 740}
PHONE = {"width": 390, "height": 844}
AGENT = (
    "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120 Mobile Safari/537.36"
)
FORBIDDEN = re.compile(r"打卡|签到|积分|在线时长|排名")


FRESH = """
on = date.today()
village = Grant.objects.filter(user__username="cun1").first().division
rows = VisitPlan.objects.filter(state="active", service="elder_visit", division=village).order_by("pk")
for at, row in enumerate(rows):
    row.next_due, row.last_seen, row.missed = on + timedelta(days=(-3, 0, 2, 5, 9)[min(at, 4)]), None, 0
    row.save()
"""
"""Every visit of the village is still to be made: one late, one today, the others soon."""


def log_in(held, name=WORKER):
    held.open("/login/")
    held.page.get_by_label("用户名").fill(name)
    held.page.get_by_label("密码").fill(PASSWORD)
    held.page.get_by_role("main").get_by_role("button", name="登录").click()
    held.page.wait_for_url("**/field/**")
    return held.page


def ready(page):
    """The worker script is in charge and today's pages lie on the phone."""
    page.locator("html[data-ready='1']").wait_for(state="attached", timeout=60_000)


def rows(page, what=""):
    """Today's list, or what it has of one kind: other journeys give the village cases and alerts of their own."""
    return page.locator("ol.list a.row").filter(has_text=what)


def offline(held, is_off=True):
    """Without network a browser itself complains about what it cannot fetch; that is no fault of the page."""
    held.page.context.set_offline(is_off)


def forgive(held):
    held.complaints[:] = [
        text for text in held.complaints if "ERR_" not in text and "Failed to load" not in text
    ]


def open_form(page, number=0):
    """From today's list to the form of one visit; gives the taps it took."""
    rows(page, VISIT).nth(number).tap()
    page.get_by_role("link", name="登记走访").first.tap()
    page.wait_for_selector("form#visit[data-ready='1']")
    return 2


def fill_and_save(page, note=""):
    page.get_by_text("见到了", exact=True).tap()
    page.get_by_role("button", name="都正常").tap()
    if note:
        page.get_by_label("备注").fill(note)
    page.get_by_role("button", name="保存").tap()
    return 3


def visits(town):
    """How many visits the server has."""
    return int(asked(town, "print(Visit.objects.count())"))


def asked(town, code):
    """What a script on the server's own data prints."""
    ready = "import django; django.setup()\nfrom anmin.kernel.models import *\nfrom datetime import date, timedelta\n"
    return town.python("-c", ready + code).strip()


def a_jpeg(page, folder):
    """A large picture with a place in its EXIF."""
    text = page.evaluate(
        "() => { const c = document.createElement('canvas'); c.width = 2400; c.height = 1800;"
        " const p = c.getContext('2d'); for (let i = 0; i < 900; i++) { p.fillStyle = `hsl(${i * 7}, 60%, 50%)`;"
        " p.fillRect((i * 97) % 2400, (i * 61) % 1800, 90, 70); } return c.toDataURL('image/jpeg', 0.95) }"
    )
    raw = base64.b64decode(text.partition(",")[2])
    mark = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08GPS 24.47N 118.08E"
    path = folder / "house.jpg"
    path.write_bytes(raw[:2] + b"\xff\xe1" + (len(mark) + 2).to_bytes(2, "big") + mark + raw[2:])
    return path
