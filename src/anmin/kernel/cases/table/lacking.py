"""What cases lack, for many at once (缺什么): papers, authorisations, checks, visits, facts nobody has decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.kernel.cases.intake.models import CaseMaterial
from anmin.kernel.cases.models import Case, Step
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.cases.table.named import BEGINNINGS, differs
from anmin.kernel.cases.verification.models import CaseFact
from anmin.kernel.exchange.consents.queries import sources_by_person

BEFORE_ACCEPTANCE = frozenset({"submitted", "need_more"})
BEING_VERIFIED = frozenset({"accepted", "due", "carried", "confirming"})


def lacking_of(
    rows: Sequence[Case], steps: Mapping[int, Sequence[Step]], on: date
) -> dict[int, tuple[str, ...]]:
    """What each case lacks, in words, by its key."""
    found: dict[int, list[str]] = {row.pk: [] for row in rows}
    early = [row for row in rows if row.state in BEFORE_ACCEPTANCE]
    for case, title in _papers(early):
        found[case].append(title)
    for case, adults in _mandates(early, on).items():
        found[case].append(
            ngettext("%(n)d 名成年人的核对授权", "%(n)d 名成年人的核对授权", adults) % {"n": adults}
        )
    for row in rows:
        if row.state in ("accepted", "due", "carried"):
            found[row.pk] += _unfinished(row, steps.get(row.pk, ()))
    late = [row.pk for row in rows if row.state in BEING_VERIFIED]
    facts = CaseFact.objects.filter(differs(), case__in=late, adopted__isnull=True).order_by()
    for case, number in facts.values("case").annotate(n=Count("pk")).values_list("case", "n"):
        found[case].append(
            ngettext("%(n)d 项不一致没有认定", "%(n)d 项不一致没有认定", number) % {"n": number}
        )
    return {case: tuple(words) for case, words in found.items()}


def _papers(rows: Sequence[Case]) -> list[tuple[int, str]]:
    later = {
        row.pk: {
            paper["key"] for paper in procedure_of(row).intake.get("materials", ()) if paper.get("may_follow")
        }
        for row in rows
    }
    wanted = CaseMaterial.objects.filter(case__in=list(later), state=CaseMaterial.State.ASKED)
    return [(row.case_id, row.title) for row in wanted.order_by("pk") if row.key not in later[row.case_id]]


def _mandates(rows: Sequence[Case], on: date) -> dict[int, int]:
    """How many adults of each case's household have not authorised every source that its matter asks."""
    asked = {row.pk: set(sources) for row in rows if (sources := procedure_of(row).intake.get("sources", ()))}
    homes = {row.household_id for row in rows if row.pk in asked}
    if not homes:
        return {}
    adults: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT home, anmin_adults(home, %s) FROM unnest(%s::bigint[]) AS home", [on, sorted(homes)]
        )
        for home, person in cursor.fetchall():
            adults.setdefault(home, []).append(person)
    held = sources_by_person([person for found in adults.values() for person in found], on)
    missing = {
        row.pk: sum(bool(asked[row.pk] - held.get(one, set())) for one in adults.get(row.household_id, ()))
        for row in rows
        if row.pk in asked
    }
    return {case: number for case, number in missing.items() if number}


def _unfinished(row: Case, steps: Sequence[Step]) -> list[str]:
    begun = max((step.number for step in steps if step.action in BEGINNINGS), default=0)
    done = {step.action for step in steps if step.number > begun}
    known = {step.action for step in procedure_of(row).steps_from(row.state)}
    wanted = (("record_check", _("信息核对")), ("record_survey", _("入户调查")))
    return [str(words) for action, words in wanted if action in known and action not in done]
