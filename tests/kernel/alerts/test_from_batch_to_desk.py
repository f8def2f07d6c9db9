"""A department's file lands, and the alert is in the list of the town: which source said it, of which month, on which day."""

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from anmin.kernel.alerts.arriving.actions import watch_day
from anmin.kernel.alerts.models import Alert, AlertHit
from anmin.kernel.screening.monitoring import evaluations
from tests.kernel.alerts.landing import CALLS, ON, a_bill, land, one_rule, town
from tests.make import a_number

__all__ = ["one_rule", "town"]
pytestmark = pytest.mark.django_db


def test_a_bill_in_a_file_is_an_alert_of_the_town_that_names_source_month_batch_and_day(town):
    batch = a_bill(town)

    day = watch_day(by="系统", on=ON)

    alert = Alert.objects.get(cause="illness")
    assert (alert.household.number, alert.division, alert.state) == ("H1", "371002001001", "dispatched")
    value = next(one for hit in alert.hits.all() for one in hit.values if one["fact"] == "inpatient_top")
    assert (value["value"], value["source"], value["period"]) == (2_100_000, "医保", "2026-10")
    assert (
        value["batch"] == str(batch.pk)
        and value["known_on"] == timezone.localdate(batch.learned_at).isoformat()
    )
    assert day.raised.new == Alert.objects.count()


def test_the_landing_of_a_batch_asks_for_the_evaluation_in_the_same_transaction(town):
    batch = a_bill(town)

    job = ProcrastinateJob.objects.get(task_name="alerts.batch_landed")

    assert job.args == {"batch": batch.pk} and job.lock == "alerts.watch"


def test_a_source_that_has_not_come_is_unknown_until_it_comes_and_raises_nothing(town):
    land(town, "hotline_month", "2026-10", CALLS, [a_number(9), "赵六", "1"])
    before = watch_day(by="系统", on=ON).watched
    nothing = AlertHit.objects.count()

    a_bill(town)
    after = watch_day(by="系统", on=ON).watched

    assert before.manifest["unknown"]["assistance/M02"]["医保"] == 2 and nothing == 0
    assert "医保" not in after.manifest["unknown"]["assistance/M02"]
    assert set(AlertHit.objects.values_list("alert__household__number", flat=True)) == {"H1"}


def test_nothing_new_is_nothing_done_and_a_correction_is_an_increment_of_one_household(town):
    first = a_bill(town, "3000")
    watch_day(by="系统", on=ON)
    assert watch_day(by="系统", on=ON).watched is None

    a_bill(town, "26000", corrects=first)
    day = watch_day(by="系统", on=ON)

    assert day.watched.manifest["changed"] == 1 and day.watched.manifest["deltas"]
    assert Alert.objects.filter(cause="illness", household__number="H1").count() == 1


def test_an_evaluation_that_did_not_reach_the_desk_is_handed_over_by_the_next_call(town, monkeypatch):
    a_bill(town)

    def broken(**_given):
        raise RuntimeError("断电")

    with monkeypatch.context() as patch:
        patch.setattr("anmin.kernel.alerts.arriving.actions.raise_hits", broken)
        with pytest.raises(RuntimeError):
            watch_day(by="系统", on=ON)
    watch_day(by="系统", on=ON)

    assert Alert.objects.filter(cause="illness").count() == 1 and len(evaluations()) == 1
