"""One month of payments as people and the worker carry it through, stage by stage, with a simulated bank at the other end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from time import perf_counter
from typing import Any

from bench.paybook import BENEFITS, COUNTY, LAST_MONTH, MONTH, RAISED, a_number

ON, SENT, ANSWERED, AGAIN, LAST = (date(2026, 11, day) for day in (3, 5, 6, 9, 10))
NEXT = date(2026, 12, 1)
RETURNED = 1
"""Of a thousand accounts, how many the bank does not know."""


@dataclass(frozen=True)
class Stage:
    """A step of the month: seconds, something about it, and whether it is the bank's own work."""

    name: str
    seconds: float
    told: str = ""
    is_the_banks: bool = False


def a_month(lines: int) -> tuple[list[Stage], Any]:
    """A month from the locked roster to its closing; every stage is printed when it ends. Gives the bank, too."""
    month = _Month(lines)
    month.before()
    month.signs()
    month.pays()
    month.closes()
    return month.stages, month.bank


def what_does_not_hold(bank: Any) -> int:
    """Flaws of the books, orders that the bank paid and the books do not know or the other way round, and lines left over."""
    from anmin.kernel.payments.banks.models import PayFileLine
    from anmin.kernel.payments.runs.models import PayLine
    from anmin.kernel.payments.verifying import flaws

    theirs = dict(bank.paid)
    ours = dict(PayFileLine.objects.filter(state="paid").values_list("key", "fen"))
    twice = len(bank.paid) - len(theirs)
    left = PayLine.objects.filter(run__month=MONTH).exclude(state__in=["paid", "excluded"]).count()
    return len(flaws()) + twice + left + len(set(theirs.items()) ^ set(ours.items()))


class _Month:
    def __init__(self, lines: int) -> None:
        self.lines, self.stages = lines, list[Stage]()
        self.row: Any = None
        self.bank: Any = None

    def stage(
        self,
        name: str,
        work: Callable[[], Any],
        told: Callable[[Any], str] = lambda _done: "",
        *,
        is_the_banks: bool = False,
    ) -> Any:
        start = perf_counter()
        done = work()
        made = Stage(name, perf_counter() - start, told(done), is_the_banks)
        self.stages.append(made)
        print(f"{datetime.now(UTC):%H:%M:%S} {made.seconds:8.1f} s  {name}  {made.told}", flush=True)
        return done

    def before(self) -> None:
        """Money, and the month before: what a run is compared with."""
        from django.db import connection

        from anmin.kernel.payments.budget import actions as budget
        from anmin.kernel.payments.runs import actions as runs

        fund = budget.add_fund(
            by="bench",
            key="c",
            title="中央补助",
            source="central",
            uses=["*/*"],
            law="财社〔2017〕58号",
            first_day=ON,
        )
        line = budget.open_line(by="bench", fund=fund, division=COUNTY, year=2026, use="*/*", on=ON)
        budget.appropriate(by="bench", line=line, fen=self.lines * 1_000_00, document="1号", on=ON)
        former = runs.lock_roster(
            by="bench", division=COUNTY, month=LAST_MONTH, benefits=BENEFITS, on=LAST_MONTH
        )
        runs.compute(by="bench", run=former, on=LAST_MONTH)
        with connection.cursor() as cursor:
            cursor.execute(RAISED.replace("%%", "%"))
            cursor.execute("VACUUM ANALYZE kernel_payline, kernel_paypart, kernel_amount")

    def signs(self) -> None:
        """Compute, check, decide, compare, submit, sign."""
        from anmin.kernel.payments.approvals import actions as approvals
        from anmin.kernel.payments.checks import actions as checks
        from anmin.kernel.payments.runs import actions as runs
        from anmin.kernel.payments.runs.differences import difference_sums, total_before

        row = self.row = self.stage(
            "lock the roster",
            lambda: runs.lock_roster(by="bench", division=COUNTY, month=MONTH, benefits=BENEFITS, on=ON),
        )
        self.stage(
            "compute",
            lambda: runs.compute(by="bench", run=row, on=ON),
            lambda done: f"{done.fen / 100:,.2f} yuan",
        )
        self.stage(
            "check",
            lambda: checks.check(by="bench", run=row, on=ON),
            lambda done: f"{sum(done.values()):,} exceptions",
        )
        self.stage("decide what was found", lambda: _decide(row), lambda done: f"{done:,} decisions")
        sums = self.stage("differences", lambda: difference_sums(row), lambda done: f"{len(done)} causes")
        row.refresh_from_db()
        if sum(one.fen for one in sums) != _due(row) - total_before(row):
            raise AssertionError("the differences do not add up to that of the totals")
        sealed = self.stage(
            "submit",
            lambda: runs.submit(by="bench", run=row, on=ON),
            lambda done: f"{done.lines_number:,} lines",
        )
        for name in ("shenhe", "lingdao", "lingdao2")[: sealed.signatures]:
            self.stage(
                f"signature of {name}",
                lambda name=name: approvals.approve(by=_user(name), run=row, seal=sealed.seal, on=ON),
            )

    def pays(self) -> None:
        """Files, sent and answered; what came back goes to corrected accounts and is answered, too."""
        from anmin.kernel.payments.banks.filing import actions as filing
        from anmin.kernel.payments.banks.ports.simulated import SimulatedBank, Temper
        from anmin.kernel.payments.banks.reissuing import actions as reissuing
        from anmin.kernel.payments.runs.models import PayLine

        made = self.stage(
            "files",
            lambda: filing.make_files(by="bench", run=self.row, on=SENT),
            lambda done: f"{len(done.files)} files",
        )
        self.bank = SimulatedBank(made.files[0].form, 1, Temper(returned=RETURNED), SENT)
        self._bank_answers("", SENT, ANSWERED)
        back = list(PayLine.objects.filter(run=self.row, state="returned").select_related("person"))
        self.stage(
            "new accounts, by two", lambda: _new_accounts(back, AGAIN), lambda done: f"{done:,} came back"
        )
        if back:
            self.bank.temper = Temper()
            self.stage(
                "files again", lambda: reissuing.reissue(by="bench", run=self.row, lines=back, on=AGAIN)
            )
            self._bank_answers(" again", AGAIN, LAST)

    def _bank_answers(self, again: str, sent: date, answered: date) -> None:
        from anmin.kernel.payments.banks.outbox import actions as outbox
        from anmin.kernel.payments.banks.returning import actions as returning

        at = datetime(sent.year, sent.month, sent.day, 2, tzinfo=UTC)
        timed = _Timed(self.bank)
        self.stage(f"send{again}", lambda: outbox.deliver_due(by="bench", at=at, port=timed))
        sending = self.stages.pop()
        self.stages.append(Stage(sending.name, sending.seconds - timed.seconds, sending.told))
        self.stages.append(Stage(f"the bank takes them in{again}", timed.seconds, "", True))
        self.stage(f"the bank books and answers{again}", lambda: self.bank.turn(answered), is_the_banks=True)
        self.stage(
            f"returns{again}",
            lambda: [
                returning.receive(
                    by="bench",
                    form=self.bank.form.key,
                    division=COUNTY,
                    name=name,
                    content=content,
                    on=answered,
                ).state
                for name, content in self.bank.collect()
            ],
            lambda done: f"{len(done)} files, {done.count('matched')} matched",
        )

    def closes(self) -> None:
        """The bank's statements, three books side by side, the run and the month closed."""
        from anmin.kernel.payments.banks.reconciling import actions as reconciling
        from anmin.kernel.payments.ledger import actions as ledger
        from anmin.kernel.payments.runs import actions as runs

        self.stage("statements", self._statements, lambda done: f"{done:,} bookings")
        found = self.stage(
            "reconcile",
            lambda: reconciling.reconcile(by="bench", run=self.row, on=LAST),
            lambda done: f"{len(done.differences)} differences",
        )
        if found.differences:
            raise AssertionError(f"roster, files and returns differ: {found.differences[:3]}")
        self.stage("close the run", lambda: runs.close_run(by="bench", run=self.row, on=LAST))
        self.stage(
            "close the month",
            lambda: ledger.close_period(
                by=_user("caiwu"), beside=_user("lingdao"), division=COUNTY, month=MONTH, on=NEXT
            ),
        )

    def _statements(self) -> int:
        from anmin.kernel.payments.banks.reconciling import actions as reconciling

        balance, number = self.lines * 1_000_00, 0
        for day in (ANSWERED, LAST):
            booked = self.bank.statement(day)
            left = balance - sum(fen for _key, fen in booked)
            reconciling.take_statement(
                by="bench",
                form=self.bank.form.key,
                division=COUNTY,
                day=day,
                opening=balance,
                closing=left,
                lines=booked,
                on=day,
            )
            balance, number = left, number + len(booked)
        return number


