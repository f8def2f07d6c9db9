"""What is learned after approval: the line waits as an exception, somebody decides, and nothing that was signed changes."""

from datetime import date

import pytest
from django.utils import timezone

from anmin.kernel.access.queries import reader_for
from anmin.kernel.audit.models import Act
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.reissuing import actions as reissuing
from anmin.kernel.payments.checks import actions as checks
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.checks.queries import exceptions, late_by_run
from anmin.kernel.payments.errands import actions as errands
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.payees import actions as payees
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.runs.models import PayLine
from anmin.kernel.payments.sentinels import actions as sentinels
from anmin.kernel.people.register import actions as register
from tests.kernel.payments.banks.banking import a_return, by_force, received
from tests.kernel.payments.money import (
    COUNTY,
    TODAY,
    a_budget,
    a_card,
    a_family,
    a_grant,
    a_run,
    a_signer,
    approved,
    decided,
    finance,
    leader,
)

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)


def a_month(*names, fen=1_686_00, others=1):
    """An approved November run: a household of these people, and others to whom nothing happens."""
    a_budget(10_000_00)
    home, people = a_family("H1", *names, serial=1)
    given = a_grant(home, fen, OCTOBER)
    for serial in range(2, 2 + others):
        a_grant(a_family(f"H{serial}", "李建国", serial=serial)[0], 500_00, OCTOBER)
    run = approved(a_run(NOVEMBER))
    return run, given, people, run.lines.get(entitlement=given)


def die(person, day=date(2026, 10, 15)):
    register.record_death(by="系统", person=person, source="cremation", day=day)


def decider():
    return a_signer("jue", "county_approver")


def test_a_family_goes_on_when_somebody_decides_so_and_is_paid_anew_from_the_next_month():
    run, given, people, line = a_month("张甲", "张乙", "张丙")
    die(people[2])
    filed = filing.make_files(by="test", run=run, on=TODAY)
    assert [one.pay_line for one in filed.left] == [line.pk]
    (row,) = exceptions(finance("c1"), run)
    assert (row.code, row.power, row.line_id, row.person_id) == (
        "member_dead",
        "payments.decide",
        line.pk,
        people[2].pk,
    )
    seal = run.seal

    checks.decide_exception(
        by=decider(), exception=row, outcome="release", on=TODAY, reason="其余两人继续享受，已开复核"
    )
    (file,) = filing.make_files(by="test", run=run, on=TODAY).files

    run.refresh_from_db()
    assert (file.lines_number, file.fen, run.seal) == (1, line.fen, seal)
    assert Act.objects.filter(act="payments.decide_exception").latest("pk").reason
    reduce = decided(given.household, "reduce", TODAY, 624_00)
    entitlements.change_amount(
        by="test", decision=reduce, entitlement=given, first_month=NOVEMBER, fen=624_00
    )
    december = a_run(DECEMBER, on=date(2026, 12, 3))
    assert december.lines.get(entitlement=given).fen == 624_00
    found = Recovery.objects.get(entitlement=given)
    assert (found.state, found.fen) == ("found", 1_062_00)


def test_the_line_of_a_dead_sole_recipient_is_given_up_by_two_and_its_money_is_available_again():
    run, given, people, line = a_month("孙德才", fen=732_00)
    die(people[0])
    filing.make_files(by="test", run=run, on=TODAY)
    (row,) = exceptions(finance("c1"), run)
    before = trial_balance(COUNTY)
    with pytest.raises(PaymentProblem) as refused:
        checks.decide_exception(by=decider(), exception=row, outcome="release", on=TODAY, reason="照发")
    assert (row.code, refused.value.code) == ("payee_dead", "not_releasable")
    with pytest.raises(PaymentProblem) as refused:
        checks.decide_exception(by=decider(), exception=row, outcome="exclude", on=TODAY, reason="去世")
    assert refused.value.code == "late_by_two"

    asked = errands.ask(
        by=decider(),
        kind="give_up",
        division=COUNTY,
        run=run,
        subject=line.pk,
        words="独居，已去世",
        on=TODAY,
    )
    errands.second(by=leader("l1"), errand=asked, on=TODAY)
    errands.carry_out(errand=asked.pk, on=TODAY, at=timezone.now())

    line.refresh_from_db()
    row.refresh_from_db()
    after = trial_balance(COUNTY)
    assert (line.state, row.state, row.reason) == ("excluded", "excluded", "独居，已去世")
    assert after["available"] - before["available"] == line.fen == before["blocked"] - after["blocked"]
    assert late_by_run(finance("c2")) == []
    with pytest.raises(PaymentProblem) as refused:
        filing.make_files(by="test", run=run, on=TODAY)
    assert refused.value.code == "nothing_due"
    end = decided(given.household, "stop", TODAY)
    entitlements.end(by="test", decision=end, entitlement=given, first_month=NOVEMBER)
    assert not a_run(DECEMBER, on=date(2026, 12, 3)).lines.filter(entitlement=given).exists()


