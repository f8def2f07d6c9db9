"""The first day of a bureau in a real browser: set-up, a security key, recovery codes, devices, a reset by two.

The key is Chromium's own virtual authenticator, told over its debugging protocol; the web process is a real one with
the second factor required, without demonstration data.
"""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import pytest
from django.conf import settings

from anmin.kernel.access.login.second.codes import PERIOD, code_at
from tests.journeys.conftest import OFFICE, PHONE, Town, _database, _run, served

HAN = re.compile(r"[\u4e00-\u9fff]")
AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text("utf-8")
NAMES = re.compile(r"赵一|钱二|孙三|中文|办公室的")
PEOPLE = {
    "系统管理员": ("xitong", "赵一", "第一个好记的口令Ab1"),
    "安全管理员": ("anquan", "钱二", "第二个好记的口令Ab2"),
    "审计管理员": ("shenji", "孙三", "第三个好记的口令Ab3"),
}
KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": False,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture(scope="module")
def bureau():
    """A new installation behind a real web process, at a host name, as security keys want it."""
    home = Path(settings.ANMIN_HOME) / "first_day"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    with _database(settings.DATABASES["default"], "anmin_first_day") as url:
        surroundings = {
            "DATABASE_URL": url,
            "ANMIN_HOME": str(home),
            "ANMIN_DEMO": "0",
            "ANMIN_SECOND_FACTOR": "1",
            "ANMIN_STATIC_MANIFEST": "1",
        }
        for words in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"]):
            _run(surroundings, "-m", "django", *words, "--settings", "config.settings")
        with served(home, surroundings) as port:
            yield Town(f"http://localhost:{port}", surroundings)


class Visitor:
    """One browser of one person; complaints of the page are written down, each page is looked at as it comes."""

    def __init__(self, browser, bureau, size=OFFICE, language="zh-hans"):
        self.context = browser.new_context(viewport=size, locale="zh-CN", bypass_csp=True)
        self.context.set_default_timeout(120_000)  # a machine busy with other work is slow, not wrong
        self.context.add_cookies([{"name": "django_language", "value": language, "url": bureau.address}])
        self.page, self.address, self.complaints = self.context.new_page(), bureau.address, []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.language, self.size = language, size

    def open(self, path):
        self.page.goto(self.address + path, wait_until="load")
        return self.page

    def log_in(self, role, password=None):
        name, _shown, usual = PEOPLE[role]
        self.open("/login/")
        self.page.locator("#id_username").fill(name)
        self.page.locator("#id_password").fill(password or usual)
        self.press("登录")

    def press(self, name):
        # Until the next page is there whole: a click before its scripts have come would send a form without them.
        with self.page.expect_navigation(wait_until="load"):
            self.page.get_by_role("main").get_by_role("button", name=name, exact=True).click()

    def with_key(self):
        """Plug in a key."""
        told = self.context.new_cdp_session(self.page)
        told.send("WebAuthn.enable")
        return told.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"], told

    def look(self, name):
        """At both sizes the page fits, says what it is, and has no serious barrier; in English it is English."""
        page = self.page
        for size in (OFFICE, PHONE):
            page.set_viewport_size(size)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
            self.take_a_picture(name, size)
        page.set_viewport_size(self.size)
        assert page.locator("h1").count() == 1, name
        page.evaluate(AXE)
        grave = [
            (row["id"], [node["html"][:160] for node in row["nodes"]][:3])
            for row in page.evaluate("axe.run(document)")["violations"]
            if row["impact"] in ("serious", "critical")
        ]
        assert grave == [], name
        if self.language == "en":
            texts = page.locator("h1, h2, h3, p, label, button, th, li, dt, main a").all_inner_texts()
            assert [text for text in texts if HAN.search(NAMES.sub("", text))] == [], name

    def take_a_picture(self, name, size):
        """For whoever wants to look at it afterwards."""
        folder = Path(settings.ANMIN_HOME) / "looks"
        folder.mkdir(exist_ok=True)
        self.page.screenshot(path=folder / f"{name}-{size['width']}-{self.language}.png", full_page=True)


def set_up(visitor, secret, last_password=PEOPLE["审计管理员"][2]):
    page = visitor.open("/setup/")
    page.locator("#id_secret").fill(secret)
    page.locator("#id_division").fill("371000")
    for key, (name, shown, password) in zip(("system", "security", "audit"), PEOPLE.values(), strict=True):
        page.locator(f"#id_{key}_username").fill(name)
        page.locator(f"#id_{key}_display_name").fill(shown)
        page.locator(f"#id_{key}_password").fill(password)
    page.locator("#id_audit_password").fill(last_password)
    visitor.look("setup")
    visitor.press("建立")


