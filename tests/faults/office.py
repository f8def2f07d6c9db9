"""People of a county who pay: they compute, sign, make files, take answers in and give new cards (E12).

Whatever they do may kill them in its middle; then somebody does it again, unless it turns out to be done.
"""

import contextlib
import json
from datetime import timedelta

from anmin.kernel.payments.approvals import actions as approvals
from anmin.kernel.payments.banks.contents import FileProblem
from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.models import BankCall, PayFileLine, ReturnFile
from anmin.kernel.payments.banks.outbox import actions as outbox
from anmin.kernel.payments.banks.reissuing import actions as reissuing
from anmin.kernel.payments.banks.returning import actions as returning
from anmin.kernel.payments.checks import actions as checks
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.payees import actions as payees
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.models import PayRun
from tests.kernel.payments.money import COUNTY, DIBAO, a_card


class Broken(AssertionError):
    """Something that must always hold did not."""


class Office:
    """What is done with runs, files and answers; `Months` says when, and who it is."""

    def signed(self):
        """The month's run, computed, checked and signed; None where there is nothing to pay."""
        told = {"by": self.one, "on": self.month}
        open_ones = PayRun.objects.filter(month=self.month, state__in=PayRun.OPEN)
        self.do(
            lambda: runs.lock_roster(division=COUNTY, month=self.month, benefits=[DIBAO], **told),
            open_ones.exists,
        )
        run = open_ones.get()
        self.do(lambda: runs.compute(run=run, **told))
        self.do(lambda: checks.check(run=run, **told))
        for one in PayException.objects.filter(run=run, state="open").order_by("pk"):
            self.decide(one)
        try:
            self.do(lambda: runs.submit(run=run, **told), lambda: state_of(run) == "submitted")
        except PaymentProblem as none:
            if none.code != "run_empty":
                raise
            return self.void(run, "本月没有可发的")
        for place, signer in enumerate(self.signers, 1):
            run.refresh_from_db()
            self.do(
                lambda signer=signer: approvals.approve(by=signer, run=run, seal=run.seal, on=self.month),
                lambda place=place: run.approvals.count() == place,
            )
        run.refresh_from_db()
        return run

    def decide(self, one):
        """What stands against a line leaves it out, what stands against the whole run is taken note of."""
        if PayException.objects.get(pk=one.pk).state == "open":
            self.do(
                lambda: checks.decide_exception(
                    by=self.four,
                    exception=one,
                    outcome="exclude" if one.line_id else "release",
                    on=self.month,
                    reason="核实前不发" if one.line_id else "已知悉",
                ),
                lambda: PayException.objects.get(pk=one.pk).state != "open",
            )

    def void(self, run, reason):
        """Give a run up."""
        self.do(
            lambda: runs.void(by=self.one, run=run, on=self.month, reason=reason),
            lambda: state_of(run) == "void",
        )

    def make_files(self, run):
        """Files of what is due; nothing of whom a department spoke of goes out."""
        last = PayFileLine.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        try:
            self.do(lambda: filing.make_files(by=self.one, run=run, on=self.bank.day))
        except PaymentProblem as none:
            if none.code != "nothing_due":
                raise
        out = set(PayFileLine.objects.filter(pk__gt=last).values_list("pay_line__entitlement", flat=True))
        must(not out & set(self.stopped), f"money went out for whom a department spoke of: {out}")

    def send_again(self, at):
        """Two people, on the bank's word that nothing came."""
        for call in BankCall.objects.filter(state="unsure"):
            if json.loads(call.answer or "{}").get("word") == "absent":
                self.do(
                    lambda call=call: outbox.resend(
                        by=self.one, beside=self.two.user, call=call, evidence="银行书面答复", at=at
                    ),
                    lambda call=call: BankCall.objects.get(pk=call.pk).state == "waiting",
                )

    def receive(self, name, content, day):
        told = {"form": "one_card", "division": COUNTY, "name": name, "content": content, "on": day}
        row = self.do(lambda: returning.receive(by=self.one, **told))
        if row.state != ReturnFile.State.QUARANTINED:
            return
        is_sound = {one["code"] for one in row.reasons} <= returning.RELEASABLE
        settle, reason = (returning.release, "银行来函属实") if is_sound else (returning.reject, "银行另发")
        self.do(
            lambda: settle(by=self.three, return_file=row, on=day, reason=reason),
            lambda: ReturnFile.objects.get(pk=row.pk).state != ReturnFile.State.QUARANTINED,
        )

    def mend(self, day):
        """Returned lines get another account that two people stand for, and go out again."""
        for run in PayRun.objects.filter(lines__state="returned", state__in=["filed", "settled"]).distinct():
            rows = run.lines.filter(state="returned").exclude(entitlement__in=list(self.stopped))
            lines = list(rows.select_related("person"))
            if not lines:
                continue
            for line in lines:
                self.cards += 1
                self.give_card(line.person, a_card(self.cards), day)
            try:
                self.do(
                    lambda run=run, lines=lines: reissuing.reissue(by=self.one, run=run, lines=lines, on=day),
                    lambda run=run, lines=lines: (
                        not run.lines.filter(pk__in=[line.pk for line in lines], state="returned").exists()
                    ),
                )
            except (PaymentProblem, FileProblem) as later:
                if later.code not in ("same_account", "no_account"):
                    raise

    def give_card(self, person, number, day):
        """Another card, that a second person stands for; who died before that finds the first half done."""
        known = PayeeAccount.objects.filter(person=person, last_four=number[-4:])
        self.do(
            lambda: payees.record_account(
                by=self.one,
                person=person,
                account=payees.NewAccount("social", "威海银行", number),
                first_day=day + timedelta(self.dice.randrange(0, 1)),
                on=day,
            ),
            known.exists,
        )
        account = known.get()
        with contextlib.suppress(PaymentProblem):
            self.do(
                lambda: payees.confirm_account(by=self.three, account=account, on=day),
                lambda: PayeeAccount.objects.get(pk=account.pk).confirmed_at is not None,
            )


def state_of(run):
    """The state in which a run stands now."""
    return PayRun.objects.values_list("state", flat=True).get(pk=run.pk)


def must(holds, words):
    """Stop at the first thing that does not hold."""
    if not holds:
        raise Broken(words)
