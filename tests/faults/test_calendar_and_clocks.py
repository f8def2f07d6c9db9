"""E09: a month is a month and paid once, whatever the calendar has and the clocks say; what is learned late is not overlooked."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError

from anmin.kernel.audit.models import Act
from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.checks import late
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs import computing
from anmin.kernel.payments.runs.models import PayLine, PayPart
from anmin.kernel.payments.sentinels import actions as sentinels
from anmin.kernel.payments.sentinels.models import Sentinel
from anmin.kernel.people.models import Death
from anmin.kernel.people.register import actions as register
from anmin.lib.calendar import add_months
from tests.kernel.payments.banks.banking import an_approved_run
from tests.kernel.payments.money import COUNTY, DIBAO, TODAY, a_budget, a_family, a_grant, a_run, approved

pytestmark = pytest.mark.django_db
START, MONTHS = date(2023, 11, 1), 36
MISSED = (3, 14, 26)
"""Months in which nobody computed a run, February 2024 with its 29 days among them: the next one brings them."""


def thirty_six_months(monkeypatch):
    """A run on the last evening of each month, in a process that thinks it lives elsewhere; every third one an hour back."""
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    a_grant(a_family()[0], 732_00, START)
    for number in range(MONTHS):
        month = add_months(START, number)
        last = add_months(month, 1) - timedelta(1)
        evening = datetime(last.year, last.month, last.day, 15, 50, tzinfo=UTC)
        if number in MISSED:
            continue
        with time_machine.travel(evening - timedelta(days=40 if number % 3 == 0 else 0, hours=1)):
            run = runs.lock_roster(by="test", division=COUNTY, month=month, benefits=[DIBAO], on=last)
            runs.compute(by="test", run=run, on=last)


def every_month_once():
    wanted = [add_months(START, number) for number in range(MONTHS)]
    found = Counter(PayPart.objects.filter(is_live=True, basis="basic").values_list("month", flat=True))
    return found == Counter(wanted) and set(PayPart.objects.values_list("fen", flat=True)) == {732_00}


def test_every_month_is_paid_once_with_leap_days_year_ends_and_clocks_that_go_back(monkeypatch):
    thirty_six_months(monkeypatch)

    assert every_month_once()
    told = Act.objects.filter(act="payments.lock_roster").order_by("number")
    rosters = [act.after["month"] for act in told]
    assert rosters == sorted(rosters) and len(rosters) == MONTHS - len(MISSED)
    times = list(told.values_list("at", flat=True))
    assert times != sorted(times)


def test_months_of_thirty_days_are_caught(monkeypatch):
    """The wrong variant: somebody counts days where the law counts months."""
    monkeypatch.setattr(
        computing,
        "DIFFERENCES",
        computing.DIFFERENCES.replace("interval '1 month'", "interval '30 days'"),
    )

    try:
        thirty_six_months(monkeypatch)
        holds = every_month_once()
    except IntegrityError:
        holds = False

    assert not holds


def files_after_the_clock_went_back():
    """Signed at noon, the clock put back by an hour, somebody is detained, then the files."""
    with time_machine.travel(datetime(2026, 11, 25, 4, tzinfo=UTC)) as clock:
        run = an_approved_run(2)
        line = PayLine.objects.filter(run=run).order_by("pk").first()
        clock.shift(timedelta(hours=-1))
        sentinels.record(
            by="系统",
            person=line.person,
            kind="detention",
            first_day=TODAY.replace(day=1),
            source="公安局1",
            on=TODAY,
        )
        return line, filing.make_files(by="test", run=run, on=TODAY)


def test_what_is_learned_after_the_clock_was_put_back_still_holds_the_line():
    line, filed = files_after_the_clock_went_back()

    assert [one.pay_line for one in filed.left] == [line.pk]
    assert filed.files[0].lines_number == 1


def a_word(kind):
    def say(line):
        sentinels.record(
            by="系统", person=line.person, kind=kind, first_day=TODAY.replace(day=1), source="部门1", on=TODAY
        )
        Sentinel.objects.update(learned_at=OLDER)

    return say


def a_death(day, *, of=0):
    def say(line):
        member = line.household.memberships.order_by("pk")[of]
        register.record_death(by="系统", person=member.person, source="cremation", day=day)
        Death.objects.update(learned_at=OLDER)

    return say


OLDER = datetime(2026, 11, 2, tzinfo=UTC)
"""Before every check of these runs: what was being recorded while a check looked is committed after it, and seems older."""
SAID = {
    "detained": a_word("detention"),
    "cremated": a_word("cremation"),
    "helped elsewhere": a_word("double"),
    "certificate ended": a_word("certificate"),
    "died before the month": a_death(date(2026, 10, 9)),
    "died in the month": a_death(date(2026, 11, 2)),
    "a member died": a_death(date(2026, 10, 9), of=1),
}


def files_after(say):
    """Two families, approved; then something is said of the first that seems older than the check; then the files."""
    a_budget(10_000_000_00)
    for at in (1, 2):
        a_grant(a_family(f"H{at}", "王秀英", "王强", serial=at)[0], 732_00, date(2026, 10, 1))
    run = approved(a_run(date(2026, 11, 1)))
    line = PayLine.objects.filter(run=run).order_by("pk").first()
    say(line)
    return line, filing.make_files(by="test", run=run, on=TODAY)


@pytest.mark.parametrize("what", SAID)
def test_what_was_being_recorded_while_a_check_looked_holds_the_line(what):
    line, filed = files_after(SAID[what])

    assert [one.pay_line for one in filed.left] == [line.pk]
    assert [file.lines_number for file in filed.files] == [1]


@pytest.mark.parametrize("what", SAID)
def test_whoever_goes_by_the_clock_alone_pays_them(what, monkeypatch):
    """The wrong variant: only what seems newer than the check is looked at."""
    monkeypatch.setattr(late, "BY_REGISTER", ())

    _line, filed = files_after(SAID[what])

    assert filed.left == [] and filed.files[0].lines_number == 2


def test_whoever_trusts_the_clock_pays_the_detained(monkeypatch):
    """The wrong variant: the check seems newer than what came after it, and nothing but the clock is asked."""
    monkeypatch.setattr(late, "BY_REGISTER", ())
    monkeypatch.setattr(sentinels, "_learned_after_checks", lambda row: None)

    _line, filed = files_after_the_clock_went_back()

    assert filed.left == [] and filed.files[0].lines_number == 2
