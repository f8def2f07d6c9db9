"""Changes in words: what kind they are, and each value before and after, numbers and telephones masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.changeforms import SOURCES
from anmin.console.personforms import HUKOU_KINDS, NUMBER_KINDS, TIES
from anmin.console.places import full_name
from anmin.console.words import term_of
from anmin.kernel.access.fields import masked
from anmin.kernel.access.queries import Reader
from anmin.kernel.people import queries as people
from anmin.kernel.people.requests.differences import after_of, before_of
from anmin.policy.codes import Relation, Settlement, Sex

KINDS = {
    "enter": gettext_lazy("新增人员"),
    "home": gettext_lazy("新建家庭"),
    "birth": gettext_lazy("出生登记"),
    "join": gettext_lazy("迁入家庭"),
    "leave": gettext_lazy("离开家庭"),
    "split": gettext_lazy("分户"),
    "head": gettext_lazy("变更户主"),
    "move": gettext_lazy("迁址"),
    "correct": gettext_lazy("更正信息"),
    "hukou": gettext_lazy("户口变动"),
    "number": gettext_lazy("登记证件"),
    "number_end": gettext_lazy("停用证件"),
    "former": gettext_lazy("补记曾用名"),
    "tie": gettext_lazy("登记亲属或监护"),
    "untie": gettext_lazy("终止亲属或监护"),
    "reside": gettext_lazy("登记居住证"),
    "merge": gettext_lazy("合并重复人员"),
    "unmerge": gettext_lazy("撤销合并"),
    "die": gettext_lazy("死亡登记"),
    "undie": gettext_lazy("更正死亡信息"),
}
STATES = {
    "open": gettext_lazy("待审核"),
    "done": gettext_lazy("已办理"),
    "refused": gettext_lazy("不予办理"),
    "withdrawn": gettext_lazy("已撤回"),
}
TITLES = {
    "household": gettext_lazy("所在的户"),
    "relation": gettext_lazy("与户主关系"),
    "old_relation": gettext_lazy("原户主改为"),
    "members": gettext_lazy("成员"),
    "head": gettext_lazy("户主"),
    "division": gettext_lazy("住在"),
    "address": gettext_lazy("地址"),
    "name": gettext_lazy("姓名"),
    "former": gettext_lazy("曾用名"),
    "phone": gettext_lazy("电话"),
    "sex": gettext_lazy("性别"),
    "birth_day": gettext_lazy("出生日期"),
    "hukou_division": gettext_lazy("户口所在地"),
    "hukou_kind": gettext_lazy("户口性质"),
    "settlement": gettext_lazy("城乡"),
    "kind": gettext_lazy("证件种类"),
    "number": gettext_lazy("号码"),
    "tie": gettext_lazy("关系"),
    "other": gettext_lazy("对方"),
    "residence": gettext_lazy("居住证"),
    "until": gettext_lazy("有效期到"),
    "died_on": gettext_lazy("死亡日期"),
    "source": gettext_lazy("消息来源"),
}


@dataclass(frozen=True)
class Difference:
    """One value of a change: what stood there, what is asked for, and whether some of it is masked."""

    title: Any
    before: str
    after: str
    is_masked: bool

    @property
    def is_changed(self) -> bool:
        """Whether it becomes something else."""
        return self.before != self.after


def differences_of(row: Any, reader: Reader, *, is_open: bool = False) -> list[Difference]:
    """What a request changes, field by field; of one that was decided as it stood then."""
    before = before_of(row) if row.state == "open" else row.before
    after = after_of(row)
    show = _Words(reader, is_open)
    found = []
    for key, title in TITLES.items():
        if key in before or key in after:
            told = [show.of(key, side.get(key), row.kind) for side in (before, after)]
            held = any(show.is_masked(key, side.get(key), row.kind) for side in (before, after))
            found.append(Difference(title, *told, held and not is_open))
    return found


class _Words:
    def __init__(self, reader: Reader, is_open: bool) -> None:
        self.reader, self.is_open = reader, is_open

    def of(self, key: str, value: Any, kind: str) -> str:
        """A value in words; nothing for nothing."""
        if value is None or value == "" or value == []:
            return ""
        if self.is_masked(key, value, kind):
            return str(value) if self.is_open else masked(key, str(value))
        made = getattr(self, f"_{key}", None)
        return str(made(value)) if made else str(value)

    def is_masked(self, key: str, value: Any, kind: str) -> bool:
        """Whether the value is of a class that is masked; the number of a household is not."""
        return bool(value) and (
            key in ("phone", "address") or (key == "number" and kind not in ("split", "home"))
        )

    def _person(self, key: Any) -> str:
        row = people.person(self.reader, int(key))
        return row.name if row is not None else _("辖区以外的人")

    def _members(self, keys: list[int]) -> str:
        return "、".join(self._person(key) for key in keys)

    def _relation(self, code: Any) -> Any:
        return term_of(Relation(int(code)))

    def _settlement(self, code: Any) -> Any:
        return term_of(Settlement(int(code)))

    def _sex(self, code: Any) -> Any:
        return term_of(Sex(int(code)))

    def _former(self, names: Any) -> str:
        return names if isinstance(names, str) else "、".join(names)

    _head = _other = _person
    _old_relation = _relation

    def _division(self, code: Any) -> str:
        return full_name(str(code))

    _residence = _hukou_division = _division

    def _kind(self, key: Any) -> Any:
        return _word(NUMBER_KINDS, key)

    def _hukou_kind(self, key: Any) -> Any:
        return _word(HUKOU_KINDS, key)

    def _tie(self, key: Any) -> Any:
        return _word(TIES, key)

    def _source(self, key: Any) -> Any:
        return _word(SOURCES, key)


def _word(choices: Any, key: Any) -> Any:
    known: Mapping[str, Any] = dict(choices)
    return known.get(str(key), key)
