"""The reverse of the sweep: whoever has any benefit without ground, told which condition fails; nobody the data cannot tell of."""

from datetime import date

import pytest

from anmin.kernel.access.queries import reader_for
from anmin.kernel.alerts.changes.actions import open_reviews
from anmin.kernel.alerts.models import Alert
from anmin.kernel.alerts.sweeps import reversing
from anmin.kernel.alerts.sweeps.actions import sweep
from anmin.kernel.alerts.sweeps.comparing import without_ground
from anmin.kernel.alerts.sweeps.queries import by_place, parts_of
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.entitlements.models import Decision
from anmin.kernel.people.models import Household
from anmin.kernel.screening.models import BrokenHousehold
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.codes import Coverage, DisabilityKind
from anmin.policy.rates import RateEntry
from tests.kernel.alerts.desk import DAY, TOWN, VILLAGE, staff
from tests.kernel.alerts.landing import land
from tests.kernel.alerts.snapshots import a_snapshot, born, reason_of
from tests.kernel.alerts.test_sweeps import a_run, poor
from tests.kernel.cases.road import a_family
from tests.kernel.payments.money import a_grant, decided
from tests.make import a_number

pytestmark = pytest.mark.django_db
AGE, YEARLY, LIVING = "elderly/age_allowance", "elderly/age_allowance_yearly", "disability/living_subsidy"
DIBAO, EDGE = "assistance/dibao", "assistance/edge"
LONG_AGO = date(2025, 1, 1)


@pytest.fixture(autouse=True)
def people(settings, tmp_path, db):
    settings.ANMIN_HOME = tmp_path / "home"
    return staff()


def part_of(made, benefit):
    return next(row for row in parts_of(made) if row.benefit == benefit)


def a_family_whose_certificate_lasts_until(day):
    """A mother with a pension above the line and her son; dibao, and her living subsidy, are paid for long."""
    home, (old, _son) = a_family(("王秀英", 1956), ("王建国", 1985))
    a_grant(home, 73_200, LONG_AGO, benefit=DIBAO)
    a_grant(home, 9_800, LONG_AGO, benefit=LIVING, person=old)
    certified = {
        "disability": int(DisabilityKind.PHYSICAL),
        "disability_level": 2,
        "certificate_last_day": day,
    }
    a_snapshot(
        {
            "H1": [
                born(1956, retirement_pension_year=9_600_000, **certified),
                born(1985, relation=2, retirement_pension_year=0),
            ]
        }
    )


def test_a_benefit_without_ground_is_told_with_the_condition_that_fails_and_becomes_a_review(people):
    home, (old, _son) = a_family(("王秀英", 1930), ("王建国", 1985))
    held = a_grant(home, 40_000, LONG_AGO, benefit=AGE, person=old)
    a_snapshot({"H1": [born(1930), born(1985, relation=2)]})

    made = sweep(by="系统", run=a_run(), on=DAY)
    open_reviews(by=people["approver"], on=DAY)

    part, alert = part_of(made, AGE), Alert.objects.get()
    assert (part.held, part.without, part.untold) == (1, 1, 0)
    assert (alert.cause, alert.direction, alert.fen) == (f"without:{AGE}:less", "LESS", 40_000)
    assert "王秀英今年 95 周岁" in reason_of(alert) and "100 周岁起发" in reason_of(alert)
    assert alert.case is not None and alert.entitlement == held
    held.refresh_from_db()
    assert held.state == "active" and Decision.objects.exclude(outcome="grant").count() == 0


def test_who_is_given_it_by_the_run_is_no_doubt():
    home, (old, _son) = a_family(("王秀英", 1920), ("王建国", 1985))
    a_grant(home, 40_000, LONG_AGO, benefit=AGE, person=old)
    a_snapshot({"H1": [born(1920), born(1985, relation=2)]})
    run = a_run(H1={"people": {"0": {"age_allowance_eligible": 1, "age_allowance_amount": 40_000}}})

    assert part_of(sweep(by="系统", run=run, on=DAY), AGE).held == 1
    assert Alert.objects.count() == 0


def test_whoever_lives_elsewhere_is_not_accused():
    """The wrong variant takes nothing in the results for nothing being due."""
    home, (old, _son) = a_family(("王秀英", 1930), ("王建国", 1985))
    a_grant(home, 40_000, LONG_AGO, benefit=AGE, person=old)
    other, (sick, _wife) = a_family(("李大爷", 1930), ("李奶奶", 1932), serial=7, number="H2")
    a_grant(other, 40_000, LONG_AGO, benefit=AGE, person=sick)
    a_snapshot({"H9": [born(1930)], "H2": [born(1930), born(1932)]})
    run = a_run()
    BrokenHousehold.objects.create(run=run, number="H2", division=VILLAGE, reason="缺少事实")

    part = part_of(sweep(by="系统", run=run, on=DAY), AGE)

    assert (part.held, part.without, part.untold) == (2, 0, 2) and Alert.objects.count() == 0


