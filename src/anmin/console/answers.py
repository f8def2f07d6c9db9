"""What the desk answers beside pages."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse


def pdf(name: str, content: bytes) -> HttpResponse:
    """A paper that the browser shows, under a name it is saved by; that nothing is stored on the way, log-in sees to."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}.pdf"
    return answer
