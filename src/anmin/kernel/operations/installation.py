"""How the installation was made (安装状况): programs, rights, places, keys, calendars, rates; for `anmin doctor`."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from packaging.requirements import Requirement

from anmin.kernel.access.rls import WEB_ROLE
from anmin.kernel.keys import queries as keys
from anmin.kernel.operations.checks import BROKEN, GOOD, WATCH, Look, look
from anmin.kernel.papers import fonts as paper_fonts
from anmin.kernel.people.protection import queries as protection
from anmin.kernel.screening.rulebooks import rulebook
from anmin.kernel.screening.standards.actions import is_laid_out
from anmin.lib.calendar.workdays import load_calendar

LEAST_POSTGRES = 150000
SOON = timedelta(days=62)
"""How long before a period of rates ends somebody should be looking for the next one."""


@look("python", "Python", "更旧的版本运行不了。")
def python() -> tuple[str, str, str]:
    """The interpreter is new enough."""
    state = GOOD if sys.version_info >= (3, 11) else BROKEN
    return (
        state,
        platform.python_version(),
        "" if state == GOOD else "安装 Python 3.11，再运行 python3.11 run.py up",
    )


@look("packages", "软件包", "与锁定的版本不同，就不是测试过的那一套。")
def packages() -> tuple[str, str, str]:
    """Every package is the one the lock names."""
    lock = Path(settings.BASE_DIR) / "requirements.lock"
    wrong, number = [], 0
    for line in lock.read_text("utf-8").splitlines():
        if not line or line.startswith((" ", "#", "-")):
            continue
        wanted = Requirement(line.removesuffix("\\").strip())
        if wanted.marker is not None and not wanted.marker.evaluate():
            continue
        number += 1
        try:
            if importlib.metadata.version(wanted.name) not in wanted.specifier:
                wrong.append(wanted.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(wanted.name)
    if wrong:
        fix = f"rm {Path(sys.prefix)}/anmin-lock；再运行 python3 run.py up"
        return BROKEN, f"{len(wrong)} 个与 requirements.lock 不同：{'、'.join(wrong[:5])}", fix
    return GOOD, f"{number} 个，与 requirements.lock 一致", ""


@look("server", "数据库版本和权限", "网页用超级用户连接时，行级权限不起作用。")
def server() -> tuple[str, str, str]:
    """PostgreSQL is new enough, and in production the web process is no superuser."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int, current_setting('server_version'), current_user, "
            "rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        number, version, user, is_super = cursor.fetchone()
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [WEB_ROLE])
        web = cursor.fetchone()
    if number < LEAST_POSTGRES:
        return BROKEN, f"PostgreSQL {version}，至少需要 15", "升级数据库：见 docs/howto/run-in-production.md"
    if web is None or web[0]:
        return BROKEN, f"网页用的角色 {WEB_ROLE} 没有建好", "python -m django migrate（或 python3 run.py up）"
    if is_super:
        state = BROKEN if settings.PRODUCTION else WATCH
        fix = "生产环境换一个普通用户：见 docs/howto/run-in-production.md“角色和权限”"
        return state, f"PostgreSQL {version}，以超级用户 {user} 连接，网页请求降为 {WEB_ROLE}", fix
    return GOOD, f"PostgreSQL {version}，以 {user} 连接，网页请求降为 {WEB_ROLE}", ""


@look("migrations", "数据库结构", "结构与程序不一致，页面会出错。")
def migrations() -> tuple[str, str, str]:
    """No migration waits."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return BROKEN, f"有 {len(waiting)} 步没有更新", "python3 run.py up（生产环境：anmin migrate，先备份）"
    return GOOD, "与程序一致", ""


@look("checksums", "数据页校验", "没有它，磁盘悄悄改坏的数据发现不了。")
def checksums() -> tuple[str, str, str]:
    """The database checks every page it reads."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('data_checksums'), current_setting('fsync')")
        sums, fsync = cursor.fetchone()
    if fsync != "on":
        return BROKEN, "fsync 关着，断电会丢数据", "在 postgresql.conf 里去掉 fsync=off，重新启动数据库"
    if sums != "on":
        return WATCH, "没有开启", "停下数据库后运行：pg_checksums --enable -D 数据目录"
    return GOOD, "已开启", ""


