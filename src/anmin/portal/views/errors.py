"""Pages for what went wrong, in residents' words; a page that is not theirs reads like one that does not exist."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same whether there is nothing or it is somebody else's."""
    return _page(
        request,
        404,
        _("没有找到这一页"),
        [
            _("看看网址有没有写错；"),
            _("回到首页，从那里再进；"),
            _("如果是家里人委托您办的，请确认委托还有效。"),
        ],
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: mostly a page that was open for too long."""
    return _page(
        request,
        403,
        _("这一页放得太久了，没有提交成功"),
        [_("回到上一页，刷新以后再提交；"), _("还是不行，请重新登录。已经保存的内容都在。")],
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what came cannot be read."""
    return _page(request, 400, _("没看懂这次提交的内容"), [_("回到上一页，重新填写后再提交。")])


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours. The page asks nothing of the database."""
    return _page(
        request,
        500,
        _("系统出了问题，不是您的错"),
        [_("过一会儿再试；已经保存的内容都在。"), _("着急的话，请打 12345，或者找村（社区）工作人员。")],
    )


def refused(request: HttpRequest, what: str, todo: str) -> HttpResponse:
    """503: the rules or the place lack something; it is said what."""
    return _page(request, 503, what, [todo] if todo else [])


def _page(request: HttpRequest, status: int, title: str, todo: list[str]) -> HttpResponse:
    context: dict[str, Any] = {"title": title, "todo": todo}
    return render(request, "portal/error.html", context, status=status)
