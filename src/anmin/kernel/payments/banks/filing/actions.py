"""Make the files of an approved run (生成代发文件): orders with their keys, sealed files, money in transit, all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.entitlements.queries import title_of_benefit
from anmin.kernel.payments.banks.contents import FileProblem, LineProblem, Values, problems_with, write_file
from anmin.kernel.payments.banks.filing.deducting import settle_deducted
from anmin.kernel.payments.banks.layouts import Form, form_for
from anmin.kernel.payments.banks.models import BankCall, PayFile, PayFileLine
from anmin.kernel.payments.banks.returning.matching import settle_run
from anmin.kernel.payments.banks.storage import keep
from anmin.kernel.payments.ledger.actions import post_select
from anmin.kernel.payments.parties import PREPARE, must
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.payments.problems import PaymentProblem, refusals_told
from anmin.kernel.payments.runs.models import PayLine, PayRun
from anmin.kernel.payments.runs.sealing import seal_of
from anmin.kernel.payments.sentinels.hearing.actions import hear
from anmin.kernel.payments.sentinels.models import Sentinel
from anmin.kernel.people.models import Death, Identifier
from anmin.kernel.people.queries import in_force
from anmin.lib.calendar import add_months

AT_ONCE = 2_000

# What goes out is no longer blocked but on its way; what is sent again after a return comes from there.
SENT = """
WITH ordered AS (
    SELECT line.budget_line_id, line.benefit, sum(placed.fen)::bigint AS fen
    FROM kernel_payfileline AS placed JOIN kernel_payline AS line ON line.id = placed.pay_line_id
    WHERE placed.file_id = %s GROUP BY 1, 2
)
SELECT side.account, %s, 0, ordered.budget_line_id, ordered.benefit, side.sign * ordered.fen AS fen, NULL::bigint, NULL::bigint
FROM ordered CROSS JOIN (VALUES ('transit', 1), (%s, -1)) AS side(account, sign)
"""


@dataclass(frozen=True)
class Unfilable:
    """A line that cannot go into a file, and why."""

    pay_line: int
    code: str
    words: str


@dataclass(frozen=True)
class Filed:
    """What was made, what was left for a person, what a sentinel holds, and how many lines were deducted as a whole."""

    files: list[PayFile]
    left: list[Unfilable]
    deducted: int = 0


@dataclass
class _Order:
    line: PayLine
    account: PayeeAccount
    attempt: int = 1


@transaction.atomic
def make_files(*, by: Any, run: PayRun, on: date, leave_out: bool = False) -> Filed:
    """Make the files of all lines of an approved run that are still due, and queue them for their banks.

    A line that is deducted as a whole needs no bank: it is settled here, in the books and for its recovery.
    What departments have said since the check is heard first. Lines held by a sentinel stay due and are told in
    `left`. With `leave_out`, so do lines that cannot be written; without it nothing is made at all.

    Raises:
        PaymentProblem: `run_moved`, `pay_run_changed` when the seal no longer comes out, `nothing_due`.
        FileProblem: `unwritable`, with a LineProblem for every line (its `line` is the number of the pay line).
    """
    row = sealed_run(by, run, on)
    hear(by=by, division=row.division, on=on)
    left = [
        Unfilable(
            key,
            "sentinel",
            _("校验以后收到死亡、羁押、证件或重复享受等情况，先不出文件；核实后放行或本月不发"),
        )
        for key in stopped_since(row, PayLine.objects.filter(run=row, state=PayLine.State.DUE))
    ]
    groups: dict[str, tuple[Form, list[int]]] = {}
    problems = _sort_into_forms(row, on, {one.pay_line for one in left}, groups)
    if problems and not leave_out:
        raise FileProblem(
            "unwritable",
            _("有 %(n)d 笔写不进代发文件，没有生成任何文件。第一处：明细 %(line)d，%(words)s")
            % {"n": len(problems), "line": problems[0].pay_line, "words": problems[0].words},
            [LineProblem(one.pay_line, one.code, one.words) for one in problems],
        )
    made = [
        file
        for form, lines in groups.values()
        for chunk in _chunks(lines, form.most_lines)
        for file in [_make(by, row, form, _orders(chunk, on), on, is_reissue=False)]
    ]
    deducted = settle_deducted(by=by, run=row, on=on, held=[one.pay_line for one in left])
    if not made and not left and not problems and not deducted:
        raise PaymentProblem("nothing_due", _("这个批次没有还没出文件的明细"))
    if made or deducted:
        move(row, PayRun.State.FILED)
        settle_run(row.pk)
    return Filed(made, [*left, *problems], deducted)


def make_file_of(
    by: Any, run: PayRun, form: Form, orders: Sequence[tuple[PayLine, PayeeAccount, int]], on: date
) -> PayFile:
    """A file of lines that were returned, each with its account and the number of its attempt; for `reissuing`."""
    made = [_Order(*one) for one in orders]
    problems = _problems_of(form, made, run)
    if problems:
        raise FileProblem(
            "unwritable",
            problems[0].words,
            [LineProblem(one.pay_line, one.code, one.words) for one in problems],
        )
    return _make(by, run, form, made, on, is_reissue=True)


def sealed_run(by: Any, run: PayRun, on: date) -> PayRun:
    """The run under a lock, approved and with its seal still coming out.

    Raises:
        PaymentProblem: `run_moved`, `pay_run_changed`.
    """
    row = PayRun.objects.select_for_update().get(pk=run.pk)
    must(by, PREPARE, row.division, on)
    if row.state not in (PayRun.State.APPROVED, PayRun.State.FILED, PayRun.State.SETTLED):
        raise PaymentProblem(
            "run_moved",
            _("批次 %(number)s 现在是“%(state)s”，审批完成后才能出代发文件")
            % {"number": row.number, "state": row.get_state_display()},
        )
    if seal_of(row.pk) != row.seal:
        raise PaymentProblem(
            "pay_run_changed", _("名单或金额与审批时不一致，不能出文件；请查明后作废重做，并报告分管领导")
        )
    return row


def move(run: PayRun, state: str) -> None:
    """Bring a run to a state, if it is not there."""
    if run.state != state:
        run.state = state
        with refusals_told():
            run.save(update_fields=["state"])


def _due(run: PayRun) -> Any:
    return PayLine.objects.filter(run=run, state=PayLine.State.DUE, fen__gt=0)


def stopped_since(run: PayRun, rows: Any) -> list[int]:
    """Lines of whose household something was learned after the check: somebody looks first, nothing is refused.

    What was known before, the check has found and somebody has decided.
    """
    after = add_months(run.month, 1)
    standing = Sentinel.objects.filter(lifted_at__isnull=True, first_day__lt=after)
    standing = standing.exclude(last_day__lt=run.month)
    deaths = Death.objects.filter(person__died_on__lt=run.month)
    if run.checked_at is not None:
        standing = standing.filter(learned_at__gt=run.checked_at)
        deaths = deaths.filter(learned_at__gt=run.checked_at)
    held = rows.filter(
        Q(person__in=standing.values("person"))
        | Q(household__memberships__person__in=standing.values("person"))
        | Q(person__in=deaths.values("person"))
    )
    return sorted(set(held.values_list("pk", flat=True)))


def _sort_into_forms(
    run: PayRun, on: date, held: set[int], groups: dict[str, tuple[Form, list[int]]]
) -> list[Unfilable]:
    problems: list[Unfilable] = []
    keys = [key for key in _due(run).order_by("pk").values_list("pk", flat=True) if key not in held]
    for chunk in _chunks(keys, AT_ONCE):
        by_form: dict[str, list[_Order]] = defaultdict(list)
        for order in _orders(chunk, on, problems):
            try:
                form = form_for(order.account.bank, order.account.way, run.division, on)
            except PaymentProblem as trouble:
                problems.append(Unfilable(order.line.pk, trouble.code, str(trouble)))
                continue
            groups.setdefault(form.key, (form, []))
            by_form[form.key].append(order)
        for key, orders in by_form.items():
            form, lines = groups[key]
            wrong = _problems_of(form, orders, run)
            problems.extend(wrong)
            bad = {one.pay_line for one in wrong}
            lines.extend(order.line.pk for order in orders if order.line.pk not in bad)
    for key in [key for key, (_form, lines) in groups.items() if not lines]:
        del groups[key]
    return problems


def _orders(keys: Iterable[int], on: date, problems: list[Unfilable] | None = None) -> list[_Order]:
    rows = PayLine.objects.filter(pk__in=list(keys)).select_related("account").order_by("pk")
    found: list[_Order] = []
    for line in rows:
        account = _account_of(line, on)
        if account is not None:
            found.append(_Order(line, account))
        elif problems is not None:
            problems.append(Unfilable(line.pk, "no_account", _("没有经复核的收款账户，请登记并由第二人复核")))
    return found


def _account_of(line: PayLine, on: date) -> PayeeAccount | None:
    """The account that was approved; where it has ended since, the one that two people put in its place."""
    account = line.account
    if account is None or account.confirmed_at is None or (account.last_day and account.last_day < on):
        return account_in_force(line, on)
    return account


def account_in_force(line: PayLine, on: date) -> PayeeAccount | None:
    """The confirmed account of a line's household, or else of its payee, on a day."""
    rows = PayeeAccount.objects.filter(in_force(on), confirmed_at__isnull=False)
    found = rows.filter(household=line.household_id).first()
    return found or rows.filter(person=line.person_id, household__isnull=True).first()


