"""What an application consists of (申请表), checked field by field before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from anmin.kernel.cases.procedures import Procedure
from anmin.kernel.cases.verification.actions import Said, read_written
from anmin.kernel.people.models import Household, Membership, Person
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError
from anmin.policy.rules import Level

Key = tuple[int | None, str]
"""A member's register key (None for the household) and a fact."""


class FormProblem(ValueError):
    """A form cannot be taken as it is. `fields` say for each field what is wrong; what was typed is not lost."""

    def __init__(self, fields: Mapping[Any, str]) -> None:
        super().__init__("；".join(fields.values()))
        self.fields = dict(fields)


@dataclass(frozen=True)
class ApplicationForm:
    """An application as it is handed in. `said` is what the applicant declares, as rules see it.

    `left_out` are members of the register's household who are not in the application, each with the reason; `given`
    are keys of materials handed over with it, `promised` of those whose content is promised in writing instead, where
    the matter allows that; `beside` is what no rule reads (bank card, kin who owe support).
    """

    matter: str
    household: Household
    applicant: Person
    members: tuple[Membership, ...]
    said: tuple[Said, ...]
    channel: str
    token: str
    statement: str = ""
    contact: str = ""
    helper: Person | None = None
    agrees_to_transfer: bool = False
    left_out: Mapping[int, str] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    promised: frozenset[str] = frozenset()
    beside: Mapping[str, Any] = field(default_factory=dict)
    causes: tuple[str, ...] = ()


def read_form(procedure: Procedure, written: Mapping[Key, Any]) -> tuple[Said, ...]:
    """What people wrote, field by field, as rules see it; empty fields say nothing.

    Raises:
        FormProblem: naming every field that cannot be read, not only the first.
    """
    known = rulebook().facts
    found, wrong = [], {}
    for (person, name), value in written.items():
        if value is None or str(value).strip() == "":
            continue
        fact = known.get(name)
        if fact is None or (fact.level is Level.PERSON) != (person is not None):
            wrong[person, name] = _("没有这一项：%(name)s") % {"name": name}
            continue
        try:
            amount = read_written(name, value.strip().replace(",", "") if isinstance(value, str) else value)
        except PolicyError:
            wrong[person, name] = _("“%(title)s”写法不对：金额写元，例如 1200.50；日期写 2024-03-01") % {
                "title": fact.title
            }
            continue
        if amount < 0:
            wrong[person, name] = _("“%(title)s”不能是负数") % {"title": fact.title}
            continue
        found.append(Said(name, amount, person))
    if wrong:
        raise FormProblem(wrong)
    return tuple(found)


def check_form(form: ApplicationForm, procedure: Procedure, living: Iterable[Membership]) -> None:
    """Refuse a form without its applicant, or with part of the household only (民发〔2021〕57号；part-household is banned).

    Raises:
        FormProblem: naming everything that is wrong.
    """
    wrong: dict[Any, str] = {}
    people = {row.person_id for row in form.members}
    if not people:
        wrong["members"] = _("请至少填一名家庭成员")
    elif form.helper is None and form.applicant.pk not in people:
        wrong["applicant"] = _("申请人要是家庭成员；由别人代办时请登记受托人")
    for row in living:
        if row.person_id not in people and not form.left_out.get(row.person_id, "").strip():
            wrong["members", row.person_id] = _("同一户的成员不能只申请一部分；确实不共同生活的，请写明原因")
    for one in form.said:
        if one.person is not None and one.person not in people:
            wrong[one.person, one.name] = _("填写的内容属于不在申请中的人")
    if wrong:
        raise FormProblem(wrong)
