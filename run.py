#!/usr/bin/env python3
"""Sets everything up and runs Anmin: demo, up, stop, reset, test, check, bench. Standard library only."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036  (said before anything newer is imported)
    sys.exit("需要 Python 3.11 或更新。Python 3.11 or newer is needed.")

from boot import archiving, checks, environment, postgres, serving, supervising, system
from boot.words import Stop, say

ROOT = Path(__file__).resolve().parent
PROCESSES = 2
"""How many run the whole of the tests: as many as the smallest machine has cores."""
HOME = Path(os.environ.get("ANMIN_HOME") or ROOT / ".anmin").resolve()


def main() -> int:
    """Run one command; a refusal is a message and exit code 2."""
    commands: dict[str, tuple[str, Callable[[list[str]], int]]] = {
        "demo": ("准备好一切，生成演示城市并打开控制台", demo),
        "up": ("启动并看护数据库、网页服务和后台任务（不带演示数据）", up),
        "recover": ("从 up --archive 的归档恢复数据库", recover),
        "stop": ("停止本目录启动的服务", stop),
        "reset": ("删除本目录的全部数据（要求确认，或加 --yes）", reset),
        "test": ("运行测试；--full 加上慢的实验；其余参数交给 pytest", test),
        "check": ("静态检查：格式、类型、层次、迁移、模板、翻译", check),
        "bench": ("运行性能对比：run.py bench [名称]", bench),
        "anmin": ("运行命令行：run.py anmin screen …", anmin),
    }
    parser = argparse.ArgumentParser(
        prog="run.py",
        description="安民 Anmin",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {name:6} {text}" for name, (text, _) in commands.items()),
    )
    parser.add_argument("command", choices=commands, metavar="命令")
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="参数")
    chosen = parser.parse_args()
    try:
        return commands[chosen.command][1](chosen.rest)
    except Stop as told:
        sys.stderr.write(f"\n{told}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\n已停止。\n")
        return 130


def demo(rest: list[str]) -> int:
    """Everything from nothing to the first page; serves until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="run.py demo")
    parser.add_argument("--large", action="store_true", help="290 万人的城市（默认 6 万人）")
    parser.add_argument("--city", default="371000", help="放在哪个市：371000 350200 460100 610600")
    parser.add_argument("--port", type=int, default=0, help="端口；默认从 8000 起第一个空闲的")
    chosen = parser.parse_args(rest)
    size = ["--large"] if chosen.large else []
    with _alone(chosen.port) as port:
        settings = {**_prepare(), "ANMIN_DEMO": "1"}
        say("生成演示城市并测算")
        making = ["-m", "anmin.cli", "demo-data", "--no-accounts", "--city", chosen.city, *size]
        if code := environment.python(making, **settings):
            return code
        return _serve(settings, port, demo=True)


def up(rest: list[str]) -> int:
    """Serve what is there and look after it; for production see docs/howto/run-in-production.md."""
    parser = argparse.ArgumentParser(prog="run.py up")
    parser.add_argument("--port", type=int, default=0, help="端口；默认从 8000 起第一个空闲的")
    parser.add_argument(
        "--archive", type=Path, help="同时把数据库日志写到这个目录（另一块磁盘），每次提交都等它写好"
    )
    chosen = parser.parse_args(rest)
    with _alone(chosen.port) as port:
        return _serve(_prepare(), port, demo=False, archive=chosen.archive)


def recover(rest: list[str]) -> int:
    """Put the database together again from an archive made by `up --archive`."""
    parser = argparse.ArgumentParser(prog="run.py recover")
    parser.add_argument("archive", type=Path, help="归档目录：里面有 base-… 和 wal")
    parser.add_argument("--until", default="", help="只恢复到这一刻，例如 '2026-11-24 15:00:00+08'")
    chosen = parser.parse_args(rest)
    environment.ensure("requirements.lock")
    stop([])
    archive = chosen.archive.resolve()
    archiving.recover(archive, HOME, chosen.until)
    say("核验恢复出来的数据；只恢复到某一刻的，锚点会指出之后缺少的记录")
    settings = {"DATABASE_URL": _database(), "ANMIN_HOME": str(HOME)}
    environment.python(["-m", "anmin.cli", "verify", "--recovered", str(archive)], **settings)
    _stop_database()
    return 0


@contextlib.contextmanager
def _alone(wanted: int) -> Iterator[int]:
    """Nobody else looks after this home meanwhile, and the port is ours to use."""
    environment.ensure("requirements.lock")
    HOME.mkdir(parents=True, exist_ok=True)
    with supervising.only_one(HOME):
        serving.end_remembered(HOME)
        try:
            with serving.claimed_port(wanted) as port:
                yield port
        finally:
            _stop_database()


def _prepare() -> dict[str, str]:
    """Database, tables and static files; returns the settings for our processes."""
    settings = {"DATABASE_URL": _database(), "ANMIN_HOME": str(HOME)}
    say("更新数据库结构")
    if environment.python(["-m", "anmin.cli", "migrate", "--quiet"], **settings):
        raise Stop("数据库结构或静态文件没有准备好，原因见上。以前的数据未改动。")
    return settings


def _cluster() -> postgres.Cluster | None:
    """Our own database; None when the operator named one."""
    if os.environ.get("DATABASE_URL"):
        return None
    return postgres.Cluster(postgres.find_binaries(environment.VENV), HOME / "postgres")


def _database() -> str:
    cluster = _cluster()
    if cluster is None:
        return os.environ["DATABASE_URL"]
    cluster.forget_archive()
    cluster.start()
    cluster.ensure_database("anmin")
    return cluster.url("anmin")


