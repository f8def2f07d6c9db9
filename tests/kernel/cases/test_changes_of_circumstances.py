"""Kinds of change: each leads to the review, papers and limit that its line of business declares; a report changes nothing."""

from datetime import date

import pytest
import yaml

from anmin.console.catalogues import LOCALES, messages
from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases.actions import StepRefused
from anmin.kernel.cases.changes.actions import report_change
from anmin.kernel.cases.changes.kinds import ChangeKindProblem, kinds, read
from anmin.kernel.cases.changes.queries import changes_of, due_of, limit_of
from anmin.kernel.cases.fieldwork import actions as fieldwork
from anmin.kernel.cases.guards import Obstacle
from anmin.kernel.cases.matters import book, procedure_for
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.upkeep.actions import REVIEW
from anmin.kernel.delivery.services import COMMON
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.law.citations import resolve
from tests.kernel.cases.road import Road, town_staff
from tests.kernel.delivery.test_one_entry_many_forms import a_family_on_dibao
from tests.kernel.delivery.test_visits import ON, a_form, a_helper

DAY = date(2026, 11, 16)
CITIES = ("371000", "350200", "460100", "610600")


def a_worker():
    return a_helper(role="village_worker", name="worker")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [key for key, one in kinds().items() if not one.is_death])
def test_every_kind_opens_a_review_of_every_running_benefit_with_its_own_limit(kind):
    home, old = a_family_on_dibao()
    worker = a_worker()

    with reading_as(worker):
        cases = report_change(by=worker, home=home, kind=kind, day=DAY, on=ON, person=old, words="在镇上做工")

    limit = procedure_for(REVIEW, home.division, ON).limit("change")
    assert {row.entitlement.benefit for row in cases} == {"assistance/dibao", "elderly/age_allowance"}
    for case in cases:
        (told,) = changes_of(case)
        assert (told.kind.key, told.day, told.person, told.on) == (kind, DAY, old.pk, ON)
        (clock,) = case.clocks.filter(key="change")
        assert clock.number == limit.days_for([f"change_{kind}"])
        assert (case.due, limit_of(case).key, due_of(case)) == (clock.due, "change", clock.due)
        assert (case.channel, case.steps.get().reason) == ("worker", "在镇上做工")
    assert Decision.objects.filter(outcome__in=Decision.ADVERSE).count() == 0
    assert set(Entitlement.objects.values_list("state", flat=True)) == {"active"}


@pytest.mark.django_db
def test_a_change_told_twice_is_one_and_another_one_does_not_put_the_limit_off():
    home, old = a_family_on_dibao()
    worker = a_worker()
    given = {"by": worker, "home": home, "kind": "people", "day": DAY, "person": old}

    with reading_as(worker):
        first = report_change(**given, on=ON)
        due = due_of(first[0])
        again = report_change(**given, on=date(2026, 11, 24))
        more = report_change(**{**given, "kind": "school"}, on=date(2026, 11, 24))

    assert [row.pk for row in first] == [row.pk for row in again] == [row.pk for row in more]
    assert [row.kind.key for row in changes_of(more[0])] == ["people", "school"]
    assert due_of(more[0]) == due
    assert Case.objects.filter(matter=REVIEW).count() == 2


@pytest.mark.django_db
def test_a_change_of_income_is_not_passed_over_before_departments_were_asked():
    staff = town_staff()
    home, old = a_family_on_dibao()
    clerk = reader_for(staff["clerk"], ON)
    case = report_change(by=clerk, home=home, kind="work", day=DAY, on=ON, person=old)[0]
    road = Road(case, staff, ON)
    road.step("clerk", "record_survey", beside=staff["second"])

    with pytest.raises(StepRefused) as refused:
        road.step("leader", "propose", reason="收入增加")
    road.step("checker", "start_check")
    road.step("checker", "record_check")
    road.step("leader", "propose", reason="收入增加")

    assert [row.code for row in refused.value.obstacles] == ["step_missing"]
    assert case.channel == "counter"
    assert not case.clocks.filter(key="change", stopped_on__isnull=True).exists()


