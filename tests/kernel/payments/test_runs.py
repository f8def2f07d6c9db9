"""The month run: amounts of the month, back pay, price subsidies; checks, signatures; nothing changes after the seal."""

from datetime import date, timedelta

import pytest

from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.payments.checks import actions as checks
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.checks.whole import rate_in_force, rates_of
from anmin.kernel.payments.ledger.queries import balance
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.differences import difference_sums, differences, total_before
from anmin.kernel.payments.runs.models import PayLine, PayPart
from tests.kernel.payments.money import (
    COUNTY,
    DIBAO,
    TODAY,
    a_budget,
    a_family,
    a_grant,
    a_run,
    a_signer,
    an_account,
    approved,
    decided,
    release_about_run,
)
from tests.make import a_user

pytestmark = pytest.mark.django_db
OCT, NOV = date(2026, 10, 1), date(2026, 11, 1)


def parts(run):
    return [
        (part.month.month, part.basis, part.fen, part.cause)
        for part in PayPart.objects.filter(line__run=run, is_live=True).order_by("month", "basis", "sequence")
    ]


def test_a_household_is_paid_the_amount_of_the_month_into_its_heads_account():
    home, (head, *_rest) = a_family("H1", "王秀英", "王强")
    a_grant(home, 732_00, NOV)

    run = a_run(NOV)

    line = PayLine.objects.get(run=run)
    assert (line.fen, line.person, line.members, line.state) == (732_00, head, 2, "due")
    assert line.account.last_four == head.accounts.get().last_four
    assert parts(run) == [(11, "basic", 732_00, "month")]
    assert (run.state, run.total, run.lines_number) == ("checked", 732_00, 1)


@pytest.mark.parametrize("whose", ["family", "head"])
@pytest.mark.parametrize(
    ("first", "last", "is_paid_there"),
    [(-9, None, True), (0, None, True), (1, None, False), (-9, 0, True), (-9, -1, False)],
    ids=["before", "from that day", "from the next day", "until that day", "until the day before"],
)
def test_an_account_counts_from_its_first_to_its_last_day(whose, first, last, is_paid_there):
    home, (head, *_rest) = a_family("H1", "王秀英", "王强", card=False)
    a_grant(home, 732_00, NOV)
    roster = date(2026, 11, 3)
    account = an_account(
        head, 7, household=home if whose == "family" else None, first_day=roster + timedelta(first)
    )
    account.last_day = None if last is None else roster + timedelta(last)
    account.save()

    line = PayLine.objects.get(run=a_run(NOV, on=roster))

    assert line.account == (account if is_paid_there else None)
    assert (line.state == "due") is is_paid_there


def test_the_account_of_the_family_goes_before_the_heads_own():
    home, (head, *_rest) = a_family("H1", "王秀英", "王强")
    a_grant(home, 732_00, NOV)
    common = an_account(head, 8, household=home)

    assert PayLine.objects.get(run=a_run(NOV)).account == common


def test_what_begins_later_or_is_suspended_or_ended_is_not_paid():
    a_grant(a_family("H1", serial=1)[0], 100_00, date(2026, 12, 1))
    stopped, _people = a_family("H2", serial=2)
    row = a_grant(stopped, 100_00, OCT)
    entitlements.end(
        by="test", decision=decided(stopped, "stop", date(2026, 10, 20)), entitlement=row, first_month=NOV
    )
    held, _people = a_family("H3", serial=3)
    row = a_grant(held, 100_00, OCT)
    entitlements.suspend(
        by="test", decision=decided(held, "suspend", date(2026, 10, 20)), entitlement=row, first_month=NOV
    )

    assert not PayLine.objects.filter(run=a_run(NOV)).exists()


def test_a_standard_that_rises_with_a_past_date_is_paid_back_month_by_month():
    """X-91 and the like: 61 yuan a person more from January on, decided in April; who joined in March gets one month."""
    old, _people = a_family("H1", "张甲", "张乙", "张丙", serial=1)
    late, _people = a_family("H2", "张丁", "张戊", "张己", serial=2)
    first = a_grant(old, 1_503_00, date(2024, 1, 1), on=date(2024, 1, 2))
    second = a_grant(late, 1_503_00, date(2024, 3, 1))
    for month in (1, 2, 3):
        a_run(date(2024, month, 1))
    for home, row, since in ((old, first, 1), (late, second, 3)):
        decision = decided(home, "change", date(2024, 4, 3), 1_686_00)
        entitlements.change_amount(
            by="test", decision=decision, entitlement=row, first_month=date(2024, since, 1), fen=1_686_00
        )

    run = a_run(date(2024, 4, 1))

    by_home = {line.household_id: line.fen for line in PayLine.objects.filter(run=run)}
    assert by_home == {old.pk: 1_686_00 + 3 * 183_00, late.pk: 1_686_00 + 183_00}
    assert {row.cause: row.fen for row in difference_sums(run)} == {"higher": 2 * 183_00, "back": 4 * 183_00}