def _problems_of(form: Form, orders: Sequence[_Order], run: PayRun) -> list[Unfilable]:
    values = list(_values(form, orders, run))
    found = problems_with(form, form.out, values)
    return [Unfilable(orders[one.line - 1].line.pk, one.code, one.words) for one in found]


def _values(form: Form, orders: Sequence[_Order], run: PayRun) -> Iterator[Values]:
    names = {column.name for column in form.out.line}
    numbers: dict[int, str] = {}
    if "id_number" in names:
        people = [order.account.person_id for order in orders]
        rows = Identifier.objects.filter(person__in=people, kind="resident", last_day__isnull=True)
        numbers = {row.person_id: str(row.value) for row in rows}
    for seq, order in enumerate(orders, start=1):
        yield {
            "seq": seq,
            "key": key_of(order.line.pk, order.attempt),
            "account": order.account.number,
            "holder": order.account.holder,
            "id_number": numbers.get(order.account.person_id, ""),
            "place": order.line.division,
            "fen": order.line.fen,
            "month": f"{run.month:%Y%m}",
            "purpose": title_of_benefit(order.line.benefit),
        }


def key_of(line: int, attempt: int) -> str:
    """The idempotency key of an order: the same for the same attempt, whoever computes it."""
    return f"{line}-{attempt}"