@pytest.mark.django_db
def test_a_death_takes_the_road_of_deaths_and_keeps_its_clue():
    home, old = a_family_on_dibao()
    worker = a_worker()

    with reading_as(worker):
        cases = report_change(by=worker, home=home, kind="death", day=DAY, on=ON, person=old)
        again = report_change(by=worker, home=home, kind="death", day=DAY, on=ON, person=old)

    assert [row.pk for row in cases] == [row.pk for row in again]
    assert {row.form["clue"]["person"] for row in cases} == {old.pk}
    assert Entitlement.objects.exclude(state="active").count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "weather"}, "kind"),
        ({"day": date(2027, 1, 1)}, "day"),
        ({"kind": "death", "person": None}, "person"),
    ],
)
def test_what_cannot_be_reported_is_said_and_nothing_is_written(change, code):
    home, old = a_family_on_dibao()
    worker = a_worker()
    given = {"by": worker, "home": home, "kind": "work", "day": DAY, "on": ON, "person": old}

    with reading_as(worker), pytest.raises(StepRefused) as refused:
        report_change(**{**given, **change})

    assert [row.code for row in refused.value.obstacles] == [code]
    assert isinstance(refused.value.obstacles[0], Obstacle) and refused.value.obstacles[0].words
    assert not Case.objects.filter(matter=REVIEW).exists()


@pytest.mark.django_db
def test_whoever_may_not_file_reports_nothing():
    staff = town_staff()
    home, old = a_family_on_dibao()

    with pytest.raises(StepRefused) as refused:
        report_change(by=reader_for(staff["leader"], ON), home=home, kind="work", day=DAY, on=ON, person=old)

    assert refused.value.obstacles[0].code == "no_power"


@pytest.mark.django_db
def test_a_change_seen_at_a_visit_reaches_the_town_of_itself():
    home, old = a_family_on_dibao()
    worker = a_helper()

    with reading_as(worker):
        done = fieldwork.visit(by=worker, form=a_form(home, old, change=["hospital", "work"]), on=ON)

    assert {row.entitlement.benefit for row in done.reviews} == {"assistance/dibao", "elderly/age_allowance"}
    assert {one.kind.key for one in changes_of(done.reviews[0])} == {"hospital", "work"}
    assert any("2 件待遇核实" in words for words in done.updated)


def test_every_change_that_a_visit_can_tell_has_its_kind_and_every_kind_its_law():
    questions = [
        question
        for part in yaml.safe_load(COMMON.read_text("utf-8"))["parts"]
        for question in part["questions"]
    ]
    options = next(question for question in questions if question["key"] == "change")["options"]

    assert set(options) <= set(kinds())
    for one in kinds().values():
        assert all(citation.instrument.title for citation in resolve(one.law))


def test_every_word_of_a_kind_has_english():
    known = {one.sentence for one in messages(LOCALES / "en/LC_MESSAGES/django.po")}
    shown = {
        words
        for one in kinds().values()
        for words in (one.title, one.plain, one.register, *one.looks, *one.brings)
    }

    assert shown - {""} - known == set()


def test_the_limits_of_every_city_name_kinds_that_exist_and_are_marked_until_somebody_verifies_them():
    assert REVIEW in book().matters
    for city in CITIES:
        limit = procedure_for(REVIEW, city, ON).limit("change")
        assert {cause.removeprefix("change_") for cause in limit.special} <= set(kinds())
        assert "待核实" in limit.law


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"key": "a", "title": "甲", "plain": "甲。", "law": "x"}, "没有写“looks”"),
        (
            {"key": "a", "title": "甲", "plain": "甲。", "law": "x", "looks": ["看"], "stop": True},
            "没有人认识",
        ),
    ],
)
def test_a_kind_that_says_too_little_or_too_much_is_refused(row, words, tmp_path):
    path = tmp_path / "kinds.yaml"
    path.write_text(yaml.safe_dump({"kinds": [row]}, allow_unicode=True), "utf-8")

    with pytest.raises(ChangeKindProblem, match=words):
        read(path)


def test_a_kind_written_twice_is_refused(tmp_path):
    row = {"key": "a", "title": "甲", "plain": "甲。", "law": "x", "looks": ["看"]}
    path = tmp_path / "kinds.yaml"
    path.write_text(yaml.safe_dump({"kinds": [row, row]}, allow_unicode=True), "utf-8")

    with pytest.raises(ChangeKindProblem, match="写了两次"):
        read(path)
