"""How the running installation is (健康状况): database, worker, queue, storage, backup, clock; read, never changed."""

from __future__ import annotations

import json
import platform
import shutil
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import django
from django.conf import settings
from django.db import Error, connection
from django.db.models import Max, Min
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

import anmin
from anmin.kernel.facts.batches.queries import freshness
from anmin.kernel.operations.checks import BROKEN, GOOD, WATCH, Look, look
from anmin.kernel.operations.models import Upkeep

SILENT = timedelta(seconds=60)
"""A worker that gave no sign for this long counts as dead; it gives one every ten seconds."""
WAITING_TOO_LONG = timedelta(minutes=15)
LITTLE, VERY_LITTLE = 10 * 1024**3, 1 * 1024**3
"""Bytes of free disk that are to be watched, and with which no import is safe."""
BACKUP_OLD, BACKUP_TOO_OLD = timedelta(hours=26), timedelta(days=7)
DRILL_OLD = timedelta(days=92)
VERIFIED_OLD = timedelta(hours=30)
CLOCK_OFF, CLOCK_WRONG = 2.0, 60.0
"""Seconds between the clocks of this machine and the database's."""


def ago(moment: datetime) -> str:
    """How long ago, in words for people."""
    seconds = (timezone.now() - moment).total_seconds()
    if seconds < 90:
        return "刚刚"
    if seconds < 5400:
        return f"{seconds / 60:.0f} 分钟前"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.0f} 小时前"
    return f"{seconds / 86400:.0f} 天前"


@look("database", "数据库", "登记、发放和查询都靠它；它停了，页面都打不开。")
def database() -> tuple[str, str, str]:
    """The database answers, and how fast."""
    started = time.monotonic()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version'), pg_database_size(current_database())")
            version, size = cursor.fetchone()
    except Error as trouble:
        start = "python3 run.py up；用现有数据库的，检查 DATABASE_URL 和数据库服务"
        return BROKEN, f"连不上：{str(trouble).splitlines()[0][:200]}", start
    took = (time.monotonic() - started) * 1000
    state = WATCH if took > 500 else GOOD
    return state, f"PostgreSQL {version.split()[0]}，{size / 1e9:.2f} GB，{took:.0f} 毫秒应答", ""


@look("worker", "后台进程", "没有它，定时核验、数据导入和回调都不会做。")
def worker() -> tuple[str, str, str]:
    """A worker has given a sign of life within the last minute."""
    last = ProcrastinateWorker.objects.aggregate(last=Max("last_heartbeat"))["last"]
    start = "python3 run.py up（生产环境：systemctl start anmin-worker）"
    if last is None:
        return BROKEN, "没有后台进程在运行", start
    if timezone.now() - last > SILENT:
        return BROKEN, f"最后一次应答在{ago(last)}", start
    return GOOD, "在运行", ""


@look("queue", "任务队列", "任务积压或失败，说明有事该做而没有做成。")
def queue() -> tuple[str, str, str]:
    """Nothing waits long, nothing was given up lately."""
    now = timezone.now()
    due = ProcrastinateJob.objects.filter(status="todo")
    waiting = due.count()
    overdue = due.filter(scheduled_at__lt=now - WAITING_TOO_LONG).count()
    oldest = due.filter(scheduled_at__isnull=True).aggregate(first=Min("procrastinateevent__at"))["first"]
    failed = ProcrastinateJob.objects.filter(status="failed").count()
    if overdue or (oldest and now - oldest > WAITING_TOO_LONG):
        return BROKEN, f"{waiting} 个任务在等，最早的已超过 15 分钟", "看“后台任务”页；确认后台进程在运行"
    if failed:
        return WATCH, f"{waiting} 个在等，{failed} 个失败", "在“后台任务”页看原因，处理后重新执行"
    return GOOD, f"{waiting} 个在等，没有失败的", ""


@look("storage", "存储空间", "磁盘满了，数据库会停止写入。")
def storage() -> tuple[str, str, str]:
    """Free space where the data lie."""
    usage = shutil.disk_usage(settings.ANMIN_HOME)
    found = f"{settings.ANMIN_HOME} 所在磁盘还剩 {usage.free / 1e9:.1f} GB（共 {usage.total / 1e9:.0f} GB）"
    state = BROKEN if usage.free < VERY_LITTLE else WATCH if usage.free < LITTLE else GOOD
    return (
        state,
        found,
        "" if state == GOOD else f"清理旧的快照和备份，或扩容：du -sh {settings.ANMIN_HOME}/*",
    )


def _last(kind: str) -> Upkeep | None:
    return Upkeep.objects.filter(kind=kind, is_good=True).order_by("-at").first()


