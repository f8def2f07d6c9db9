"""Entries of every register of elder care in one county, from the persons of the demonstration; made once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from anmin.domains.elderly.assessment.actions import Given, assess
from anmin.domains.elderly.assessment.scoring import Conditions, items
from anmin.domains.elderly.demo.places import BOOKS, LUNCH
from anmin.domains.elderly.meals.actions import serve
from anmin.domains.elderly.registers.beds import FamilyBed
from anmin.kernel.access.models import User
from anmin.kernel.access.queries import Reader, reader_for
from anmin.kernel.access.scopes import range_of
from anmin.kernel.divisions.shapes import outline
from anmin.kernel.people.models import Person
from anmin.kernel.people.queries import membership_on
from anmin.kernel.registers.actions import enter
from anmin.kernel.registers.queries import register_named
from anmin.kernel.registers.steps import PROCEDURES, take_step

ELDERS = 24
TOTALS = (88, 71, 58, 52, 44, 38, 33, 21)
KINDS = ("alone", "empty_nest", "disabled", "left_behind", "severe", "planning")


@transaction.atomic
def make_demo_care(*, by: str, county: str, ending: str, on: date) -> int:
    """Elder care of a county (演示养老服务); gives the number of entries. Nothing where it was made before."""
    low, high = range_of(county)
    people = Person.objects.filter(
        division__gte=low, division__lte=high, merged_into__isnull=True, died_on__isnull=True, level__lte=1
    ).filter(birth_day__lte=date(on.year - 66, on.month, 1))
    elders = list(people.order_by("division", "pk")[:ELDERS])
    if len(elders) < ELDERS or FamilyBed.objects.filter(person__in=elders).exists():
        return 0
    staff = {
        name: reader_for(User.objects.get(username=f"{name}{ending}"), on)
        for name in ("yanglao", "yangshen", "pinggu")
    }
    makers = _Maker(staff["yanglao"], staff["yangshen"], staff["pinggu"], county, on)
    makers.places(elders[0].division)
    makers.persons(elders)
    makers.meals(elders[:8])
    return makers.made


class _Maker:
    """Enters as the three people of the line would."""

    def __init__(self, officer: Reader, approver: Reader, assessor: Reader, county: str, on: date) -> None:
        self.officer, self.approver, self.assessor = officer, approver, assessor
        self.county, self.on, self.made = county, on, 0
        points = [point for polygon in outline(county) for point in polygon[0]]
        self.east = sum(one[0] for one in points) / len(points) if points else 122.1
        self.north = sum(one[1] for one in points) / len(points) if points else 37.5
        self.point: Any = None

    def enter(self, name: str, /, **raw: Any) -> Any:
        """One entry by the officer, in force since the beginning of the year unless it says otherwise."""
        register = register_named("elderly", name)
        assert register is not None
        usual = {"first_day": date(self.on.year, 1, 4).isoformat()}
        if not register.is_about_persons:
            usual["division"] = self.county
        self.made += 1
        return enter(by=self.officer, register=register, raw={**usual, **raw}, on=self.on)

    def step(self, by: Reader, name: str, entry: Any, key: str, reason: str = "", **raw: Any) -> Any:
        """One step with an entry as it is now."""
        entry.refresh_from_db()
        return take_step(
            by=by,
            procedure=PROCEDURES[f"elderly/{name}"],
            entry=entry,
            step=key,
            raw=raw,
            on=self.on,
            seen=entry.version,
            reason=reason,
        )

    def near(self, at: int) -> dict[str, str]:
        """A point some hundred metres further for every number."""
        return {"longitude": f"{self.east + at * 0.004:.6f}", "latitude": f"{self.north + at * 0.003:.6f}"}

    def places(self, community: str) -> None:
        """Everything that is no person: from the lists of `demo.places`."""
        named: dict[str, Any] = {}
        for at, (name, label, raw) in enumerate(BOOKS):
            given = {
                key: named[value[1:]].number if str(value).startswith("@") else value
                for key, value in raw.items()
            }
            register = register_named("elderly", name)
            if register is not None and register.marks is not None:
                given |= self.near(at % 7)
            if name in ("communities", "helpers", "facilities"):
                given |= {"division": community}
            if name == "days":
                given |= {"first_day": (self.on - timedelta(3)).isoformat(), "division": community}
            named[label] = self.enter(name, **given)
        self.point = named["食堂"]
        house = named["养老院"]
        self.step(self.officer, "institutions", house, "file")
        self.policy, self.pilot = named["保单"], named["试点"]

    def persons(self, elders: list[Person]) -> None:
        """Assessments, target persons, beds, adaptations, insurance and a claim."""
        for at, person in enumerate(elders):
            number = person.identifiers.filter(kind="resident", last_day__isnull=True).first()
            if number is None:
                continue
            key = number.value
            self.enter("insured", person=key, policy=self.policy.number)
            if at < 4:
                self.enter("beneficiaries", person=key, project=self.pilot.number, subsidy_fen="1200")
                self.enter("neighbours", person=key, neighbour="邻居（演示）", promise="每天看一眼窗帘")
                self.enter("neighbour-helps", person=key, kind="look", minutes="15", words="一切都好（演示）")
            if at % 2 == 0:
                self._assess(person, TOTALS[at // 2 % len(TOTALS)])
            row = self.enter("difficulties", person=key, kind=KINDS[at % len(KINDS)], source="社区摸排")
            if at % 3:
                self.step(self.officer, "difficulties", row, "survey")
            if at % 3 and membership_on(person, self.on) is not None:
                self.step(self.officer, "difficulties", row, "activate")
            if at in (6, 8, 10, 12):
                self._bed(key, at)
            if at in (1, 3):
                self.enter(
                    "adaptations", person=key, programme=f"{self.on.year} 年适老化改造", address="见住户登记"
                )
        if number is not None:
            self.enter(
                "claims",
                person=key,
                policy=self.policy.number,
                kind="fracture",
                happened_in=self.county,
                happened_on=(self.on - timedelta(9)).isoformat(),
                words="雨天在楼道滑倒，手腕骨折",
                first_day=self.on.isoformat(),
            )

    def meals(self, elders: list[Person]) -> None:
        """Lunches of the last days."""
        for at, person in enumerate(elders):
            serve(
                by=self.officer,
                point=self.point,
                person=person,
                day=self.on - timedelta(at % 3 + 1),
                slot=LUNCH,
                on=self.on,
            )
            self.made += 1

    def _assess(self, person: Person, total: int) -> None:
        answers = {key: item.most for key, item in items().items()}
        for key, item in items().items():
            over = sum(answers.values()) - total
            answers[key] = min(
                option.score for option in item.options if item.most - option.score <= max(0, over)
            )
        given = Given(
            answers, Conditions(), "first", "评估员甲", "评估员乙", True, living="alone", place="家中"
        )
        assess(by=self.assessor, person=person, given=given, on=self.on - timedelta(20))
        self.made += 1

    def _bed(self, key: str, at: int) -> None:
        bed = self.enter(
            "beds",
            person=key,
            address="见住户登记",
            first_day=(self.on - timedelta(15)).isoformat(),
            **self.near(at),
        )
        if at == 6:
            return
        self.step(self.officer, "beds", bed, "assess")
        self.step(self.officer, "beds", bed, "survey", surveyed_on=(self.on - timedelta(10)).isoformat())
        if at == 8:
            return
        self.step(
            self.officer,
            "beds",
            bed,
            "plan",
            plan="装呼叫器和扶手，每周上门两次",
            provider="安心养老服务中心（演示）",
        )
        self.step(
            self.officer,
            "beds",
            bed,
            "contract",
            contract=f"演示-{at}",
            services_month="8",
            contract_until=(self.on + timedelta(200)).isoformat(),
        )
        self.enter("devices", bed=bed.number, kind="call", serial=f"YS{at:04d}")
        self.step(self.approver, "beds", bed, "accept", accepted_on=self.on.isoformat(), worker="护理员丙")
