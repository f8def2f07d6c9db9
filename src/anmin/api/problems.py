"""Answers that say what is wrong, in one shape for programs and people: code, message, where, what to do."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse


class Problem(Exception):
    """A request that cannot be answered so."""

    def __init__(self, status: int, code: str, message: str, *, where: str = "", todo: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.where, self.todo = status, code, message, where, todo

    @property
    def body(self) -> dict[str, str]:
        """The body of the answer."""
        return {"code": self.code, "message": self.message, "where": self.where, "todo": self.todo}


NOT_FOUND = Problem(404, "not_found", "没有找到", todo="核对证件号码；不在密钥范围内的人也答“没有找到”")
"""One answer for somebody who does not exist, is out of the key's divisions, or is under protection."""

KEY_NOT_VALID = Problem(
    401, "key_not_valid", "密钥无效", where="Authorization", todo="核对密钥是否填对、到期或停用"
)
"""One answer for no key, a wrong one, an expired one, a revoked one."""


def answer(request: HttpRequest, problem: Problem) -> JsonResponse:
    """A problem as an HTTP answer."""
    response = JsonResponse(problem.body, status=problem.status, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    if problem.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def shape() -> dict[str, Any]:
    """The shape of a problem for the description of the interface."""
    return {"code": "str", "message": "str", "where": "str", "todo": "str"}
