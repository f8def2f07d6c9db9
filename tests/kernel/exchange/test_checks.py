"""No source is asked without every adult's word; what sources say comes with day and batch; the report decides nothing."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from anmin.kernel.access.queries import reader_for
from anmin.kernel.audit.models import Act, Read
from anmin.kernel.exchange.checks import actions, queries
from anmin.kernel.exchange.checks.actions import CheckProblem, NotAuthorised
from anmin.kernel.exchange.checks.models import CheckAnswer, CheckOrder
from tests.kernel.exchange.world import ON, a_batch, numbers
from tests.make import a_household, a_person, a_user

SOURCES = ["pensions", "real_estate"]


def asked(family, sources=SOURCES):
    return actions.ask_check(
        by=family.clerk, household=family.home, sources=sources, matter="低保申请 2026-118", on=ON
    )


def started(family):
    family.agree(family.husband, family.wife)
    return actions.start_check(by=family.checker, order=asked(family), on=ON)


def test_a_check_without_a_live_authorisation_of_each_adult_is_refused_and_names_who_is_missing(family):
    family.agree(family.husband)

    with pytest.raises(NotAuthorised) as refusal:
        asked(family)

    assert "李秀兰" in str(refusal.value) and "王建国" not in str(refusal.value)
    assert "王小明" not in str(refusal.value)
    assert "养老金" in str(refusal.value)
    assert not CheckOrder.objects.exists()


def test_without_the_refusal_a_check_would_ask_about_people_who_never_agreed(family, monkeypatch, tmp_path):
    """The wrong variant: with the gate taken out the very same steps bring out a pension that nobody released."""
    a_batch(tmp_path, "pensions", [[numbers()[0], "王建国", "12000", ""]])
    monkeypatch.setattr(actions, "missing_of", lambda *asked: [])

    order = actions.start_check(by=family.checker, order=asked(family, ["pensions"]), on=ON)
    actions.answer_from_lake(by=family.checker, order=order, on=ON)

    (line,) = queries.report(family.checker, order, ON)
    assert line.rows[0].values["employee"] == 1_200_000


def test_an_adult_out_of_the_readers_sight_counts_and_is_not_named(family):
    hidden = a_person("钱七", "371002001001", serial=9, level=4)
    from anmin.kernel.people.register import actions as register

    register.add_member(
        by="test", household=family.home, person=hidden, relation=2, is_head=False, first_day=date(2021, 1, 1)
    )
    family.agree(family.husband, family.wife)

    with pytest.raises(NotAuthorised) as refusal:
        asked(family)

    assert "钱七" not in str(refusal.value) and "无权查看" in str(refusal.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"matter": "  "}, "事由"),
        ({"sources": []}, "来源"),
        ({"sources": ["utilities"]}, "来源"),
    ],
)
def test_a_check_has_a_matter_and_sources_that_may_be_asked(family, changed, said):
    family.agree(family.husband, family.wife)

    with pytest.raises(CheckProblem, match=said):
        actions.ask_check(
            **{"by": family.clerk, "household": family.home, "sources": SOURCES, "matter": "低保", "on": ON}
            | changed
        )


def test_one_check_of_a_household_at_a_time(family):
    family.agree(family.husband, family.wife)
    asked(family)

    with pytest.raises(CheckProblem, match="正在核对"):
        asked(family)


def test_sources_answer_from_their_newest_batches_with_day_and_batch(family, tmp_path):
    one, two = numbers()
    a_batch(tmp_path, "pensions", [[one, "王建国", "9000", ""]], "2026-09")
    a_batch(tmp_path, "pensions", [[one, "王建国", "12000", ""], [two, "李秀兰", "", "220"]])
    homes = a_batch(tmp_path, "real_estate", [[one, "王建国", "1", "0"], [one, "王建国", "2", "1"]])
    order = started(family)

    answered = actions.answer_from_lake(by=family.checker, order=order, on=ON)

    assert [row.source for row in answered] == SOURCES
    pensions, real_estate = queries.report(family.checker, order, ON)
    said = {row.name: (row.values["employee"], row.values["resident"]) for row in pensions.rows}
    assert said == {"王建国": (1_200_000, None), "李秀兰": (None, 22_000)}
    assert sorted(row.values["homes"] for row in real_estate.rows) == [1, 2]
    assert (real_estate.answer.as_of, real_estate.answer.batch) == (
        date(2026, 10, 31),
        f"2026-10 #{homes.pk}",
    )
    order.refresh_from_db()
    assert (order.state, order.done_on) == ("done", ON)
    assert order.valid_until == date(2027, 2, 24)
    read = Read.objects.filter(purpose__contains="低保申请").get()
    assert sorted(read.persons) == [family.husband.pk, family.wife.pk]


def test_a_correction_replaces_what_its_batch_said_about_the_person(family, tmp_path):
    one, _ = numbers()
    first = a_batch(tmp_path, "pensions", [[one, "王建国", "9000", ""]])
    a_batch(tmp_path, "pensions", [[one, "王建国", "9100", ""]], corrects=first)
    order = started(family)

    actions.answer_from_lake(by=family.checker, order=order, on=ON)

    (line, _) = queries.report(family.checker, order, ON)
    assert [row.values["employee"] for row in line.rows] == [910_000]


def test_another_name_under_the_same_number_is_marked(family, tmp_path):
    one, two = numbers()
    a_batch(tmp_path, "pensions", [[one, "王建军", "9000", ""], [two, "李秀兰", "8000", ""]])
    order = started(family)

    actions.answer_from_lake(by=family.checker, order=order, on=ON)

    line = queries.report(family.checker, order, ON)[0]
    assert {row.name: row.name_differs for row in line.rows} == {"王建国": True, "李秀兰": False}


def test_a_source_without_a_batch_goes_on_waiting_and_no_record_is_an_answer(family, tmp_path):
    from tests.make import a_number

    a_batch(tmp_path, "pensions", [[a_number(77), "赵六", "9000", ""]])
    order = started(family)

    actions.answer_from_lake(by=family.checker, order=order, on=ON)

    states = {row.source: row.state for row in queries.answers_of(order)}
    assert states == {"pensions": CheckAnswer.State.NOTHING, "real_estate": CheckAnswer.State.WAITING}
    order.refresh_from_db()
    assert order.state == "running"


def test_an_answer_on_paper_names_the_paper_and_finishes_the_report(family, tmp_path):
    a_batch(tmp_path, "pensions", [[numbers()[0], "王建国", "9000", ""]])
    order = started(family)
    actions.answer_from_lake(by=family.checker, order=order, on=ON)
    waiting = next(row for row in queries.answers_of(order) if row.state == "waiting")
    lines = [{"person": family.wife.pk, "values": {"坐落": "幸福路 3 号"}}]

    with pytest.raises(CheckProblem, match="文号"):
        actions.answer_by_hand(by=family.checker, answer=waiting, lines=lines, as_of=ON, on=ON, document="")
    with pytest.raises(CheckProblem, match="今天"):
        actions.answer_by_hand(
            by=family.checker, answer=waiting, lines=[], as_of=ON + timedelta(1), on=ON, document="复函 3 号"
        )
    with pytest.raises(CheckProblem, match="成员"):
        actions.answer_by_hand(
            by=family.checker,
            answer=waiting,
            lines=[{"person": a_person("外人", serial=60).pk, "values": {"a": "b"}}],
            as_of=ON,
            on=ON,
            document="复函 3 号",
        )
    actions.answer_by_hand(
        by=family.checker, answer=waiting, lines=lines, as_of=ON, on=ON, document="复函 3 号"
    )

    order.refresh_from_db()
    assert order.state == "done"
    assert queries.latest_report(family.checker, family.home, ON) == order
    assert queries.report(family.checker, order, ON)[1].rows[0].values == {"坐落": "幸福路 3 号"}


def test_a_withdrawn_authorisation_stops_a_running_check(family, tmp_path):
    a_batch(tmp_path, "pensions", [[numbers()[0], "王建国", "9000", ""]])
    _, hers = family.agree(family.husband, family.wife)
    today = timezone.localdate()
    order = actions.start_check(by=family.checker, order=asked(family), on=today)

    stopped = actions.withdraw_authorisation(by=family.clerk, consent=hers, reason="不同意了", on=today)

    order.refresh_from_db()
    assert stopped == [order]
    assert order.state == "cancelled" and "授权" in order.reason
    with pytest.raises(CheckProblem):
        actions.answer_from_lake(by=family.checker, order=order, on=today)
    assert not CheckAnswer.objects.exclude(state="waiting").exists()


def test_even_a_check_that_nobody_stopped_gets_no_answer_after_a_withdrawal(family, tmp_path):
    from anmin.kernel.exchange.consents.actions import withdraw_consent

    a_batch(tmp_path, "pensions", [[numbers()[0], "王建国", "9000", ""]])
    _, hers = family.agree(family.husband, family.wife)
    today = timezone.localdate()
    order = actions.start_check(by=family.checker, order=asked(family), on=today)
    withdraw_consent(by="test", consent=hers, reason="不同意了")

    with pytest.raises(NotAuthorised, match="李秀兰"):
        actions.answer_from_lake(by=family.checker, order=order, on=today)

    assert not CheckAnswer.objects.exclude(state="waiting").exists()


def test_a_check_whose_authorisation_ran_out_is_stopped_by_the_nightly_look(family):
    family.agree(family.husband)
    family.agree(family.wife, last_day=date(2026, 11, 25))
    order = asked(family)

    assert actions.stop_unauthorised(by=family.checker, on=date(2026, 11, 25)) == []
    assert actions.stop_unauthorised(by=family.checker, on=date(2026, 11, 26)) == [order]


def test_a_report_is_asked_anew_only_when_it_is_too_old(family, tmp_path):
    for source in SOURCES:
        a_batch(tmp_path, source, [[numbers()[0], "王建国", "1", "0"]])
    order = started(family)
    actions.answer_from_lake(by=family.checker, order=order, on=ON)
    order.refresh_from_db()

    with pytest.raises(CheckProblem, match="仍有效"):
        actions.ask_again(by=family.clerk, order=order, on=date(2027, 2, 24))
    again = actions.ask_again(by=family.clerk, order=order, on=date(2027, 2, 25))

    assert (again.replaces, again.sources, again.state) == (order, SOURCES, "asked")
    assert queries.latest_report(family.clerk, family.home, date(2027, 2, 25)) is None


def test_an_order_is_overdue_after_three_working_days_and_an_answer_after_five(family):
    family.agree(family.husband, family.wife)
    order = asked(family)

    assert order.start_due == date(2026, 11, 27)
    assert list(queries.overdue(family.checker, date(2026, 11, 27))) == []
    assert list(queries.overdue(family.checker, date(2026, 11, 28))) == [order]
    actions.start_check(by=family.checker, order=order, on=ON)
    assert list(queries.overdue(family.checker, date(2026, 12, 1))) == []
    assert list(queries.overdue(family.checker, date(2026, 12, 2))) == [order]


def test_a_cancelled_check_says_why(family):
    family.agree(family.husband, family.wife)
    order = asked(family)

    with pytest.raises(CheckProblem, match="原因"):
        actions.cancel_check(by=family.clerk, order=order, reason="")
    actions.cancel_check(by=family.clerk, order=order, reason="申请人撤回申请")

    assert Act.objects.filter(act="exchange.cancel_check").exists()
    with pytest.raises(CheckProblem, match="结束"):
        actions.cancel_check(by=family.clerk, order=order, reason="再来一次")


def test_checks_are_seen_within_the_readers_scope_and_level_only(family):
    family.agree(family.husband, family.wife)
    order = asked(family)
    elsewhere = reader_for(a_user("xm", "350203001"), ON)
    helper = reader_for(a_user("helper", "371002001001", role="elder_helper"), ON)
    secret = a_household("H9", "371002001001", a_person("孙八", serial=70, level=4))
    CheckOrder.objects.filter(pk=order.pk).update(level=2)

    assert queries.order_numbered(family.checker, order.pk) == order
    assert queries.order_numbered(elsewhere, order.pk) is None
    assert queries.order_numbered(helper, order.pk) is None
    assert queries.latest_report(family.checker, secret, ON) is None


def test_members_out_of_sight_are_not_named_in_a_report(family, tmp_path):
    a_batch(tmp_path, "pensions", [[numbers()[0], "王建国", "9000", ""]])
    order = started(family)
    actions.answer_from_lake(by=family.checker, order=order, on=ON)
    from anmin.kernel.people.models import Person

    Person.objects.filter(pk=family.husband.pk).update(level=4)

    line = queries.report(family.checker, order, ON)[0]

    assert [(row.is_hidden, row.name, row.values) for row in line.rows] == [(True, "", {})]
