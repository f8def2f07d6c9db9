"""Months of paying with a bank that misbehaves (E12): one process, no clock but the days that the seed turns.

Every fault, every change of a family, every word of a department and every bounce comes out of the seed. What should have
been paid is counted by plain arithmetic over the list of what was decided, beside everything the system does.
"""

import json
import random
from datetime import UTC, date, datetime, timedelta

from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.payments.banks.contents import FileProblem
from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.models import BankCall, PayFile, PayFileLine, ReturnFile, ReturnLine
from anmin.kernel.payments.banks.outbox import actions as outbox
from anmin.kernel.payments.banks.ports.simulated import SimulatedBank, Temper
from anmin.kernel.payments.banks.reissuing import actions as reissuing
from anmin.kernel.payments.banks.returning import actions as returning
from anmin.kernel.payments.checks import actions as checks
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.checks.whole import rates_of
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.payees import actions as payees
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.models import PayLine, PayRun
from anmin.kernel.payments.sentinels import actions as sentinels
from anmin.lib.calendar import add_months
from tests.kernel.payments.money import (
    COUNTY,
    DIBAO,
    a_budget,
    a_card,
    a_family,
    a_fund,
    a_grant,
    a_run,
    approved,
    approver,
    decided,
    finance,
    leader,
)

START = date(2026, 1, 1)
NAMES = ("王秀英", "李建国", "张桂兰", "刘玉珍", "陈志强", "买买提·艾力")
FAMILIES = 4


class Broken(AssertionError):
    """Something that must always hold did not."""


