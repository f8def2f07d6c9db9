"""A run over a daily increment calculates what changed and finds, to the fen, what a run over everybody finds."""

from datetime import date

import pytest
from typer.testing import CliRunner

from anmin.cli import build
from anmin.kernel.audit.models import Act
from anmin.kernel.facts.batches import actions as batches
from anmin.kernel.facts.lake import actions as lake
from anmin.kernel.people.models import Household, Membership
from anmin.kernel.people.register import actions as register
from anmin.kernel.screening import actions as screening
from anmin.kernel.screening.models import BrokenHousehold, DivisionSum, HouseholdResult, Run
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy import incremental
from tests.kernel.facts.test_batches import written
from tests.make import a_household, a_number, a_person

pytestmark = pytest.mark.django_db
MONTH, FIRST, SECOND, THIRD = date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4)
HOMES, CITY = 40, "371000"


@pytest.fixture(autouse=True)
def village(settings, tmp_path, kernel_cache, monkeypatch):
    """Forty households of two, most of them poor, in parts of about twenty persons."""
    settings.ANMIN_HOME = tmp_path / "home"
    monkeypatch.setattr(screening, "kernel_cache", lambda: kernel_cache)
    monkeypatch.setattr(screening, "MOST_CHANGED", 0.6)
    for module in ("snapshots", "increments"):
        monkeypatch.setattr(f"anmin.kernel.facts.lake.{module}.PERSONS_IN_PART", 20)
    monkeypatch.setattr("anmin.kernel.facts.lake.increments.FULLEST", 40)
    names = [f"王{letter}" for letter in "甲乙丙丁戊己庚辛壬癸"]
    return [
        a_household(
            f"V{at:03d}",
            "371002001001",
            a_person(names[at % 10], serial=2 * at + 1),
            a_person(names[at % 7], serial=2 * at + 2),
        )
        for at in range(HOMES)
    ]


def pensions(tmp_path, period, rich=()):
    heading = ["身份证号", "姓名", "职工养老金（年）", "城乡居民养老金（月）"]
    rows = [
        [a_number(at), "王甲", "90000" if at in rich else str(1_000 + 97 * at), ""]
        for at in range(1, 2 * HOMES + 1)
    ]
    path = written(tmp_path / f"pensions-{period}.csv", rows, heading)
    batches.take_in(by="test", source="pensions", period=period, path=path, facts=rulebook().facts, on=THIRD)


def snapshot_of(day):
    return lake.update_snapshot(by="test", on=day, facts=rulebook().facts)[0]


def screened(snapshot, **more):
    return screening.screen_city(by="test", snapshot=snapshot, on=MONTH, city=CITY, **more)


def found(run):
    """Everything a run says, to the fen."""
    sums = DivisionSum.objects.filter(run=run).order_by("division", "output")
    homes = HouseholdResult.objects.filter(run=run).order_by("number")
    broken = BrokenHousehold.objects.filter(run=run).order_by("number")
    return (
        (run.households, run.persons, run.broken),
        list(sums.values_list("division", "output", "total", "count")),
        list(homes.values_list("number", *screening.FIELDS)),
        list(broken.values_list("number", "reason")),
    )


def life_goes_on(village):
    """Somebody is born, leaves, moves, and a household is new."""
    register.add_member(
        by="test",
        household=village[20],
        person=a_person("新来的", serial=400, birth_day=date(2026, 10, 1)),
        relation=2,
        is_head=False,
        first_day=SECOND,
    )
    a_household("W001", "371002001001", a_person("新户主", serial=401), first_day=SECOND)
    Membership.objects.filter(household=village[5]).update(last_day=FIRST)
    Household.objects.filter(pk=village[9].pk).update(division="371002001003")


def last_act():
    return Act.objects.filter(act="screening.run").latest("number").after


def test_what_changed_is_calculated_and_the_rest_stands_to_the_fen(tmp_path, village):
    pensions(tmp_path, "2026-09")
    screened(snapshot_of(FIRST))
    life_goes_on(village)
    pensions(tmp_path, "2026-10", rich={3, 4, 31})

    later = screened(snapshot_of(SECOND))
    act = last_act()
    whole = screened(snapshot_of(SECOND), whole=True)

    assert 0 < act["changed"] < HOMES / 4
    assert "laid_over" not in last_act()
    assert found(later) == found(whole)
    assert found(later)[2] != []


def test_changes_are_laid_over_changes_and_over_a_day_on_which_nobody_screened(tmp_path, village):
    pensions(tmp_path, "2026-09")
    screened(snapshot_of(FIRST))
    pensions(tmp_path, "2026-10", rich={3})
    screened(snapshot_of(SECOND))
    life_goes_on(village)
    snapshot_of(THIRD)
    Household.objects.filter(pk=village[11].pk).update(division="371002001003")

    later = screened(snapshot_of(date(2026, 11, 5)))
    act = last_act()
    whole = screened(snapshot_of(date(2026, 11, 5)), whole=True)

    assert act["changed"] > 0
    assert found(later) == found(whole)


@pytest.mark.parametrize("why", ["day", "broken chain", "many"])
def test_where_everything_may_differ_everybody_is_calculated(tmp_path, village, why, monkeypatch):
    pensions(tmp_path, "2026-09")
    first = snapshot_of(FIRST)
    screened(first)
    pensions(tmp_path, "2026-10", rich={3})
    second = snapshot_of(SECOND)
    if why == "broken chain":
        (second.folder / "changed.parquet").unlink()
    if why == "many":
        monkeypatch.setattr(screening, "MOST_CHANGED", 0.0)

    screening.screen_city(by="test", snapshot=second, on=SECOND if why == "day" else MONTH, city=CITY)

    assert "laid_over" not in last_act()


@pytest.mark.parametrize("wrong", ["counts", "overlooked"])
def test_an_increment_that_leaves_something_out_is_caught(tmp_path, village, wrong, monkeypatch):
    """The wrong variants: counts as they were, and a household that changed and was not calculated."""
    pensions(tmp_path, "2026-09")
    screened(snapshot_of(FIRST))
    life_goes_on(village)
    pensions(tmp_path, "2026-10", rich={3, 4, 31})
    if wrong == "counts":
        rescreen = incremental.rescreen
        monkeypatch.setattr(screening, "rescreen", lambda *given, before: rescreen(*given))
    else:
        changed_since = screening.changed_since
        monkeypatch.setattr(screening, "changed_since", lambda *given: changed_since(*given).slice(1))

    later = screened(snapshot_of(SECOND))
    whole = screened(snapshot_of(SECOND), whole=True)

    assert found(later) != found(whole)


def test_the_command_says_how_many_households_it_calculated(tmp_path, village):
    pensions(tmp_path, "2026-09")
    screened(snapshot_of(FIRST))
    pensions(tmp_path, "2026-10", rich={3})
    snapshot_of(SECOND)

    told = CliRunner().invoke(build(), ["screen", "--on", MONTH.isoformat(), "--city", CITY])

    assert told.exit_code == 0, told.output
    assert "只重算了有变动的 1 户" in told.output
    assert Run.objects.count() == 2
