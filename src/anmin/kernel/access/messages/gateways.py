"""Gateways (短信网关): what carries a text to a telephone. Which provider does so is no matter of this system."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

SECONDS = 20


class NoMessages(RuntimeError):
    """No gateway is set, or it failed; the message says what to do."""


class Gateway(Protocol):
    """Anything that carries a text. Raises NoMessages when it could not; twice the same key is one text."""

    def carry(self, phone: str, words: str, key: str) -> None:
        """Hand one text over."""


class ProgramGateway:
    """The operator's own program (`ANMIN_SMS_COMMAND`): number, text and key as three lines on its input.

    On the input, not as arguments, because arguments are seen by everybody on the machine.
    """

    def __init__(self, command: str) -> None:
        self.command = command

    def carry(self, phone: str, words: str, key: str) -> None:
        """Run the program and wait for its end."""
        try:
            subprocess.run(
                shlex.split(self.command),
                input=f"{phone}\n{words}\n{key}\n",
                text=True,
                timeout=SECONDS,
                check=True,
                capture_output=True,
            )
        except (OSError, subprocess.SubprocessError) as trouble:
            raise NoMessages(_("短信没有发出去，请稍后再试，或当面确认。")) from trouble


class FileGateway:
    """For development (`ANMIN_SMS_FILE`): texts are appended to a file that only its owner reads."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def carry(self, phone: str, words: str, key: str) -> None:
        """Write one line."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            opened = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(opened, "a", encoding="utf-8") as file:
                file.write(f"{timezone.now().isoformat()}\t{key}\t{phone}\t{words}\n")
        except OSError as trouble:
            raise NoMessages(_("短信没有发出去，请稍后再试，或当面确认。")) from trouble


class NoGateway:
    """The demonstration without a gateway: the page shows the code itself, nothing leaves the machine."""

    def carry(self, phone: str, words: str, key: str) -> None:
        """Nothing to do."""


def gateway() -> Gateway:
    """The gateway that the environment names.

    Raises:
        NoMessages: where there is none, outside the demonstration.
    """
    if settings.SMS_COMMAND:
        return ProgramGateway(settings.SMS_COMMAND)
    if settings.SMS_FILE:
        return FileGateway(Path(settings.SMS_FILE))
    if settings.DEMO:
        return NoGateway()
    raise NoMessages(_("还没有接通短信（ANMIN_SMS_COMMAND），请当面确认或收书面委托书。"))


def is_connected() -> bool:
    """Whether texts can be sent at all."""
    return bool(settings.SMS_COMMAND or settings.SMS_FILE or settings.DEMO)
