"""What was paid too much in months of paying, and how people claim it back (E11, E12): everything comes back in the end."""

from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.recovery import actions as recovery
from anmin.kernel.payments.recovery.models import Recovery, RecoveryInstalment
from anmin.kernel.payments.recovery.queries import free_of, left_of, most_deductible, overpaid_in
from anmin.lib.calendar import add_months
from tests.kernel.payments.money import decided

OWED = ("noticed", "agreed")


class Owing:
    """The claims of the months: heard, noticed, agreed on and paid in or deducted as the dice fall."""

    def __init__(self, months):
        self.months, self.dice = months, months.dice
        self.paid_in = {}  # entitlement → fen that a family brought back

    def go_on(self):
        """A month of work on what was found too much; somewhat less than all of it."""
        for row in Recovery.objects.filter(state__in=["found", "heard", *OWED]).order_by("pk"):
            if self.dice.random() < 0.7:
                self.step(row)

    def ends(self):
        """Nothing is left open: what runs have not found is found by hand, and the families bring all of it."""
        for row in Recovery.objects.filter(state__in=["found", "heard"]).order_by("pk"):
            self.voided(row)
        for key, entitlement in self.months.entitlements.items():
            too_much = overpaid_in(
                entitlement, min(self.months.due[key], default=self.months.month), self.months.month
            )
            if too_much:
                row = recovery.find(
                    by=self.months.one, entitlement=entitlement, months=too_much, on=self.months.bank.day
                )
                self.step(row)
                row.refresh_from_db()
                self.step(row)
        for row in Recovery.objects.filter(state__in=OWED).order_by("pk"):
            if left := free_of(row):
                self.brings(row, left)

    def step(self, row):
        """The next thing that is done about it."""
        if row.state == "found":
            self.months.do(
                lambda: recovery.hear(
                    by=self.months.one, recovery=row, statement="没有意见", on=self.months.bank.day
                ),
                lambda: stands(row) != "found",
            )
        elif row.state == "heard":
            self.noticed(row)
        elif row.state == "noticed":
            self.agreed(row)
        elif waits(row).filter(way="paid_in").exists() and (free := free_of(row)):
            self.brings(row, self.dice.randrange(free // 2, free) + 1)

    def noticed(self, row):
        decision = decided(row.household, "recover", self.months.month, row.fen)
        try:
            self.months.do(
                lambda: recovery.notice(
                    by=self.months.four,
                    recovery=row,
                    decision=decision,
                    cause="honest",
                    on=self.months.bank.day,
                ),
                lambda: stands(row) != "heard",
            )
        except PaymentProblem as overtaken:
            if overtaken.code != "recovery_overtaken":
                raise
            self.voided(row)

    def voided(self, row):
        self.months.do(
            lambda: recovery.void(
                by=self.months.four, recovery=row, on=self.months.bank.day, reason="待遇已更正"
            ),
            lambda: stands(row) == "void",
        )

    def agreed(self, row):
        """In up to three months, off the benefit where it leaves something to live on, else to be paid in."""
        parts = split(free_of(row), self.dice.randrange(1, 4))
        plan = []
        for at, fen in enumerate(parts):
            month = add_months(self.months.month, at + 1)
            fits = fen <= most_deductible(row, month) and self.dice.random() < 0.8
            plan.append(recovery.Instalment(month, fen, "deduct" if fits else "paid_in"))
        self.months.do(
            lambda: recovery.agree(
                by=self.months.four,
                recovery=row,
                instalments=plan,
                agreement="按月归还",
                on=self.months.bank.day,
            ),
            lambda: stands(row) == "agreed",
        )

    def brings(self, row, fen):
        before = row.instalments.count()
        self.months.do(
            lambda: recovery.receive(
                by=self.months.one, recovery=row, fen=fen, on=self.months.bank.day, document="收据"
            ),
            lambda: row.instalments.count() > before,
        )
        key = row.entitlement_id
        self.paid_in[key] = self.paid_in.get(key, 0) + fen

    def left(self):
        """Fen that stand to be claimed by all notices, counted claim by claim."""
        return sum(left_of(row) for row in Recovery.objects.filter(state__in=OWED))


def stands(row):
    """The state in which a claim stands now."""
    return Recovery.objects.values_list("state", flat=True).get(pk=row.pk)


def waits(row):
    """Instalments that have neither come nor ended."""
    return RecoveryInstalment.objects.filter(recovery=row, paid_on__isnull=True, cancelled_on__isnull=True)


def split(fen, number):
    """A sum in so many parts, none of them empty."""
    number = min(number, fen)
    return [fen // number + (at < fen % number) for at in range(number)]
