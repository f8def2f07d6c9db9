"""A standard rises with a past date: a person decides by document, and the next run pays what an oracle says, to the fen."""

import random
from datetime import date, timedelta

import pytest

from anmin.cli.commands_money import register
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.entitlements.actions import EntitlementProblem
from anmin.kernel.entitlements.grounds import ground, replay
from anmin.kernel.entitlements.models import Amount, Decision
from anmin.kernel.entitlements.rerating import queries
from anmin.kernel.entitlements.rerating.actions import rerate
from anmin.kernel.payments.runs.models import PayLine
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.calendar import add_months
from anmin.policy.evaluate import Household, evaluate
from anmin.policy.plan import make_plan
from anmin.policy.rates import RateEntry
from tests.kernel.payments.money import COUNTY, DIBAO, VILLAGE, a_family, a_grant, a_run, decided
from tests.make import a_user

pytestmark = pytest.mark.django_db
JANUARY, JULY, SEPTEMBER, NOW = date(2026, 1, 1), date(2026, 7, 1), date(2026, 9, 1), date(2026, 11, 5)
ELSEWHERE = "371003"
RISES = {JULY: 50_00, SEPTEMBER: 83_33}
"""Fen a month and person above the standard of January, from a month on."""


ALLOWANCE = "elderly/age_allowance"
LOWER = "按新标准测算会降低，须按减发程序逐户决定"


def the_standard():
    return rulebook().rates.entry("dibao_standard", VILLAGE, JANUARY).value(0)


@pytest.fixture
def risen(monkeypatch):
    """The rulebook as it is once the new standards are published."""

    def publish(rises=RISES, elsewhere=()):
        old = the_standard()
        entries = [a_rate(day, old + more) for day, more in rises.items()]
        entries += [a_rate(day, old, ELSEWHERE) for day in elsewhere]
        book = book_with(entries)
        monkeypatch.setattr(queries, "rulebook", lambda: book)

    return publish


def a_rate(day, value, place=COUNTY, name="dibao_standard"):
    return RateEntry(name, place, day, None, value, value, "威民发", "文件", True, day)


def book_with(entries):
    return rulebook().with_rates(rulebook().rates.with_entries(entries))


def granted(serial, members, wage_year, by):
    """A family whose dibao was calculated by the rules, in January for February on."""
    home, _people = a_family(f"H{serial}", *["王秀英"] * members, serial=serial)
    seen = Household(
        home.number,
        VILLAGE,
        0,
        {},
        [
            {"birth_day": 19500302, "wage_year": wage_year},
            *[{"birth_day": 19500302} for _ in range(members - 1)],
        ],
        [""] * members,
    )
    outcome = evaluate(make_plan(rulebook(), JANUARY, ["dibao_eligible", "dibao_amount"]), seen)
    fen = outcome.values["dibao_amount"]
    decision = entitlements.decide(
        by=by,
        case_number=f"C{serial}",
        matter="dibao",
        division=VILLAGE,
        household=home,
        outcome="grant",
        on=JANUARY,
        amount=fen,
        benefit=DIBAO,
        grounds=ground(outcome),
    )
    return entitlements.begin(by=by, decision=decision, benefit=DIBAO, first_month=date(2026, 2, 1), fen=fen)


def owed(members, wage_year, month):
    """By plain arithmetic: the gap to the standard of the month, for the whole family."""
    more = max((fen for day, fen in RISES.items() if day <= month), default=0)
    return (the_standard() + more) * members - wage_year // 12


def decide(by, **more):
    told = {
        "benefits": [DIBAO],
        "document": "威民发〔2026〕40号",
        "law": "民发〔2021〕57号 §26",
        "on": NOW,
        "first_month": JULY,
    } | more
    return rerate(by=by, division=COUNTY, **told)


def pay_until_october():
    for number in range(2, 11):
        a_run(date(2026, number, 1))


