"""Secrets that a command needs: from a terminal or from a file, never from the command line."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

import typer

VARIABLE = "ANMIN_PASSPHRASE_FILE"


def passphrase(what: str, *, twice: bool = False) -> str:
    """A passphrase typed in, or the first line of the file that ANMIN_PASSPHRASE_FILE names."""
    if path := os.environ.get(VARIABLE):
        return Path(path).read_text("utf-8").split("\n", 1)[0]
    if not sys.stdin.isatty():
        raise typer.BadParameter(
            f"没有终端可以输入{what}：请把口令写进只有您能读的文件，用环境变量 {VARIABLE} 指出"
        )
    typed = getpass.getpass(f"{what}：")
    if twice and getpass.getpass("再输一遍：") != typed:
        raise typer.BadParameter("两次输入不一样，没有做任何事")
    return typed
