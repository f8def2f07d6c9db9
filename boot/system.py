"""What tests need from the system: Chromium, the fonts of papers, a reader of PDF, Java. Installed on Debian as root, else named."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from boot.words import Stop, say

FONTS = {
    "fonts-noto-cjk": "NotoSerifCJK-Regular*",
    "fonts-hanazono": "HanaMinB*",
    "fonts-babelstone-han": "BabelStoneHan*",
    "fonts-dejavu-core": "DejaVuSans.ttf",
}
"""The Debian packages of the fonts that papers are set in, each with a file it brings."""
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def missing(full: bool = False) -> list[str]:
    """Debian packages that are not there yet; slow experiments also open Word files."""
    packages = []
    if not any(shutil.which(name) for name in CHROMIUM):
        packages.append("chromium")
    packages += [package for package, file in FONTS.items() if not _has_font(file)]
    if not shutil.which("pdftotext"):
        packages.append("poppler-utils")
    if full and not shutil.which("soffice"):
        packages.append("libreoffice-writer-nogui")
    if not shutil.which("java"):
        packages.append("openjdk-17-jre-headless")
    return packages


def ensure(full: bool = False) -> None:
    """Install what is missing, or say what to install.

    Raises:
        Stop: where we may not or cannot install.
    """
    packages = missing(full)
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


def _has_font(file: str) -> bool:
    """Whether a file of fonts lies where papers look for it."""
    return any(next(folder.rglob(file), None) for folder in FONT_FOLDERS if folder.exists())
