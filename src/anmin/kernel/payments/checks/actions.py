"""Check a run, and decide what was found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import signature
from anmin.kernel.audit import actions as audit
from anmin.kernel.payments.checks.checking import check_lines, hold
from anmin.kernel.payments.checks.codes import CODES
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.checks.whole import found_about_run
from anmin.kernel.payments.parties import PREPARE, must, signer
from anmin.kernel.payments.problems import PaymentProblem, refusals_told
from anmin.kernel.payments.recovery.settling.actions import let_go
from anmin.kernel.payments.runs.actions import held
from anmin.kernel.payments.runs.models import PayLine, PayRun
from anmin.kernel.payments.sentinels.hearing.actions import hear
from anmin.kernel.people.queries import names_in

SEALED = (PayRun.State.APPROVED, PayRun.State.FILED, PayRun.State.SETTLED)
"""What came up about a line of such a run is decided without changing what was signed."""


@transaction.atomic
def check(*, by: Any, run: PayRun, on: date) -> dict[str, int]:
    """Check a computed run, again and again until it is submitted (校验); open exceptions by code.

    What departments have said since is heard first.
    What was decided before stays decided while it is about the same thing.
    """
    row = held(run, PayRun.State.COMPUTED, PayRun.State.CHECKED)
    must(by, PREPARE, row.division, on)
    hear(by=by, division=row.division, on=on)
    # What comes while the check looks is not known to it: the files look at it again.
    row.checked_at = timezone.now()
    with refusals_told(), connection.cursor() as cursor:
        check_lines(cursor, row)
        _about_run(row)
        row.state = PayRun.State.CHECKED
        row.save()
    let_go(by=by, lines=PayLine.objects.filter(run=row, state=PayLine.State.EXCLUDED), on=on)
    open_ones = PayException.objects.filter(run=row, state="open").values_list("code", flat=True)
    found: dict[str, int] = {}
    for code in open_ones:
        found[code] = found.get(code, 0) + 1
    audit.record(by=signature(by), act="payments.check_run", subject=row, after=found, division=row.division)
    return found


@transaction.atomic
def decide_exception(
    *, by: Any, exception: PayException, outcome: str, on: date, reason: str
) -> PayException:
    """Decide an exception (处理异常): `release` pays the line, `exclude` leaves it out of this run.

    Who prepared the run does not release its exceptions. Months left out are due again next month, if they are. What came
    up after approval is released here too, and the line then goes into a file as it was signed; leaving it out takes two
    (`banks.reissuing.give_up`).

    Raises:
        PaymentProblem: `not_releasable` where paying is never right, `no_reason`, `exception_decided`, `late_by_two`,
            `pay_run_payee` for a line of one's own or of near relatives.
    """
    row = PayException.objects.select_for_update(of=("self",)).get(pk=exception.pk)
    run = held(row.run, PayRun.State.COMPUTED, PayRun.State.CHECKED, *SEALED)
    if run.state in SEALED and outcome == "exclude":
        raise PaymentProblem(
            "late_by_two", _("批次已经审批，不再发放须由两人办理：请提出“不再发放”，由另一人复核")
        )
    user = _decide(by, run, row, outcome, on, reason)
    if run.state not in SEALED:
        with connection.cursor() as cursor:
            hold(cursor, run.pk, row.line_id)
    after = {"code": row.code, "state": row.state, "line": row.line_id}
    about = names_in(row.line.household) if row.line is not None else ()
    audit.record(
        by=user,
        act="payments.decide_exception",
        subject=row,
        after=after,
        reason=reason,
        division=row.division,
        about=about,
    )
    return row


@transaction.atomic
def decide_alike(
    *, by: Any, run: PayRun, code: str, exceptions: Sequence[int], outcome: str, on: date, reason: str
) -> int:
    """Decide several exceptions of one kind that were looked at together, with one reason (成批处理同类异常); how many.

    `exceptions` are the keys as they were seen: what came since is not among them. All are decided or none.
    """
    row = held(run, PayRun.State.COMPUTED, PayRun.State.CHECKED)
    found = PayException.objects.select_for_update(of=("self",)).filter(
        run=row, code=code, state="open", pk__in=list(exceptions)
    )
    done = 0
    user: Any = by
    for one in found.select_related("line").order_by("pk"):
        if one.line is not None and one.line.state == PayLine.State.EXCLUDED:
            continue
        user = _decide(by, row, one, outcome, on, reason)
        done += 1
    with connection.cursor() as cursor:
        hold(cursor, row.pk)
    after = {"code": code, "outcome": outcome, "number": done}
    audit.record(
        by=signature(user),
        act="payments.decide_exceptions_alike",
        subject=row,
        after=after,
        reason=reason,
        division=row.division,
    )
    return done


def _decide(by: Any, run: PayRun, row: PayException, outcome: str, on: date, reason: str) -> Any:
    user = signer(by, row.power, row.division, on)
    code = CODES[row.code]
    if row.state != "open":
        raise PaymentProblem("exception_decided", _("这一条已经处理过"))
    if not reason.strip():
        raise PaymentProblem("no_reason", _("请写明核实的情况和理由"))
    if outcome == "release" and not code.can_release:
        raise PaymentProblem(
            "not_releasable",
            _("“%(title)s”不能放行，请更正资料后重新校验，或选择本月不发") % {"title": code.title},
        )
    if outcome == "release" and user.pk == run.prepared_by_id:
        raise PaymentProblem("pay_run_same_person", _("编制名册的人不能放行异常，请由另一人处理"))
    if outcome == "release" and row.line_id is not None and _is_theirs(user, run, row.line_id):
        raise PaymentProblem("pay_run_payee", _("这一笔与您本人、家庭或近亲属有关，须回避，请由另一人处理"))
    if outcome == "exclude" and row.line is None:
        raise PaymentProblem("not_excludable", _("这一条是整个批次的问题，不能按“本月不发”处理"))
    row.state = {"release": "released", "exclude": "excluded"}[outcome]
    row.decided_by, row.decided_at, row.reason = user, timezone.now(), reason.strip()
    row.save()
    if outcome == "exclude" and row.line is not None:
        _leave_out(row.line, user, reason.strip(), on)
    return user


def _is_theirs(user: Any, run: PayRun, line: int) -> bool:
    """Whether a line pays somebody or theirs; the same looks at whoever signs the run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT anmin_is_paid_by(%s, %s, %s)", [user.pk, run.pk, line])
        return bool(cursor.fetchone()[0])