@look("backup", "备份", "没有新的备份，一次故障就会丢掉一天的工作。")
def backup() -> tuple[str, str, str]:
    """There is a good backup, not older than a day."""
    row = _last(Upkeep.Kind.BACKUP)
    command = "anmin backup /备份所在的目录"
    if row is None:
        return (BROKEN if settings.PRODUCTION else WATCH), "还没有做过备份", command
    age = timezone.now() - row.at
    found = f"最近一次在{ago(row.at)}（{row.detail.get('bytes', 0) / 1e6:.0f} MB）"
    state = BROKEN if age > BACKUP_TOO_OLD else WATCH if age > BACKUP_OLD else GOOD
    return state, found, "" if state == GOOD else command


@look("drill", "恢复演练", "没有恢复过的备份不算备份（等保要求有恢复测试记录）。")
def drill() -> tuple[str, str, str]:
    """A backup was restored on trial within the last quarter."""
    row = _last(Upkeep.Kind.DRILL)
    command = "anmin restore 备份目录 --drill"
    if row is None:
        return WATCH, "还没有做过恢复演练", command
    state = WATCH if timezone.now() - row.at > DRILL_OLD else GOOD
    return state, f"最近一次在{ago(row.at)}，用时 {row.seconds:.0f} 秒", "" if state == GOOD else command


@look("verification", "完整性核验", "有人绕过系统改了数据，靠它发现。")
def verification() -> tuple[str, str, str]:
    """The nightly verification ran and found nothing."""
    row = Upkeep.objects.filter(kind=Upkeep.Kind.VERIFICATION).order_by("-at").first()
    if row is None:
        return WATCH, "还没有核验过", "anmin verify"
    if not row.is_good:
        return BROKEN, f"{ago(row.at)}的核验发现问题：{row.detail.get('found', '')}", "anmin verify"
    state = WATCH if timezone.now() - row.at > VERIFIED_OLD else GOOD
    return state, f"最近一次在{ago(row.at)}，没有发现问题", "" if state == GOOD else "anmin verify"


@look("sources", "部门数据", "来源迟到，测算和核对用的就是旧数据，该发现的变化发现不了。")
def sources() -> tuple[str, str, str]:
    """No department's next period is overdue."""
    rows = freshness(timezone.localdate())
    late = [row.source.title for row in rows if row.is_late]
    here = sum(not row.never for row in rows)
    if not late:
        return GOOD, f"{len(rows)} 个来源，{here} 个有数据，没有逾期的", ""
    listed = "、".join(late[:3]) + (f" 等 {len(late)} 个" if len(late) > 3 else "")
    return WATCH, f"逾期：{listed}", "anmin sources 查看逾期的来源，联系来源单位报送"


@look("clock", "时钟", "时限按天计算，登录的动态口令按秒计算；时钟不准，两样都会错。")
def clock() -> tuple[str, str, str]:
    """This machine and the database agree on the time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (there,) = cursor.fetchone()
    off = abs((datetime.now(UTC) - there).total_seconds())
    state = BROKEN if off > CLOCK_WRONG else WATCH if off > CLOCK_OFF else GOOD
    local = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    fix = "" if state == GOOD else "sudo timedatectl set-ntp true（数据库所在的机器也要做）"
    return state, f"{local}（{settings.TIME_ZONE}），与数据库相差 {off:.1f} 秒", fix


@look("supervisor", "看护进程", "反复重新启动的服务有毛病，要看日志。")
def supervisor() -> tuple[str, str, str]:
    """How often the supervisor had to start something again; nothing to say under systemd."""
    path = settings.ANMIN_HOME / "supervisor-state.json"
    try:
        services: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return GOOD, "由 systemd 或其他程序看护", ""
    restarted = {name: row["restarts"] for name, row in services.items() if row["restarts"]}
    if not restarted:
        return GOOD, f"{len(services)} 个服务，启动以来没有意外停止", ""
    listed = "、".join(f"{name} {number} 次" for name, number in restarted.items())
    return (
        WATCH,
        f"启动以来重新启动过：{listed}",
        f"看日志：{settings.ANMIN_HOME}/web.log、worker.log、postgres/server.log",
    )


@look("versions", "版本", "")
def versions() -> tuple[str, str, str]:
    """What runs here."""
    return (
        GOOD,
        f"安民 {anmin.__version__}，Python {platform.python_version()}，Django {django.__version__}",
        "",
    )


HEALTH: list[Look] = [
    database,
    worker,
    queue,
    storage,
    backup,
    drill,
    verification,
    sources,
    clock,
    supervisor,
    versions,
]
"""In the order in which the health page shows them."""