def test_the_first_day_of_a_bureau(bureau, browser):
    secret = re.search(r"[A-Za-z0-9_-]{24}", bureau.command("init"))[0]
    desk = Visitor(browser, bureau)
    set_up(desk, secret, "short")
    assert "密码太短" in desk.page.locator(".error-summary").inner_text()
    set_up(desk, secret)
    assert "三位管理员已建立" in desk.page.locator("main").inner_text()
    desk.look("login")
    assert desk.open("/setup/").locator("h1").inner_text() != "首次设置：建立三位管理员"

    desk.log_in("安全管理员")
    assert desk.page.url.endswith("/account/factors/")
    desk.look("factors")
    desk.open("/access/")
    assert desk.page.url.endswith("/account/factors/")
    key, told = desk.with_key()
    desk.page.get_by_role("link", name="添加安全密钥").click()
    desk.look("reauthenticate")
    desk.page.locator("#id_password").fill(PEOPLE["安全管理员"][2])
    desk.press("确认")
    desk.page.locator("#id_name").fill("办公室的 U 盾")
    desk.look("key")
    with desk.page.expect_navigation(url=re.compile("recovery-codes")):
        desk.page.get_by_role("main").get_by_role("button", name="登记这把密钥").click()
    desk.look("codes")
    codes = desk.page.locator(".secret-list code").all_inner_texts()
    assert len(codes) == 10
    assert len(told.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]) == 1
    desk.open("/access/")
    assert desk.page.locator("h1").inner_text() == "账号和授权"

    desk.page.locator(".masthead-end details.menu > summary").click()
    desk.page.get_by_role("button", name="退出登录").click()
    desk.log_in("安全管理员")
    assert desk.page.locator("h1").inner_text() == "登录第二步"
    desk.look("second")
    with desk.page.expect_navigation(url=bureau.address + "/"):
        desk.page.get_by_role("main").get_by_role("button", name="用安全密钥登录").click()

    # With a key plugged in that nobody here has registered: without any, the browser's own window would ask for one
    # and take the clicks that follow.
    without_key = Visitor(browser, bureau, PHONE)
    without_key.with_key()
    without_key.log_in("安全管理员")
    without_key.page.get_by_role("main").get_by_role("button", name="用安全密钥登录").click()
    without_key.page.get_by_text("安全密钥没有响应").wait_for()
    without_key.page.locator("#id_code").fill("1111 1111")
    without_key.press("登录")
    assert "备用码不对" in without_key.page.locator(".has-error .field-error").first.inner_text()
    without_key.look("second-wrong")
    without_key.page.locator("#id_code").fill(codes[0])
    without_key.press("登录")
    assert without_key.page.url == bureau.address + "/"
    without_key.open("/account/devices/")
    without_key.look("devices")
    assert without_key.page.locator("tbody tr").count() == 2
    without_key.press("退出其他全部设备")
    assert desk.open("/access/").locator("h1").inner_text() == "登录"

    an_app_is_set_up_looked_at_in_english_and_its_owner_unlocked(bureau, browser, without_key)
    for visitor in (desk, without_key):
        assert visitor.complaints == []


def an_app_is_set_up_looked_at_in_english_and_its_owner_unlocked(bureau, browser, boss):
    system = Visitor(browser, bureau, PHONE, "en")
    system.open("/login/")
    system.look("login")
    name, _shown, password = PEOPLE["系统管理员"]
    system.page.locator("#id_username").fill(name)
    system.page.locator("#id_password").fill(password)
    system.press("Log in")
    system.look("factors")
    system.page.get_by_role("link", name="Set up an authenticator").click()
    system.look("reauthenticate")
    system.page.locator("#id_password").fill(password)
    system.press("Confirm")
    system.page.locator("summary", has_text="Type the secret").click()
    system.look("app")
    secret = system.page.locator("#secret").inner_text().replace(" ", "")
    system.page.locator("#id_code").fill(code_at(secret, int(time.time()) // PERIOD, "sha256"))
    system.press("Finish")
    system.look("codes")
    for path, page in (
        ("/account/password/", "password"),
        ("/account/devices/", "devices"),
        ("/account/factors/", "factors-set"),
        ("/account/factors/recovery-codes/", "codes-gone"),
        ("/account/factors/recovery-codes/generate/", "codes-new"),
        ("/account/factors/totp/deactivate/", "app-last"),
    ):
        system.open(path)
        system.look(page)

    stranger = Visitor(browser, bureau, PHONE, "en")
    for _ in range(5):
        stranger.open("/login/")
        stranger.page.locator("#id_username").fill(name)
        stranger.page.locator("#id_password").fill("wrong")
        stranger.press("Log in")
    stranger.look("locked")
    assert "locked" in stranger.page.locator("h1").inner_text().lower()
    boss.open("/access/")
    boss.look("access")
    boss.page.get_by_role("link", name=name, exact=True).click()
    boss.page.get_by_role("link", name="登录管理：密码、锁定、第二因素").click()
    boss.look("user-login")
    boss.page.locator("#unlock_reason").fill("本人来电，已核实")
    boss.press("解锁")
    assert "已解锁" in boss.page.locator("main").inner_text()
    assert system.complaints == stranger.complaints == []
