"""A task as the list shows it, and a household as its page does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.kernel.delivery.cards.merging import Standing
from anmin.kernel.delivery.services import Question, Service
from anmin.kernel.delivery.tasks import Rank, Task
from anmin.kernel.entitlements.queries import paying, running_of, title_of_benefit
from anmin.kernel.people.queries import Household, Person


@dataclass(frozen=True)
class Row:
    """One row of the list: two lines of words, a tag in words and colour, and where a tap leads."""

    task: Task
    name: str
    tag: str
    tint: str
    place: str
    address: str
    rank: int
    way: str = ""
    """Where the task itself is done; a tap on today's list leads to the household first unless the task says more."""


def age_of(person: Person, on: date) -> int | None:
    """Full years on a day; None where the day of birth is not known."""
    born = person.birth_day
    if born is None:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def row_of(task: Task, on: date) -> Row:
    """A task in words."""
    name = _("%(number)s 户") % {"number": task.household.number}
    if task.person is not None:
        age = age_of(task.person, on)
        name = f"{task.person.name}（{age}）" if age is not None else task.person.name
    rank, days = task.rank(on), (task.due - on).days
    if rank == Rank.URGENT:
        tag, tint = _("紧急"), "red"
    elif rank == Rank.OVERDUE:
        tag, tint = _("超期 %(n)d 天") % {"n": -days}, "red"
    elif rank == Rank.TODAY:
        tag, tint = _("今天到期"), "amber"
    else:
        tag, tint = _("还有 %(n)d 天") % {"n": days}, "blue"
    way = _way(task)
    address = way if task.opens else f"{reverse('field:home', args=[task.household.number])}?task={task.key}"
    return Row(task, name, tag, tint, task.household.address, address, int(rank), way)


def _way(task: Task) -> str:
    """The page on which a task is done."""
    if task.opens:
        return reverse(f"field:{task.opens}", args=[task.subject])
    if task.kind == "visit":
        whose = f"?person={task.person.pk}" if task.person is not None else ""
        return reverse("field:visit", args=[task.household.number, task.service]) + whose
    if task.kind in ("case", "alert"):
        return reverse(f"console:{task.kind}", args=[task.subject])
    return "#main"


def benefits_of(home: Household, on: date) -> list[dict[str, Any]]:
    """What a household or one of its members receives this month."""
    found = []
    for row in running_of(home, on).select_related("person").order_by("first_day"):
        held = paying(row, on.replace(day=1))
        found.append(
            {
                "title": title_of_benefit(row.benefit),
                "who": row.person.name if row.person is not None else "",
                "state": row.get_state_display(),
                "first_day": row.first_day,
                "fen": held.fen if held is not None else None,
                "is_yearly": held is not None and held.is_yearly,
            }
        )
    return found


@dataclass(frozen=True)
class Asked:
    """A question as the form shows it: its value, what is wrong with it, and the words of the card it begins with."""

    question: Question
    value: Any
    error: str
    base: str
    words: tuple[Any, ...] = ()

    @property
    def chosen(self) -> list[str]:
        """The choices that are ticked."""
        return (
            list(self.value)
            if isinstance(self.value, list | tuple)
            else [str(self.value)]
            if self.value
            else []
        )


def asked(
    service: Service,
    given: dict[str, Any],
    errors: dict[str, str],
    card: dict[str, Standing],
) -> list[tuple[str, str, list[Asked]]]:
    """The parts of a form with their questions; fields of the card begin with what holds."""
    parts = []
    for part in service.parts:
        rows = []
        for question in part.questions:
            standing = card.get(question.key) if question.is_kept else None
            value = given.get(question.key, standing.value if standing else question.default)
            base = ",".join(standing.base) if standing else ""
            words = standing.words if standing and standing.is_disputed else ()
            rows.append(Asked(question, value, errors.get(question.key, ""), base, words))
        parts.append((part.key, part.title, rows))
    return parts


def people_in(members: Iterable[Any], on: date) -> list[dict[str, Any]]:
    """The members of a household as its page shows them."""
    return [
        {
            "person": row.person,
            "age": age_of(row.person, on),
            "is_head": row.is_head,
            "relation": row.relation,
        }
        for row in members
    ]
