"""The check before handing in: every answer in a line with its question and the page where it is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.kernel.cases.own.forms import Filling, mark_of, shown_answer


@dataclass(frozen=True)
class Row:
    """One line: the question, about whom, the answer, where it is changed."""

    title: Any
    whose: str
    answer: str
    address: str


def rows_of(filling: Filling) -> list[Row]:
    """Every line, in the order of the task list."""
    token = filling.draft.token
    left_out = filling.left_out
    living = [row.person.name for row in filling.home.members if row.person_id not in left_out]
    found = [Row(_("一起生活的人"), "", "、".join(living), reverse("residents:members", args=[token]))]
    for page in filling.pages:
        where = reverse("residents:question", args=[token, page.key])
        whose = page.person.name if page.person is not None else ""
        found += [
            Row(one.fact, whose, shown_answer(one, filling.said.get(mark_of(one), "")), where)
            for one in page.fields
        ]
    found.append(
        Row(_("申请的理由"), "", filling.text("statement"), reverse("residents:statement", args=[token]))
    )
    found.append(Row(_("联系电话"), "", filling.text("contact"), reverse("residents:contact", args=[token])))
    if filling.procedure.terms.get("transfers_to"):
        agreed = _("愿意") if filling.text("transfer") == "yes" else _("不愿意")
        found.append(Row(_("不符合时转下一类"), "", agreed, reverse("residents:transfer", args=[token])))
    return found