def test_back_pay_and_the_new_amount_are_what_an_oracle_says_for_every_family(risen):
    dice, by = random.Random(7), a_user("jueding", COUNTY)
    families = {}
    for serial in range(1, 25):
        members, wage_year = dice.randrange(1, 5), dice.randrange(0, 800) * 1_200
        row = granted(serial, members, wage_year, by)
        if Amount.objects.get(entitlement=row).fen:
            families[row.pk] = (row, members, wage_year)
    stopped = next(iter(families))
    pay_until_october()
    ending = decided(families[stopped][0].household, "stop", date(2026, 8, 20))
    entitlements.end(by=by, decision=ending, entitlement=families[stopped][0], first_month=SEPTEMBER)
    risen()

    done = decide(by)

    assert (done.number, done.left) == (len(families), ())
    november = a_run(date(2026, 11, 1))
    got = dict(PayLine.objects.filter(run=november).values_list("entitlement", "fen"))
    for key, (_row, members, wage_year) in families.items():
        until = 2 if key == stopped else 4  # a benefit that ended in September had July and August too
        months = [add_months(JULY, at) for at in range(until)]
        late = sum(owed(members, wage_year, month) - owed(members, wage_year, JANUARY) for month in months)
        now = 0 if key == stopped else owed(members, wage_year, date(2026, 11, 1))
        assert got[key] == late + now, (members, wage_year)


def test_every_benefit_has_a_decision_of_its_own_that_replays_and_a_second_time_changes_nothing(risen):
    by = a_user("jueding", COUNTY)
    row = granted(1, 3, 21_600_00, by)
    risen()
    decide(by)

    made = Decision.objects.filter(matter="standard").order_by("pk")
    assert [(one.case_number, one.outcome, one.decided_by) for one in made] == [
        ("威民发〔2026〕40号", "change", by)
    ] * 2
    assert decide(by).number == 0
    held = list(
        Amount.objects.filter(entitlement=row)
        .order_by("first_month")
        .values_list("first_month", "last_month")
    )
    assert held == [
        (date(2026, 2, 1), date(2026, 6, 1)),
        (JULY, date(2026, 8, 1)),
        (SEPTEMBER, None),
    ]
    assert "rates" in replay(made[0]).differences  # the standard of the test is published in no file


def test_what_the_rules_did_not_give_or_would_lower_is_left_for_a_person(risen):
    by = a_user("jueding", COUNTY)
    by_hand = a_grant(a_family("H9", serial=9)[0], 500_00, date(2026, 2, 1), by=by)
    fallen = granted(1, 2, 12_000_00, by)
    of_one_fen = granted(2, 1, (the_standard() - 1) * 12, by)
    risen({JULY: -10_00})

    done = decide(by)

    assert done.number == 0
    assert {one.entitlement.pk: one.left for one in done.left} == {
        by_hand.pk: ("金额不是按规则算出的，请逐户复核",),
        fallen.pk: (LOWER,),
        of_one_fen.pk: (LOWER,),
    }
    assert sorted(Amount.objects.values_list("fen", flat=True))[0] == 1 and Amount.objects.count() == 3


def test_a_suspended_month_stays_suspended_and_months_around_it_rise(risen):
    by = a_user("jueding", COUNTY)
    row = granted(1, 1, 0, by)
    entitlements.suspend(
        by=by, decision=decided(row.household, "suspend", JULY), entitlement=row, first_month=date(2026, 8, 1)
    )
    risen({JULY: 50_00})

    done = decide(by)

    assert done.left == ()
    amounts = Amount.objects.filter(entitlement=row).order_by("first_month").values_list("first_month", "fen")
    old = the_standard()
    assert list(amounts) == [(date(2026, 2, 1), old), (JULY, old + 50_00), (date(2026, 8, 1), 0)]


def test_a_standard_counts_from_the_first_month_that_it_holds_on_the_first_of(risen):
    by = a_user("jueding", COUNTY)
    row = granted(1, 1, 0, by)
    risen({date(2026, 7, 15): 50_00})

    decide(by)

    rises = Amount.objects.filter(entitlement=row).order_by("first_month").values_list("first_month", "fen")
    assert list(rises)[1:] == [(date(2026, 8, 1), the_standard() + 50_00)]


def test_a_standard_that_rises_elsewhere_cuts_no_month_here(risen):
    by = a_user("jueding", COUNTY)
    row = granted(1, 1, 0, by)
    october = date(2026, 10, 1)
    risen({JULY: 50_00, october: 83_33}, elsewhere=[SEPTEMBER, date(2026, 12, 1)])

    decide(by)

    old = the_standard()
    rows = Amount.objects.filter(entitlement=row).order_by("first_month")
    assert list(rows.values_list("first_month", "last_month", "fen")) == [
        (date(2026, 2, 1), date(2026, 6, 1), old),
        (JULY, SEPTEMBER, old + 50_00),
        (october, None, old + 83_33),
    ]


