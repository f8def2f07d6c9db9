"""Alerts as a reader may see them: the desk, one household's risk through time, how often each rule was right."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When

from anmin.kernel.access.queries import Reader
from anmin.kernel.alerts.limits import COLOURS, Limits, limits_in
from anmin.kernel.alerts.models import Alert, AlertHit, AlertStep
from anmin.kernel.alerts.raising.identities import identities_of, lately_without, refused_lately
from anmin.kernel.alerts.scoring import Risk, Weighed, risk_of
from anmin.kernel.alerts.steps import TWO_PEOPLE, holds
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.people.models import Household
from anmin.lib.calendar import add_months

SOON = timedelta(3)
MOST = 500
"""Households in a list that is not paged."""
GRAVEST_FIRST = Case(
    *[When(colour=colour, then=Value(at)) for at, colour in enumerate(reversed(COLOURS))],
    output_field=IntegerField(),
)


def alerts(reader: Reader) -> QuerySet[Alert]:
    """Every alert in the reader's sight."""
    rows = Alert.objects.filter(reader.q())
    return rows.select_related("household", "person", "taker", "case")


def alert_numbered(reader: Reader, pk: int) -> Alert | None:
    """One alert, or None: also where the reader may not see it."""
    return alerts(reader).filter(pk=pk).first()


KINDS = ("missed", "without")
"""How the causes of a sweep's alerts begin."""
VIEWS = ("mine", "new", "due", "overdue", "raised", "second", "open", "closed")
"""The lists of the desk: mine, waiting to be given out, due soon, overdue, reported upwards, for the second person."""


def view(reader: Reader, name: str, on: date, **chosen: Any) -> QuerySet[Alert]:
    """One list of the desk (`all` also has what is closed), the gravest and most pressing first. `chosen` narrows it: see `narrowed`."""
    rows = alerts(reader)
    opened = rows.exclude(state="closed")
    if name == "mine":
        rows = opened.filter(taker=reader.user) if reader.user is not None else opened.none()
    elif name == "new":
        rows = opened.filter(state="new")
    elif name == "due":
        rows = opened.filter(due__gte=on, due__lte=on + SOON)
    elif name == "overdue":
        rows = opened.filter(due__lt=on)
    elif name == "raised":
        rows = opened.exclude(escalated_to="")
    elif name == "second":
        rows = opened.filter(state="verified", colour__in=TWO_PEOPLE)
        rows = rows.exclude(taker=reader.user) if reader.user is not None else rows
    elif name == "closed":
        return narrowed(rows.filter(state="closed"), **chosen).order_by("-closed_on", "-pk")
    elif name != "all":
        rows = opened
    rows = narrowed(rows, **chosen)
    return rows.order_by(GRAVEST_FIRST, F("due").asc(nulls_last=True), "-risk", "pk")


def narrowed(
    rows: QuerySet[Alert],
    *,
    colour: str = "",
    direction: str = "",
    rule: str = "",
    source: str = "",
    cause: str = "",
    division: str = "",
    household: int | None = None,
) -> QuerySet[Alert]:
    """Alerts of a colour, a direction, a cause, a place; with a hit of a rule or of values from a source."""
    if colour:
        rows = rows.filter(colour=colour)
    if direction:
        rows = rows.filter(direction=direction)
    if cause:
        whole = Q(cause=cause) | Q(cause=f"{cause}:less") | Q(cause=f"{cause}:data")
        rows = rows.filter(whole if ":" in cause or cause not in KINDS else Q(cause__startswith=f"{cause}:"))
    if division:
        rows = rows.filter(division__startswith=division.rstrip("0") if len(division) == 6 else division)
    if household is not None:
        rows = rows.filter(household=household)
    hit = AlertHit.objects.filter(alert=OuterRef("pk"), round=OuterRef("round"))
    if rule:
        rows = rows.filter(Exists(hit.filter(rule=rule)))
    if source:
        rows = rows.filter(Exists(hit.filter(sources__contains=[source])))
    return rows


