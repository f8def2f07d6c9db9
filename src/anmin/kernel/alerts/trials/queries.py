"""The thresholds of a rule, what a trial would run on, and what came of the rule's hits: what an estimate is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef

from anmin.kernel.access.queries import Reader
from anmin.kernel.alerts.models import Alert, AlertHit, AlertStep
from anmin.kernel.alerts.steps import holds
from anmin.kernel.alerts.trials.models import AskedTrial
from anmin.kernel.facts.queries import snapshot_named
from anmin.kernel.screening.monitoring import evaluations
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError
from anmin.policy.plan import make_plan
from anmin.policy.rates import Rate, RateEntry
from anmin.policy.snapshots import Snapshot
from anmin.policy.trials import Figures, Outcome


@dataclass(frozen=True)
class Threshold:
    """A line that a rule draws (阈值), as it stands in a place on a day; `value` as rules see it."""

    rate: Rate
    entry: RateEntry
    value: int


def thresholds_of(rule: str, division: str, on: date) -> list[Threshold]:
    """The numbers by which a rule of monitoring decides in a place on a day; none where it is not in force."""
    book = rulebook()
    alert = book.alerts.get(rule)
    version = book.version(alert.rule, on) if alert is not None else None
    if version is None:
        return []
    own = {parameter.name for parameter in version.parameters}
    found = []
    for rate in make_plan(book, on, [version.name]).rates:
        entry = book.rates.find(rate.name, division, on) if rate.name in own else None
        if entry is not None and isinstance(entry.urban, int):
            found.append(Threshold(rate, entry, entry.urban))
    return found


def last_watched() -> tuple[Snapshot, date] | None:
    """The snapshot and the day of the last evaluation that a trial can be run on, or None."""
    for done in evaluations():
        try:
            return snapshot_named(done.manifest["snapshot"]), date.fromisoformat(done.manifest["on"])
        except PolicyError:
            continue
    return None


def last_asked(reader: Reader, rule: str) -> AskedTrial | None:
    """The newest trial of a rule that the reader asked for, or None; nobody sees another's."""
    return AskedTrial.objects.filter(asked_by=reader.user, rule=rule).order_by("-pk").first()


def figures_of(trial: AskedTrial) -> Figures | None:
    """What a trial came to, or None while it is not done."""
    if trial.state != AskedTrial.State.DONE:
        return None
    return Figures(**{key: value for key, value in trial.result.items() if key != "on"})


def outcomes_of(reader: Reader, rule: str, fact: str) -> list[Outcome]:
    """The verified hits of a rule in a reader's sight: the value of a fact then, and whether the rule was right.

    Undecided ones are left out; nobody is named.
    """
    verified = AlertStep.objects.filter(
        alert=OuterRef("alert"), round=OuterRef("round"), action="verify"
    ).order_by("-number")
    seen = Alert.objects.filter(reader.q())
    rows = AlertHit.objects.filter(rule=rule, is_quiet=False, alert__in=seen)
    found = []
    for row in rows.annotate(said=verified.values("result")[:1]).select_related("alert"):
        verdict = holds(row.said, row.alert.direction) if row.said else None
        values = [one["value"] for one in row.values if one["fact"] == fact]
        if verdict is not None and values:
            found.append(Outcome(max(values), verdict))
    return found