@pytest.mark.parametrize("state", ["suspended", "fading", "begins later", "decided since"])
def test_what_a_person_decided_since_is_not_questioned_again(people, state):
    home, _people = a_family(("王秀英", 1956), ("王建国", 1985))
    first = {"begins later": date(2026, 4, 1), "decided since": date(2026, 3, 1)}.get(state, LONG_AGO)
    on = DAY.replace(day=26) if state == "decided since" else None
    held = a_grant(home, 73_200, first, benefit=DIBAO, on=on)
    if state == "suspended":
        entitlements.suspend(
            by="test", decision=decided(home, "suspend", DAY), entitlement=held, first_month=date(2026, 3, 1)
        )
    if state == "fading":
        entitlements.fade(
            by="test", decision=decided(home, "change", DAY), entitlement=held,
            first_month=date(2026, 3, 1), last_month=date(2026, 8, 1), fen=73_200,
        )  # fmt: skip
    a_snapshot({"H1": [born(1956, retirement_pension_year=9_600_000), born(1985, relation=2)]})

    sweep(by="系统", run=a_run(H1=poor(Coverage.WITHOUT_GROUND)), on=DAY)

    assert Alert.objects.count() == 0


def test_what_rests_on_a_standing_is_judged_by_the_standing_so_that_one_doubt_is_not_two():
    a_family_whose_certificate_lasts_until(20300101)

    made = sweep(by="系统", run=a_run(H1=poor(Coverage.WITHOUT_GROUND)), on=DAY)

    assert [part_of(made, key).without for key in (DIBAO, LIVING)] == [1, 0]
    assert Alert.objects.get().cause == f"without:{DIBAO}:less"


def test_a_benefit_of_a_person_fails_by_its_own_condition_beside_the_family_s(people):
    """Two doubts about one household are two alerts of one household, and the table says so."""
    a_family_whose_certificate_lasts_until(20251231)

    sweep(by="系统", run=a_run(H1=poor(Coverage.WITHOUT_GROUND)), on=DAY)
    open_reviews(by=people["approver"], on=DAY)

    alert = Alert.objects.get(cause=f"without:{LIVING}:less")
    assert "残疾人证到 2025 年 12 月 31 日到期" in reason_of(alert)
    assert alert.entitlement.benefit == LIVING
    assert Alert.objects.get(cause=f"without:{DIBAO}:less").entitlement.benefit == DIBAO
    found = by_place(reader_for(people["leader"], DAY), TOWN, "without")[VILLAGE]
    assert (found.found, found.homes) == (2, 1)


def test_a_family_that_is_due_more_is_not_told_that_it_is_due_nothing():
    home, _people = a_family(("王秀英", 1956), ("王建国", 1985))
    a_grant(home, 0, LONG_AGO, benefit=EDGE)
    a_snapshot({"H1": [born(1956), born(1985, relation=2)]})

    made = sweep(by="系统", run=a_run(H1=poor()), on=DAY)

    assert part_of(made, EDGE).without == 0 and part_of(made, DIBAO).missed == 1


def test_silence_of_a_department_ends_nothing():
    home, (old, _son) = a_family(("王秀英", 1956), ("王建国", 1985))
    a_grant(home, 0, LONG_AGO, benefit=DIBAO)
    a_grant(home, 9_800, LONG_AGO, benefit=LIVING, person=old)
    told = {"retirement_pension_year": {"source": "pensions"}}
    a_snapshot({"H1": [born(1956), born(1985, relation=2)]}, provenance=told)
    run = a_run(H1={"coverage": int(Coverage.COVERED), "values": {"dibao_eligible": 1, "dibao_amount": 1}})

    part = part_of(sweep(by="系统", run=run, on=DAY), LIVING)

    assert (part.without, part.untold) == (0, 1) and Alert.objects.count() == 0


def test_whoever_a_roll_names_and_the_rules_do_not_is_found_by_either_way_of_paying(tmp_path):
    """One column says that somebody gets the allowance, by the month or by the year: ninety is enough for one of them."""
    a_family(("王秀英", 1930), ("王建国", 1950))
    numbers = [a_number(at, date(year, 5, 6)) for at, year in ((1, 1930), (2, 1950))]
    heading = ["身份证号", "姓名", "高龄津贴", "困难残疾人生活补贴", "重度残疾人护理补贴", "分类施保"]
    rows = [
        [number, name, "是", "", "", ""] for number, name in zip(numbers, ("王秀英", "王建国"), strict=True)
    ]
    land(tmp_path, "benefit_rolls", "2026-02", heading, *rows, on=DAY)
    a_snapshot({"H1": [born(1930), born(1950, relation=2)]})
    run = a_run(H1={"people": {"0": {"age_allowance_yearly_eligible": 1, "age_allowance_yearly": 48_000}}})

    sweep(by="系统", run=run, on=DAY)

    alert = Alert.objects.get()
    assert alert.cause == f"without:{AGE}:less" and "75 周岁" in reason_of(alert)
    assert Household.objects.get(number="H1").alerts.count() == 1


def test_a_standard_that_was_confirmed_since_counts_the_next_time(monkeypatch):
    """The wrong variant keeps the plan of the first time, with the bands of then."""
    home, (old, _son) = a_family(("王秀英", 1930), ("王建国", 1985))
    a_grant(home, 40_000, LONG_AGO, benefit=AGE, person=old)
    a_snapshot({"H1": [born(1930), born(1985, relation=2)]})
    run, book = a_run(), rulebook()
    assert [row.benefit for row in without_ground(run, [AGE])] == [AGE]

    bands = RateEntry(
        "age_allowance_bands", VILLAGE[:6], date(2024, 1, 1), None, ((0, 0), (90, 40_000)), ((0, 0), (90, 40_000)),
        "示例", "示例", False, None,
    )  # fmt: skip
    monkeypatch.setattr(reversing, "rulebook", lambda: book.with_rates(book.rates.with_entries([bands])))

    assert without_ground(run, [AGE]) == []