def _serve(settings: dict[str, str], port: int, *, demo: bool, archive: Path | None = None) -> int:
    cluster = _cluster()
    figures = HOME / "metrics"
    shutil.rmtree(figures, ignore_errors=True)
    figures.mkdir()
    counted = {**settings, "PROMETHEUS_MULTIPROC_DIR": str(figures)}
    web = supervising.Child("web", serving.web_command(port), HOME, counted, port)
    worker = supervising.Child("worker", serving.worker_command(), HOME, settings)
    services: list[supervising.Service] = [web, worker]
    if cluster is not None:
        services.insert(0, supervising.Database(cluster))
    if archive is not None:
        if cluster is None:
            raise Stop("--archive 只用于我们自己启动的数据库；用现有数据库的，请让数据库管理员配置归档。")
        services.insert(1, archiving.Archive(cluster, archive.resolve(), HOME))

    def tell() -> None:
        if web.process is not None:
            serving.wait_for_page(web.process, HOME)
        lines = [f"\n  打开  http://127.0.0.1:{port}/", f"  居民  http://127.0.0.1:{port}/residents/"]
        if demo:
            lines += ["", _accounts(settings)]
        lines += ["", "  按 Ctrl-C 停止；或在另一个终端运行 python3 run.py stop", ""]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()

    say("启动网页服务和后台任务")
    return supervising.Supervisor(HOME, services).run(tell)


def _accounts(settings: dict[str, str]) -> str:
    done = subprocess.run(
        [str(environment.PYTHON), "-m", "anmin.cli", "demo-data", "--accounts"],
        cwd=ROOT,
        env=environment.python_environment(**settings),
        capture_output=True,
        text=True,
    )
    return done.stdout.rstrip()


def stop(rest: list[str]) -> int:
    """End what looks after this clone, its web process, its worker and its database."""
    was_serving = supervising.end_supervisor(HOME)
    was_serving = serving.end_remembered(HOME) or was_serving
    was_running = _stop_database()
    say("已停止" if was_serving or was_running else "本目录没有正在运行的服务")
    return 0


def _stop_database() -> bool:
    running = False
    if os.environ.get("DATABASE_URL") or not environment.VENV.exists():
        return running
    for name in ("postgres", "test-postgres", "test-postgres1"):
        if (HOME / name / "postmaster.pid").exists():
            cluster = postgres.Cluster(postgres.find_binaries(environment.VENV), HOME / name)
            running = running or cluster.is_running()
            cluster.stop()
    return running


def reset(rest: list[str]) -> int:
    """Delete the data of this clone."""
    if "--yes" not in rest:
        answer = input(f"将删除 {HOME} 中的全部数据（数据库、快照、结果），不能恢复。输入 yes 继续：")
        if answer.strip().lower() != "yes":
            say("没有删除任何东西")
            return 1
    stop([])
    shutil.rmtree(HOME, ignore_errors=True)
    say("已删除。再次运行 python3 run.py demo 会重新生成")
    return 0


def test(rest: list[str]) -> int:
    """All tests on a throw-away PostgreSQL; `--full` adds the slow experiments."""
    environment.ensure("requirements-test.lock")
    system.ensure(full="--full" in rest)
    HOME.mkdir(parents=True, exist_ok=True)
    full = "--full" in rest
    chosen = [argument for argument in rest if argument != "--full"]
    selection = [] if full or "-m" in chosen else ["-m", "not full"]
    is_whole = not any((ROOT / argument.split("::")[0]).exists() for argument in chosen)
    # A named server is one, and part of the tests is sooner done without starting two.
    processes = PROCESSES if is_whole and not os.environ.get("DATABASE_URL") else 1
    with contextlib.ExitStack() as stack:
        servers = [
            stack.enter_context(postgres.throwaway(HOME, environment.VENV, place))
            for place in range(processes)
        ]
        settings = {
            "DATABASE_URL": servers[0],
            "ANMIN_TEST_SERVERS": " ".join(servers),
            "ANMIN_HOME": str(HOME / "test"),
            "ANMIN_STATIC_MANIFEST": "0",
            "ANMIN_SECOND_FACTOR": "0",
        }
        apart = ["-n", str(processes), "--dist", "loadgroup", "--no-loadscope-reorder"]
        apart += ["-p", "tests.apart", "--durations", "15"]
        return environment.python(
            ["-m", "pytest", *selection, *(apart if processes > 1 else ["-p", "no:xdist"]), *chosen],
            **settings,
        )


def check(rest: list[str]) -> int:
    """The static checks, all of them, with a summary."""
    environment.ensure("requirements-test.lock")
    HOME.mkdir(parents=True, exist_ok=True)
    return checks.run_all({"ANMIN_HOME": str(HOME / "test"), "ANMIN_STATIC_MANIFEST": "0"})


def bench(rest: list[str]) -> int:
    """The measurements; without a name, the list of them."""
    environment.ensure("requirements-test.lock")
    HOME.mkdir(parents=True, exist_ok=True)
    return environment.python(["-m", "bench", *rest], ANMIN_HOME=str(HOME))


def anmin(rest: list[str]) -> int:
    """Our command line on this clone's database."""
    environment.ensure("requirements.lock")
    HOME.mkdir(parents=True, exist_ok=True)
    needs_database = rest and not {"--help", "-h"} & set(rest)
    settings = {"DATABASE_URL": _database()} if needs_database else {}
    return environment.python(["-m", "anmin.cli", *rest], ANMIN_HOME=str(HOME), **settings)


if __name__ == "__main__":
    sys.exit(main())
