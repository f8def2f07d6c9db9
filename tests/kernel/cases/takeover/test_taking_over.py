"""What was decided elsewhere runs here: proposed by one, confirmed by another, chunk by chunk, paid from the next month on."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from anmin.kernel.audit.models import Act
from anmin.kernel.cases.daily.actions import open_due_reviews
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.relatives.actions import declare_staff_person
from anmin.kernel.cases.takeover import actions
from anmin.kernel.cases.takeover.actions import TakeoverProblem
from anmin.kernel.cases.takeover.models import TakeoverBatch
from anmin.kernel.cases.takeover.queries import differing, figures
from anmin.kernel.cases.takeover.writing import actions as writing
from anmin.kernel.entitlements.models import Amount, Decision, Entitlement
from anmin.kernel.entitlements.queries import replay
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.people.models import Person
from tests.kernel.cases.takeover.lists import (
    LIVING,
    a_line,
    a_measuring,
    carried,
    confirmer,
    gives,
    sender,
    taken_in,
    with_card,
)
from tests.kernel.payments.money import TODAY, a_budget, a_card, a_family, a_run, approved, finance

pytestmark = pytest.mark.django_db
NOV, DEC = date(2026, 11, 1), date(2026, 12, 1)
NAMES = ("王秀英", "李建国", "张桂兰", "刘玉珍", "陈志强", "赵淑芬")


def families(number, **more):
    return [a_family(f"H{at}", NAMES[at - 1], serial=at, card=False, **more) for at in range(1, number + 1)]


def lines(number, **more):
    return [a_line(at * 10, NAMES[at - 1], **more) for at in range(1, number + 1)]


def test_a_benefit_taken_over_is_decided_runs_and_says_whose_decision_it_was(tmp_path):
    home, (_person,) = a_family(card=False)
    a_measuring(H1=gives(90_000))

    batch = carried(tmp_path, a_line(**with_card(1)), by=sender(), second=confirmer())

    entitlement = Entitlement.objects.get()
    decision, amount = entitlement.begun_by, entitlement.amounts.get()
    assert batch.state == "done" and batch.rows.get().state == "taken"
    assert (decision.outcome, decision.matter, decision.amount, decision.on) == (
        "grant",
        "takeover",
        86_000,
        TODAY,
    )
    assert decision.decided_by.username == "queren" and decision.case_number == "原威环民救〔2019〕12号"
    assert "环翠区民政局 2019 年 3 月 20 日“威环民救〔2019〕12号”" in decision.reason
    assert "每月 900 元，相差 40 元，已列入复核" in decision.reason
    assert (entitlement.first_day, entitlement.household, entitlement.person) == (
        date(2019, 4, 1),
        home,
        None,
    )
    assert (amount.first_month, amount.last_month, amount.fen) == (NOV, None, 86_000)
    assert replay(decision).agrees


def test_the_account_comes_along_recorded_by_one_and_confirmed_by_the_other(tmp_path):
    home, (_person,) = a_family(card=False)

    carried(
        tmp_path,
        a_line(**with_card(1)),
        a_line(benefit=LIVING, fen="160", **with_card(1)),
        by=sender(),
        second=confirmer(),
    )

    household, own = PayeeAccount.objects.order_by("household")
    assert (household.household, own.household) == (home, None)
    for row in (household, own):
        assert (row.number, row.bank, row.holder, row.way) == (a_card(1), "威海银行", "王秀英", "social")
        assert (row.recorded_by.username, row.confirmed_by.username) == ("hedui", "queren")


def test_the_first_months_run_pays_what_was_taken_over_and_the_month_before_it_once(tmp_path):
    """Paid elsewhere up to September: the first run, of November, pays October too. Paid up to November: nothing yet."""
    families(2)
    carried(
        tmp_path,
        a_line(10, last_paid="2026-09", **with_card(1)),
        a_line(20, "李建国", last_paid="2026-11", **with_card(2)),
        by=sender(),
        second=confirmer(),
    )
    a_budget(10_000_00)

    run = approved(a_run(NOV, by="test", on=TODAY))

    (line,) = run.lines.all()
    assert (line.fen, line.state, line.household.number) == (172_000, "due", "H1")
    assert [(part.month, part.fen) for part in line.parts.order_by("month")] == [
        (date(2026, 10, 1), 86_000),
        (NOV, 86_000),
    ]


def test_nobody_confirms_the_own_list_and_the_database_says_so_too(tmp_path):
    a_family(card=False)
    both = confirmer("liangquan", role="child_protector")
    batch = actions.propose(by=both, batch=taken_in(tmp_path, a_line(), by=both), on=TODAY)

    with pytest.raises(TakeoverProblem) as refused:
        actions.confirm(by=both, batch=batch, on=TODAY, queue=False)
    with pytest.raises(IntegrityError, match="takeover_confirmed_by_another"), transaction.atomic():
        TakeoverBatch.objects.filter(pk=batch.pk).update(confirmed_by=both.user)

    assert refused.value.code == "same_person" and not Entitlement.objects.exists()


@pytest.mark.parametrize(
    ("who", "role", "code"),
    [("chayan", "county_checker", "no_power"), ("caiwu", "county_finance", "no_power")],
)
def test_only_a_post_with_the_power_confirms(tmp_path, who, role, code):
    a_family(card=False)
    by = sender()
    batch = actions.propose(by=by, batch=taken_in(tmp_path, a_line(), by=by), on=TODAY)

    with pytest.raises(TakeoverProblem) as refused:
        actions.confirm(by=confirmer(who, role=role), batch=batch, on=TODAY, queue=False)

    assert refused.value.code == code


def test_what_has_not_been_proposed_is_not_confirmed_and_nothing_accepted_is_not_proposed(tmp_path):
    by = sender()
    empty = taken_in(tmp_path, a_line(), by=by)

    with pytest.raises(TakeoverProblem) as nothing:
        actions.propose(by=by, batch=empty, on=TODAY)
    with pytest.raises(TakeoverProblem) as early:
        actions.confirm(by=confirmer(), batch=empty, on=TODAY, queue=False)

    assert (nothing.value.code, early.value.code) == ("nothing_accepted", "moved_on")


def test_a_family_of_the_one_who_confirms_comes_back_and_the_others_are_taken_over(tmp_path):
    (_, (mine,)), _other = families(2)
    second = confirmer()
    declare_staff_person(by="test", user=second.user, person=mine, on=TODAY)

    batch = carried(tmp_path, *lines(2), by=sender(), second=second)

    assert [(row.state, row.code) for row in batch.rows.order_by("row")] == [
        ("rejected", "relative"),
        ("taken", ""),
    ]


def test_what_came_up_since_the_check_sends_its_row_back(tmp_path):
    (_, (dead,)), _other = families(2)
    by, second = sender(), confirmer()
    batch = actions.propose(by=by, batch=taken_in(tmp_path, *lines(2), by=by), on=TODAY)
    Person.objects.filter(pk=dead.pk).update(died_on=TODAY)
    actions.confirm(by=second, batch=batch, on=TODAY, queue=False)

    actions.carry_out(batch=batch.pk, on=TODAY)

    assert [row.code for row in batch.rows.order_by("row")] == ["dead", ""]
    assert Entitlement.objects.count() == 1


def test_a_crash_in_the_middle_of_a_chunk_leaves_whole_chunks_and_the_next_try_goes_on(tmp_path, monkeypatch):
    families(5)
    by, second = sender(), confirmer()
    batch = actions.propose(by=by, batch=taken_in(tmp_path, *lines(5), by=by), on=TODAY)
    actions.confirm(by=second, batch=batch, on=TODAY, queue=False)
    monkeypatch.setattr(actions, "CHUNK", 2)
    whole, tried = writing.take_over_accounts, []

    def crashes(**given):
        tried.append(1)
        if len(tried) == 2:
            raise ConnectionError("the machine went down")
        return whole(**given)

    monkeypatch.setattr(writing, "take_over_accounts", crashes)
    with pytest.raises(ConnectionError):
        actions.carry_out(batch=batch.pk, on=TODAY)
    left = (Entitlement.objects.count(), Decision.objects.count(), batch.rows.filter(state="taken").count())

    actions.carry_out(batch=batch.pk, on=TODAY)

    assert left == (2, 2, 2)
    assert Entitlement.objects.count() == Decision.objects.count() == Amount.objects.count() == 5
    acts = Act.objects.filter(act="cases.take_over").order_by("number")
    assert [(act.after["first_row"], act.after["last_row"], act.after["taken"]) for act in acts] == [
        (2, 3, 2),
        (4, 5, 2),
        (6, 6, 1),
    ]
    assert TakeoverBatch.objects.get().state == "done"


def test_the_highest_difference_is_looked_at_first_and_the_rest_over_the_coming_months(tmp_path):
    families(6)
    a_measuring(
        H1=gives(86_000),
        H2=gives(90_000),
        H3=gives(30_000),
        H4=gives(86_000),
        H5=gives(86_000),
        H6=gives(86_100),
    )
    by = sender()
    rows = lines(6, review_class="B")
    batch = carried(tmp_path, *rows, by=by, second=confirmer())

    order = [row.household.number for row in differing(by, batch)]
    due = {row.household.number: row.review_on for row in batch.rows.select_related("household")}

    assert order == ["H3", "H2", "H6"]
    assert TODAY < due["H3"] < due["H2"] < due["H6"] <= date(2027, 2, 25)
    usual = [due[number] for number in ("H1", "H4", "H5")]
    assert len(set(usual)) == 3 and min(usual) > date(2026, 12, 20) and max(usual) < date(2027, 5, 26)
    assert {row.review_due for row in Entitlement.objects.all()} == set(due.values())


def test_days_of_review_that_a_list_names_are_kept(tmp_path):
    families(3)
    batch = carried(
        tmp_path,
        *(one | {"review_asked": "2027-06-30"} for one in lines(3)),
        by=sender(),
        second=confirmer(),
    )

    assert {row.review_on for row in batch.rows.all()} == {date(2027, 6, 30)}


def test_the_review_that_opens_says_both_figures(tmp_path):
    a_family(card=False)
    a_measuring(H1=gives(30_000))
    carried(tmp_path, a_line(review_class="C"), by=sender(), second=confirmer())

    opened = open_due_reviews(by="系统", on=Entitlement.objects.get().review_due)

    case = Case.objects.get()
    assert opened == 1 and case.form["review_class"] == "C"
    assert "原决定每月 860 元，转入时测算每月 300 元" in case.form["why"]
    assert Entitlement.objects.get().amounts.get().fen == 86_000, "a machine lowers nothing"


def test_a_list_is_taken_back_before_a_payment_rests_on_it_and_can_be_sent_in_anew(tmp_path):
    a_family(card=False)
    by, second = sender(), confirmer()
    batch = carried(tmp_path, a_line(**with_card(1)), by=by, second=second)

    actions.withdraw(by=second, batch=batch, on=TODAY, reason="清单发错了")

    assert not Entitlement.objects.exists() and not PayeeAccount.objects.exists()
    assert sorted(Decision.objects.values_list("outcome", flat=True)) == ["grant", "terminate"]
    again = carried(tmp_path, a_line(**with_card(1)), by=by, second=second)
    assert again != batch and Entitlement.objects.count() == 1


def test_what_a_run_pays_already_is_not_taken_back(tmp_path):
    a_family(card=False)
    second = confirmer()
    batch = carried(tmp_path, a_line(**with_card(1)), by=sender(), second=second)
    a_run(NOV, by=finance(), on=TODAY)

    with pytest.raises(TakeoverProblem) as refused:
        actions.withdraw(by=second, batch=batch, on=TODAY, reason="发错了")

    assert refused.value.code == "rests_on_it" and "1 项待遇" in str(refused.value)
    assert Entitlement.objects.count() == 1


def test_a_list_that_does_not_count_yet_is_taken_back_by_who_sent_it_with_a_reason(tmp_path):
    a_family(card=False)
    by = sender()
    batch = actions.propose(by=by, batch=taken_in(tmp_path, a_line(), by=by), on=TODAY)

    with pytest.raises(TakeoverProblem) as silent:
        actions.withdraw(by=by, batch=batch, on=TODAY, reason=" ")
    actions.withdraw(by=by, batch=batch, on=TODAY, reason="少了一列")

    assert silent.value.code == "no_reason"
    assert figures(by, TakeoverBatch.objects.get()).withdrawn == 1


def test_rows_and_origin_of_a_list_do_not_change(tmp_path):
    a_family(card=False)
    batch = taken_in(tmp_path, a_line(), by=sender())

    for change in (
        lambda: batch.rows.update(fen=1),
        lambda: TakeoverBatch.objects.filter(pk=batch.pk).update(state="done"),
        lambda: TakeoverBatch.objects.filter(pk=batch.pk).update(division="371003"),
    ):
        with pytest.raises(Exception, match="takeover_"), transaction.atomic():
            change()