def _leave_out(line: PayLine, user: Any, reason: str, on: date) -> None:
    """Take a line out of its run; whatever else stood against it is settled with it."""
    line.state = PayLine.State.EXCLUDED
    line.save(update_fields=["state"])
    line.parts.update(is_live=False)
    let_go(by=user, lines=PayLine.objects.filter(pk=line.pk), on=on)
    settle_with(line, user, reason)


def settle_with(line: PayLine, user: Any, reason: str) -> None:
    """Settle whatever stands against a line that is left out."""
    for other in PayException.objects.filter(line=line, state="open"):
        other.state, other.decided_by, other.decided_at = "excluded", user, timezone.now()
        other.reason = reason
        other.save()


def _about_run(row: PayRun) -> None:
    """Bring the exceptions about the whole run up to date; each code stands once."""
    found = found_about_run(row)
    known = {one.code: one for one in PayException.objects.filter(run=row, line__isnull=True)}
    for code, one in known.items():
        if code not in found and one.state == "open":
            one.state = "gone"
            one.save()
        elif code in found and (
            one.state == "gone" or (one.state == "released" and one.details != found[code])
        ):
            one.state, one.details, one.decided_by, one.decided_at = "open", found[code], None, None
            one.save()
    for code, details in found.items():
        if code not in known:
            PayException.objects.create(
                run=row,
                code=code,
                division=row.division,
                level=0,
                details=details,
                power=CODES[code].power,
            )
