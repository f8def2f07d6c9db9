"""Where the lake lies and what its columns are."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from django.conf import settings

LAKE_TYPES = {
    "money": pa.int64(),
    "whole": pa.int32(),
    "flag": pa.int8(),
    "day": pa.int32(),
    "code": pa.int16(),
    "text": pa.string(),
}
"""Money is fen; days are yyyymmdd; flags 0 or 1."""


def lake_home() -> Path:
    """The folder of the lake."""
    return Path(settings.ANMIN_HOME) / "lake"
