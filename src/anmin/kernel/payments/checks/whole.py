"""What stands against a whole run: standards that are missing or not verified, a total that jumped."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Max, Sum

from anmin.kernel.entitlements.queries import title_of_benefit
from anmin.kernel.payments.placerules import signing_in
from anmin.kernel.payments.runs.models import PayLine, PayRun, RateContinuation
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.divisions import ancestors
from anmin.policy.errors import PolicyError
from anmin.policy.plan import make_plan
from anmin.policy.rates import RateEntry


def found_about_run(run: PayRun) -> dict[str, dict[str, Any]]:
    """Exceptions about a run by code, with their details."""
    found: dict[str, dict[str, Any]] = {}
    missing: set[str] = set()
    doubtful: dict[str, set[str]] = {}
    for benefit in run.benefits:
        for name in rates_of(benefit, run.month):
            entry = rate_in_force(name, run.division, run.month)
            title = rulebook().rates.rates[name].title
            if entry is None:
                missing.add(title)
            elif not entry.verified:
                doubtful.setdefault(benefit, set()).add(title)
    if missing:
        found["rate_missing"] = {"rates": "、".join(sorted(missing)), "month": f"{run.month:%Y-%m}"}
    if doubtful:
        titles = "、".join(title_of_benefit(benefit) for benefit in sorted(doubtful))
        rates = sorted({title for names in doubtful.values() for title in names})
        found["rate_unverified"] = {"title": titles, "rates": "、".join(rates)}
    jump = _jump(run)
    if jump is not None:
        found["total_jump"] = jump
    return found


def rates_of(benefit: str, on: date) -> list[str]:
    """The rates that the amount of a benefit rests on, on the day or on the last one that had rules for it."""
    row = rulebook().benefits[benefit]
    names = [name for name in (row.amount, row.eligible) if name is not None]
    try:
        return sorted(rate.name for rate in make_plan(rulebook(), on, names).rates)
    except PolicyError:
        return []


def rate_in_force(name: str, division: str, month: date) -> RateEntry | None:
    """The value of a rate in a month; where it has none, the last one, if two people signed that for every year since; or None."""
    found = rulebook().rates.find(name, division, month)
    if found is not None:
        return found
    signed = RateContinuation.objects.filter(rate=name, division__in=ancestors(division), year=month.year)
    return rate_in_force(name, division, date(month.year - 1, 12, 31)) if signed.exists() else None


def _jump(run: PayRun) -> dict[str, Any] | None:
    """How much more or less than the last time the same was paid here, also where a month between had no run."""
    limit = signing_in(run.division, run.month).jump_bp
    rows = PayLine.objects.exclude(state="excluded")
    now = rows.filter(run=run).aggregate(fen=Sum("fen"))["fen"] or 0
    paid = rows.filter(
        run__division=run.division, run__month__lt=run.month, benefit__in=run.benefits
    ).exclude(run__state="void")
    last = paid.aggregate(month=Max("run__month"))["month"]
    former = paid.filter(run__month=last)
    before = former.aggregate(fen=Sum("fen"))["fen"] or 0
    if not before or abs(now - before) * 10_000 <= before * limit:
        return None
    change = (now - before) * 1_000 // before
    return {"month": f"{last:%Y-%m}", "change": f"{change / 10:+.1f}%", "limit": f"{limit / 100:g}%"}
