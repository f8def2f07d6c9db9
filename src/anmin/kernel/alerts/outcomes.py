"""What came of the hits of one rule, with the value it hit on: what a trial of its threshold estimates from."""

from __future__ import annotations

from django.db.models import OuterRef

from anmin.kernel.alerts.models import AlertHit, AlertStep
from anmin.kernel.alerts.steps import holds
from anmin.policy.trials import Outcome


def outcomes_of(rule: str, fact: str) -> list[Outcome]:
    """The verified hits of a rule: the value of a fact then, and whether the rule was right; undecided ones left out.

    For the operator, who sees all; nobody is named.
    """
    verified = AlertStep.objects.filter(
        alert=OuterRef("alert"), round=OuterRef("round"), action="verify"
    ).order_by("-number")
    rows = AlertHit.objects.filter(rule=rule, is_quiet=False).annotate(said=verified.values("result")[:1])
    found = []
    for row in rows.select_related("alert"):
        verdict = holds(row.said, row.alert.direction) if row.said else None
        values = [one["value"] for one in row.values if one["fact"] == fact]
        if verdict is not None and values:
            found.append(Outcome(max(values), verdict))
    return found