def test_what_was_paid_too_much_is_found_and_not_deducted():
    """X-92: 1,686 paid to three; one died on 15 June; found in October; from July on 624 are due."""
    home, _people = a_family("H1", "张甲", "张乙", "张丙")
    row = a_grant(home, 1_686_00, date(2024, 6, 1))
    for month in (6, 7, 8, 9):
        a_run(date(2024, month, 1))
    decision = decided(home, "reduce", date(2024, 10, 2), 624_00)
    entitlements.change_amount(
        by="test", decision=decision, entitlement=row, first_month=date(2024, 7, 1), fen=624_00
    )

    run = a_run(date(2024, 10, 1))

    found = Recovery.objects.get()
    assert (found.fen, found.state, found.run) == (3_186_00, "found", run)
    assert [one.fen for one in found.months.order_by("month")] == [1_062_00] * 3
    assert PayLine.objects.get(run=run).fen == 624_00
    runs.compute(by="test", run=run, on=TODAY)
    assert Recovery.objects.count() == 1
    a_run(date(2024, 11, 1))
    assert Recovery.objects.count() == 1


def test_a_reduction_that_was_a_mistake_pays_nothing_twice():
    home, _people = a_family()
    row = a_grant(home, 100_00, date(2024, 1, 1), on=date(2024, 1, 2))
    a_run(date(2024, 1, 1))
    entitlements.change_amount(
        by="test",
        decision=decided(home, "reduce", date(2024, 2, 1), 60_00),
        entitlement=row,
        first_month=date(2024, 1, 1),
        fen=60_00,
    )
    a_run(date(2024, 2, 1))
    entitlements.change_amount(
        by="test",
        decision=decided(home, "change", date(2024, 3, 1), 100_00),
        entitlement=row,
        first_month=date(2024, 1, 1),
        fen=100_00,
    )

    run = a_run(date(2024, 3, 1))

    assert parts(run) == [(2, "basic", 40_00, "raised"), (3, "basic", 100_00, "month")]


def test_computing_again_gives_the_same_lines():
    a_grant(a_family()[0], 732_00, OCT)
    a_run(OCT)
    run = a_run(NOV)
    before = list(PayLine.objects.filter(run=run).values_list("entitlement", "fen", "account", "before"))

    runs.compute(by="test", run=run, on=TODAY)

    assert (
        list(PayLine.objects.filter(run=run).values_list("entitlement", "fen", "account", "before")) == before
    )
    assert before[0][3] == 732_00


def test_a_month_is_paid_once_however_runs_are_cut():
    a_grant(a_family()[0], 732_00, NOV)
    a_budget(10_000_00)
    approved(a_run(NOV))

    again = a_run(NOV, checked=False)

    assert again.lines_number == 0
    with pytest.raises(PaymentProblem, match="没有可发"):
        runs.submit(by="test", run=a_checked(again), on=TODAY)


def a_checked(run):
    from anmin.kernel.payments.checks import actions as checks

    checks.check(by="test", run=run, on=TODAY)
    return release_about_run(run)


def test_two_open_runs_of_the_same_month_are_refused():
    a_run(NOV)

    with pytest.raises(PaymentProblem) as refused:
        runs.lock_roster(by="test", division=COUNTY, month=NOV, benefits=[DIBAO], on=TODAY)

    assert refused.value.code == "run_open"


def test_differences_add_up_to_that_of_the_totals():
    homes = [a_family(f"H{at}", serial=at)[0] for at in range(1, 6)]
    rows = [a_grant(home, (100 + at) * 100, OCT) for at, home in enumerate(homes[:4])]
    a_run(OCT)
    entitlements.end(
        by="test",
        decision=decided(homes[0], "stop", date(2026, 10, 20)),
        entitlement=rows[0],
        first_month=NOV,
    )
    entitlements.suspend(
        by="test",
        decision=decided(homes[1], "suspend", date(2026, 10, 20)),
        entitlement=rows[1],
        first_month=NOV,
    )
    entitlements.change_amount(
        by="test",
        decision=decided(homes[2], "change", date(2026, 10, 20), 150_00),
        entitlement=rows[2],
        first_month=OCT,
        fen=150_00,
    )
    a_grant(homes[4], 80_00, NOV)

    run = a_run(NOV)

    told = {row.cause: row.fen for row in differences(run)}
    assert told == {"ended": -100_00, "suspended": -101_00, "higher": 48_00, "back": 48_00, "joined": 80_00}
    assert sum(told.values()) == run.total - total_before(run)
    assert sum(row.fen for row in difference_sums(run)) == run.total - total_before(run)