class _Timed:
    """A way to a bank that counts the seconds which the bank takes."""

    def __init__(self, bank: Any) -> None:
        self.bank, self.seconds = bank, 0.0

    def send(self, key: str, content: bytes) -> Any:
        start = perf_counter()
        try:
            return self.bank.send(key, content)
        finally:
            self.seconds += perf_counter() - start

    def ask(self, key: str) -> Any:
        return self.bank.ask(key)

    def collect(self) -> list[tuple[str, bytes]]:
        found: list[tuple[str, bytes]] = self.bank.collect()
        return found


def _decide(row: Any) -> int:
    """Deaths are left out together, as the list shows them; what stands against the whole run is taken note of."""
    from anmin.kernel.payments.checks import actions as checks
    from anmin.kernel.payments.checks.models import PayException

    user, number = _user("shenhe"), 0
    found = PayException.objects.filter(run=row, state="open")
    for one in found.filter(line__isnull=True):
        checks.decide_exception(by=user, exception=one, outcome="release", on=ON, reason="已核实")
        number += 1
    for code in sorted(set(found.values_list("code", flat=True))):
        keys = list(found.filter(code=code).values_list("pk", flat=True))
        outcome = "release" if code == "member_dead" else "exclude"
        number += checks.decide_alike(
            by=user, run=row, code=code, exceptions=keys, outcome=outcome, on=ON, reason="已核实"
        )
    return number


def _new_accounts(back: list[Any], on: date) -> int:
    """Another card of each payee, recorded by one and confirmed by another, one by one as people do it."""
    from anmin.kernel.payments.payees import actions as payees

    one, two = _user("caiwu"), _user("caiwu2")
    for line in back:
        made = payees.record_account(
            by=one,
            person=line.person,
            account=payees.NewAccount("social", "威海银行", a_number(5_000_000_000 + line.pk)),
            first_day=on,
            on=on,
        )
        payees.confirm_account(by=two, account=made, on=on)
    return len(back)


def _due(row: Any) -> int:
    from django.db.models import Sum

    from anmin.kernel.payments.runs.models import PayLine

    found = PayLine.objects.filter(run=row).exclude(state="excluded").aggregate(fen=Sum("fen"))
    return int(found["fen"] or 0)


def _user(name: str) -> Any:
    from anmin.kernel.access.models import User

    return User.objects.get(username=name)