@look("home", "数据目录", "写不进去，导入、快照和备份都做不成。")
def home() -> tuple[str, str, str]:
    """The data folder can be written and is not open to others."""
    folder = Path(settings.ANMIN_HOME)
    probe = folder / f".doctor-{os.getpid()}"
    try:
        probe.write_text("x", "utf-8")
        probe.unlink()
    except OSError as trouble:
        return BROKEN, f"{folder} 不能写：{trouble.strerror}", f"sudo chown -R $(id -un) {folder}"
    open_to_all = [
        name
        for name in ("secret", "keys")
        if (folder / name).exists() and (folder / name).stat().st_mode & 0o077
    ]
    if open_to_all:
        listed = " ".join(str(folder / name) for name in open_to_all)
        return BROKEN, f"别的用户读得到 {'、'.join(open_to_all)}", f"chmod -R go= {listed}"
    return GOOD, f"{folder} 可以写", ""


@look("fonts", "文书字体", "没有它，文书里的字排不出来；生僻姓名缺字时不生成文书，要手写补字。")
def fonts() -> tuple[str, str, str]:
    """Every link of the chain of fonts that papers are set in is there."""
    lacking = paper_fonts.missing()
    if not lacking:
        return GOOD, "、".join(paper_fonts.chain()), ""
    packages = " ".join(dict.fromkeys(wanted.package for wanted in lacking))
    found = "；".join(f"缺 {wanted.families[0]}（{wanted.prints}）" for wanted in lacking)
    state = BROKEN if any(wanted.is_needed for wanted in lacking) else WATCH
    return state, found, f"sudo apt-get install {packages}；装在别处的，用 ANMIN_FONTS 写明文件夹"


