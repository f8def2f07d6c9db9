"""Months of paying with a bank that misbehaves (E12): one process, no clock but the days that the seed turns.

Every fault, every change of a family, every word of a department, every bounce and every death of whoever works comes out
of the seed. What should have been paid is counted by plain arithmetic over the list of what was decided, beside everything
the system does; what was too much must have come back.
"""

import random
from datetime import UTC, date, datetime, timedelta

from anmin.kernel.audit.queries import broken_link
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.payments.banks.models import PayFile, PayFileLine, ReturnLine
from anmin.kernel.payments.banks.outbox import actions as outbox
from anmin.kernel.payments.banks.ports.simulated import SimulatedBank, Temper
from anmin.kernel.payments.checks.whole import rates_of
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.models import PayLine, PayRun
from anmin.kernel.payments.sentinels import actions as sentinels
from anmin.lib.calendar import add_months
from tests.faults.dying import Deaths
from tests.faults.office import Office, must, state_of
from tests.faults.owing import Owing
from tests.kernel.payments.money import (
    COUNTY,
    DIBAO,
    a_budget,
    a_family,
    a_fund,
    a_grant,
    a_signer,
    approver,
    decided,
    finance,
    leader,
)

START = date(2026, 1, 1)
NAMES = ("王秀英", "李建国", "张桂兰", "刘玉珍", "陈志强", "买买提·艾力")
FAMILIES = 4
DYING = 8
"""In a hundred actions: deaths in their middle."""


