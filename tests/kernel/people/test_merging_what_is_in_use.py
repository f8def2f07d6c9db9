"""Merging people with open matters or running money has one answer, and overlapping pasts do not break it."""

from datetime import date

import pytest

from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases import actions as cases
from anmin.kernel.cases.actions import Opening
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.people.merging.actions import merge, take_back_apart, tell_apart, unmerge
from anmin.kernel.people.merging.queries import apart_from, are_told_apart
from anmin.kernel.people.models import Kin, Person
from anmin.kernel.people.queries import members_on
from anmin.kernel.people.register import actions as register
from anmin.kernel.people.register.actions import RegisterProblem
from tests.kernel.cases.test_procedures import BOOK
from tests.make import a_household, a_person, a_user

pytestmark = pytest.mark.django_db
ON, VILLAGE = date(2026, 11, 2), "371002001001"


@pytest.fixture
def approver():
    return a_user("approver", "371002")


@pytest.fixture
def two():
    return a_person("王秀英", serial=1), a_person("王秀瑛", phone="13900001111")


def refused(approver, kept, gone):
    with pytest.raises(RegisterProblem) as trouble:
        merge(by=approver, kept=kept, gone=gone, on=ON, reason="同一人")
    assert not Person.objects.filter(merged_into__isnull=False).exists()
    return trouble.value


def a_case(person):
    home = a_household("H1", VILLAGE, person)
    day = date(2024, 3, 25)
    opening = Opening("DB-1", VILLAGE, home.pk, person.pk, "counter", token="form-1")
    procedure = BOOK.procedure("dibao", VILLAGE, day)
    return cases.open_case(by="test", procedure=procedure, opening=opening, on=day, form={})


def an_entitlement(person, by):
    home = a_household("H2", VILLAGE, person)
    decision = Decision.objects.create(
        case_number="DB-2",
        matter="dibao",
        division=VILLAGE,
        household=home,
        person=person,
        outcome="grant",
        on=ON,
        facts={},
        rates={},
        findings=[],
        rules="x",
        grounds="x",
        decided_by=by,
    )
    return Entitlement.objects.create(
        benefit="dibao",
        division=VILLAGE,
        household=home,
        person=person,
        first_day=date(2026, 1, 1),
        begun_by=decision,
    )


def test_a_record_with_an_open_case_does_not_go_and_the_case_is_named(approver, two):
    kept, gone = two
    a_case(gone)

    trouble = refused(approver, kept, gone)

    assert trouble.code == "open_cases"
    assert "DB-1" in str(trouble) and "先办结或撤回" in str(trouble)


def test_the_record_with_the_open_case_may_be_the_one_that_stays(approver, two):
    gone, kept = two
    a_case(kept)

    assert merge(by=approver, kept=kept, gone=gone, on=ON, reason="同一人").kept == kept


def test_a_record_that_receives_a_benefit_does_not_go(approver, two):
    kept, gone = two
    an_entitlement(gone, approver)

    trouble = refused(approver, kept, gone)

    assert trouble.code == "running_entitlements" and "1 项正在享受的待遇" in str(trouble)


def test_two_records_in_one_household_are_settled_before_they_are_merged(approver, two):
    kept, gone = two
    home = a_household("H1", VILLAGE, kept, gone)
    assert refused(approver, kept, gone).code == "twice_in_household"

    register.end_membership(
        by="test", membership=gone.memberships.get(), last_day=date(2026, 11, 1), cause="leave"
    )
    merged = merge(by=approver, kept=kept, gone=gone, on=ON, reason="同一人")

    reader = reader_for(approver, ON)
    assert [row.person for row in members_on(reader, home, date(2026, 6, 1))] == [kept]
    unmerge(by=approver, merged=merged, reason="查明是两个人")
    assert {row.person for row in members_on(reader, home, date(2026, 6, 1))} == {kept, gone}


def test_ties_that_overlap_do_not_break_a_merge(approver, two):
    kept, gone = two
    other = a_person("刘桂英", serial=5)
    for person in two:
        register.tie(by="test", person=other, other=person, kind="guardian", first_day=date(2020, 1, 1))
        register.end_tie(by="test", tie=person.ties_to_me.get(), last_day=date(2025, 1, 1))

    merged = merge(by=approver, kept=kept, gone=gone, on=ON, reason="同一人")
    unmerge(by=approver, merged=merged, reason="两个人")

    assert {row.other for row in Kin.objects.filter(kind="guardian")} == {kept, gone}


def test_a_death_learnt_after_a_merge_stays_with_the_record_that_stayed(approver, two):
    kept, gone = two
    merged = merge(by=approver, kept=kept, gone=gone, on=ON, reason="同一人")
    kept.refresh_from_db()
    register.record_death(by="test", person=kept, source="police", day=date(2026, 11, 20))

    unmerge(by=approver, merged=merged, reason="两个人")

    kept.refresh_from_db()
    assert kept.died_on == date(2026, 11, 20)


def test_told_apart_is_shown_and_can_be_taken_back_with_a_reason(approver, two):
    one, other = two
    row = tell_apart(by=approver, one=one, other=other, reason="双胞胎")
    reader = reader_for(approver, ON)
    assert [(found.other, found.row.reason) for found in apart_from(reader, other)] == [(one, "双胞胎")]

    with pytest.raises(RegisterProblem, match="请写明为什么"):
        take_back_apart(by=approver, row=row, reason=" ")
    take_back_apart(by=approver, row=row, reason="户口簿上只有一人")

    assert not are_told_apart(one.pk, other.pk)
    assert apart_from(reader, one) == []
    with pytest.raises(RegisterProblem, match="已经撤销过"):
        take_back_apart(by=approver, row=row, reason="再撤")
    assert tell_apart(by=approver, one=one, other=other, reason="又核实是两个人").pk != row.pk


def test_whom_a_reader_may_not_see_is_not_shown_as_told_apart(approver, two):
    far = a_person("王秀英", "371082001001")
    tell_apart(by=approver, one=two[0], other=far, reason="两地")

    assert apart_from(reader_for(approver, ON), two[0]) == []
