"""Logs: one JSON object a line in production, readable lines at a terminal, and nothing about persons in either."""

from __future__ import annotations

import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

from anmin.lib.redaction import loggable, redacted

OWN = ("event", "level", "logger", "timestamp", "exception")
"""What the logging itself writes; everything else a caller said."""


def without_persons(logger: Any, method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last step before writing: what a caller said passes `anmin.lib.redaction`."""
    said = {key: value for key, value in entry.items() if key not in OWN and not key.startswith("_")}
    kept = {key: entry[key] for key in OWN if key in entry}
    kept["event"] = redacted(str(entry.get("event", "")))
    return {**kept, **loggable(said), **{key: entry[key] for key in entry if key.startswith("_")}}


def where_it_broke(logger: Any, method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as type, redacted text and frames: what the lines of code held in variables is left out."""
    info = entry.pop("exc_info", None)
    if info is True or info is None:
        record = entry.get("_record")
        info = record.exc_info if record is not None and info is None else info
    trouble = info[1] if isinstance(info, tuple) else info if isinstance(info, BaseException) else None
    entry.pop("exc_text", None)
    entry.pop("stack_info", None)
    if trouble is not None:
        frames = traceback.extract_tb(trouble.__traceback__)[-25:]
        lines = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        entry["exception"] = "\n".join(
            [*lines, f"{type(trouble).__name__}: {redacted(' '.join(str(trouble).split()))}"]
        )
    return entry


CHAIN: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(*, as_json: bool) -> dict[str, Any]:
    """Set structlog up, and give Django's LOGGING: both write the same lines."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *CHAIN,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    shown: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    last = [
        where_it_broke,
        without_persons,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        shown,
    ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": last,
                # `extra` of other people's libraries is not logged: nobody has looked at what they put there.
                "foreign_pre_chain": CHAIN,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "anmin": {"level": "INFO"},
            "django_structlog": {"level": "INFO"},
            "procrastinate": {"level": "WARNING"},
            # The request log says the same, once, and without what stood in the address.
            "django.request": {"level": "CRITICAL"},
            "django.server": {"level": "CRITICAL"},
        },
    }
