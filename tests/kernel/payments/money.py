"""A county with money: funds, budget lines and the people who prepare, approve and decide."""

from datetime import date, timedelta

from django.utils import timezone

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import reader_for
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.payments.approvals import actions as approvals
from anmin.kernel.payments.budget import actions as budget
from anmin.kernel.payments.checks import actions as checks
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.payees import actions as payees
from anmin.kernel.payments.runs import actions as runs
from anmin.lib.cards import luhn_digit
from tests.make import a_household, a_person, a_user

COUNTY, TOWN, VILLAGE = "371002", "371002001", "371002001001"
TODAY = date(2026, 11, 25)
DIBAO = "assistance/dibao"


def finance(name="caiwu"):
    """Who prepares payments in the county."""
    return reader_for(a_user(name, COUNTY, role="county_finance"), TODAY)


def approver(name="shenhe"):
    """Who approves and decides."""
    return reader_for(a_user(name, COUNTY, role="county_approver"), TODAY)


def leader(name="lingdao"):
    """Who signs second."""
    return reader_for(a_user(name, COUNTY, role="county_leader"), TODAY)


def a_fund(by="test", key="central", source="central", uses=("assistance/*",), title="中央困难群众救助补助"):
    """A source of money."""
    return budget.add_fund(
        by=by,
        key=key,
        title=title,
        source=source,
        uses=uses,
        law="财社〔2017〕58号",
        first_day=date(2020, 1, 1),
    )


def a_budget(
    fen,
    by="test",
    *,
    division=COUNTY,
    year=2026,
    use="assistance/*",
    fund=None,
    rank=100,
    document="指标〔2026〕1号",
):
    """A budget line with money in it."""
    line = budget.open_line(
        by=by, fund=fund or a_fund(), division=division, year=year, use=use, rank=rank, on=TODAY
    )
    budget.appropriate(by=by, line=line, fen=fen, document=document, on=date(year, 1, 5))
    return line


def a_card(serial=1):
    """A card number that passes its check."""
    first = f"62220200{serial:010d}"
    return first + luhn_digit(first)


def an_account(person, serial=1, *, household=None, first_day=date(2020, 1, 1), way="social"):
    """A confirmed account."""
    number = "" if way in ("cash", "kind") else a_card(serial)
    account = payees.record_account(
        by=f"登记{serial}",
        person=person,
        household=household,
        account=payees.NewAccount(way, "威海银行" if number else "", number),
        first_day=first_day,
        on=TODAY,
    )
    account.confirmed_at = timezone.now()
    account.save()
    return account


def a_family(number="H1", *names, serial=1, division=VILLAGE, card=True, first_day=date(2020, 1, 1)):
    """A household whose head has a card; members in the order of their names."""
    names = names or ("王秀英",)
    people = [a_person(name, division, serial=serial * 10 + at) for at, name in enumerate(names)]
    home = a_household(number, division, *people, first_day=first_day)
    if card:
        an_account(people[0], serial)
    return home, people


def a_grant(home, fen, first_month, *, benefit=DIBAO, person=None, on=None, by=None, last_month=None):
    """An entitlement begun by a decision some days before its first month."""
    by = by or User.objects.filter(username="jueding").first() or a_user("jueding", COUNTY)
    on = on or first_month - timedelta(10)
    decision = decided(home, "grant", on, fen, benefit=benefit, person=person, by=by)
    return entitlements.begin(
        by=by,
        decision=decision,
        benefit=benefit,
        first_month=first_month,
        fen=fen,
        person=person,
        last_month=last_month,
    )


def decided(home, outcome, on, fen=None, *, benefit=DIBAO, person=None, by=None, reason="情况变化"):
    """A decision about a household."""
    return entitlements.decide(
        by=by or User.objects.get(username="jueding"),
        case_number=f"C{home.pk}-{on}",
        matter="dibao",
        division=home.division,
        household=home,
        person=person,
        outcome=outcome,
        on=on,
        amount=fen,
        benefit=benefit,
        reason=reason,
        level=person.level if person is not None else 1,
    )


def a_run(month=date(2026, 11, 1), by="test", *, benefits=(DIBAO,), division=COUNTY, on=None, checked=True):
    """A run that is computed and checked."""
    run = runs.lock_roster(
        by=by, division=division, month=month, benefits=benefits, on=on or month.replace(day=3)
    )
    runs.compute(by=by, run=run, on=on or month.replace(day=3))
    if checked:
        checks.check(by=by, run=run, on=on or month.replace(day=3))
    run.refresh_from_db()
    return run


def release_about_run(run, by=None):
    """Take note of what stands against the whole run but is no missing standard."""
    by = by or reader_for(
        User.objects.filter(username="zhixi").first() or a_user("zhixi", COUNTY, role="county_approver"),
        TODAY,
    )
    for one in PayException.objects.filter(run=run, line__isnull=True, state="open"):
        checks.decide_exception(by=by, exception=one, outcome="release", on=TODAY, reason="已知悉")
    return run


def approved(run, *, by="test"):
    """The run submitted and signed by two."""
    release_about_run(run)
    run = runs.submit(by=by, run=run, on=TODAY)
    for one in (a_signer("shen1", "county_approver"), a_signer("shen2", "county_leader")):
        run = approvals.approve(by=one, run=run, seal=run.seal, on=TODAY)
    return run


def a_signer(name, role):
    """Somebody who may sign."""
    user = User.objects.filter(username=name).first() or a_user(name, COUNTY, role=role)
    return reader_for(user, TODAY)
