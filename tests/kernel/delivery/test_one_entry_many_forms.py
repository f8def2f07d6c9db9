"""W7: a death reported at the door reaches everybody whom it concerns, and stops nothing."""

from datetime import date

import pytest

from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases.deaths.actions import raise_deaths
from anmin.kernel.cases.fieldwork import actions as fieldwork
from anmin.kernel.cases.fieldwork.queries import size_of
from anmin.kernel.cases.models import Case
from anmin.kernel.delivery.reports.queries import monthly
from anmin.kernel.delivery.tasks import tasks
from anmin.kernel.delivery.visits.answers import FormProblem
from anmin.kernel.delivery.visits.models import Visit
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.people.models import ChangeRequest
from anmin.kernel.people.requests import actions as requests
from tests.kernel.cases.road import Road, town_staff
from tests.kernel.cases.road import a_family as a_case_family
from tests.kernel.delivery.test_visits import ON, VILLAGE, a_form, a_helper
from tests.kernel.payments.money import a_grant
from tests.make import a_household, a_person, a_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 18)


def a_family_on_dibao():
    """Three people on dibao; the eldest, 86, gets the allowance of old age too."""
    old = a_person("孙老太", VILLAGE, serial=1, birth_day=date(1940, 2, 1))
    people = [a_person("孙大", VILLAGE, serial=2), old, a_person("孙小", VILLAGE, serial=3)]
    home = a_household("D1", VILLAGE, *people)
    a_grant(home, 90_000, date(2026, 6, 1))
    a_grant(home, 10_000, date(2026, 6, 1), benefit="elderly/age_allowance", person=old)
    return home, old


def a_report(home, who, key="key-0000000000000001", **more):
    return a_form(home, who, key=key, change=["death"], died_who=who.pk, died_on=DAY.isoformat(), **more)


def test_a_reported_death_reaches_the_town_the_register_and_the_report_without_further_input():
    home, old = a_family_on_dibao()
    helper = a_helper()
    month = ON.replace(day=1)

    def cell(report):
        return next(one.value for one in report.cells if one.key == "deaths_waiting")

    with reading_as(helper):
        before = cell(monthly(helper, VILLAGE, month))
        done = fieldwork.visit(by=helper, form=a_report(home, old), on=ON)
        after, size = cell(monthly(helper, VILLAGE, month)), size_of(helper, home, ON)

    assert {row.entitlement.benefit for row in done.reviews} == {"assistance/dibao", "elderly/age_allowance"}
    assert {(row.matter, row.state) for row in done.reviews} == {("review", "due")}
    assert done.reviews[0].form["clue"]["source"] == "family"
    assert size == (3, 2)
    assert (before, after) == (0, 1)
    assert set(Entitlement.objects.values_list("state", flat=True)) == {"active"}
    assert any("待确认" in words for words in done.updated)


def test_what_was_reported_at_the_door_is_not_raised_again_when_it_is_confirmed():
    home, old = a_family_on_dibao()
    helper = a_helper()
    with reading_as(helper):
        fieldwork.visit(by=helper, form=a_report(home, old), on=ON)
    leader = a_user("leader", "371002001", role="town_leader")

    requests.accept(by=leader, request=ChangeRequest.objects.get())

    assert raise_deaths(by="系统", on=ON) == []
    assert Case.objects.filter(matter="review").count() == 2


def test_two_people_who_report_one_death_make_one_request_and_one_review_each():
    home, old = a_family_on_dibao()
    first = a_helper()
    with reading_as(first):
        fieldwork.visit(by=first, form=a_report(home, old), on=ON)
    with reading_as(first):
        again = fieldwork.visit(by=first, form=a_report(home, old, key="key-0000000000000002"), on=ON)

    assert (again.death.pk, again.reviews) == (ChangeRequest.objects.get().pk, ())


def test_a_death_of_tomorrow_or_of_somebody_else_stores_nothing():
    home, old = a_family_on_dibao()
    stranger = a_person("别家", VILLAGE, serial=9)
    helper = a_helper()
    form = a_report(home, old)
    for wrong in ({"died_on": "2027-01-01"}, {"died_who": stranger.pk}):
        with reading_as(helper), pytest.raises(FormProblem):
            fieldwork.visit(
                by=helper,
                form=type(form)(**{**form.__dict__, "answers": {**form.answers, **wrong}}),
                on=ON,
            )
    assert not Visit.objects.exists()
    assert not ChangeRequest.objects.exists()


def test_a_case_sent_back_to_the_field_is_on_the_list_until_the_survey_is_made_again():
    staff = town_staff()
    home, _people = a_case_family(("王秀英", 1950))
    road = Road.begin(home, staff)
    road.to_confirming()
    second = reader_for(staff["second"], road.day)
    with reading_as(second):
        assert [task for task in tasks(second, road.day) if task.kind == "case"] == []
    road.step("approver", "return_to_field", reason="收入来源没有问清楚")
    with reading_as(second):
        (back,) = [task for task in tasks(second, road.day) if task.kind == "case"]
    road.survey()
    with reading_as(second):
        left = [task for task in tasks(second, road.day) if task.kind == "case"]

    assert (back.title, back.household, back.note) == ("退回补正", home, "收入来源没有问清楚")
    assert left == []