def test_a_dead_head_hinders_until_the_family_has_another_account_that_two_stand_for():
    run, _given, people, line = a_month("张甲", "张乙")
    die(people[0])
    filing.make_files(by="test", run=run, on=TODAY)
    (row,) = exceptions(finance("c1"), run)
    assert row.code == "payee_dead"

    PayeeAccount.objects.filter(person=people[0]).update(last_day=date(2026, 11, 24))
    account = payees.record_account(
        by=finance("deng"),
        person=people[1],
        household=line.household,
        account=payees.NewAccount("social", "威海银行", a_card(77)),
        first_day=date(2026, 11, 1),
        on=TODAY,
    )
    assert not filing.make_files(by="test", run=run, on=TODAY).files
    payees.confirm_account(by=finance("fu"), account=account, on=TODAY)
    (file,) = filing.make_files(by="test", run=run, on=TODAY).files

    row.refresh_from_db()
    assert (row.state, file.lines.get().account_id) == ("gone", account.pk)


def test_what_was_let_pass_holds_again_when_a_department_says_something_newer():
    run, _given, people, line = a_month("张甲")

    def detained(day):
        sentinels.record(
            by="系统", person=people[0], kind="detention", first_day=day, source="公安局", on=TODAY
        )

    detained(date(2026, 11, 2))
    filing.make_files(by="test", run=run, on=TODAY)
    row = exceptions(finance("c1"), run).get()
    checks.decide_exception(by=decider(), exception=row, outcome="release", on=TODAY, reason="已释放")
    detained(date(2026, 11, 20))

    again = filing.make_files(by="test", run=run, on=TODAY)

    row.refresh_from_db()
    assert [one.pay_line for one in again.left] == [line.pk]
    assert (row.state, row.details["day"], row.decided_by) == ("open", "2026-11-20", None)
    checks.decide_exception(by=decider(), exception=row, outcome="release", on=TODAY, reason="又已释放")
    assert len(filing.make_files(by="test", run=run, on=TODAY).files) == 1


def test_a_circumstance_that_is_lifted_lets_the_line_go_and_its_exception_is_gone():
    run, _given, people, _line = a_month("张甲")
    word = sentinels.record(
        by="系统", person=people[0], kind="double", first_day=NOVEMBER, source="比对", on=TODAY
    )
    filing.make_files(by="test", run=run, on=TODAY)
    sentinels.lift(by=decider(), sentinel=word, on=TODAY, reason="同名")

    assert len(filing.make_files(by="test", run=run, on=TODAY).files) == 1

    assert PayException.objects.get(run=run, line__isnull=False).state == "gone"


def test_who_decides_it_is_neither_finance_nor_whoever_prepared_the_run():
    one = decider()
    a_budget(10_000_00)
    home, people = a_family("H1", "张甲", "张乙", serial=1)
    a_grant(home, 732_00, OCTOBER)
    run = approved(a_run(NOVEMBER))
    by_force("kernel_payrun", f"UPDATE kernel_payrun SET prepared_by_id = {one.user.pk}")
    die(people[1])
    filing.make_files(by="test", run=run, on=TODAY)
    row = exceptions(finance("c1"), run).get()

    for by, code in ((finance("c2"), "no_power"), (one, "pay_run_same_person")):
        with pytest.raises(PaymentProblem) as refused:
            checks.decide_exception(by=by, exception=row, outcome="release", on=TODAY, reason="放行")
        assert refused.value.code == code


def test_a_returned_payment_about_whom_something_is_learned_waits_as_an_exception_and_goes_out_once_it_is_decided():
    run, _given, people, line = a_month("张甲", "张乙", others=0)
    (file,) = filing.make_files(by="test", run=run, on=TODAY).files
    file.state = "accepted"
    file.save()
    mend = a_return(file, "returned", change=lambda lines: [{**one, "code": "07"} for one in lines])
    received(file, mend)
    die(people[1])
    one = reader_for(a_signer("zhifu", "county_finance").user, TODAY)

    def reissued():
        asked = errands.ask(by=one, kind="reissue", division=COUNTY, run=run, subject=line.pk, on=TODAY)
        return errands.carry_out(errand=asked.pk, on=TODAY, at=timezone.now())

    told = reissued()
    assert "没有重发" in told.told and told.result["left"][0]["line"] == line.pk
    row = exceptions(one, run).get()
    assert row.code == "member_dead"
    with pytest.raises(PaymentProblem, match="核实后解除"):
        reissuing.reissue(by="test", run=run, lines=[line], on=TODAY)
    checks.decide_exception(by=decider(), exception=row, outcome="release", on=TODAY, reason="家庭继续享受")

    assert "已生成重发文件" in reissued().told
    assert PayLine.objects.get(pk=line.pk).state == "filed"
