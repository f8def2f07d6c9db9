#!/usr/bin/env python3
"""Sets everything up and runs Anmin: demo, up, stop, reset, test, check, bench. Standard library only."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036  (said before anything newer is imported)
    sys.exit("需要 Python 3.11 或更新。Python 3.11 or newer is needed.")

from boot import checks, environment, postgres, serving, system
from boot.words import Stop, say

ROOT = Path(__file__).resolve().parent
HOME = Path(os.environ.get("ANMIN_HOME") or ROOT / ".anmin").resolve()


def main() -> int:
    """Run one command; a refusal is a message and exit code 2."""
    commands: dict[str, tuple[str, Callable[[list[str]], int]]] = {
        "demo": ("准备好一切，生成演示城市并打开控制台", demo),
        "up": ("启动数据库和网页服务（不带演示数据）", up),
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
    chosen = parser.parse_args(rest)
    database = _prepare()
    settings = {"DATABASE_URL": database, "ANMIN_HOME": str(HOME), "ANMIN_DEMO": "1"}
    size = ["--large"] if chosen.large else []
    say("生成演示城市并测算")
    if code := environment.python(["-m", "anmin.cli", "demo-data", "--city", chosen.city, *size], **settings):
        return code
    return _serve(settings, demo=True)


def up(rest: list[str]) -> int:
    """Serve what is there; for production see docs/howto/install.md."""
    database = _prepare()
    return _serve({"DATABASE_URL": database, "ANMIN_HOME": str(HOME)}, demo=False)


def _prepare() -> str:
    environment.ensure("requirements.lock")
    HOME.mkdir(parents=True, exist_ok=True)
    serving.end_remembered(HOME)
    database = _database()
    say("更新数据库结构")
    settings = {"DATABASE_URL": database, "ANMIN_HOME": str(HOME)}
    if environment.python(["-m", "django", "migrate", "-v0", "--settings", "config.settings"], **settings):
        raise Stop("数据库结构没有更新成功，原因见上。以前的数据未改动。")
    collect = ["-m", "django", "collectstatic", "--noinput", "-v0", "--settings", "config.settings"]
    if environment.python(collect, **settings):
        raise Stop("静态文件没有准备好，原因见上。")
    return database


def _database() -> str:
    if url := os.environ.get("DATABASE_URL"):
        return url
    cluster = postgres.Cluster(postgres.find_binaries(environment.VENV), HOME / "postgres")
    cluster.start()
    cluster.ensure_database("anmin")
    return cluster.url("anmin")


def _serve(settings: dict[str, str], *, demo: bool) -> int:
    say("启动网页服务")
    child, process = serving.serve(HOME, **settings)
    lines = [f"\n  打开  http://127.0.0.1:{process.port}/"]
    if demo:
        listing = ["-m", "anmin.cli", "demo-data", "--accounts"]
        done = subprocess.run(
            [str(environment.PYTHON), *listing],
            cwd=ROOT,
            env=environment.python_environment(**settings),
            capture_output=True,
            text=True,
        )
        lines += ["", done.stdout.rstrip()]
    lines += ["", "  按 Ctrl-C 停止；或在另一个终端运行 python3 run.py stop", ""]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    try:
        return child.wait()
    except KeyboardInterrupt:
        say("停止")
        return 0
    finally:
        serving.end_remembered(HOME)
        _stop_database()


def stop(rest: list[str]) -> int:
    """End the web process and the database of this clone."""
    was_serving = serving.end_remembered(HOME)
    was_running = _stop_database()
    say("已停止" if was_serving or was_running else "本目录没有正在运行的服务")
    return 0


def _stop_database() -> bool:
    running = False
    if os.environ.get("DATABASE_URL") or not environment.VENV.exists():
        return running
    for name in ("postgres", "test-postgres"):
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
    system.ensure()
    HOME.mkdir(parents=True, exist_ok=True)
    full = "--full" in rest
    chosen = [argument for argument in rest if argument != "--full"]
    selection = [] if full or "-m" in chosen else ["-m", "not full"]
    with postgres.throwaway(HOME, environment.VENV) as url:
        settings = {"DATABASE_URL": url, "ANMIN_HOME": str(HOME / "test"), "ANMIN_STATIC_MANIFEST": "0"}
        return environment.python(["-m", "pytest", *selection, *chosen], **settings)


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