@look("timezone", "时区", "时限按北京时间的日子算。")
def time_zone() -> tuple[str, str, str]:
    """Django and the database count days in China's time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()::timestamptz AT TIME ZONE 'Asia/Shanghai', clock_timestamp()")
        there = cursor.fetchone()[0].date()
    if settings.TIME_ZONE != "Asia/Shanghai":
        return BROKEN, f"设成了 {settings.TIME_ZONE}", "在设置里改回 Asia/Shanghai"
    if abs((timezone.localdate() - there).days) > 0:
        return BROKEN, f"这台机器是 {timezone.localdate()}，数据库是 {there}", "sudo timedatectl set-ntp true"
    machine = time.strftime("%Z %z")
    return GOOD, f"按 Asia/Shanghai 计算（这台机器：{machine}）", ""


@look("https", "HTTPS", "没有 HTTPS，登录信息可能被截获；定位、拍照、剪贴板和离线使用也会被浏览器关掉。")
def https() -> tuple[str, str, str]:
    """Cookies travel over HTTPS alone."""
    if settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE:
        return GOOD, "Cookie 只走 HTTPS", ""
    only_here = set(settings.ALLOWED_HOSTS) <= {"127.0.0.1", "localhost", "[::1]"}
    state = BROKEN if settings.PRODUCTION or not only_here else WATCH
    found = "只在本机用，没有开 HTTPS" if only_here else "别的机器能访问，却没有开 HTTPS"
    return (
        state,
        found,
        "在前面放一个 HTTPS 代理，并设 ANMIN_SECURE_COOKIES=1：见 docs/howto/run-in-production.md",
    )


@look("debug", "调试模式", "调试页会把程序里的数据给人看。")
def debug() -> tuple[str, str, str]:
    """Debugging is off, and so is the demonstration in production."""
    if settings.DEBUG:
        return BROKEN, "开着", "去掉环境变量 ANMIN_DEBUG"
    if settings.PRODUCTION and settings.DEMO:
        return BROKEN, "生产环境开着演示模式，演示账号的口令是公开的", "去掉环境变量 ANMIN_DEMO"
    return GOOD, "关着", ""


@look("keys", "密钥", "身份证号、姓名、电话靠它加密；丢了就再也读不出来。")
def key_ring() -> tuple[str, str, str]:
    """The key ring opens, and its provider is fit for production."""
    try:
        ring = keys.ring()
        ring.secret("data", ring.active("data").number)
    except Exception as trouble:  # whatever a provider's device raises
        return (
            BROKEN,
            str(trouble)[:200],
            "从密钥备份恢复：anmin restore --keys 文件；或核对 ANMIN_KEY_PROVIDER",
        )
    if settings.KEY_PROVIDER == "development":
        state = BROKEN if settings.PRODUCTION else WATCH
        return (
            state,
            "用的是开发用的密钥文件，与数据放在一起",
            "正式使用前：ANMIN_KEY_PROVIDER=credential，并备份密钥",
        )
    return GOOD, f"由 {settings.KEY_PROVIDER} 保护，打得开", ""


@look("calendar", "工作日历", "没有国务院公布的放假安排，工作日时限只能按周末估算。")
def calendar() -> tuple[str, str, str]:
    """The working days of this year and the next are known."""
    known = load_calendar()
    year = timezone.localdate().year
    missing = [one for one in (year, year + 1) if known.is_provisional(date(one, 5, 1))]
    if year in missing:
        return BROKEN, f"缺 {year} 年的放假安排", "在 src/anmin/lib/calendar 加入这一年的放假通知"
    if missing:
        is_late = timezone.localdate() >= date(year, 12, 1)
        found = f"{year + 1} 年的放假安排还没有录入" + ("" if is_late else "（一般 11 月公布）")
        return WATCH, found, f"公布后在日历目录加入 {year + 1} 年"
    return GOOD, f"{year}、{year + 1} 年都有", ""


@look("rates", "补助标准", "标准到期而没有新的，相关待遇就停止计算，不会套用旧标准。")
def rates() -> tuple[str, str, str]:
    """No rate in force ends soon without one to follow."""
    today = timezone.localdate()
    book = rulebook().rates
    ending = sorted(
        {
            f"{book.rates[name].title}（{division}，{rows[-1].last_day} 止）"
            for (name, division), rows in book.entries.items()
            if (last_day := rows[-1].last_day) is not None
            and today <= last_day <= today + SOON
            and book.find(name, division, last_day + timedelta(1)) is None
        }
    )
    if ending:
        return (
            WATCH,
            f"{len(ending)} 项快到期，还没有下一期：{'、'.join(ending[:3])}",
            "在“规则”的“新标准”里提出，由另一人确认",
        )
    return GOOD, f"{SOON.days} 天内没有到期而无下一期的", ""


@look("standards", "已确认的标准", "规则读的不是最后确认的标准，算出来的钱就不对。")
def standards() -> tuple[str, str, str]:
    """The rules read what the database says was confirmed here."""
    if not is_laid_out():
        return BROKEN, "规则读取的文件与数据库里已确认的标准不一致", "anmin standards --lay-out"
    return GOOD, "与数据库一致", ""


DERIVE = (
    "用 psql 执行：SELECT anmin_derive_held_homes(ARRAY("
    "SELECT person FROM kernel_heldhome UNION SELECT id FROM kernel_person WHERE level >= 3))"
)


@look("held_homes", "受保护人员的家庭", "名单与登记不一致，无权知道的人可能看到受保护孩子的家庭。")
def held_homes() -> tuple[str, str, str]:
    """The homes that are kept from readers are those in which persons under protection live."""
    kept, wrong = protection.held_homes()
    if wrong:
        return BROKEN, f"{kept} 条中有 {wrong} 条与登记不一致", DERIVE
    return GOOD, f"{kept} 条，与登记一致", ""


INSTALLATION: list[Look] = [
    python,
    packages,
    server,
    migrations,
    checksums,
    home,
    fonts,
    time_zone,
    https,
    debug,
    key_ring,
    calendar,
    rates,
    held_homes,
]
"""In the order in which the doctor looks."""