def test_price_subsidies_count_every_person_once():
    """X-77: 41 yuan a person in town and 34 in the country, for a household of three and for one of one."""
    town, _people = a_family("H1", "张甲", "张乙", "张丙", serial=1)
    country, (farmer,) = a_family("H2", "张丁", serial=2)
    country.settlement = 1
    country.save()
    a_grant(town, 100_00, NOV)
    a_grant(country, 200_00, NOV, benefit="assistance/tekun", person=farmer)
    user, beside = a_signer("shen1", "county_approver"), a_user("li", COUNTY)
    runs.start_price_subsidy(
        by=user,
        beside=beside,
        division=COUNTY,
        month=NOV,
        benefits=[DIBAO, "assistance/tekun"],
        rates={"cpi": 360, "food": 100, "index": 390},
        urban_fen=41_00,
        rural_fen=34_00,
        document="威发改〔2026〕9号",
        on=TODAY,
    )

    run = a_run(NOV, benefits=(DIBAO, "assistance/tekun"))

    by_home = {line.household_id: line.fen for line in PayLine.objects.filter(run=run)}
    assert by_home == {town.pk: 100_00 + 123_00, country.pk: 200_00 + 34_00}


def a_subsidy():
    runs.start_price_subsidy(
        by=a_signer("shen1", "county_approver"),
        beside=a_user("li", COUNTY),
        division=COUNTY,
        month=NOV,
        benefits=[DIBAO, "assistance/tekun", "children/orphan"],
        rates={"cpi": 360, "food": 100, "index": 390},
        urban_fen=41_00,
        rural_fen=34_00,
        document="威发改〔2026〕9号",
        on=TODAY,
    )


def subsidies(run):
    return {part.entitlement: part.fen for part in PayPart.objects.filter(line__run=run, basis="price")}


def test_a_price_subsidy_reaches_each_person_once_however_runs_are_cut_by_benefit():
    home, (_head, uncle) = a_family("H1", "张甲", "张乙")
    family = a_grant(home, 100_00, NOV)
    own = a_grant(home, 200_00, NOV, benefit="assistance/tekun", person=uncle)
    a_subsidy()

    first, then = a_run(NOV), a_run(NOV, benefits=("assistance/tekun",))

    assert (subsidies(first), subsidies(then)) == ({family.pk: 41_00}, {own.pk: 41_00})


def test_a_second_benefit_of_ones_own_brings_no_second_price_subsidy():
    home, (child,) = a_family("H1", "张甲")
    first = a_grant(home, 200_00, NOV, benefit="assistance/tekun", person=child)
    a_subsidy()
    before = a_run(NOV, benefits=("assistance/tekun",))
    a_grant(home, 300_00, NOV, benefit="children/orphan", person=child)

    after = a_run(NOV, benefits=("children/orphan",))

    assert (subsidies(before), subsidies(after)) == ({first.pk: 41_00}, {})


def test_a_void_run_frees_its_money_and_its_months():
    a_grant(a_family()[0], 732_00, NOV)
    money = a_budget(1_000_00)
    run = approved(a_run(NOV))

    runs.void(by="test", run=run, on=TODAY, reason="名册有误")

    assert balance(money.pk) == 1_000_00
    assert a_run(NOV).total == 732_00


def test_new_year_without_a_standard_blocks_until_two_people_continue_the_last_one():
    """Trap 15: nothing on 1 January."""
    a_grant(a_family()[0], 732_00, date(2027, 1, 1))
    a_budget(1_000_00, year=2027)

    run = a_run(date(2027, 1, 1))

    (missing,) = PayException.objects.filter(run=run, code="rate_missing")
    assert "低保标准" in missing.details["rates"]
    with pytest.raises(PaymentProblem) as refused:
        release_about_run(run)
    assert refused.value.code == "not_releasable"
    one, beside = a_signer("shen1", "county_approver"), a_user("li", COUNTY)
    for rate in rates_of(DIBAO, date(2027, 1, 1)):
        runs.continue_rate(
            by=one,
            beside=beside,
            rate=rate,
            division=COUNTY,
            year=2027,
            document="威民〔2027〕1号",
            reason="新标准未公布",
            on=TODAY,
        )
    checks.check(by="test", run=run, on=TODAY)
    run.refresh_from_db()
    assert runs.submit(by="test", run=release_about_run(run), on=TODAY).state == "submitted"


def test_a_standard_is_continued_year_by_year_and_each_year_is_signed_anew():
    one, beside = a_signer("shen1", "county_approver"), a_user("li", COUNTY)

    def sign(year):
        runs.continue_rate(
            by=one,
            beside=beside,
            rate="dibao_standard",
            division=COUNTY,
            year=year,
            document=f"威民〔{year}〕1号",
            reason="新标准未公布",
            on=TODAY,
        )

    last = rate_in_force("dibao_standard", COUNTY, date(2026, 12, 1))

    sign(2028)
    assert rate_in_force("dibao_standard", COUNTY, date(2028, 3, 1)) is None
    sign(2027)

    assert rate_in_force("dibao_standard", COUNTY, date(2028, 3, 1)) == last
    assert rate_in_force("dibao_standard", COUNTY, date(2029, 1, 1)) is None
