"""Make the files of an approved run (生成代发文件): orders with their keys, sealed files, money in transit, all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar

from django.db import connection, transaction
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
from anmin.kernel.payments.checks.late import unseen, write_down
from anmin.kernel.payments.ledger.actions import post_select
from anmin.kernel.payments.parties import PREPARE, must
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.payments.problems import PaymentProblem, refusals_told
from anmin.kernel.payments.recovery.refunds.queries import refunds_in, uncovered
from anmin.kernel.payments.runs.models import PayLine, PayRun
from anmin.kernel.payments.runs.sealing import seal_of
from anmin.kernel.payments.sentinels.hearing.actions import hear
from anmin.kernel.people.models import Identifier
from anmin.kernel.people.queries import in_force

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

ORDERS = """
INSERT INTO kernel_payfileline (file_id, state, code, seq, pay_line_id, attempt, key, account_id, fen)
SELECT %s, %s, '', placed.seq, placed.line, placed.attempt, placed.key, placed.account, placed.fen
FROM unnest(%s::bigint[], %s::smallint[], %s::text[], %s::bigint[], %s::bigint[]) WITH ORDINALITY
    AS placed(line, attempt, key, account, fen, seq)
"""
T = TypeVar("T")


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


@dataclass(slots=True)
class _Order:
    """An order that is to be made: the pay line and the account by key, with what a bank must know of them."""

    line: int
    fen: int
    place: str
    benefit: str
    account: int
    person: int
    bank: str
    way: str
    number: str
    holder: str
    attempt: int = 1
    id_number: str = ""


@transaction.atomic
def make_files(*, by: Any, run: PayRun, on: date, leave_out: bool = False) -> Filed:
    """Make the files of all lines of an approved run that are still due, and queue them for their banks.

    A line that is deducted as a whole needs no bank: it is settled here, in the books and for its recovery.
    What departments have said since the check is heard first. Lines held by a sentinel stay due and are told in
    `left`, and so are lines with a refund of what has not come. With `leave_out`, so do lines that cannot be written;
    without it nothing is made at all.

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
        for key in stopped_since(row, PayLine.objects.filter(run=row, state=PayLine.State.DUE), on)
    ]
    left += [Unfilable(key, "refund_uncovered", refund_waits(key)) for key in uncovered(refunds_in(row))]
    groups: dict[str, tuple[Form, list[_Order]]] = {}
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
        for form, orders in groups.values()
        for chunk in _chunks(orders, form.most_lines)
        for file in [_make(by, row, form, chunk, on, is_reissue=False)]
    ]
    deducted = settle_deducted(by=by, run=row, on=on, held=[one.pay_line for one in left])
    if not made and not left and not problems and not deducted:
        raise PaymentProblem("nothing_due", _("这个批次没有还没出文件的明细"))
    if made or deducted:
        move(row, PayRun.State.FILED)
        settle_run(row.pk)
    return Filed(made, [*left, *problems], deducted)


def refund_waits(line: int) -> str:
    """Why a payment does not go out that would give back what has not come, and what to do."""
    return _(
        "明细 %(line)d 要退还的款项里，有一笔抵扣所在的发放已退票，还没有真正抵扣；先重发那一笔，或不再发放这一笔，以后只退真正还过的"
    ) % {"line": line}


def make_file_of(
    by: Any, run: PayRun, form: Form, orders: Sequence[tuple[PayLine, PayeeAccount, int]], on: date
) -> PayFile:
    """A file of lines that were returned, each with its account and the number of its attempt; for `reissuing`."""
    made = [_order(line, account, attempt) for line, account, attempt in orders]
    _look_up_numbers(form, made)
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


def stopped_since(run: PayRun, rows: Any, on: date, lines: Sequence[int] | None = None) -> list[int]:
    """Lines of whose household something was learned after the check: exceptions of the run, that somebody decides first.

    What was known before, the check has found and somebody has decided. What no check found and nobody decided holds
    the line also where it seems older than the check: it was being recorded while the check looked, or a clock went back.
    `lines` are the keys of the rows where these are few.
    """
    with connection.cursor() as cursor:
        found = unseen(cursor, run, on, lines)
        stopped = sorted(rows.filter(pk__in=found).values_list("pk", flat=True))
        write_down(cursor, run, stopped, lines)
    return stopped


def _sort_into_forms(
    run: PayRun, on: date, held: set[int], groups: dict[str, tuple[Form, list[_Order]]]
) -> list[Unfilable]:
    problems: list[Unfilable] = []
    known: dict[tuple[str, str], Form] = {}
    keys = [key for key in _due(run).order_by("pk").values_list("pk", flat=True) if key not in held]
    for chunk in _chunks(keys, AT_ONCE):
        by_form: dict[str, list[_Order]] = defaultdict(list)
        for order in _orders(chunk, on, problems):
            try:
                form = known.get((order.bank, order.way)) or form_for(order.bank, order.way, run.division, on)
            except PaymentProblem as trouble:
                problems.append(Unfilable(order.line, trouble.code, str(trouble)))
                continue
            known[order.bank, order.way] = form
            groups.setdefault(form.key, (form, []))
            by_form[form.key].append(order)
        for key, orders in by_form.items():
            form, good = groups[key]
            _look_up_numbers(form, orders)
            wrong = _problems_of(form, orders, run)
            problems.extend(wrong)
            bad = {one.pay_line for one in wrong}
            good.extend(order for order in orders if order.line not in bad)
    for key in [key for key, (_form, good) in groups.items() if not good]:
        del groups[key]
    return problems