def name_of(file: PayFile) -> str:
    """The batch number that the bank knows a file by."""
    return f"{file.run.number}-{file.number:02d}"


def _make(
    by: Any, run: PayRun, form: Form, orders: Sequence[_Order], on: date, *, is_reissue: bool
) -> PayFile:
    file = PayFile(
        run=run,
        number=run.files.count() + 1,
        division=run.division,
        bank=form.bank,
        form=form.key,
        way=orders[0].account.way,
        is_reissue=is_reissue,
        lines_number=len(orders),
        fen=sum(order.line.fen for order in orders),
        made_on=on,
        made_by=user_of(by),
    )
    with refusals_told(order_lives_once=_("这笔钱已经在另一个代发文件里，不能再发")):
        file.save()
        PayFileLine.objects.bulk_create(
            [
                PayFileLine(
                    file=file,
                    pay_line=order.line,
                    attempt=order.attempt,
                    seq=seq,
                    key=key_of(order.line.pk, order.attempt),
                    account=order.account,
                    fen=order.line.fen,
                )
                for seq, order in enumerate(orders, start=1)
            ],
            batch_size=AT_ONCE,
        )
        head = {"batch": name_of(file), "day": on}
        values = list(_values(form, orders, run))
        keep(file, write_file(form, form.out, head, values))
        file.save()
        BankCall.objects.create(
            file=file,
            division=run.division,
            bank=form.bank,
            what="send",
            key=name_of(file),
            next_at=timezone.make_aware(datetime.combine(on, time.min)),
        )
        post_select(
            by=by,
            division=run.division,
            on=on,
            kind="send",
            source=f"file:{file.pk}:send",
            select=SENT,
            values=[file.pk, run.division, "returned" if is_reissue else "blocked"],
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE kernel_payline SET state = 'filed' FROM kernel_payfileline AS placed"
                " WHERE placed.file_id = %s AND placed.pay_line_id = kernel_payline.id",
                [file.pk],
            )
    audit.record(
        by=signature(by),
        act="payments.make_file",
        subject=file,
        after={"batch": name_of(file), "lines": file.lines_number, "fen": file.fen, "sha256": file.sha256},
        division=run.division,
    )
    return file


def _chunks(keys: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for at in range(0, len(keys), size):
        yield keys[at : at + size]
