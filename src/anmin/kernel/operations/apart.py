"""The process of its own in which a job is tried: it calls the task and says how it went. Imports no tables."""

from __future__ import annotations

import signal
import sys
import traceback
from multiprocessing.connection import Connection
from typing import Any

import django
from django.conf import settings
from procrastinate.contrib.django import app

from anmin.lib.redaction import redacted


def inside(name: str, arguments: dict[str, Any], answer: Connection) -> None:
    """The other process: call the task and say how it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        django.setup()
        app.perform_import_paths()
        app.tasks[name].func(**arguments)
    except BaseException as trouble:
        answer.send((cause_of(trouble), trace_of(trouble)))
    else:
        answer.send(None)
    finally:
        answer.close()
        sys.stdout.flush()


def cause_of(trouble: BaseException) -> str:
    """What went wrong, in one line without personal data."""
    text = redacted(" ".join(str(trouble).split()))
    return f"{type(trouble).__name__}: {text}"[:500] if text else type(trouble).__name__


def trace_of(trouble: BaseException) -> str:
    """Where it went wrong: files, lines and functions, no values."""
    frames = traceback.extract_tb(trouble.__traceback__)
    root = f"{settings.BASE_DIR}/"
    return "\n".join(
        f"{frame.filename.removeprefix(root)}:{frame.lineno} {frame.name}" for frame in frames[-25:]
    )