class Months:
    """A county, a bank and a seed; with `hard`, departments speak, runs are closed and money bounces too."""

    def __init__(self, seed, temper=None, *, hard=False):
        self.hard = hard
        self.dice = random.Random(seed)
        self.bank = SimulatedBank(
            "one_card", seed, temper or Temper({**Temper.bad().faults}, 80, dedupes=False), START
        )
        self.one, self.two, self.three, self.four = (
            finance("yi"),
            leader("er"),
            finance("san"),
            approver("si"),
        )
        self.fund, self.cards, self.families = a_fund(), 500, 0
        self.due = {}  # entitlement → {month: fen}, by plain arithmetic
        self.running = {}  # entitlement → (row, fen)
        self.people = {}  # entitlement → its head
        self.stopped = {}  # entitlement of whom a department spoke → the sentinel
        self.seen = {}
        self.month = START

    def run(self, months):
        """So many months, looked at after each."""
        for _step in range(months):
            self.budget()
            self.pays()
            self.days(self.dice.randrange(2, 5))
            self.looks()
            self.closes()
            self.bounces()
            self.holds()
            self.goes_on()
        self.bank.temper = Temper(dedupes=False)
        self.looks(everything=True)
        for _round in range(6):
            self.days(2)
        if not self.everything_is_paid():
            # What was left out of a run is due in the next.
            self.pays(quiet=True)
            for _round in range(4):
                self.days(2)
        self.holds()
        self.ends()

    def goes_on(self):
        """The next month begins."""
        self.month = add_months(self.month, 1)
        self.bank.turn(max(self.bank.day, self.month))

    def everything_is_paid(self):
        """Whether no line was left out of a run, and every one arrived."""
        return not PayLine.objects.exclude(state="paid").exists()

    def pays(self, quiet=False):
        """A month's run up to its files; departments speak before the check, and between signature and file."""
        if not quiet:
            self.changes()
            self.speak()
        else:
            self.budget()
        self.count()
        run = a_run(self.month, on=self.month)
        for one in PayException.objects.filter(run=run, line__isnull=False, state="open"):
            one.refresh_from_db()
            if one.state == "open":
                checks.decide_exception(
                    by=self.four,
                    exception=one,
                    outcome="exclude",
                    on=self.month,
                    reason="核实前不发",
                )
        try:
            run = approved(run)
        except PaymentProblem as none:
            if none.code != "run_empty":
                raise
            runs.void(by=self.one, run=run, on=self.month, reason="本月没有可发的")
            return
        if not quiet:
            self.speak()
        self.make_files(run)

    def make_files(self, run):
        """Files of what is due; nothing of whom a department spoke of goes out."""
        last = PayFileLine.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        try:
            filing.make_files(by=self.one, run=run, on=self.bank.day)
        except PaymentProblem as none:
            if none.code != "nothing_due":
                raise
        out = set(PayFileLine.objects.filter(pk__gt=last).values_list("pay_line__entitlement", flat=True))
        must(not out & set(self.stopped), f"money went out for whom a department spoke of: {out}")

    def speak(self):
        """A department says that somebody is detained; somebody of whom nobody spoke yet."""
        free = [key for key in self.running if key not in self.stopped]
        if self.hard and len(free) > 1 and self.dice.random() < 0.25:
            key = self.dice.choice(free)
            self.stopped[key] = sentinels.record(
                by="系统",
                person=self.people[key],
                kind="detention",
                first_day=self.month,
                source=f"公安局{self.dice.randrange(10**9)}",
                on=self.bank.day,
            )

    def looks(self, everything=False):
        """People look at what departments said; what is lifted goes out, if its run waits for it."""
        for key, said in list(self.stopped.items()):
            if everything or self.dice.random() < 0.6:
                sentinels.lift(by=self.four, sentinel=said, on=self.bank.day, reason="核实不符")
                del self.stopped[key]
        waiting = PayRun.objects.filter(lines__state="due", state__in=["approved", "filed", "settled"])
        for run in waiting.distinct():
            self.make_files(run)

    def closes(self):
        """Runs in which everything is answered are closed, now and then."""
        for run in PayRun.objects.filter(state="settled") if self.hard else ():
            if self.dice.random() < 0.5 and not run.lines.exclude(state__in=["paid", "excluded"]).exists():
                runs.close_run(by=self.one, run=run, on=self.bank.day)

    def bounces(self):
        """What was paid comes back, also after its run was closed."""
        known = list(PayFileLine.objects.filter(state="paid").order_by("pk").values_list("key", flat=True))
        if self.hard and known and self.dice.random() < 0.25:
            key = self.dice.choice(known)
            self.receive(f"bounce-{key}", self.bank.bounce(key), self.bank.day)

    def budget(self):
        """Every January brings money, and a decision to go on with last year's standards: the new ones are late."""
        if self.month.month == 1:
            for rate in rates_of(DIBAO, self.month) if self.month > START else ():
                runs.continue_rate(
                    by=self.two,
                    beside=self.three.user,
                    rate=rate,
                    division=COUNTY,
                    year=self.month.year,
                    document=f"威民〔{self.month.year}〕1号",
                    reason="新标准未公布",
                    on=self.month,
                )
            a_budget(50_000_000, fund=self.fund, year=self.month.year, document=f"指标{self.month.year}")

    def changes(self):
        """Families come, amounts change (some back to an earlier month), families leave."""
        while self.families < FAMILIES or (self.families < 2 * FAMILIES and self.dice.random() < 0.2):
            self.families += 1
            home, people = a_family(f"H{self.families}", NAMES[self.families % 6], serial=self.families)
            fen = self.dice.randrange(100_00, 900_00)
            row = a_grant(home, fen, self.month)
            self.running[row.pk], self.due[row.pk], self.people[row.pk] = (row, fen), {}, people[0]
        for key, (row, fen) in list(self.running.items()):
            luck = self.dice.random()
            if luck < 0.1:
                more = fen + self.dice.randrange(1, 200_00)
                back = max(add_months(self.month, -self.dice.randrange(0, 3)), row.first_day)
                decision = decided(row.household, "change", self.month, more)
                entitlements.change_amount(
                    by=self.one, decision=decision, entitlement=row, first_month=back, fen=more
                )
                self.running[key] = (row, more)
                for month in self.due[key]:
                    if month >= back:
                        self.due[key][month] = more
            elif luck < 0.14 and row.first_day < self.month and len(self.running) > 1:
                decision = decided(row.household, "stop", self.month)
                entitlements.end(by=self.one, decision=decision, entitlement=row, first_month=self.month)
                del self.running[key]

    def count(self):
        """What the month brings, by arithmetic."""
        for key, (_row, fen) in self.running.items():
            self.due[key][self.month] = fen

    def days(self, number):
        """Days of the bank and of those who work with it."""
        for _day in range(number):
            day = self.bank.day + timedelta(1)
            self.bank.turn(day)
            noon = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
            back = timedelta(hours=self.dice.choice([0, 0, 0, -1]))  # a clock that was put back
            outbox.deliver_due(by=self.one, at=noon + back, port=self.bank)
            outbox.deliver_due(by=self.one, at=noon + timedelta(hours=2), port=self.bank)
            self.send_again(noon + timedelta(hours=3))
            for name, content in self.bank.collect():
                self.receive(name, content, day)
            self.mend(day)

    def send_again(self, at):
        """Two people, on the bank's word that nothing came."""
        for call in BankCall.objects.filter(state="unsure"):
            if json.loads(call.answer or "{}").get("word") == "absent":
                outbox.resend(by=self.one, beside=self.two.user, call=call, evidence="银行书面答复", at=at)

    def receive(self, name, content, day):
        row = returning.receive(
            by=self.one, form="one_card", division=COUNTY, name=name, content=content, on=day
        )
        if row.state != ReturnFile.State.QUARANTINED:
            return
        if {one["code"] for one in row.reasons} <= returning.RELEASABLE:
            returning.release(by=self.three, return_file=row, on=day, reason="银行来函属实")
        else:
            returning.reject(by=self.three, return_file=row, on=day, reason="银行另发")

    def mend(self, day):
        """Returned lines get another account that two people stand for, and go out again."""
        for run in PayRun.objects.filter(lines__state="returned", state__in=["filed", "settled"]).distinct():
            rows = run.lines.filter(state="returned").exclude(entitlement__in=list(self.stopped))
            lines = list(rows.select_related("person"))
            if not lines:
                continue
            for line in lines:
                self.cards += 1
                account = payees.record_account(
                    by=self.one,
                    person=line.person,
                    account=payees.NewAccount("social", "威海银行", a_card(self.cards)),
                    first_day=day + timedelta(self.dice.randrange(0, 1)),
                    on=day,
                )
                try:
                    payees.confirm_account(by=self.three, account=account, on=day)
                except PaymentProblem:
                    continue
            try:
                reissuing.reissue(by=self.one, run=run, lines=lines, on=day)
            except (PaymentProblem, FileProblem) as later:
                if later.code not in ("same_account", "no_account"):
                    raise

    def holds(self):
        """What must hold at every moment."""
        keys = [key for key, _fen in self.bank.paid]
        must(len(keys) == len(set(keys)), f"an order was paid twice: {keys}")
        lines = [int(key.split("-")[0]) for key in keys]
        must(len(lines) == len(set(lines)), "a line was paid by two orders")
        sums = trial_balance(COUNTY)
        must(sum(sums.values()) == 0, f"the books do not balance: {sums}")
        must(
            all(sums.get(name, 0) >= 0 for name in ("available", "blocked", "transit", "returned")), str(sums)
        )
        known = PayFileLine.objects.filter(state="paid")
        must(
            sums.get("spent", 0) == sum(row.fen for row in known), "spent is not what the bank says was paid"
        )
        must({row.key for row in known} <= set(keys), "a line is called paid that the bank has not paid")
        must(
            all(ReturnLine.objects.filter(order=row, status="paid").exists() for row in known),
            "a line is paid without evidence",
        )
        rows = dict(ReturnLine.objects.values_list("pk", "status"))
        must(all(rows.get(key) == status for key, status in self.seen.items()), "evidence was changed")
        self.seen = rows

    def ends(self):
        """When all faults are over, everybody has what they are due: no fen less, no fen more."""
        must(not PayFile.objects.filter(state__in=["made", "sending"]).exists(), "a file never left")
        states = set(PayLine.objects.values_list("state", flat=True))
        must(states <= {"paid", "excluded"}, f"lines are left: {states}")
        paid = {}
        of_line = dict(PayLine.objects.values_list("pk", "entitlement"))
        for key, fen in self.bank.paid:
            entitlement = of_line[int(key.split("-")[0])]
            paid[entitlement] = paid.get(entitlement, 0) + fen
        wanted = {key: sum(months.values()) for key, months in self.due.items() if months}
        must(paid == wanted, f"paid {paid}, due {wanted}")


def must(holds, words):
    """Stop at the first thing that does not hold."""
    if not holds:
        raise Broken(words)
