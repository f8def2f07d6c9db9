"""The states of a plan and the days of each: standing still, refused by signature, taken up again."""

from __future__ import annotations

from datetime import date, timedelta

from anmin.kernel.access.queries import Reader, signature
from anmin.kernel.audit import actions as audit
from anmin.kernel.delivery.plans.models import VisitPlan

State = VisitPlan.State


class PlanProblem(ValueError):
    """A plan cannot be made or changed so; the message says why."""


def put_in_state(*, by: Reader, row: VisitPlan, state: str, on: date, reason: str) -> VisitPlan:
    """Put a locked plan into another state from a day on; gives the row that holds from then on."""
    before = row.state
    if state == State.ACTIVE:
        new = _again(row, on)
        row.state = State.ENDED
        row.save(update_fields=["state"])
        new.save(force_insert=True)
    else:
        row.state, row.reason, row.by_rule = state, reason.strip(), row.by_rule and state != State.ENDED
        row.last_day = row.last_day or max(on, row.first_day)
        row.save()
        new = row
    audit.record(
        by=signature(by),
        act="delivery.change_plan",
        subject=new,
        before={"state": before},
        after={"state": state},
        reason=reason,
        division=new.division,
    )
    return new


def first_due(every_days: int, on: date) -> date:
    """The day of a new plan's first visit: one round from a day, a week at most, so that nobody is late on the first day."""
    return on + timedelta(days=min(every_days, 7))


def take_on(row: VisitPlan, fresh: VisitPlan) -> VisitPlan:
    """A plan that goes on takes tier and rhythm of one that was made for the same person, and waits no longer than it."""
    row.tier, row.every_days, row.law = fresh.tier, fresh.every_days, fresh.law
    row.is_verified, row.next_due = fresh.is_verified, min(row.next_due, fresh.next_due)
    return row


def _again(row: VisitPlan, on: date) -> VisitPlan:
    """The same plan from a day on."""
    kept = ("service", "tier", "household", "person", "division", "level", "every_days", "law", "is_verified")
    return VisitPlan(
        **{name: getattr(row, name) for name in kept},
        by_rule=row.by_rule,
        first_day=on,
        last_seen=row.last_seen,
        next_due=first_due(row.every_days, on),
    )
