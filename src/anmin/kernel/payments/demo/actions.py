"""Let the demonstration's staff pay a month (演示发放), through the same actions as real ones, with a bank that answers badly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from anmin.kernel.access.models import User
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.payments.approvals import actions as approvals
from anmin.kernel.payments.banks.contents import write_file
from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.layouts import form_named
from anmin.kernel.payments.banks.models import BankCall, PayFile
from anmin.kernel.payments.banks.outbox import actions as outbox
from anmin.kernel.payments.banks.ports.simulated import SimulatedBank
from anmin.kernel.payments.banks.returning import actions as returning
from anmin.kernel.payments.budget import actions as budget
from anmin.kernel.payments.budget.models import Fund
from anmin.kernel.payments.checks import actions as checks
from anmin.kernel.payments.checks.codes import CODES
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.payees import actions as payees
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.models import PayLine, PayRun
from anmin.kernel.people.models import Household
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.calendar import add_months
from anmin.lib.cards import luhn_digit

BENEFIT = "assistance/dibao"
FUND = "demo-central"
PAID, LACKING = 12, 1
"""Families that are paid last month, and those who begin this month without an account."""
YUAN = 100
BUDGET, BELOW = 2_000_000 * YUAN, 200_000 * YUAN


def make_demo_month(*, by: str, county: str, town: str, ending: str, on: date) -> int:
    """Pay families of a town their month before `on`; one payment comes back, one is not known. Lines of the month.

    This month's run stands at its check with an open exception. Nothing is made twice; without the posts for two
    signatures nothing is made at all. What goes to the bank commits on its own way, as always.
    """
    users = {user.username: user for user in User.objects.filter(is_demo=True)}
    names = [f"{name}{ending}" for name in ("caiwu", "xian1", "juzhang")]
    month = add_months(on.replace(day=1), -1)
    known = PayRun.objects.filter(division=county, month=month).first()
    if known is not None or any(name not in users for name in names):
        return 0 if known is None else known.lines.count()
    clerk, approver, leader = (users[name] for name in names)
    homes = _homes(town, PAID + LACKING)
    if len(homes) < PAID + LACKING:
        return 0
    with transaction.atomic():
        _budget(by, county, town, month)
        for serial, home in enumerate(homes):
            _grant(approver, home, month if serial < PAID else add_months(month, 1))
            if serial < PAID:
                _account(clerk, approver, home, serial, month)
        run = _checked(clerk, county, month)
        _decided(run, approver, add_months(month, 1) - timedelta(20))
    _paid(run, clerk, (approver, leader), month)
    _checked(clerk, county, add_months(month, 1))
    return PayLine.objects.filter(run=run).count()


def _homes(town: str, number: int) -> list[Household]:
    """Families of a town with a grown-up at their head and no case, small numbers first."""
    rows = Household.objects.filter(
        division__startswith=town,
        cases__isnull=True,
        entitlements__isnull=True,
        memberships__is_head=True,
        memberships__person__birth_day__year__lt=2000,
        memberships__person__died_on__isnull=True,
    )
    return list(rows.distinct().order_by("number")[:number])


def _budget(by: str, county: str, town: str, month: date) -> None:
    """Money from above, of which the county keeps most and allots a part to the town."""
    fund = Fund.objects.filter(key=FUND).first() or budget.add_fund(
        by=by,
        key=FUND,
        title="中央困难群众救助补助资金（演示）",
        source="central",
        uses=["assistance/*"],
        law="财社〔2017〕58号",
        first_day=date(2020, 1, 1),
    )
    first = date(month.year, 1, 5)
    line, below = (
        budget.open_line(by=by, fund=fund, division=place, year=month.year, use="assistance/*", on=first)
        for place in (county, town)
    )
    budget.appropriate(by=by, line=line, fen=BUDGET, document=f"演示指标〔{month.year}〕1号", on=first)
    budget.allot(
        by=by, line=line, to_line=below, fen=BELOW, document=f"演示指标〔{month.year}〕2号", on=first
    )


def _grant(approver: User, home: Household, first_month: date) -> None:
    """A benefit of six tenths of the standard a head, decided ten days before its first month."""
    decided_on = first_month - timedelta(10)
    standard = rulebook().rates.entry("dibao_standard", home.division, first_month).value(home.settlement)
    assert isinstance(standard, int)
    fen = standard * home.memberships.filter(is_double=False).count() * 6 // 10 // YUAN * YUAN
    decision = entitlements.decide(
        by=approver,
        case_number="",
        matter="dibao",
        division=home.division,
        household=home,
        outcome="grant",
        on=decided_on,
        benefit=BENEFIT,
        amount=fen,
        reason="演示数据",
    )
    entitlements.begin(by=approver, decision=decision, benefit=BENEFIT, first_month=first_month, fen=fen)


def _account(clerk: User, approver: User, home: Household, serial: int, month: date) -> None:
    """A card of the head, recorded by one and confirmed by another."""
    head = home.memberships.filter(is_head=True).select_related("person").first()
    assert head is not None
    number = f"62220200{int(home.division[:6]):06d}{serial:04d}"
    account = payees.record_account(
        by=clerk,
        person=head.person,
        household=home,
        account=payees.NewAccount("social", "演示银行", number + luhn_digit(number)),
        first_day=date(month.year, 1, 1),
        on=month,
        source="社会保障卡（演示）",
    )
    payees.confirm_account(by=approver, account=account, on=month)


def _checked(clerk: User, county: str, month: date) -> PayRun:
    day = month.replace(day=3)
    run = runs.lock_roster(by=clerk, division=county, month=month, benefits=[BENEFIT], on=day)
    runs.compute(by=clerk, run=run, on=day)
    checks.check(by=clerk, run=run, on=day)
    run.refresh_from_db()
    return run


def _decided(run: PayRun, approver: User, on: date) -> None:
    """Somebody decides what the check found: a missing account is left out, the rest was looked into."""
    for one in PayException.objects.filter(run=run, state="open").order_by("pk"):
        one.refresh_from_db()
        if one.state != "open":
            continue
        outcome = "release" if CODES[one.code].can_release else "exclude"
        checks.decide_exception(
            by=approver, exception=one, outcome=outcome, on=on, reason="已电话核实，情况属实（演示）"
        )


def _paid(run: PayRun, clerk: User, signers: Sequence[User], month: date) -> None:
    """Signed by two, sent, and answered: all have arrived but one that came back and one of which nothing is known."""
    run = runs.submit(by=clerk, run=run, on=month.replace(day=4))
    for user in signers:
        run = approvals.approve(by=user, run=run, seal=run.seal, on=month.replace(day=5))
    (file,) = filing.make_files(by=clerk, run=run, on=month.replace(day=6)).files
    day = month.replace(day=8)
    bank = SimulatedBank(file.form, 1, first_day=day)
    call = BankCall.objects.get(file=file, what="send")
    outbox.deliver(
        by=clerk, call=call, at=timezone.now(), port=bank
    )  # after the signatures, which are of now
    returning.receive(
        by=clerk,
        form=file.form,
        division=run.division,
        name=f"{file.batch}.ret",
        content=_answer(file, day),
        on=month.replace(day=9),
    )


def _answer(file: PayFile, day: date) -> bytes:
    """What the bank says: the first came back because of its account, the second is not known, all others are paid."""
    form = form_named(file.form)
    letters = {word: letter for letter, word in form.statuses.items()}
    lines = []
    for order in file.lines.select_related("account").order_by("seq"):
        word = {1: "returned", 2: "unknown"}.get(order.seq, "paid")
        assert order.account is not None
        lines.append(
            {
                "seq": order.seq,
                "key": order.key,
                "holder": order.account.holder,
                "fen": order.fen,
                "status": letters[word],
                "code": "01" if word == "returned" else "",
            }
        )
    return write_file(form, form.back, {"batch": file.batch, "day": day}, lines)
