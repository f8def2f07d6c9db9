"""Policy simulation: what a changed rate would cost, and who would have more or less (政策试算)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.console import simulationpage
from anmin.console.citypage import money_unit
from anmin.console.places import place_name, places_below
from anmin.console.simulationpage import Compared, Scheme
from anmin.console.templatetags.anmin_words import signed_wan
from anmin.console.views.desk import Desk, desk
from anmin.kernel.facts.queries import snapshot_named
from anmin.kernel.screening import queries as screening
from anmin.kernel.screening.queries import Run
from anmin.kernel.screening.rulebooks import MEASURE, monthly_amounts, rulebook
from anmin.kernel.screening.simulations import CURRENT, Simulated, run_simulation
from anmin.policy.codes import Rounding
from anmin.policy.errors import PolicyError
from anmin.policy.plan import make_plan

SCHEME = "方案B"
FILE = "scenario.toml"


@desk
def simulation_page(desk: Desk) -> HttpResponse:
    """The form, and with a scheme in the address its result; the address gives the same numbers to anyone."""
    run = desk.run
    if run is None:
        return desk.page("simulation", "simulation")
    scheme = Scheme.written(desk.request.GET, desk.home)
    rates = simulationpage.changeable(make_plan(rulebook(), run.on, [MEASURE]), desk.home)
    by_name = {row["rate"].name: row["rate"] for row in rates}
    asked = "amount" in desk.request.GET
    trouble = scheme.trouble if asked else ""
    if scheme.rate not in by_name:
        trouble = _("没有这一项标准，请重新选择。") if asked else ""
    elif not desk.reaches(scheme.division):
        raise Http404
    result = None
    if asked and not trouble:
        try:
            result = _result(desk, run, scheme)
        except PolicyError as error:
            trouble = str(error)
    query = desk.request.GET.urlencode()
    return desk.page(
        "simulation",
        "simulation",
        rates=rates,
        chosen=scheme,
        places=places_below(desk.home),
        roundings=list(Rounding),
        trouble=trouble,
        result=result,
        measure=rulebook().versions[MEASURE][-1],
        scheme_words=scheme.words(by_name[scheme.rate]) if result else "",
        money_unit=money_unit(),
        toml=scheme.toml(SCHEME, run.on.isoformat()) if result else "",
        toml_href=f"{reverse('console:scenario')}?{query}",
    )


@desk
def scenario_file(desk: Desk) -> HttpResponse:
    """The scheme as a file for `anmin simulate`."""
    scheme = Scheme.written(desk.request.GET, desk.home)
    if desk.run is None or scheme.trouble or scheme.rate not in rulebook().rates.rates:
        raise Http404
    response = HttpResponse(
        scheme.toml(SCHEME, desk.run.on.isoformat()), content_type="application/toml; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{FILE}"'
    return response


def _result(desk: Desk, run: Run, scheme: Scheme) -> dict[str, Any]:
    found = run_simulation(snapshot_named(run.snapshot), [scheme.scenario(SCHEME)], on=run.on)
    households = {row.code: row.households for row in screening.city_overview(run, desk.scope, run.city)}
    rows, gained, lost = _compared(found, desk, households)
    total = Compared(
        run.city,
        place_name(run.city),
        sum(row.households for row in rows),
        sum(row.before for row in rows),
        sum(row.after for row in rows),
        sum(row.gainers for row in rows),
        sum(row.losers for row in rows),
    )
    change = f"{signed_wan(total.change)} {money_unit()}"
    waterfall_title = _("每月应发变化 %(change)s") % {"change": change}
    wide, narrow = simulationpage.budget_charts(total, gained, lost, waterfall_title)
    largest = max(rows, key=lambda row: abs(row.change), default=total)
    map_title = _("变化最大的是%(place)s：%(change)s %(unit)s") % {
        "place": largest.name,
        "change": signed_wan(largest.change),
        "unit": money_unit(),
    }
    return {
        "sentences": simulationpage.sentences(total),
        "total": total,
        "rows": rows,
        "waterfall_title": waterfall_title,
        "waterfall_wide": wide,
        "waterfall_narrow": narrow,
        "map_title": map_title if total.change else _("各地都没有变化"),
        "map": simulationpage.change_map(run.city, rows, map_title),
        "bands_title": _("谁变多，谁变少"),
        "curves": [_curve(found)],
    }


def _compared(found: Simulated, desk: Desk, households: dict[str, int]) -> tuple[list[Compared], int, int]:
    """Only the counties that the reader may see, so that totals are sums of what is shown.

    Money is all monthly benefits, as on the city page; gainers and losers are counted by the measure of the run.
    """
    rows, gained, lost = [], 0, 0
    monthly = [name for name in monthly_amounts(rulebook()) if name in found.simulation.effects[0].sums]
    for row in found.simulation.effects:
        if row.scenario != SCHEME or not row.division or not desk.scope.touches(row.division):
            continue
        before = found.simulation.of(CURRENT, row.division)
        gained, lost = gained + row.gained, lost + row.lost
        rows.append(
            Compared(
                row.division,
                place_name(row.division),
                households.get(row.division, 0),
                sum(before.sums[name] for name in monthly),
                sum(row.sums[name] for name in monthly),
                row.gainers,
                row.losers,
            )
        )
    return rows, gained, lost


def _curve(found: Simulated) -> dict[str, Any]:
    falls = {name: list(pairs) for name, pairs in found.cliffs.items()}
    title = _("收入多一点，到手会不会少：%(n)d 处悬崖") % {"n": len(falls[SCHEME])}
    wide, narrow = simulationpage.curve_charts(
        found.curves[CURRENT], found.curves[SCHEME], falls[SCHEME], title
    )
    return {
        "title": title if falls[SCHEME] else _("收入多一点，到手总会多一点"),
        "subtitle": _("两个大人、一个孩子的城镇家庭；横轴是一个大人的月工资，纵轴是每月待遇，单位元"),
        "wide": wide,
        "narrow": narrow,
        "cliffs": _cliff_rows(CURRENT, falls[CURRENT]) + _cliff_rows(SCHEME, falls[SCHEME]),
    }


def _cliff_rows(scheme: str, falls: Sequence[Any]) -> list[dict[str, Any]]:
    name = {CURRENT: _("现行"), SCHEME: _("方案")}[scheme]
    return [
        {"scheme": name, "before": before, "after": after, "fall": before.together - after.together}
        for before, after in falls
    ]