def test_a_standard_that_rises_for_some_months_leaves_those_after_as_they_were(risen):
    by = a_user("jueding", COUNTY)
    row = granted(1, 1, 0, by)
    october = date(2026, 10, 1)
    ending = decided(row.household, "stop", date(2026, 10, 20))
    entitlements.end(by=by, decision=ending, entitlement=row, first_month=date(2026, 11, 1))
    risen({JULY: 50_00, october: 0})

    decide(by)

    old = the_standard()
    rows = Amount.objects.filter(entitlement=row).order_by("first_month")
    assert list(rows.values_list("first_month", "last_month", "fen")) == [
        (date(2026, 2, 1), date(2026, 6, 1), old),
        (JULY, SEPTEMBER, old + 50_00),
        (october, october, old),
    ]


def test_what_one_member_gets_rises_with_that_member_and_with_nobody_else(risen, monkeypatch):
    """A wife of eighty-six and a husband of ninety-six; who was not among those seen is left for a person."""
    by = a_user("jueding", COUNTY)
    bands = {JANUARY: ((80, 100_00), (90, 200_00)), JULY: ((80, 150_00), (90, 210_00))}
    book = book_with([a_rate(day, value, name="age_allowance_bands") for day, value in bands.items()])
    home, people = a_family("H1", "王秀英", "张大爷", "张小")
    names = ["age_allowance_eligible", "age_allowance_amount"]
    members = [{"birth_day": 19400302}, {"birth_day": 19300302}]
    seen = Household(home.number, VILLAGE, 0, {}, members, [""] * 2)
    grounds = ground(evaluate(make_plan(book, JANUARY, names), seen), [people[0].pk, people[1].pk])
    rows = []
    for person, fen in zip(people, (100_00, 200_00, 200_00), strict=True):
        decision = entitlements.decide(
            by=by, case_number=f"C{person.pk}", matter="age_allowance", division=VILLAGE, household=home,
            person=person, outcome="grant", on=JANUARY, amount=fen, benefit=ALLOWANCE, grounds=grounds,
        )  # fmt: skip
        rows.append(
            entitlements.begin(
                by=by, decision=decision, benefit=ALLOWANCE, first_month=JULY, fen=fen, person=person
            )
        )
    monkeypatch.setattr(queries, "rulebook", lambda: book)

    done = decide(by, benefits=[ALLOWANCE])

    now = [list(row.amounts.values_list("fen", flat=True)) for row in rows]
    assert (done.number, now) == (2, [[150_00], [210_00], [200_00]])
    assert [one.entitlement.pk for one in done.left] == [rows[2].pk]


def test_the_last_month_of_a_benefit_rises_too(risen):
    by = a_user("jueding", COUNTY)
    row = granted(1, 1, 0, by)
    ending = decided(row.household, "stop", date(2026, 9, 20))
    entitlements.end(by=by, decision=ending, entitlement=row, first_month=date(2026, 10, 1))
    risen({SEPTEMBER: 50_00})

    decide(by)

    last = Amount.objects.filter(entitlement=row).order_by("first_month").last()
    assert (last.first_month, last.last_month, last.fen) == (SEPTEMBER, SEPTEMBER, the_standard() + 50_00)


def test_only_somebody_who_may_decide_with_a_document_and_a_month_not_long_ago(risen):
    by, clerk = a_user("jueding", COUNTY), a_user("jing", "371002001")
    for who, more in (
        (clerk, {}),
        (by, {"document": " "}),
        (by, {"first_month": JULY + timedelta(3)}),
        (by, {"first_month": date(2020, 1, 1)}),
        (by, {"first_month": date(2026, 12, 1)}),
    ):
        with pytest.raises(EntitlementProblem):
            decide(who, **more)


def test_the_command_shows_first_and_decides_only_with_a_name(risen, monkeypatch):
    import typer
    from typer.testing import CliRunner

    monkeypatch.setenv("COLUMNS", "200")
    by = a_user("jueding", COUNTY)
    granted(1, 3, 21_600_00, by)
    risen()
    app = typer.Typer()
    register(app)

    shown = CliRunner().invoke(app, ["money", "rerate", COUNTY, "2026-07", "--benefit", DIBAO])

    assert shown.exit_code == 0, shown.output
    assert "会调整 1 户" in shown.output
    assert Amount.objects.count() == 1
    refused = CliRunner().invoke(
        app, ["money", "rerate", COUNTY, "2026-07", "--benefit", DIBAO, "--by", "jueding"]
    )
    assert refused.exit_code == 2, refused.output