def counts(reader: Reader, on: date) -> dict[str, int]:
    """How many stand in each list of the desk; each number is the length of its list."""
    return {name: view(reader, name, on).count() for name in VIEWS}


def by_rule(reader: Reader) -> list[tuple[str, int, int]]:
    """Open alerts by rule: rule, how many, how many of them nobody has accepted yet; most first."""
    rows = (
        AlertHit.objects.filter(alert__in=alerts(reader).exclude(state="closed"), round=F("alert__round"))
        .values("rule")
        .annotate(
            number=Count("alert", distinct=True),
            waiting=Count("alert", distinct=True, filter=Q(alert__state__in=["new", "dispatched"])),
        )
    )
    return sorted(((row["rule"], row["number"], row["waiting"]) for row in rows), key=lambda row: -row[1])


def by_source(reader: Reader) -> dict[str, int]:
    """Open alerts by the source of a value that a hit read."""
    rows = AlertHit.objects.filter(
        alert__in=alerts(reader).exclude(state="closed"), round=F("alert__round")
    ).values_list("alert", "sources")
    found: dict[str, set[int]] = {}
    for alert, sources in rows:
        for source in sources:
            found.setdefault(source, set()).add(alert)
    return {source: len(keys) for source, keys in sorted(found.items(), key=lambda one: -len(one[1]))}


def hits_of(alert: Alert) -> list[AlertHit]:
    """What an alert rests on, the newest round and the heaviest first."""
    return list(alert.hits.select_related("person").order_by("-round", "is_quiet", "-weight", "-as_of", "pk"))


def steps_of(alert: Alert) -> list[AlertStep]:
    """What was done about an alert, in order."""
    return list(alert.steps.select_related("by").order_by("number"))


@dataclass(frozen=True)
class Month:
    """A household's risk at the end of a month, with the hits that came in it."""

    last_day: date
    risk: Risk
    hits: tuple[AlertHit, ...] = ()


@dataclass
class Timeline:
    """One household's risk through time: months, newest last, and its alerts."""

    months: list[Month] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    limits: Limits | None = None


def timeline(reader: Reader, household: Household, on: date, months: int = 24) -> Timeline:
    """The risk of a household month by month (风险变化), by the hits that the reader may see."""
    limits = limits_in(household.division, on)
    own = list(alerts(reader).filter(household=household).order_by("-last_hit_on"))
    rows = list(
        AlertHit.objects.filter(alert__in=own, is_quiet=False)
        .select_related("alert", "person")
        .order_by("as_of")
    )
    identities = identities_of([household.pk], on, limits.watches_left_months).get(household.pk, set())
    found = Timeline(alerts=own, limits=limits)
    first = add_months(on.replace(day=1), -(months - 1))
    for at in range(months):
        begins = add_months(first, at)
        last = min(add_months(begins, 1) - timedelta(1), on)
        weighed = [Weighed(row.cause, row.weight, row.as_of, _counts(row, last)) for row in rows]
        mine = tuple(row for row in rows if begins <= row.as_of <= last)
        found.months.append(Month(last, risk_of(weighed, identities, last, limits), mine))
    return found


def _counts(hit: AlertHit, on: date) -> bool:
    """Whether a hit still spoke on a day: not what had been found untrue by then, nor what is no need of help."""
    alert = hit.alert
    if alert.direction in ("LESS", "DATA"):
        return False
    if hit.round < alert.round:
        return False
    closed = alert.state == "closed" and alert.closed_on is not None and alert.closed_on <= on
    return not (closed and holds(alert.result, alert.direction) is False)


@dataclass(frozen=True)
class Precision:
    """How often a rule was right (规则核实率): alerts closed with the rule right, wrong, or neither; and those open."""

    rule: str
    right: int
    wrong: int
    neither: int
    open: int

    @property
    def judged(self) -> int:
        """Alerts by which the rule can be judged."""
        return self.right + self.wrong

    @property
    def share(self) -> float | None:
        """The share that was right; None where none was judged."""
        return self.right / self.judged if self.judged else None