class Months(Office):
    """A county, a bank and a seed; with `hard`, departments speak, amounts were too high, runs are given up or closed, money
    bounces, and whoever works dies in the middle of it."""

    def __init__(self, seed, temper=None, *, hard=False, dying=DYING):
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
        self.signers = a_signer("shen1", "county_approver"), a_signer("shen2", "county_leader")
        self.deaths = Deaths(seed, dying if hard else 0)
        self.bank.send = self.deaths.after(self.bank.send)
        self.owing = Owing(self)
        self.fund, self.cards, self.families = a_fund(), 500, 0
        self.due = {}  # entitlement → {month: fen}, by plain arithmetic
        self.running = {}  # entitlement → (row, fen)
        self.entitlements = {}  # entitlement → its row, also after its end
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
            if self.hard:
                self.owing.go_on()
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
        self.owing.ends()
        self.holds()
        self.ends()

    def do(self, act, is_done=lambda: False):
        """Something that somebody does, and does again who died of it; after each death everything must hold."""
        return self.deaths.survived(act, is_done, lambda: self.holds(told=False))

    def goes_on(self):
        """The next month begins."""
        self.month = add_months(self.month, 1)
        self.bank.turn(max(self.bank.day, self.month))

    def everything_is_paid(self):
        """Whether no line was left out of a run, and every one arrived."""
        return not PayLine.objects.exclude(run__state="void").exclude(state="paid").exists()

    def pays(self, quiet=False):
        """A month's run up to its files; departments speak before the check, and between signature and file."""
        if not quiet:
            self.changes()
            self.speak()
        else:
            self.budget()
        self.count()
        run = self.signed()
        if run is not None and self.hard and self.dice.random() < 0.08:
            self.void(run, "审批后发现名单有误")
            run = self.signed()
        if run is None:
            return
        if not quiet:
            self.speak()
        self.make_files(run)

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
                self.do(
                    lambda said=said: sentinels.lift(
                        by=self.four, sentinel=said, on=self.bank.day, reason="核实不符"
                    ),
                    lambda said=said: type(said).objects.get(pk=said.pk).lifted_at is not None,
                )
                del self.stopped[key]
        waiting = PayRun.objects.filter(lines__state="due", state__in=["approved", "filed", "settled"])
        for run in waiting.distinct():
            self.make_files(run)

    def closes(self):
        """Runs in which everything is answered are closed, now and then."""
        for run in PayRun.objects.filter(state="settled") if self.hard else ():
            if self.dice.random() < 0.5 and not run.lines.exclude(state__in=["paid", "excluded"]).exists():
                self.do(
                    lambda run=run: runs.close_run(by=self.one, run=run, on=self.bank.day),
                    lambda run=run: state_of(run) == "closed",
                )

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
            self.entitlements[row.pk] = row
        for key, (row, fen) in list(self.running.items()):
            luck = self.dice.random()
            back = max(add_months(self.month, -self.dice.randrange(0, 3)), row.first_day)
            if luck < 0.1:
                self.change(key, fen + self.dice.randrange(1, 200_00), back)
            elif luck < 0.14 and row.first_day < self.month and len(self.running) > 1:
                self.end(key, self.month)
            elif self.hard and luck < 0.26:
                self.change(key, fen - self.dice.randrange(1, fen // 2), back)
            elif self.hard and luck < 0.29 and row.first_day < back and len(self.running) > 1:
                self.end(key, back)

    def change(self, key, fen, back):
        """Another amount from a month on; what it was for the months before today is corrected."""
        row, now = self.running[key]
        before = self.due[key].get(back, now)
        decision = decided(row.household, "reduce" if fen < before else "change", self.month, fen)
        self.do(
            lambda: entitlements.change_amount(
                by=self.one, decision=decision, entitlement=row, first_month=back, fen=fen
            ),
            decision.amounts.exists,
        )
        self.running[key] = (row, fen)
        self.due[key] |= dict.fromkeys([month for month in self.due[key] if month >= back], fen)

    def end(self, key, first_month):
        """The benefit ends; with a past month, something was too much."""
        row = self.running[key][0]
        decision = decided(row.household, "stop", self.month)
        self.do(
            lambda: entitlements.end(
                by=self.one, decision=decision, entitlement=row, first_month=first_month
            ),
            lambda: type(row).objects.get(pk=row.pk).ended_by_id == decision.pk,
        )
        del self.running[key]
        self.due[key] = {month: fen for month, fen in self.due[key].items() if month < first_month}

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
            for at in (noon + back, noon + timedelta(hours=2)):
                self.do(lambda at=at: outbox.deliver_due(by=self.one, at=at, port=self.bank))
            self.send_again(noon + timedelta(hours=3))
            for name, content in self.bank.collect():
                self.receive(name, content, day)
            self.mend(day)

    def holds(self, told=True):
        """What must hold at every moment; before all answers of the bank were `told`, it may have taken a payment back."""
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
        back = self.owing
        must(
            sums.get("spent", 0) + sums.get("receivable", 0) + sums.get("recovered", 0)
            == sum(row.fen for row in known),
            "spent, owed and brought back are not what the bank says was paid",
        )
        must(sums.get("receivable", 0) == back.left(), "owed by the books is not what is left of the claims")
        if told:  # whoever died after the receipt has not yet said what was brought
            must(
                sums.get("recovered", 0) == sum(back.paid_in.values()),
                "brought back is not what families brought",
            )
        taken_back = set() if told else {key for key, _fen in self.bank.back}
        must(
            {row.key for row in known} <= set(keys) | taken_back,
            "a line is called paid that the bank has not paid",
        )
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
        states = set(PayLine.objects.exclude(run__state="void").values_list("state", flat=True))
        must(states <= {"paid", "excluded"}, f"lines are left: {states}")
        paid = {}
        of_line = dict(PayLine.objects.values_list("pk", "entitlement"))
        for key, fen in self.bank.paid:
            entitlement = of_line[int(key.split("-")[0])]
            paid[entitlement] = paid.get(entitlement, 0) + fen
        for key, months in self.due.items():
            had, due = paid.get(key, 0) - self.owing.paid_in.get(key, 0), sum(months.values())
            must(had == due, f"entitlement {key} had {had}, due {due}")
        must(set(paid) <= set(self.due), "somebody was paid to whom nothing was granted")
        must(self.owing.left() == 0, "something is still owed")
        must(broken_link() is None, "the chain of the audit is broken")
