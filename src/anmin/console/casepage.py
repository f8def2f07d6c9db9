"""What a case page shows, in its order: conclusion, why, what does not agree, chain, papers (办件页)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anmin.console.casewords import CAUSES, OUTCOMES, PERIODS, word_of
from anmin.console.why import Why, why
from anmin.console.words import phrases, term_of
from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.changes import queries as changes
from anmin.kernel.cases.changes.kinds import kind_of_cause
from anmin.kernel.cases.deciding import queries as deciding
from anmin.kernel.cases.intake import queries as intake
from anmin.kernel.cases.queries import Case, procedure_of
from anmin.kernel.cases.table import about
from anmin.kernel.cases.table.explained import LONG
from anmin.kernel.cases.upkeep import queries as upkeep
from anmin.kernel.cases.verification import queries as verification
from anmin.kernel.entitlements import queries as entitlements
from anmin.kernel.people import queries as people
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.citywide import fingerprint
from anmin.policy.errors import PolicyError

HIDDEN = "一名您无权查看的家庭成员"


@dataclass(frozen=True)
class Conclusion:
    """The proposed or decided conclusion: one sentence, benefits with amounts, what it rests on.

    `is_yes` colours it; `trouble` is what keeps the rules from an answer, and who can supply it.
    """

    sentence: str
    is_yes: bool
    claims: tuple[dict[str, Any], ...] = ()
    refusal: str = ""
    trouble: str = ""
    decision: Any = None
    rules: str = ""
    on: date | None = None
    before: int | None = None
    after: int | None = None


def names_of(reader: Reader, case: Case) -> dict[int, str]:
    """The members of the application by register key; those out of the reader's sight without their names."""
    keys = [key for key, _name in about.members_of(case)]
    seen = {row.pk: row.name for row in people.persons(reader).filter(pk__in=keys)}
    return {key: seen.get(key, str(_(HIDDEN))) for key in keys}


def conclusion_of(
    reader: Reader, case: Case, names: Mapping[int, str], on: date
) -> tuple[Conclusion, Why | None, list[str]]:
    """The conclusion with its why and how members are called there; decided cases by their frozen grounds."""
    decision = about.decision_of(reader, case)
    if decision is not None:
        return _decided(case, decision, names)
    if not procedure_of(case).benefits:
        return Conclusion(str(_("这类事项不计算金额")), True), None, []
    try:
        proposal = deciding.proposal_of(case, on=on)
        refusal = "" if proposal.is_grant else deciding.refusal_sentence(case, proposal.result)
        outlook = upkeep.outlook(case, on=on) if case.entitlement_id else None
    except PolicyError as trouble:
        words = trouble.what + (f" {trouble.todo}" if trouble.todo else "")
        return Conclusion(str(_("现在还算不出结论")), False, trouble=words), None, []
    result = proposal.result
    shown = [names.get(key, str(_(HIDDEN))) for key in result.persons]
    reasons = why(result.why(words=phrases()), rulebook().facts) if result.outcome.plan.outputs else None
    sentence = result.line()
    if outlook is not None:
        told = (
            _("每年 %(before)s 元 → %(after)s 元")
            if outlook.is_yearly
            else _("每月 %(before)s 元 → %(after)s 元")
        )
        sentence = told % {
            "before": f"{outlook.before / 100:,.2f}",
            "after": f"{outlook.after / 100:,.2f}",
        }
    found = Conclusion(
        sentence=sentence,
        is_yes=proposal.is_grant,
        claims=tuple(_claim(one, names) for one in proposal.claims),
        refusal=refusal,
        rules=fingerprint(result.outcome.plan, place=result.outcome.household.division)[:LONG],
        on=on,
        before=outlook.before if outlook is not None else None,
        after=outlook.after if outlook is not None else None,
    )
    return found, reasons, shown


def _claim(one: Any, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "title": term_of(one.benefit),
        "who": names.get(one.member, "") if one.member is not None else "",
        "fen": one.fen if one.benefit.amount else None,
        "unit": word_of(PERIODS, one.benefit.period),
    }