def precisions(reader: Reader, since: date, until: date) -> list[Precision]:
    """Each rule with what came of its alerts that closed between two days, the most judged first."""
    close = AlertStep.objects.filter(
        alert=OuterRef("alert"), round=OuterRef("round"), action="close", on__gte=since, on__lte=until
    )
    verified = AlertStep.objects.filter(alert=OuterRef("alert"), round=OuterRef("round"), action="verify")
    rows = AlertHit.objects.filter(alert__in=alerts(reader), is_quiet=False)
    found: dict[str, dict[str, set[tuple[int, int]]]] = {}
    named = rows.annotate(
        is_closed=Exists(close),
        said=verified.order_by("-number").values("result")[:1],
    ).values_list(
        "rule", "alert", "round", "is_closed", "said", "alert__direction", "alert__state", "alert__round"
    )
    for rule, alert, round_, is_closed, said, direction, state, now in named:
        kinds = found.setdefault(rule, {})
        if is_closed and said:
            verdict = holds(said, direction)
            kind = "neither" if verdict is None else "right" if verdict else "wrong"
        elif state != "closed" and round_ == now:
            kind = "open"
        else:
            continue
        kinds.setdefault(kind, set()).add((alert, round_))
    result = [
        Precision(rule, *(len(kinds.get(kind, ())) for kind in ("right", "wrong", "neither", "open")))
        for rule, kinds in found.items()
    ]
    return sorted(result, key=lambda row: (-row.judged, -row.open, row.rule))


def for_meeting(reader: Reader, on: date, **chosen: Any) -> QuerySet[Alert]:
    """Households to talk about at a village meeting (评议会名单): open alerts about possible need that stand with a household.

    Without children's, without those recognised as edge or rigid, without what may end a benefit: the list names nobody
    whom a public list may not name.
    """
    rows = view(reader, "open", on, **chosen).filter(direction__in=["NEED", "MORE"], subject=0, level__lte=1)
    hidden = Entitlement.objects.exclude(state=Entitlement.State.ENDED)
    hidden = hidden.filter(Q(benefit__endswith="/edge") | Q(benefit__endswith="/rigid"))
    grown = Q(person__isnull=True) | Q(person__birth_day__lte=add_months(on, -18 * 12))
    benefits = Q(cause__endswith="/edge") | Q(cause__endswith="/rigid") | Q(cause__contains=":children/")
    return rows.filter(grown).exclude(benefits).exclude(household__in=hidden.values("household"))


@dataclass(frozen=True)
class Left:
    """A household still watched (退出和未通过的继续监测): what it had or asked for, the day, until when, alerts since then."""

    household: Household
    benefit: str
    kind: str
    on: date
    until: date
    alerts: int


def left_lately(reader: Reader, on: date) -> list[Left]:
    """Households that left a layer or were refused in the last 24 months, the newest first (民发〔2023〕31号)."""
    home = next(iter(reader.scope.codes), "000000")
    months = limits_in(home, on).watches_left_months
    ended = lately_without(on, months).filter(reader.q()).select_related("household")
    refused = refused_lately(on, months).filter(reader.q()).select_related("household")
    rows = [
        (row.household, row.benefit, "ended", row.last_day or on)
        for row in ended.order_by("-last_day")[:MOST]
    ]
    rows += [(row.household, row.benefit, "refused", row.on) for row in refused.order_by("-on")[:MOST]]
    keys = {row[0].pk for row in rows}
    counted = dict(
        alerts(reader)
        .filter(household__in=keys)
        .order_by()
        .values_list("household")
        .annotate(number=Count("pk"))
    )
    found = [
        Left(home, benefit, kind, day, add_months(day, months), counted.get(home.pk, 0))
        for home, benefit, kind, day in rows
    ]
    return sorted(found, key=lambda row: row.on, reverse=True)
