"""Place names of one county: names in force, namings at every step, plates, signs, a selection, a boundary; made once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from anmin.domains.placenames.demo.names import BOOKS, NAMINGS, OLD_NAMES, PLATES, SIGNS
from anmin.domains.placenames.registers.names import Name
from anmin.domains.placenames.registers.namings import Naming
from anmin.domains.placenames.registers.reports import report_error
from anmin.kernel.access.models import User
from anmin.kernel.access.queries import Reader, reader_for
from anmin.kernel.access.scopes import range_of
from anmin.kernel.divisions.shapes import outline
from anmin.kernel.registers.actions import enter
from anmin.kernel.registers.papers.actions import make_entry_paper
from anmin.kernel.registers.queries import register_named
from anmin.kernel.registers.steps import PROCEDURES, take_step

LINE = "placenames"
WAY = ("accept", "argue", "approve", "file", "announce")
STEPS_TO = {"accepted": 1, "argued": 2, "approved": 3, "announced": 5}
"""How many steps of the way a naming has taken in each state."""


@transaction.atomic
def make_demo_names(*, county: str, neighbour: str, town: str, ending: str, on: date) -> int:
    """Place names of a county (演示地名); gives the number of entries. Nothing where it was made before."""
    low, high = range_of(county)
    if Name.objects.filter(division__gte=low, division__lte=high).exists():
        return 0
    officer, approver = (
        reader_for(User.objects.get(username=f"{name}{ending}"), on) for name in ("diming", "dishen")
    )
    makers = _Maker(officer, approver, county, town, on)
    makers.names()
    makers.namings()
    makers.plates()
    makers.books(neighbour)
    makers.selection()
    report_error(
        entry=makers.named["听涛街"], words="南口的牌子写成了听涛大街（演示）", contact="", on=on - timedelta(2)
    )  # fmt: skip
    return makers.made + 1


class _Maker:
    """Enters as the two people of the line would."""

    def __init__(self, officer: Reader, approver: Reader, county: str, town: str, on: date) -> None:
        self.officer, self.approver = officer, approver
        self.county, self.town, self.on, self.made = county, town, on, 0
        points = [point for polygon in outline(county) for point in polygon[0]]
        self.east = sum(one[0] for one in points) / len(points) if points else 122.1
        self.north = sum(one[1] for one in points) / len(points) if points else 37.5
        self.named: dict[str, Any] = {}

    def ago(self, days: int) -> date:
        """So many days before today."""
        return self.on - timedelta(days)

    def enter(self, name: str, /, **raw: Any) -> Any:
        """One entry by the officer; `@` refers to an entry that was made before."""
        register = register_named(LINE, name)
        assert register is not None
        given = {
            key: self.named[value[1:]].number if str(value).startswith("@") else value
            for key, value in raw.items()
        }
        self.made += 1
        usual = {"division": self.town, "first_day": self.ago(60).isoformat()}
        return enter(by=self.officer, register=register, raw={**usual, **given}, on=self.on)

    def step(self, by: Reader, name: str, entry: Any, key: str, day: date, /, **raw: str) -> Any:
        """One step with an entry as it is now, as on a day."""
        entry.refresh_from_db()
        course = PROCEDURES[f"{LINE}/{name}"]
        return take_step(by=by, procedure=course, entry=entry, step=key, raw=raw, on=day, seen=entry.version)

    def paper(self, name: str, entry: Any, kind: str) -> None:
        """One paper of an entry as it is now."""
        entry.refresh_from_db()
        register = register_named(LINE, name)
        assert register is not None
        make_entry_paper(by=self.officer, register=register, entry=entry, kind=kind, on=self.on)

    def near(self, at: int) -> dict[str, str]:
        """A point some hundred metres further for every number."""
        return {"longitude": f"{self.east + at * 0.005:.6f}", "latitude": f"{self.north + at * 0.004:.6f}"}

    def names(self) -> None:
        """Names that are in force since long ago."""
        for at, (label, kind, raw) in enumerate(OLD_NAMES):
            self.named[label] = self.enter(
                "names", kind=kind, first_day="1986-05-01", position="见地图", **raw, **self.near(at)
            )

    def namings(self) -> None:
        """Applications at every step: just accepted, waiting for the approval, late with the filing, announced."""
        for proper, state, raw in NAMINGS:
            asked = self.ago(70 if state == "announced" else 45)
            entry = self.enter(
                "namings",
                kind="street",
                proper=proper,
                generic="路",
                applicant="街道办事处（演示）",
                first_day=asked.isoformat(),
                **raw,
            )
            for key in WAY[: STEPS_TO[state]]:
                self._go(entry, key, asked)
            if state == "announced":
                entry.refresh_from_db()
                self.named["海悦路"] = Name.objects.get(number=entry.result)
                for kind in ("naming_report", "naming_approval", "naming_filing", "naming_announcement"):
                    self.paper("namings", entry, kind)

    def _go(self, entry: Naming, key: str, asked: date) -> None:
        day = asked + timedelta({"accept": 3, "argue": 18, "approve": 28, "file": 36, "announce": 40}[key])
        said = {
            "argue": {
                "expert_opinion": "同意，读音顺口，含义健康（演示）",
                "public_opinion": "公开征求意见 7 天，没有反对（演示）",
                "assessment": "合法、可行、可控，风险低（演示）",
            },
            "approve": {
                "approver": "区人民政府（演示）",
                "document": f"演示〔{day.year}〕5号",
                "approved_on": day.isoformat(),
            },
            "file": {"filed_to": "市民政局（演示）", "filed_on": day.isoformat()},
            "announce": {"announced_at": "政府网站（演示）", "announced_on": day.isoformat()},
        }.get(key, {})
        self.step(self.approver if key == "approve" else self.officer, "namings", entry, key, day, **said)

    def plates(self) -> None:
        """Plates of the street that was announced, one with its certificate; signs, one of them wrong."""
        for at, raw in enumerate(PLATES):
            placed = {"placed_on": self.ago(5).isoformat()} if raw["state"] == "placed" else {}
            row = self.enter(
                "doorplates",
                name="@海悦路",
                first_day=self.ago(8).isoformat(),
                **raw,
                **placed,
                **self.near(at),
            )
            if at == 0:
                self.paper("doorplates", row, "doorplate_certificate")
        for at, raw in enumerate(SIGNS):
            self.enter("signs", found_on=self.ago(9).isoformat(), **raw, **self.near(at))

    def books(self, neighbour: str) -> None:
        """A base, a boundary that is due for its inspection, a file of a change of divisions."""
        for name, label, raw in BOOKS:
            known = {"division": self.county} | ({"other": neighbour} if name == "lines" else {})
            self.named[label] = self.enter(name, **known, **raw)
        row = self.enter("inspections", division=self.county, line="@界线", what="regular")
        self.step(self.officer, "inspections", row, "join", self.ago(3), team="双方各三人（演示）")

    def selection(self) -> None:
        """A list of heritage names: one is on it, another waits for the experts."""
        self.named["评选"] = self.enter(
            "campaigns",
            division=self.county,
            name="首批地名文化遗产（演示）",
            what="heritage",
            way="votes",
            places="3",
            panel="7",
        )
        usual = {"campaign": "@评选", "unit": "街道办事处（演示）", "evidence": "地方志（演示）"}
        first = self.enter("nominees", name="@老码头巷", meaning="渔港旧事的见证（演示）", **usual)
        self.step(self.officer, "nominees", first, "complete", self.ago(40))
        self.step(self.officer, "nominees", first, "review", self.ago(30), votes="6", evidence_score="90")
        self.step(self.officer, "nominees", first, "show", self.ago(20))
        self.step(
            self.approver, "nominees", first, "list", self.ago(10), measure="立碑，派生地名沿用（演示）"
        )
        self.paper("nominees", first, "protection_sheet")
        self.enter("nominees", name="@听涛街", meaning="街名三百年未变（演示）", **usual)
