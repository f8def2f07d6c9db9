"""What tests need from the system: Chromium, a font with Chinese, Java. Installed on Debian as root, else named."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from boot.words import Stop, say

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def missing() -> list[str]:
    """Debian packages that are not there yet."""
    packages = []
    if not any(shutil.which(name) for name in CHROMIUM):
        packages.append("chromium")
    if not _has_chinese_font():
        packages.append("fonts-noto-cjk")
    if not shutil.which("java"):
        packages.append("openjdk-17-jre-headless")
    return packages


def ensure() -> None:
    """Install what is missing, or say what to install.

    Raises:
        Stop: where we may not or cannot install.
    """
    packages = missing()
    if not packages:
        return
    command = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if not shutil.which("apt-get") or os.getuid() != 0:
        raise Stop(
            f"测试还需要：{'、'.join(packages)}。Debian 或 Ubuntu 请运行：sudo {command}；其他系统请安装同等软件。"
        )
    say(f"安装系统软件：{' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environment, stdout=subprocess.DEVNULL)
    done = subprocess.run(
        command.split(), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        raise Stop(f"系统软件没有装成：\n{done.stdout[-1500:]}\n请手动运行：{command}")


def _has_chinese_font() -> bool:
    if shutil.which("fc-list"):
        done = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True)
        if done.stdout.strip():
            return True
    folders = [Path("/usr/share/fonts"), Path("/System/Library/Fonts"), Path.home() / ".local/share/fonts"]
    patterns = ("*CJK*", "PingFang*", "*SourceHan*", "wqy*")
    return any(
        next(folder.rglob(pattern), None) for folder in folders if folder.exists() for pattern in patterns
    )
