"""What the rule engine says when it refuses to calculate."""

from __future__ import annotations


class PolicyError(Exception):
    """A calculation cannot start or go on: what happened, where, and what to do about it.

    `code` is stable and short (for tests and logs); the three texts are for people.
    """

    def __init__(self, code: str, *, what: str, where: str = "", todo: str = "") -> None:
        self.code = code
        self.what = what
        self.where = where
        self.todo = todo
        super().__init__(str(self))

    def __str__(self) -> str:
        parts = [self.what]
        if self.where:
            parts.append(f"位置：{self.where}")
        if self.todo:
            parts.append(f"请这样处理：{self.todo}")
        return "。".join(part.rstrip("。") for part in parts) + "。"

    def __reduce__(self) -> tuple[object, ...]:  # Spark and process pools send errors by pickle
        return (_rebuild, (self.code, self.what, self.where, self.todo))


def _rebuild(code: str, what: str, where: str, todo: str) -> PolicyError:
    return PolicyError(code, what=what, where=where, todo=todo)
