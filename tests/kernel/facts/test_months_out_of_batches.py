"""Months of the snapshot out of the batches of months: told, nothing, and not known are three different things."""

from datetime import date

import pytest

from anmin.kernel.facts.lake import actions as lake
from anmin.kernel.screening.rulebooks import rulebook
from tests.kernel.facts.test_sources_and_snapshots import take
from tests.make import a_household, a_number, a_person

pytestmark = pytest.mark.django_db
ON, MARCH = date(2026, 11, 20), date(2026, 3, 20)
INSURED = ["身份证号", "姓名", "当月缴费"]
POWER = ["身份证号", "姓名", "用电量（千瓦时）"]
DEATHS = ["身份证号", "姓名", "死亡日期"]


@pytest.fixture(autouse=True)
def family(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"
    people = [a_person(name, serial=at) for at, name in enumerate(["王建国", "李秀兰"], 1)]
    a_household("H1", "371002001001", *people)
    a_household("H2", "371002001001", a_person("赵六", serial=9))
    return tmp_path


def made(on=ON):
    return lake.make_snapshot(by="test", on=on, facts=rulebook().facts)[0]


def months(snapshot, fact, table="person"):
    rows = snapshot.person_table(0) if table == "person" else snapshot.household_table(0)
    return rows[fact].to_pylist()


def test_a_month_is_told_for_those_listed_nothing_for_others_and_unknown_where_no_batch_came(family):
    take(family, "insured_month", INSURED, [[a_number(1), "王建国", "是"]], "2026-08")
    take(family, "insured_month", INSURED, [[a_number(9), "赵六", "是"]], "2026-10")

    told = sorted(months(made(), "insured"))

    unknown = [-1] * 8
    assert told == sorted([[*unknown, 1, -1, 0, -1], [*unknown, 0, -1, 0, -1], [*unknown, 0, -1, 1, -1]])


def test_a_month_of_a_household_is_the_sum_of_its_members_and_unknown_for_those_not_listed(family):
    rows = [[a_number(1), "王建国", "30"], [a_number(2), "李秀兰", "12"]]
    take(family, "power_month", POWER, rows, "2026-10")

    told = months(made(), "power_used", "household")

    assert [row[-2] for row in told] == [42, -1] and all(row[-1] == -1 for row in told)


def test_the_manifest_says_which_batch_told_each_month_and_when_it_was_known(family):
    batch = take(family, "insured_month", INSURED, [[a_number(1), "王建国", "是"]], "2026-10")

    (arrival,) = made().manifest["arrivals"]["insured"]

    assert (arrival["month"], arrival["batch"]) == ("2026-10", str(batch.pk))
    assert date.fromisoformat(arrival["known_on"])


def test_what_happened_in_an_earlier_weeks_file_is_not_forgotten_when_the_next_comes(family):
    take(family, "deaths", DEATHS, [[a_number(1), "王建国", "2026-10-20"]], "2026-10-21")
    take(family, "deaths", DEATHS, [[a_number(9), "赵六", "2026-10-27"]], "2026-10-28")

    days = {day for day in months(made(), "death_day") if day}

    assert days == {20261020, 20261027}


def test_a_corrected_month_changes_its_household_alone_and_a_new_month_everybody(family):
    first = take(family, "insured_month", INSURED, [[a_number(1), "王建国", "是"]], "2026-09")
    made()
    take(family, "insured_month", INSURED, [[a_number(1), "王建国", "否"]], "2026-09", corrects=first)
    facts = rulebook().facts

    corrected, changed = lake.update_snapshot(by="test", on=ON, facts=facts)
    take(family, "insured_month", INSURED, [[a_number(9), "赵六", "是"]], "2026-10")
    _later, everybody = lake.update_snapshot(by="test", on=ON, facts=facts)

    assert changed == 1 and corrected.manifest["lake"]["built_on"]
    assert everybody is None


def test_an_increment_of_months_is_what_a_full_build_would_be(family):
    first = take(family, "insured_month", INSURED, [[a_number(1), "王建国", "是"]], "2026-09")
    made()
    take(family, "insured_month", INSURED, [[a_number(1), "王建国", "否"]], "2026-09", corrects=first)

    built_on, changed = lake.update_snapshot(by="test", on=ON, facts=rulebook().facts)
    part = months(built_on, "insured")
    whole = months(made(), "insured")

    assert changed == 1 and part == whole
