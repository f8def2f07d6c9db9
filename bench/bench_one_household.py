"""One household in a warm process: values, and values with all findings and formulas.

The 43-rule set and the whole rulebook; OpenFisca on the 43 rules beside. Three members, one of them disabled.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from anmin.policy.evaluate import Household, evaluate
from anmin.policy.explain import explain
from anmin.policy.lookups import find_household
from anmin.policy.plan import Plan
from bench.city import city_plan, city_population
from bench.measuring import Series
from bench.options import Options
from bench.processes import OpenFisca, openfisca_version
from bench.report import Report
from bench.rules43 import anmin_side
from bench.rules43.parameters import CITIES

MEMBERS = 3
PERSON = {
    "age": 45,
    "wage_month": 60_000,
    "is_newly_employed": 0,
    "pension_month": 0,
    "business_month": 10_000,
    "transfer_month": 0,
    "property_month": 5_000,
    "disability_level": 2,
    "disability_kind": 4,
    "study": 0,
    "has_major_illness": 0,
    "care_level": 0,
    "has_able_supporter": 1,
    "medical_month": 20_000,
    "education_month": 0,
    "rehabilitation_month": 5_000,
    "parents_state": 0,
    "lives_in_institution": 0,
}
HOME = {"financial_assets": 1_000_000, "cars": 0, "car_value": 0, "houses": 1}
FLAGS = ("is_newly_employed", "has_major_illness", "has_able_supporter", "lives_in_institution")


def run(options: Options, report: Report) -> None:
    """Measure p50 and p95 in milliseconds, and judge the interactive bars."""
    report.versions(openfisca_version())
    rounds = options.times(2_000) if not options.small else 50
    plan = anmin_side.plan_of(anmin_side.rulebook())
    home = Household("H1", f"{CITIES[0][:4]}01", 0, HOME, [PERSON] * MEMBERS)
    whole, city_home = city_plan(), _city_household(options)
    sides = {
        "43 rules, values": lambda: evaluate(plan, home, findings=False),
        "43 rules, findings and formulas": lambda: _explained(plan, home, "household_total"),
        "whole rulebook, values": lambda: evaluate(whole, city_home, findings=False),
        "whole rulebook, findings and formulas": lambda: _explained(whole, city_home, whole.outputs[0]),
    }
    options.settle()
    times = {name: _series(name, side, rounds) for name, side in sides.items()}
    with OpenFisca() as worker:
        person = {name: bool(value) if name in FLAGS else value for name, value in PERSON.items()}
        order = {"person": person, "members": MEMBERS, "home": {**HOME, "city": 0}}
        for trace, name in (
            (False, "OpenFisca, 43 rules, values"),
            (True, "OpenFisca, 43 rules, with trace"),
        ):
            answer = worker.ask("household", rounds=max(20, rounds // 20), trace=trace, **order)
            times[name] = Series(name, answer["times"])
    ours = evaluate(plan, home, findings=False).values["household_total"]
    report.note(
        f"rules     43 and {len(whole.rules)}; household of {MEMBERS} and {len(city_home.members)} members"
    )
    report.table(
        "one household (ms)",
        ["side", "p50", "p95", "n"],
        [
            [name, f"{_percentile(row, 50):.3f}", f"{_percentile(row, 95):.3f}", len(row.seconds)]
            for name, row in times.items()
        ],
    )
    for name, limit in zip(sides, (1, 5, 1, 5), strict=True):
        report.at_most(f"p50, {name}", _percentile(times[name], 50), limit, " ms")
    report.equal("household total, Anmin and OpenFisca", int(ours != answer["household_total"]))


def _explained(plan: Plan, home: Household, name: str) -> object:
    """Every finding, and the formula behind every line that the answer rests on."""
    return explain(evaluate(plan, home), name)


def _city_household(options: Options) -> Household:
    """The first household of a demonstration city with as many members."""
    snapshot = city_population(options.home, 20_000)
    table = snapshot.household_table(0, ["household", "members"])
    place = table["members"].to_pylist().index(MEMBERS)
    found = find_household(snapshot, table["household"][place].as_py(), list(city_plan().facts))
    assert found is not None
    return found


def _series(name: str, side: Callable[[], object], rounds: int) -> Series:
    series = Series(name)
    for number in range(rounds + 5):
        start = perf_counter()
        side()
        if number >= 5:
            series.seconds.append(perf_counter() - start)
    return series


def _percentile(series: Series, percent: int) -> float:
    ordered = sorted(series.seconds)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000
