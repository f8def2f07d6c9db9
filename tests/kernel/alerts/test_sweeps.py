"""The sweep: who is eligible and lacks it, who has it without ground; without a roll nothing is said."""

from datetime import date

import pytest

from anmin.kernel.access.queries import reader_for
from anmin.kernel.alerts import queries
from anmin.kernel.alerts.models import Alert
from anmin.kernel.alerts.sweeps.actions import sweep
from anmin.kernel.alerts.sweeps.queries import by_benefit, by_place, latest_sweep, parts_of
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.screening.models import DivisionSum
from anmin.policy.codes import Coverage
from tests.kernel.alerts.desk import DAY, TOWN, VILLAGE, staff, step, walk
from tests.kernel.alerts.snapshots import a_snapshot, born, reason_of
from tests.kernel.cases.road import a_family
from tests.kernel.screening.results import a_result_run
from tests.make import a_user

pytestmark = pytest.mark.django_db
DIBAO, AGE = "assistance/dibao", "elderly/age_allowance"


@pytest.fixture
def people(settings, tmp_path, db):
    settings.ANMIN_HOME = tmp_path / "home"
    return staff()


def a_run(**results):
    return a_result_run(DAY, VILLAGE, **results)


def poor(coverage=Coverage.MISSED):
    return {
        "coverage": int(coverage),
        "values": {"dibao_eligible": 1, "dibao_amount": 73_200}
        if coverage != Coverage.WITHOUT_GROUND
        else {},
    }


def test_whoever_is_eligible_and_lacks_it_is_found_with_what_is_at_stake(people):
    a_family(("王秀英", 1956), ("王建国", 1985))
    run = a_run(H1=poor())

    made = sweep(by="系统", run=run, on=DAY)

    alert = Alert.objects.get()
    assert alert.cause == f"missed:{DIBAO}" and alert.direction == "MORE"
    part = next(row for row in parts_of(made) if row.benefit == DIBAO)
    assert (part.eligible, part.missed, part.without) == (1, 1, 0)


def test_whoever_has_it_without_ground_is_a_clue_and_nothing_else(people):
    a_family(("王秀英", 1956), ("王建国", 1985))

    sweep(by="系统", run=a_run(H1=poor(Coverage.WITHOUT_GROUND)), on=DAY)

    alert = Alert.objects.get()
    assert alert.direction == "LESS" and alert.cause.startswith(f"without:{DIBAO}")
    assert Decision.objects.count() == Entitlement.objects.count() == 0


def test_a_run_is_swept_once(people):
    a_family(("王秀英", 1956), ("王建国", 1985))
    run = a_run(H1=poor())

    first, again = sweep(by="系统", run=run, on=DAY), sweep(by="系统", run=run, on=date(2026, 3, 28))

    assert first == again and Alert.objects.count() == 1 and Alert.objects.get().hits.count() == 1


def test_without_a_roll_nothing_is_said_of_who_lacks_a_benefit(people):
    """The wrong variant reads an empty roll as nobody being paid, and everybody as missed."""
    a_family(("王秀英", 1930), ("王建国", 1985))
    run = a_run(H1={"people": {"0": {"age_allowance_eligible": 1, "age_allowance_amount": 10_000}}})
    DivisionSum.objects.create(run=run, division=VILLAGE, output="age_allowance_eligible", total=1, count=1)

    made = sweep(by="系统", run=run, on=DAY)

    part = next(row for row in parts_of(made) if row.benefit == AGE)
    assert not part.has_roll and part.missed == 0 and Alert.objects.count() == 0


def test_progress_by_place_and_benefit_is_what_the_lists_hold(people):
    a_family(("王秀英", 1956), ("王建国", 1985))
    a_family(("李大爷", 1950), ("李小二", 1980), serial=7, number="H2")
    sweep(by="系统", run=a_run(H1=poor(), H2=poor()), on=DAY)
    reader = reader_for(people["leader"], DAY)
    alert = Alert.objects.get(household__number="H1")
    walk(alert, people["worker"])
    step(alert, people["worker"], "verify", words="上门看过，符合条件", result="told_to_apply")
    step(alert, people["worker"], "close")

    found = by_benefit(reader, TOWN)["missed", DIBAO]
    places = by_place(reader, TOWN, "missed")

    assert (found.found, found.settled, found.right) == (2, 1, 1)
    assert places[VILLAGE].found == queries.view(reader, "all", DAY, cause="missed", division=VILLAGE).count()
    assert latest_sweep(reader) is not None


def test_another_county_s_reader_sees_no_alert_of_it(people):
    a_family(("王秀英", 1956), ("王建国", 1985))
    sweep(by="系统", run=a_run(H1=poor()), on=DAY)
    stranger = reader_for(a_user("stranger", "371003"), DAY)

    assert by_place(stranger, "371000", "missed") == {}


def test_whoever_lacks_it_is_told_how_the_amount_comes_about(people):
    """The value behind 应享未享 has its reason: standard, income, household, as the rules put it."""
    a_family(("王秀英", 1956), ("王建国", 1985))
    a_snapshot({"H1": [born(1956), born(1985, relation=2, wage_year=600_000)]})

    sweep(by="系统", run=a_run(H1=poor()), on=DAY)

    words = reason_of(Alert.objects.get())
    assert words.startswith("低保金 1,624.00：") and "低保标准〔1,062.00〕" in words
