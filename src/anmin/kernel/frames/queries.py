"""What the frame of a page shows, read from the request and the settings."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

COOKIE = "anmin_size"
"""One cookie for the desk, the residents' pages and the phone: a choice holds on every page of the installation."""
SIZES = ("normal", "large", "xlarge", "huge")
YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Frame:
    """What every page's frame shows; `larger` and `smaller` are the next sizes, empty at the ends."""

    size: str
    larger: str
    smaller: str
    language: str
    is_demo: bool

    @property
    def is_elder(self) -> bool:
        """Whether the large letters are on."""
        return self.size != SIZES[0]


def frame_of(request: HttpRequest | None) -> Frame:
    """The frame of a page; a size that nobody offers is the usual one."""
    size = request.COOKIES.get(COOKIE, SIZES[0]) if request is not None else SIZES[0]
    at = SIZES.index(size) if size in SIZES else 0
    return Frame(
        SIZES[at],
        SIZES[at + 1] if at + 1 < len(SIZES) else "",
        SIZES[at - 1] if at else "",
        "en" if (get_language() or "").startswith("en") else "zh-Hans",
        bool(getattr(settings, "DEMO", False)),
    )


def with_size(answer: HttpResponse, request: HttpRequest) -> HttpResponse:
    """An answer that keeps the size somebody chose; the cookie says nothing about the person."""
    size = request.POST.get("size", "")
    if size in SIZES:
        answer.set_cookie(
            COOKIE, size, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return answer
