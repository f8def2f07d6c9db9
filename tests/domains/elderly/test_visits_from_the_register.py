"""An elder in special difficulty who agrees is planned for by the rule of the place, the same day; the figure counts it."""

from datetime import date, timedelta

import pytest

from anmin.domains.elderly.indicators.visits import MONTHLY_VISITS
from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.queries import reader_for
from anmin.kernel.delivery.plans.actions import make_plans
from anmin.kernel.delivery.plans.models import VisitPlan
from anmin.kernel.delivery.visits.actions import keep_visit
from anmin.kernel.indicators.periods import period_of
from anmin.kernel.indicators.queries import behind, figure
from anmin.kernel.registers.actions import EntryRefused
from tests.domains.elderly.made import TODAY, VILLAGE, an_elder, entered, staff, step, the_number
from tests.kernel.delivery.test_visits import a_form
from tests.make import a_household, a_person, a_user

pytestmark = pytest.mark.django_db
NEXT_DAY = TODAY + timedelta(days=1)


def a_couple(born=date(1946, 3, 2)):
    """An elder who does not live alone: no rule finds her."""
    elder = an_elder(born=born)
    return elder, a_household("E1", VILLAGE, elder, a_person("老伴", VILLAGE, serial=2))


def agreed(officer, kind="disabled", on=TODAY, born=date(1946, 3, 2)):
    entry = entered(officer, "difficulties", on=on, person=the_number(born=born), kind=kind, source="村委会")
    step(officer, "difficulties", entry, "survey", on=on)
    return step(officer, "difficulties", entry, "activate", on=on)


@pytest.mark.parametrize(
    ("kind", "born", "tier", "days"),
    [
        ("disabled", date(1946, 3, 2), "disabled", 30),
        ("alone", date(1940, 3, 2), "alone_old", 2),
        ("alone", date(1950, 3, 2), "alone", 30),
        ("empty_nest", date(1950, 3, 2), "empty_nest", 30),
    ],
)
def test_agreeing_plans_by_the_rule_of_the_place_on_the_same_day(kind, born, tier, days):
    officer = staff()["elder_officer"]
    a_couple(born)
    with reading_as(officer):
        entry = agreed(officer, kind, born=born)
        plan = VisitPlan.objects.get()

    assert (plan.tier, plan.every_days, plan.first_day, plan.by_rule) == (tier, days, TODAY, True)
    assert (entry.state, entry.active_since) == ("active", TODAY)
    assert make_plans(by="test", on=NEXT_DAY) == {"made": 0, "changed": 0, "ended": 0}


def test_a_plan_that_was_lost_is_made_again_from_the_register_in_the_night():
    officer = staff()["elder_officer"]
    a_couple()
    with reading_as(officer):
        agreed(officer)
    VisitPlan.objects.all().delete()

    assert make_plans(by="test", on=NEXT_DAY)["made"] == 1
    assert VisitPlan.objects.get().tier == "disabled"


def test_being_away_coming_back_and_refusing_move_the_plan_with_the_entry():
    officer = staff()["elder_officer"]
    a_couple()
    with reading_as(officer):
        entry = agreed(officer)
        step(officer, "difficulties", entry, "suspend", reason="住院")
        away = list(VisitPlan.objects.values_list("state", flat=True))
        step(officer, "difficulties", entry, "activate", on=NEXT_DAY)
        back = list(VisitPlan.objects.order_by("pk").values_list("state", "first_day"))
        step(
            officer, "difficulties", entry, "refuse", on=NEXT_DAY, reason="不愿意",
            refused_on=NEXT_DAY.isoformat(),
        )  # fmt: skip

    assert away == ["suspended"]
    assert back == [("ended", TODAY), ("active", NEXT_DAY)]
    assert VisitPlan.objects.latest("pk").state == "refused"


def test_one_class_that_pauses_leaves_the_visits_of_the_other():
    officer = staff()["elder_officer"]
    a_couple()
    with reading_as(officer):
        entry = agreed(officer)
        agreed(officer, "empty_nest")
        step(officer, "difficulties", entry, "suspend", reason="评估有误，复评中")

    assert list(VisitPlan.objects.values_list("tier", "state")) == [("disabled", "active")]


def test_whoever_lives_nowhere_is_not_taken_in_and_the_message_says_what_to_do():
    officer = staff()["elder_officer"]
    an_elder()
    with reading_as(officer), pytest.raises(EntryRefused, match="没有登记在哪一户"):
        agreed(officer)

    assert not VisitPlan.objects.exists()


def test_the_figure_of_monthly_visits_and_its_three_lists_come_from_the_same_records():
    officer = staff()["elder_officer"]
    elder, home = a_couple()
    helper = reader_for(a_user("helper", VILLAGE, role="elder_helper"), TODAY)
    with reading_as(officer):
        agreed(officer, on=TODAY.replace(day=2))
    period = period_of("month", TODAY)

    def counts():
        with reading_as(officer):
            found = figure(officer, MONTHLY_VISITS, period)
            lists = [
                behind(officer, MONTHLY_VISITS, period, part=part).count()
                for part in ("counted", "whole", "lacking")
            ]
        return (found.value, found.whole, lists)

    before = counts()
    with reading_as(helper):
        keep_visit(by=helper, form=a_form(home, elder, day=TODAY), on=TODAY)

    assert before == (0, 1, [0, 1, 1])
    assert counts() == (1, 1, [1, 1, 0])
