"""Assessments as records: two assessors, the result computed, until when it holds, dispute and recheck."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from anmin.domains.elderly.assessment.scoring import Conditions
from anmin.domains.elderly.registers.assessments import AbilityAssessment
from anmin.kernel.audit.models import Act
from anmin.kernel.registers.actions import EntryRefused
from tests.domains.elderly.made import TODAY, an_elder, answers_of, assessed, staff, step

pytestmark = pytest.mark.django_db


def codes(refused):
    return {one.code for one in refused.value.troubles}


def test_the_server_adds_up_and_says_until_when_it_holds():
    by = staff()["elder_assessor"]

    row = assessed(by, an_elder(), total=40, conditions=Conditions(dementia=True, risk_events=3))

    row.refresh_from_db()
    assert (row.total, row.preliminary, row.final) == (40, 3, 4)
    assert row.last_day == date(2027, 11, 24)
    assert row.answers == answers_of(40)
    act = Act.objects.get(act="elderly.assessments.assess")
    assert act.subject_id == str(row.pk)
    assert "40" not in str(act.after.get("total"))


def test_answers_are_ciphertext_at_rest():
    row = assessed(staff()["elder_assessor"], an_elder())

    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM domains_abilityassessment WHERE id = %s", [row.pk])
        assert b"B.1.1" not in bytes(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"second_assessor": "赵一"}, "two"),
        ({"second_assessor": " "}, "two"),
        ({"has_medical": False}, "medical"),
        ({"answers": answers_of(90) | {"B.2.4": 4}}, "answer"),
        ({"reason": "recheck"}, "recheck"),
    ],
)
def test_what_the_standard_does_not_allow_is_refused_and_nothing_is_written(given, code):
    with pytest.raises(EntryRefused) as refused:
        assessed(staff()["elder_assessor"], an_elder(), **given)

    assert code in codes(refused)
    assert AbilityAssessment.objects.count() == 0


def test_a_new_assessment_ends_the_one_before():
    by, person = staff()["elder_assessor"], an_elder()
    first = assessed(by, person, total=70, on=date(2026, 3, 1))

    second = assessed(by, person, total=40, reason="immediate")

    first.refresh_from_db()
    assert (first.state, first.last_day) == ("replaced", date(2026, 11, 24))
    assert (second.state, second.final) == ("final", 3)


def test_a_disputed_result_is_rechecked_by_two_others():
    by, person = staff()["elder_assessor"], an_elder()
    first = assessed(by, person, total=70, on=date(2026, 11, 1))
    step(by, "assessments", first, "dispute", dispute="平地行走评高了")

    with pytest.raises(EntryRefused) as refused:
        assessed(by, person, total=60, reason="recheck", assessor="赵一", second_assessor="孙三")
    done = assessed(by, person, total=60, reason="recheck", assessor="孙三", second_assessor="李四")

    assert codes(refused) == {"same"}
    first.refresh_from_db()
    assert done.rechecks_id == first.pk
    assert first.state == "replaced"
    assert first.dispute == "平地行走评高了"


def test_a_result_is_disputed_once_and_with_words():
    by = staff()["elder_assessor"]
    row = assessed(by, an_elder())

    with pytest.raises(EntryRefused):
        step(by, "assessments", row, "dispute", dispute="  ")
    row = step(by, "assessments", row, "dispute", dispute="不同意")
    with pytest.raises(EntryRefused):
        step(by, "assessments", row, "dispute", dispute="不同意")


def test_a_result_is_told_once():
    by = staff()["elder_assessor"]
    row = step(by, "assessments", assessed(by, an_elder()), "tell")

    assert row.told_on == TODAY
    with pytest.raises(EntryRefused):
        step(by, "assessments", row, "tell")


def test_only_assessors_assess_and_only_in_their_place():
    readers = staff()
    far = an_elder(2, division="371003001001")

    with pytest.raises(PermissionError):
        assessed(readers["elder_officer"], an_elder())
    with pytest.raises(PermissionError):
        assessed(readers["elder_assessor"], far)


def test_the_database_itself_asks_for_two_assessors():
    row = assessed(staff()["elder_assessor"], an_elder())

    with pytest.raises(IntegrityError, match="assessment_by_two"), transaction.atomic():
        AbilityAssessment.objects.filter(pk=row.pk).update(second_assessor="赵一")