def _decided(case: Case, decision: Any, names: Mapping[int, str]) -> tuple[Conclusion, Why | None, list[str]]:
    benefit = rulebook().benefits.get(decision.benefit)
    keys = decision.facts.get("persons", []) if decision.facts else []
    shown = [names.get(key, str(_(HIDDEN))) for key in keys]
    reasons = None
    target = about.explained_by(decision)
    if target is not None:
        found = entitlements.why(decision, target[0], target[1], phrases())
        reasons = why(found, rulebook().facts) if found is not None else None
    title = term_of(benefit) if benefit is not None else decision.benefit
    amount = (
        _("，%(amount)s 元") % {"amount": f"{decision.amount / 100:,.2f}"}
        if decision.amount is not None
        else ""
    )
    outcome = word_of(OUTCOMES, decision.outcome)
    return (
        Conclusion(
            sentence=f"{outcome}{f'：{title}' if title else ''}{amount}",
            is_yes=decision.outcome in ("grant", "change", "resume"),
            decision=decision,
            refusal=decision.reason.split("\n", 1)[0] if decision.outcome == "refuse" else "",
            rules=decision.rules,
            on=decision.on,
        ),
        reasons,
        shown,
    )


@dataclass(frozen=True)
class Side:
    """What one side says of a fact, with its source and day; `is_best` marks the best evidenced."""

    key: str
    title: str
    text: str
    source: str
    is_best: bool
    is_adopted: bool


@dataclass(frozen=True)
class Difference:
    """One fact on which sides differ: what each says, what was decided and why."""

    pk: int
    title: str
    who: str
    name: str
    person: int | None
    sides: tuple[Side, ...]
    is_open: bool
    adopted: str
    basis: str
    reason: str
    by: str


def differences_of(case: Case, names: Mapping[int, str]) -> tuple[list[Difference], list[Any]]:
    """The facts on which sides differ, those not decided first; and every line of the matrix."""
    rows = verification.matrix(case)
    found = [_difference(line, names) for line in rows if line.is_disputed]
    return sorted(found, key=lambda one: not one.is_open), rows


def _difference(line: verification.MatrixLine, names: Mapping[int, str]) -> Difference:
    row = line.row
    sides = []
    for key, cell, title, source in (
        ("declared", line.declared, _("本人申报"), ""),
        ("checked", line.checked, _("部门核对"), _source(row.checked_source, row.checked_on)),
        ("seen", line.seen, _("入户所见"), _source(str(row.seen_by or ""), row.seen_on)),
    ):
        if cell is not None:
            chosen = row.adopted is not None and row.basis == key
            sides.append(Side(key, str(title), cell.shown, source, key == line.best, chosen))
    return Difference(
        row.pk,
        line.title,
        names.get(row.person_id, "") if row.person_id is not None else str(_("全户")),
        row.name,
        row.person_id,
        tuple(sides),
        line.is_undecided,
        line.adopted.shown if line.adopted is not None else "",
        row.get_basis_display() if row.basis else "",
        row.reason if row.adopted is not None else "",
        str(row.adopted_by or ""),
    )


def _source(who: str, on: date | None) -> str:
    return " · ".join(part for part in (who, on.isoformat() if on is not None else "") if part)


def sources_of(rows: Sequence[Any], persons: Sequence[int]) -> dict[tuple[str, int | None], str]:
    """Where each counting value of a case is from, by fact and position: for the why view."""
    place = {key: at for at, key in enumerate(persons)}
    found = {}
    for line in rows:
        row = line.row
        basis = row.basis or line.best
        source = {
            "declared": _("本人申报"),
            "checked": _source(row.checked_source, row.checked_on),
            "seen": f"{_('入户所见')} {row.seen_on or ''}",
            "judged": _("据实认定"),
        }.get(basis, "")
        found[row.name, place.get(row.person_id)] = str(source)
    return found


def causes_of(case: Case) -> list[str]:
    """The special causes of a case in words."""
    return [word_of(CAUSES, cause) for cause in case.causes if kind_of_cause(cause) is None]


def changes_of(case: Case, names: Mapping[int, str]) -> dict[str, Any] | None:
    """The changes that were reported in a case: what, about whom, what to look at and bring, by when; None without any."""
    rows = [
        {
            "kind": one.kind,
            "day": one.day,
            "on": one.on,
            "who": names.get(one.person, "") if one.person else "",
        }
        for one in changes.changes_of(case)
    ]
    if not rows:
        return None
    return {"rows": rows, "limit": changes.limit_of(case), "due": changes.due_of(case)}


def materials_of(case: Case) -> list[Any]:
    """The papers of an application."""
    return intake.materials(case)


def benefit_of(case: Case, on: date) -> dict[str, Any] | None:
    """The running benefit that a review or change is about: what, since when, how much now, when it is looked at again."""
    row = case.entitlement
    if row is None:
        return None
    held = entitlements.paying(row, on.replace(day=1))
    return {
        "title": entitlements.title_of_benefit(row.benefit),
        "state": row.get_state_display(),
        "since": row.first_day,
        "fen": held.fen if held is not None else 0,
        "is_yearly": held is not None and held.is_yearly,
        "review_due": row.review_due,
    }
