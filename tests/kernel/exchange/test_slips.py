"""A disputed value goes back to its source with evidence and a deadline, and changes nothing by itself."""

from datetime import date

import pytest
from django.utils import timezone

from anmin.kernel.access.queries import reader_for
from anmin.kernel.audit.models import Act
from anmin.kernel.entitlements.models import Decision
from anmin.kernel.exchange.slips import actions, queries
from anmin.kernel.exchange.slips.actions import SlipProblem
from anmin.kernel.exchange.slips.models import Slip
from anmin.kernel.partners.models import Partner
from anmin.kernel.screening.models import HouseholdResult
from tests.kernel.exchange.world import ON
from tests.make import a_user


@pytest.fixture
def police(db):
    return Partner.objects.create(key="police", name="公安局交警支队")


def sent(family, police, **changed):
    given = {
        "partner": police,
        "source": "vehicles",
        "field": "机动车数",
        "ours": "0",
        "theirs": "1",
        "evidence": "报废车辆回收证明 2026-03",
        "on": ON,
        "household": family.home,
        "batch": "2026-10 #7",
    }
    return actions.send_slip(by=family.checker, **(given | changed))


def a_decision(family, facts):
    return Decision.objects.create(
        case_number="办 2026-118",
        matter="assistance",
        benefit="assistance/dibao",
        household=family.home,
        division=family.home.division,
        on=date(2026, 9, 1),
        outcome="grant",
        facts=facts,
        rates={},
        findings=[],
        rules="r",
        grounds="g",
        decided_by=family.checker_user,
    )


def test_a_slip_says_whom_what_both_values_and_by_when(family, police):
    row = sent(family, police)

    assert (row.way, row.state, row.due) == ("out", "open", date(2026, 12, 1))
    assert (row.division, row.level) == (family.home.division, family.home.level)
    assert Slip.objects.get().evidence.startswith("报废")
    act = Act.objects.get(act="exchange.slip_out")
    assert act.after["field"] == "机动车数" and "报废" not in str(act.after)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"household": None}, "哪一户"),
        ({"field": " "}, "数据项"),
        ({"theirs": "0"}, "相同"),
        ({"evidence": ""}, "依据"),
    ],
)
def test_a_slip_about_nobody_or_nothing_or_without_evidence_is_refused(family, police, changed, said):
    with pytest.raises(SlipProblem, match=said):
        sent(family, police, **changed)

    assert not Slip.objects.exists()


def test_a_confirmed_error_lists_what_used_the_value_and_changes_nothing(family, police):
    used = a_decision(family, {"household": {"机动车数": 1}})
    a_decision(family, {"household": {"homes": 1}})
    before = list(Decision.objects.values())
    row = sent(family, police)

    answered = actions.answer_slip(
        by=family.checker, slip=row, answer="error", on=date(2026, 11, 30), corrected="0", note="已更正"
    )

    reviews = queries.reviews_of(answered)
    assert [(one.kind, one.number) for one in reviews] == [("decision", used.pk)]
    assert list(Decision.objects.values()) == before
    assert not HouseholdResult.objects.exists()
    assert (answered.ours, answered.theirs, answered.corrected) == ("0", "1", "0")


def test_a_slip_is_closed_only_after_everything_that_used_the_value_was_looked_at(family, police):
    a_decision(family, {"机动车数": 1})
    row = actions.answer_slip(
        by=family.checker, slip=sent(family, police), answer="error", on=ON, corrected="0"
    )
    (review,) = queries.reviews_of(row)

    with pytest.raises(SlipProblem, match="1 条"):
        actions.close_slip(by=family.checker, slip=row, outcome="已更正", on=ON)
    with pytest.raises(SlipProblem, match="结论"):
        actions.review_use(by=family.checker, review=review, finding=" ", on=ON)
    actions.review_use(by=family.checker, review=review, finding="不影响待遇", on=ON)
    with pytest.raises(SlipProblem, match="复核过"):
        actions.review_use(by=family.checker, review=review, finding="再看一次", on=ON)
    with pytest.raises(SlipProblem, match="办结说明"):
        actions.close_slip(by=family.checker, slip=row, outcome="", on=ON)
    closed = actions.close_slip(by=family.checker, slip=row, outcome="已更正", on=ON)

    assert (closed.state, closed.closed_on) == ("closed", ON)
    with pytest.raises(SlipProblem):
        actions.close_slip(by=family.checker, slip=row, outcome="又一次", on=ON)


def test_an_answer_is_given_once_and_an_error_says_the_right_value(family, police):
    row = sent(family, police)

    with pytest.raises(SlipProblem, match="更正后"):
        actions.answer_slip(by=family.checker, slip=row, answer="error", on=ON)
    with pytest.raises(SlipProblem, match="只能是"):
        actions.answer_slip(by=family.checker, slip=row, answer="maybe", on=ON)
    actions.answer_slip(by=family.checker, slip=row, answer="right", on=ON)
    with pytest.raises(SlipProblem, match="答复过"):
        actions.answer_slip(by=family.checker, slip=row, answer="error", on=ON, corrected="0")

    assert queries.reviews_of(row) == []


def test_a_slip_nobody_answered_is_overdue_after_five_working_days(family, police):
    row = sent(family, police)

    assert list(queries.overdue(family.checker, date(2026, 12, 1))) == []
    assert list(queries.overdue(family.checker, date(2026, 12, 2))) == [row]
    actions.answer_slip(by=family.checker, slip=row, answer="unknown", on=date(2026, 12, 2))
    assert list(queries.overdue(family.checker, date(2026, 12, 3))) == []


def test_slips_are_seen_within_the_readers_scope_only(family, police):
    row = sent(family, police)
    elsewhere = reader_for(a_user("xm", "350203001"), timezone.localdate())

    assert queries.slip_numbered(family.checker, row.pk) == row
    assert queries.slip_numbered(elsewhere, row.pk) is None
    assert list(queries.slips_with(elsewhere, police)) == []


def test_a_list_that_forgets_the_scope_is_caught(family, police, monkeypatch):
    """The wrong variant: without its filter the query alone would show the slip to a stranger."""
    from django.db.models import Q

    from anmin.kernel.access.queries import Reader

    row = sent(family, police)
    elsewhere = reader_for(a_user("xm", "350203001"), timezone.localdate())
    monkeypatch.setattr(Reader, "q", lambda self, division="division", level="level": Q())

    assert queries.slip_numbered(elsewhere, row.pk) == row