LINE = ("pk", "fen", "division", "benefit", "account", "account__confirmed_at", "account__last_day")
ACCOUNT = ("account__person", "account__bank", "account__way", "account__number", "account__holder")


def _orders(keys: Sequence[int], on: date, problems: list[Unfilable]) -> list[_Order]:
    """Orders of lines, each to the account that was approved; where it has ended since, to the one in its place."""
    found: list[_Order] = []
    number, holder = PayeeAccount._meta.get_field("number"), PayeeAccount._meta.get_field("holder")
    rows = PayLine.objects.filter(pk__in=list(keys)).order_by("pk").values_list(*LINE, *ACCOUNT)
    for line, fen, place, benefit, account, confirmed, last, person, bank, way, digits, name in rows:
        if account is not None and confirmed is not None and not (last and last < on):
            told = (number.opened(digits, account), holder.opened(name, account))
            found.append(_Order(line, fen, place, benefit, account, person, bank, way, *told))
            continue
        row = PayLine.objects.get(pk=line)
        other = account_in_force(row, on)
        if other is not None:
            found.append(_order(row, other, 1))
        else:
            problems.append(Unfilable(line, "no_account", _("没有经复核的收款账户，请登记并由第二人复核")))
    return found


def _order(line: PayLine, account: PayeeAccount, attempt: int) -> _Order:
    to = (account.pk, account.person_id, account.bank, account.way, account.number, account.holder)
    return _Order(line.pk, line.fen, line.division, line.benefit, *to, attempt)


def _look_up_numbers(form: Form, orders: Sequence[_Order]) -> None:
    """Give orders the identity numbers of their payees, where the bank wants them."""
    if all(column.name != "id_number" for column in form.out.line):
        return
    people = [order.person for order in orders]
    rows = Identifier.objects.filter(person__in=people, kind="resident", last_day__isnull=True)
    value = Identifier._meta.get_field("value")
    numbers = {
        person: value.opened(sealed, pk) for pk, person, sealed in rows.values_list("pk", "person", "value")
    }
    for order in orders:
        order.id_number = numbers.get(order.person, "")


def account_in_force(line: PayLine, on: date) -> PayeeAccount | None:
    """The confirmed account of a line's household, or else of its payee, on a day."""
    rows = PayeeAccount.objects.filter(in_force(on), confirmed_at__isnull=False)
    found = rows.filter(household=line.household_id).first()
    return found or rows.filter(person=line.person_id, household__isnull=True).first()


def _problems_of(form: Form, orders: Sequence[_Order], run: PayRun) -> list[Unfilable]:
    values = list(_values(orders, run))
    found = problems_with(form, form.out, values)
    return [Unfilable(orders[one.line - 1].line, one.code, one.words) for one in found]


def _values(orders: Sequence[_Order], run: PayRun) -> Iterator[Values]:
    month = f"{run.month:%Y%m}"
    titles = {benefit: title_of_benefit(benefit) for benefit in {order.benefit for order in orders}}
    for seq, order in enumerate(orders, start=1):
        yield {
            "seq": seq,
            "key": key_of(order.line, order.attempt),
            "account": order.number,
            "holder": order.holder,
            "id_number": order.id_number,
            "place": order.place,
            "fen": order.fen,
            "month": month,
            "purpose": titles[order.benefit],
        }


def key_of(line: int, attempt: int) -> str:
    """The idempotency key of an order: the same for the same attempt, whoever computes it."""
    return f"{line}-{attempt}"


def _make(
    by: Any, run: PayRun, form: Form, orders: Sequence[_Order], on: date, *, is_reissue: bool
) -> PayFile:
    file = PayFile(
        run=run,
        number=run.files.count() + 1,
        division=run.division,
        bank=form.bank,
        form=form.key,
        way=orders[0].way,
        is_reissue=is_reissue,
        lines_number=len(orders),
        fen=sum(order.fen for order in orders),
        made_on=on,
        made_by=user_of(by),
    )
    with refusals_told(order_lives_once=_("这笔钱已经在另一个代发文件里，不能再发")):
        file.save()
        _write_orders(file, orders)
        head = {"batch": file.batch, "day": on}
        values = list(_values(orders, run))
        keep(file, write_file(form, form.out, head, values))
        file.save()
        BankCall.objects.create(
            file=file,
            division=run.division,
            bank=form.bank,
            what="send",
            key=file.batch,
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
        after={"batch": file.batch, "lines": file.lines_number, "fen": file.fen, "sha256": file.sha256},
        division=run.division,
    )
    return file


def _write_orders(file: PayFile, orders: Sequence[_Order]) -> None:
    rows = [
        (order.line, order.attempt, key_of(order.line, order.attempt), order.account, order.fen)
        for order in orders
    ]
    with connection.cursor() as cursor:
        cursor.execute(ORDERS, [file.pk, PayFileLine.State.WAITING, *map(list, zip(*rows, strict=True))])


def _chunks(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for at in range(0, len(rows), size):
        yield rows[at : at + size]
