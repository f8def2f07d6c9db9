"""Requests for data: within a legal basis, with a clock in working days, decided by somebody else, never by silence."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from anmin.kernel.audit.models import Act
from anmin.kernel.exchange.sharing import actions, queries
from anmin.kernel.exchange.sharing.actions import SharingProblem
from anmin.kernel.exchange.sharing.models import SharingRequest
from anmin.kernel.partners import actions as partners
from tests.make import a_user

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 20)
"""A Friday."""


@pytest.fixture
def partner():
    return partners.add_partner(by="test", key="cdpf", name="残联")


def ask(partner, by="test", **more):
    values = {
        "matter": "两项补贴资格核对",
        "basis": "disability_subsidies",
        "fields": ["person.registered"],
        "purpose": "按月核对",
        "contact": "林芳",
        "first_day": ON,
        "last_day": ON + timedelta(100),
        "on": ON,
        **more,
    }
    return actions.ask_sharing(by=by, partner=partner, **values)


def test_the_clock_counts_working_days(partner):
    row = ask(partner)

    assert (row.conformity_due, row.answer_due) == (date(2026, 11, 24), date(2026, 11, 27))
    assert queries.pending(row, ON).left == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"basis": "medical_premium"}, "没有这个共享依据"),
        ({"fields": ["person.name"]}, "超出.*姓名"),
        ({"fields": ["bank.card"]}, "银行卡号"),
        ({"fields": []}, "至少选一个"),
        ({"purpose": " "}, "都要写"),
        ({"last_day": date(2026, 1, 1)}, "早于第一天"),
    ],
)
def test_what_goes_beyond_the_basis_is_refused_by_name(partner, wrong, words):
    with pytest.raises(SharingProblem, match=words):
        ask(partner, **wrong)

    assert not SharingRequest.objects.exists()


def test_whoever_asked_does_not_decide_neither_here_nor_in_the_table(partner):
    me, other = a_user("one", "371000"), a_user("two", "371000")
    row = actions.accept_sharing(by=me, request=ask(partner, by=me), on=ON)

    with pytest.raises(SharingProblem, match="自己"):
        actions.decide_sharing(by=me, request=row, is_granted=True, on=ON)
    with pytest.raises(DatabaseError, match="sharing_decided_by_another"), transaction.atomic():
        SharingRequest.objects.filter(pk=row.pk).update(decider=me)

    done = actions.decide_sharing(by=other, request=row, is_granted=True, on=ON)
    assert (done.state, done.decider) == ("granted", other)


def test_silence_is_reported_once_and_grants_nothing(partner):
    row = ask(partner)
    late = row.answer_due + timedelta(1)

    assert actions.escalate_silent(by="系统", on=row.answer_due) == []
    assert [one.pk for one in actions.escalate_silent(by="系统", on=late)] == [row.pk]
    assert actions.escalate_silent(by="系统", on=late) == []

    row.refresh_from_db()
    assert (row.state, row.escalated_on) == ("open", late)
    assert Act.objects.filter(act="exchange.escalate_sharing").count() == 1


def test_an_answered_request_stays_answered(partner):
    row = actions.accept_sharing(by="甲", request=ask(partner), on=ON)
    with pytest.raises(SharingProblem, match="理由"):
        actions.decide_sharing(by="甲", request=row, is_granted=False, on=ON)
    actions.decide_sharing(by="甲", request=row, is_granted=False, on=ON, reason="已有此项")

    with pytest.raises(SharingProblem, match="已经答复"):
        actions.decide_sharing(by="乙", request=row, is_granted=True, on=ON)
