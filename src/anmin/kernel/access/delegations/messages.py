"""Sends a text message through the operator's own program: which provider carries it is no matter of this system."""

from __future__ import annotations

import shlex
import subprocess

from django.conf import settings
from django.utils.translation import gettext as _

SECONDS = 20


class NoMessages(RuntimeError):
    """No program is set, or it failed; the message says what to do."""


def send(phone: str, words: str) -> None:
    """Hand a message to the program of `ANMIN_SMS_COMMAND`: the number and the text as two lines on its input.

    On the input, not as arguments, because arguments are seen by everybody on the machine. The demonstration has no
    program; it shows the message on the page instead.
    """
    if settings.DEMO and not settings.SMS_COMMAND:
        return
    if not settings.SMS_COMMAND:
        raise NoMessages(_("还没有接通短信（ANMIN_SMS_COMMAND），请当面确认或收书面委托书。"))
    try:
        subprocess.run(
            shlex.split(settings.SMS_COMMAND),
            input=f"{phone}\n{words}\n",
            text=True,
            timeout=SECONDS,
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.SubprocessError) as trouble:
        raise NoMessages(_("短信没有发出去，请稍后再试，或当面确认。")) from trouble
