"""A case walked in memory by the same guards and clocks as in the database, for thousands of histories a minute."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from anmin.kernel.cases import clocks as running
from anmin.kernel.cases.guards import Attempt, Taken, obstacles
from anmin.kernel.law.clocks import Unit, last_day_of_publicity
from anmin.lib.calendar import load_calendar

CALENDAR = load_calendar(on_unknown="provisional")
DAY = date(2026, 3, 2)
TWO = 2


@dataclass(frozen=True)
class Event:
    """One step that was taken, with everything that was said."""

    action: str
    source: str
    target: str
    takers: frozenset
    is_person: bool
    reason: str
    has_decision: bool
    on: date


@dataclass
class Walk:
    """Where a case stands after the events so far."""

    procedure: object
    state: str = ""
    day: date = DAY
    taken: list = field(default_factory=list)
    clocks: dict = field(default_factory=dict)
    events: list = field(default_factory=list)

    def __post_init__(self):
        self.state = self.procedure.initial

    def attempt(
        self, action, takers, *, is_person, reason, has_decision, publicity="", undecided=(), powers=None
    ):
        """Take a step if nothing stands in its way; whether it was taken."""
        asked = Attempt(
            action,
            self.day,
            frozenset(takers),
            is_person=is_person,
            reason=reason,
            has_decision=has_decision,
            undecided=tuple(undecided),
            powers=powers,
        )
        if obstacles(self.procedure, self.state, asked, self.taken, self.clocks):
            return False
        way = self.procedure.step(self.state, action)
        shown = publicity if action.startswith("opine") else ""
        self.taken.append(Taken(len(self.taken) + 1, action, frozenset(takers), shown))
        self.events.append(
            Event(
                action, self.state, way.target, frozenset(takers), is_person, reason, has_decision, self.day
            )
        )
        self._move(way)
        self.state = way.target
        return True

    def _move(self, way):
        for key, clock in list(self.clocks.items()):
            if key in way.stops:
                clock = running.stop(clock, self.day)
            if key in way.pauses and clock.stopped_on is None:
                clock = running.pause(clock, self.day, CALENDAR)
            if key in way.resumes:
                clock = running.resume(clock, self.day, CALENDAR)
            self.clocks[key] = clock
        for key in way.starts:
            limit = self.procedure.limit(key)
            clock = running.start(key, limit.number, limit.unit, self.day, CALENDAR)
            if limit.is_duty_to_wait and limit.unit is Unit.CALENDAR_DAYS:
                due = last_day_of_publicity(self.day, limit.number)
                clock = running.Clock(key, limit.number, limit.unit, self.day, due)
            self.clocks[key] = clock


DECIDED = {
    "approved",
    "refused",
    "transferred",
    "changed",
    "reduced",
    "fading",
    "suspended",
    "stopped",
    "noticed",
}
WHOLE_ROAD = {
    "dibao": {"submit", "accept", "start_check", "record_check", "start_survey", "record_survey", "opine"},
    "tekun": {"submit", "accept", "record_check", "record_survey", "record_assessment", "opine"},
    "temp_urgent": {"submit", "record_survey", "opine"},
    "orphan": {"submit", "accept", "record_check", "record_survey", "opine"},
    "living_subsidy": {"submit", "accept", "opine", "record_check"},
    "recovery": {"record_survey", "tell"},
    "recovery_children": {"record_survey", "tell"},
}
"""What must have happened before a decision, written down from the law and not from the procedures."""
SHOWN = {"dibao", "tekun", "temp_expenditure"}
"""What is shown in public where the opinion says so: never what only recognises, and no emergency."""
AGAINST = {"refused", "terminated", "stopped", "reduced", "suspended", "noticed"}


def is_hidden(walk, at):
    """Whether the last opinion before an event asked for publicity, and none was begun after it."""
    opinion = max((i for i, one in enumerate(walk.taken[:at]) if one.publicity), default=None)
    after = {event.action for event in walk.events[opinion or 0 : at]}
    return opinion is not None and walk.taken[opinion].publicity == "due" and "publish" not in after


def unlawful(walk):
    """What a history did that no history may do; empty for a lawful one."""
    found = []
    done = [event.action for event in walk.events]
    for at, event in enumerate(walk.events):
        if event.target in AGAINST and not (event.is_person and event.has_decision and event.reason):
            found.append(f"{event.action} against people without person, decision or reason")
        if event.target == "approved" and not (event.is_person and event.has_decision):
            found.append("granted without a person's decision")
        if event.target == "approved" and walk.procedure.matter in SHOWN and is_hidden(walk, at):
            found.append("granted without the publicity that was due")
        if event.target in DECIDED and walk.procedure.matter in WHOLE_ROAD:
            found += [f"skipped {action}" for action in WHOLE_ROAD[walk.procedure.matter] - set(done[:at])]
        if event.target in {"approved", "refused", "transferred", *AGAINST}:
            looked = {
                who
                for before in walk.events[:at]
                if before.action in ("record_survey", "opine", "opine_again", "propose")
                for who in before.takers
            }
            if looked & event.takers and event.action != "terminate":
                found.append(f"{event.action} by somebody who surveyed or opined")
        if (
            event.action == "record_survey"
            and len(event.takers) < TWO
            and walk.procedure.matter != "age_allowance"
        ):
            found.append("a survey by one")
        if event.action == "send_up":
            shown = max(i for i, action in enumerate(done[:at]) if action == "publish")
            if event.on - walk.events[shown].on < timedelta(7):
                found.append("publicity cut short")
    for clock in walk.clocks.values():
        if clock.due < clock.first_day or (clock.stopped_on and clock.stopped_on < clock.first_day):
            found.append(f"{clock.key} is negative")
    return found
