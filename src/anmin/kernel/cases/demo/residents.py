"""The invented residents of the demonstration who can log in (演示居民): one in progress, one granted, one refused, a relative.

Their list is kept in a file beside the data, because the entrance itself may look nobody up.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from anmin.kernel.cases.models import Case
from anmin.kernel.people.models import Membership, Person
from anmin.kernel.people.residents.queries import own_number

FILE = "demo-residents.json"
WANTED = (
    (("need_more",), "有材料要补"),
    (("submitted", "accepted", "publicity", "confirming"), "正在办"),
    (("approved",), "已批准，正在领"),
    (("refused",), "没有批准"),
)


@dataclass(frozen=True)
class DemoResident:
    """A log-in of the residents' pages: invented name and number, and what there is to see."""

    name: str
    number: str
    words: str


def demo_residents() -> list[DemoResident]:
    """The residents of the demonstration as they were kept; nobody outside it."""
    path = _path()
    if not settings.DEMO or not path.exists():
        return []
    return [DemoResident(**row) for row in json.loads(path.read_text("utf-8"))]


def find_residents(ending: str) -> list[DemoResident]:
    """Applicants of the demonstration's cases with a telephone, and somebody of another household."""
    found, used = [], set[int]()
    rows = Case.objects.filter(token__startswith=f"demo{ending}-").select_related("applicant").order_by("pk")
    for states, words in WANTED:
        case = next((row for row in rows if row.state in states and _can_come_in(row.applicant)), None)
        if case is not None:
            found.append(_resident(case.applicant, words))
            used.add(case.household_id)
    heads = Membership.objects.filter(is_head=True, last_day__isnull=True).exclude(household__in=used)
    heads = heads.filter(household__cases__isnull=True).select_related("person").order_by("pk")
    helper = next((row.person for row in heads[:200] if _can_come_in(row.person)), None)
    return [*found, _resident(helper, "还没有申请，可以替别人办")] if helper is not None else found


def keep_residents(residents: list[DemoResident]) -> Path:
    """Write the list down."""
    path = _path()
    path.write_text(json.dumps([asdict(row) for row in residents], ensure_ascii=False), "utf-8")
    return path


def _path() -> Path:
    return Path(settings.ANMIN_HOME) / FILE


def _can_come_in(person: Person) -> bool:
    return bool(person.phone) and bool(own_number(person)) and person.died_on is None


def _resident(person: Person, words: str) -> DemoResident:
    return DemoResident(person.name, own_number(person), words)
