"""What the pages of monitoring show: rows of the desk, one alert with its reasons, risk by month, progress by place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.console import alertwords as words
from anmin.console.charts.maps import NO_DATA, District, district_map, ramp, sequential
from anmin.console.charts.scales import quantile_classes
from anmin.console.charts.svg import Svg
from anmin.console.places import boards, full_name, place_name
from anmin.kernel.access.queries import Reader
from anmin.kernel.alerts import queries
from anmin.kernel.alerts.handling.guards import ways_on
from anmin.kernel.alerts.queries import Alert, AlertHit, Timeline
from anmin.kernel.alerts.steps import results_for
from anmin.kernel.alerts.sweeps.queries import NOTHING, Progress, reasons_of
from anmin.kernel.alerts.sweeps.rolls import roll_column
from anmin.kernel.cases.table import find


def rows_of(alerts: Sequence[Alert], today: date) -> list[dict[str, Any]]:
    """Rows of a list, each with the name of whom to ask for."""
    heads = find.heads_of([row.household for row in alerts], today)
    reasons = reasons_of(alerts)
    return [
        {
            "row": row,
            "why": reasons.get(row.pk, ""),
            "name": row.person.name if row.person is not None else heads.get(row.household_id, (0, "—"))[1],
            "key": row.person_id or heads.get(row.household_id, (0, ""))[0],
            "place": full_name(row.division),
            "cause": words.cause_words(row.cause),
            "colour": words.COLOURS[row.colour],
            "tag": words.TAGS[row.colour],
            "kind": words.DIRECTIONS[row.direction],
            "state": words.STATES[row.state],
            "due": words.due_words(row.due, today),
            "result": words.RESULTS.get(row.result, ""),
        }
        for row in alerts
    ]


def sheet(rows: Iterable[dict[str, Any]]) -> tuple[list[str], list[list[Any]]]:
    """A list as a file has it: heading, and a row for each alert with its reason in words."""
    heading = [
        _("姓名"),
        _("户编号"),
        _("地方"),
        _("类别"),
        _("为什么"),
        _("依据"),
        _("每期金额（元）"),
        _("等级"),
        _("状态"),
        _("期限"),
        _("核实结果"),
    ]
    return heading, [
        [
            one["name"],
            one["row"].household.number,
            one["place"],
            str(one["kind"]),
            one["cause"],
            one["why"],
            "" if one["row"].fen is None else f"{one['row'].fen / 100:.2f}",
            str(one["colour"]),
            str(one["state"]),
            "" if one["row"].due is None else one["row"].due.isoformat(),
            str(one["result"]),
        ]
        for one in rows
    ]


def people_of(rows: Iterable[dict[str, Any]]) -> list[int]:
    """The register keys of those a list names."""
    return [row["key"] for row in rows if row["key"]]


def hit_rows(hits: Iterable[AlertHit]) -> list[dict[str, Any]]:
    """Why an alert is there: rule, whose, day, values with their sources."""
    return [
        {
            "row": hit,
            "rule": words.rule_words(hit.rule),
            "key": hit.rule,
            "who": hit.person.name if hit.person is not None else "",
            "colour": words.COLOURS[hit.colour],
            "tag": words.TAGS[hit.colour],
            "values": words.value_words(hit.values),
        }
        for hit in hits
    ]


def step_rows(alert: Alert) -> list[dict[str, Any]]:
    """What was done, in order."""
    return [
        {
            "row": step,
            "title": words.ACTIONS[step.action],
            "result": words.RESULTS.get(step.result, ""),
        }
        for step in queries.steps_of(alert)
    ]


def forms_of(reader: Reader, alert: Alert, today: date) -> list[dict[str, Any]]:
    """The steps that a reader's post knows from here: those that are open, and of others what stands in the way."""
    return [
        {
            "action": way.action,
            "title": words.ACTIONS[way.action],
            "words": way.words,
            "trouble": str(trouble) if trouble is not None else "",
            "results": [(row.key, words.RESULTS[row.key], row.visit) for row in results_for(alert.direction)]
            if way.action == "verify"
            else [],
        }
        for way, trouble in ways_on(reader, alert, today)
    ]


def month_rows(found: Timeline) -> list[dict[str, Any]]:
    """The risk of a household by month, the newest first, with what made it up; quiet months before the first are left out."""
    first = next(
        (at for at, one in enumerate(found.months) if one.hits or one.risk.score), len(found.months) - 1
    )
    return [
        {
            "month": one.last_day,
            "score": one.risk.score,
            "colour": words.COLOURS.get(one.risk.colour, ""),
            "tag": words.TAGS.get(one.risk.colour, ""),
            "parts": [(words.cause_words(cause), points) for cause, points in one.risk.parts],
            "hits": [words.rule_words(hit.rule) for hit in one.hits],
        }
        for one in reversed(found.months[max(first - 1, 0) :])
    ]


def place_rows(code: str, found: dict[str, Progress], kind: str) -> list[dict[str, Any]]:
    """The places below one with their progress, what is left first."""
    rows = [
        {
            "code": place,
            "name": place_name(place),
            "href": f"{reverse('console:sweep')}?place={place}&kind={kind}",
            "list": f"{reverse('console:alerts')}?view=all&cause={kind}&division={place}",
            "found": one,
            "percent": one.permille / 10,
        }
        for place, one in found.items()
    ]
    return sorted(rows, key=lambda row: (-row["found"].left, row["code"]))


def sweep_map(code: str, found: dict[str, Progress]) -> tuple[tuple[Svg, Svg] | None, list[tuple[str, str]]]:
    """The map of what is settled, wide and narrow, and its legend; none where there are no outlines."""
    values = {place: one.permille // 10 for place, one in found.items() if one.found}
    classes = quantile_classes(values.values())
    drawn = boards(code, sequential(values, classes)) if values else None
    if drawn is None:
        return None, []
    districts = {
        place: District(
            place_name(place),
            _("已办结 %(done)s / %(all)s 条") % {"done": one.settled, "all": one.found},
            f"{reverse('console:sweep')}?place={place}",
        )
        for place, one in found.items()
    }
    label = _("%(place)s各地反向办进度地图") % {"place": place_name(code)}
    legend = [
        (ramp(at, len(classes.limits)), _("办结 %(upto)s%% 及以下") % {"upto": upto})
        for at, (_above, upto) in enumerate(classes.spans())
    ]
    wide, narrow = drawn
    if any(area.value_class is None for area in wide.areas):
        legend.append((NO_DATA, _("没有列入清单的户")))
    return (
        district_map(wide, districts, label=label),
        district_map(narrow, districts, label=label, key="small"),
    ), legend


def benefit_rows(
    parts: Iterable[Any], progress: dict[tuple[str, str], Progress], place: str, on: date
) -> list[dict[str, Any]]:
    """Each benefit of a sweep: eligible, lacking and how far that is settled, the reverse, and for whose standard it waits."""
    return [
        {
            "part": part,
            "waits": words.waits_for(part.benefit, place, on),
            "title": words.benefit_words(part.benefit),
            "column": "" if part.has_roll else roll_column(part.benefit),
            "missed": progress.get(("missed", part.benefit), NOTHING),
            "without": progress.get(("without", part.benefit), NOTHING),
        }
        for part in parts
    ]
