"""Files that leave the screen (下载的文件): their name, and in the head of the answer the watermark that says who took them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse

from anmin.lib.sheets import FORMS, as_csv, as_xlsx


def attached(content: bytes | str, kind: str, name: str, mark: str) -> HttpResponse:
    """A file to keep, of a media type; without a watermark where it holds nothing about anybody."""
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    if mark:
        answer["X-Watermark"] = quote(mark)
    return answer


def table_attached(
    form: str, stem: str, heading: Sequence[str], rows: Iterable[Sequence[Any]], mark: str
) -> HttpResponse:
    """A table to keep, as `csv` or `xlsx`; the watermark stands in its last line too."""
    content = (as_csv if form == "csv" else as_xlsx)(heading, rows, mark)
    return attached(content, FORMS[form], f"{stem}.{form}", mark)
