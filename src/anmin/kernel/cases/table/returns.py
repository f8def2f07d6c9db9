"""Returned cases (退回补正): what may be pointed out, what was, and what has been mended since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from anmin.kernel.cases.intake.models import CaseMaterial
from anmin.kernel.cases.models import Case, Step
from anmin.kernel.exchange.consents.models import Consent
from anmin.kernel.screening.rulebooks import rulebook

MANDATE, PAPER, OTHER = "mandate", "paper:", "other"


@dataclass(frozen=True)
class Field:
    """Something that may be pointed out: `key` as forms write it, what it is called, and whose it is."""

    key: str
    what: str
    title: str
    person: int | None = None


@dataclass(frozen=True)
class Mended:
    """What came since a return: titles of papers, and the members who signed an authorisation."""

    papers: tuple[str, ...]
    persons: tuple[int, ...]


def fields_of(case: Case, names: Mapping[int, str]) -> list[Field]:
    """Everything a return can point at: authorisations of members, papers, facts of the matrix, or something else."""
    facts = rulebook().facts
    found = [
        Field(f"{MANDATE}@{person}", MANDATE, _("核对授权书 · %(who)s") % {"who": name}, person)
        for person, name in names.items()
    ]
    found += [
        Field(f"{PAPER}{row.key}", f"{PAPER}{row.key}", _("材料 · %(what)s") % {"what": row.title})
        for row in case.materials.order_by("pk")
    ]
    for row in case.facts.defer("reason").order_by("person_id", "pk"):
        who = names.get(row.person_id, "") if row.person_id is not None else _("全户")
        title = facts[row.name].title if row.name in facts else row.name
        key = f"{row.name}@{row.person_id or ''}"
        found.append(Field(key, row.name, f"{title} · {who}", row.person_id))
    return [*found, Field(OTHER, OTHER, _("其他"))]


def title_of_point(case: Case, what: str) -> str:
    """What a point is about, in words."""
    if what == MANDATE:
        return str(_("核对授权书"))
    if what.startswith(PAPER):
        row = case.materials.filter(key=what.removeprefix(PAPER)).first()
        return row.title if row is not None else what.removeprefix(PAPER)
    fact = rulebook().facts.get(what)
    return fact.title if fact is not None else str(_("其他"))


def last_return(case: Case) -> Step | None:
    """The step by which a case was last sent back with points; None where it never was."""
    return case.steps.filter(details__has_key="points").order_by("-number").first()


def is_under_way(case: Case, step: Step) -> bool:
    """Whether a returned case has not come back for a decision yet."""
    back = {row.action for row in case.steps.filter(number__gt=step.number).defer("reason")}
    return case.closed_on is None and not back & {"send_back", "send_up", "send_up_unpublished"}


def mended_since(case: Case, step: Step) -> Mended:
    """What came in since a return: papers received on or after its day, authorisations signed on or after it."""
    papers = case.materials.filter(state=CaseMaterial.State.RECEIVED, on__gte=step.on, by__isnull=False)
    members = list(case.members.values_list("person_id", flat=True))
    signed = Consent.objects.filter(person__in=members, signed_at__date__gte=step.on).values_list(
        "person_id", flat=True
    )
    return Mended(
        tuple(row.title for row in papers.order_by("pk")), tuple(sorted(set(signed), key=members.index))
    )
