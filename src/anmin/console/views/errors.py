"""Pages for what went wrong: each says what happened and what to do next."""

from __future__ import annotations

import sys
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from anmin.kernel.access.taking.actions import TakingStopped
from anmin.policy.errors import PolicyError


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the address or the form cannot be read."""
    return _page(
        request,
        400,
        _("看不懂这个请求"),
        _("地址或表单里有读不出来的内容。"),
        [_("回到上一页，重新填写后再提交。")],
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the reader may not do this."""
    return _page(
        request,
        403,
        _("没有权限"),
        _("您的账号不能打开这一页或做这件事。"),
        [
            _("换一个有权限的账号登录；"),
            _("工作需要的话，请本单位的系统管理员开通，并说明用途。"),
        ],
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that came without its token: mostly a page that was left open too long."""
    return _page(
        request,
        403,
        _("页面过期了"),
        _("这个页面打开得太久，或者浏览器没有保存登录状态，所以没有提交成功。"),
        [_("回到上一页，刷新以后再提交；"), _("还是不行，请重新登录，并允许浏览器保存 Cookie。")],
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or one that the reader may not see; both read the same."""
    return _page(
        request,
        404,
        _("没有找到"),
        _("这个地址没有内容，或者不在您的管辖范围内。"),
        [
            _("检查户编号或网址有没有写错；"),
            _("用页面上方的“查找”按户编号再找一次；"),
            _("确实应该看到的，请系统管理员核对您的管辖范围。"),
        ],
    )


def refused(request: HttpRequest, trouble: PolicyError) -> HttpResponse:
    """503: the engine or the data behind a page refuses, and says itself what to do."""
    return _page(request, 503, _("现在打不开这一页"), trouble.what, [trouble.todo] if trouble.todo else [])


def taking_stopped(request: HttpRequest, stopped: TakingStopped) -> HttpResponse:
    """403: as many persons as a day allows were shown; more needs somebody else's leave."""
    return _page(
        request,
        403,
        _("今天查看的人数到上限了"),
        str(stopped),
        [_("在“权限 › 批量查看申请”里写明用途和人数；"), _("批准后刷新这一页。")],
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours, or 503 when the database is out of reach. The page asks nothing of the database."""
    if unreachable(sys.exc_info()[1]):
        response = _page(
            request,
            503,
            _("暂时打不开"),
            _("系统连不上数据库。已经存下的内容没有受影响；刚才提交的如果没有看到“已保存”，就是没有存下。"),
            [
                _("一般一分钟内会自动恢复，请稍后刷新；"),
                _("超过五分钟还不行，请告诉系统管理员：运行 anmin doctor 看原因。"),
            ],
            bare=True,
        )
        response["Retry-After"] = "30"
        return response
    return _page(
        request,
        500,
        _("系统出错了"),
        _("不是您的操作有误，是系统出了问题。已经存下的结果没有受影响。"),
        [_("稍等一会儿再刷新；"), _("还是不行，请把时间、下面的编号和您在做的事告诉系统管理员。")],
        bare=True,
    )


NO_CONNECTION = ("08", "53", "57P")
"""SQLSTATE classes: connection lost, no room for one more, the server shuts down or starts."""


def unreachable(trouble: BaseException | None) -> bool:
    """Whether an error says that the database cannot be reached, rather than that it refused something."""
    if not isinstance(trouble, OperationalError | InterfaceError):
        return False
    state = getattr(trouble.__cause__, "sqlstate", None)
    return state is None or state.startswith(NO_CONNECTION)


def _page(
    request: HttpRequest, status: int, title: str, what: str, todo: list[str], *, bare: bool = False
) -> HttpResponse:
    number = str(structlog.contextvars.get_contextvars().get("request_id", ""))[:8]
    context: dict[str, Any] = {"title": title, "what": what, "todo": todo, "number": number}
    template = "console/error_bare.html" if bare else "console/error.html"
    return render(request, template, context, status=status)
