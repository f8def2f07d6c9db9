"""The matrix and the survey as forms: what is chosen on the page, which choices need a reason, what two people saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.intakeform import FormField, written_value
from anmin.kernel.cases.intake.queries import FormProblem, read_form
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.cases.verification import actions, queries
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError
from anmin.policy.rules import Level
from anmin.policy.types import Kind

JUDGED = "judged"
SIDES = {
    "checked": gettext_lazy("部门"),
    "seen": gettext_lazy("入户"),
    "declared": gettext_lazy("申报"),
    JUDGED: gettext_lazy("据实认定"),
}


@dataclass(frozen=True)
class MatrixRow:
    """One line of the matrix with what is chosen on the page; `whose` is empty for the household."""

    line: queries.MatrixLine
    whose: str
    basis: str
    judged: str
    reason: str
    choices: tuple[tuple[str, str], ...]
    needs_reason: bool
    trouble: str = ""

    @property
    def key(self) -> str:
        """The row's own part of the names of its inputs."""
        return str(self.line.row.pk)

    @property
    def is_money(self) -> bool:
        """Whether a judged value is written in yuan."""
        return rulebook().facts[self.line.row.name].kind is Kind.FEN


class MatrixForm:
    """The matrix of a case, and over what is adopted what stands on the page: `basis-`, `value-`, `reason-` and the row."""

    def __init__(self, case: Any, given: Mapping[str, str]) -> None:
        self.case, self.given = case, given
        self.lines = queries.matrix(case)
        self.names = {row.person_id: row.person.name for row in case.members.select_related("person")}
        self.troubles: dict[int, str] = {}

    def fresh(self, case: Any) -> MatrixForm:
        """The same form over the case as it is now; rows in trouble keep what was typed."""
        now = MatrixForm(case, self.given if self.troubles else {})
        now.troubles = self.troubles
        return now

    @property
    def rows(self) -> list[MatrixRow]:
        """The lines, the household first."""
        return [self._row(line) for line in self.lines]

    @property
    def open_rows(self) -> list[MatrixRow]:
        """Where sides differ, a reason is due or something could not be adopted: these stand open."""
        return [row for row in self.rows if _stands_open(row)]

    @property
    def quiet_rows(self) -> list[MatrixRow]:
        """Where nobody differs: folded."""
        return [row for row in self.rows if not _stands_open(row)]

    @property
    def undecided(self) -> int:
        """On how many lines the sides differ and nobody said what counts."""
        return sum(line.is_undecided for line in self.lines)

    def chosen(self) -> dict[tuple[int | None, str], int]:
        """The values that the choices on the page stand for."""
        found = {}
        for row in self.rows:
            value = self._value(row)
            if value is not None:
                found[row.line.row.person_id, row.line.row.name] = value
        return found

    def reasons_due(self) -> list[str]:
        """The titles of lines whose choice needs a reason that is not there yet."""
        return [
            f"{row.whose}{row.line.title}"
            for row in self.rows
            if row.needs_reason and len(row.reason.strip()) < actions.SHORTEST_REASON
        ]

    def adopt(self, *, by: Any, on: date) -> int:
        """Adopt every choice that differs from what is adopted; returns how many, and keeps what cannot be in `troubles`."""
        done = 0
        for row in self.rows:
            stored = row.line.row
            value = self._value(row)
            is_same = (stored.basis, stored.adopted) == (
                row.basis,
                value,
            ) and stored.reason == row.reason.strip()
            if not row.basis or is_same:
                continue
            try:
                actions.adopt(
                    by=by,
                    case=self.case,
                    name=stored.name,
                    person=stored.person_id,
                    basis=row.basis,
                    value=self._judged(row) if row.basis == JUDGED else None,
                    reason=row.reason,
                    on=on,
                )
                done += 1
            except (actions.VerificationProblem, PolicyError) as trouble:
                self.troubles[stored.pk] = getattr(trouble, "what", str(trouble))
        return done

    def _row(self, line: queries.MatrixLine) -> MatrixRow:
        stored = line.row
        basis = self.given.get(f"basis-{stored.pk}", stored.basis or ("" if line.is_undecided else line.best))
        sides = (("checked", line.checked), ("seen", line.seen), ("declared", line.declared))
        choices = [(name, f"{SIDES[name]} {cell.shown}") for name, cell in sides if cell is not None]
        judged = self.given.get(f"value-{stored.pk}", _judged_text(stored))
        reason = self.given.get(f"reason-{stored.pk}", stored.reason)
        best = {name: cell.value for name, cell in sides if cell is not None}
        value = best.get(basis)
        needs = bool(basis) and (value is None or (line.best != "" and value != best[line.best]))
        return MatrixRow(
            line,
            f"{self.names.get(stored.person_id, '')} · " if stored.person_id else "",
            basis,
            judged,
            reason,
            (*choices, (JUDGED, str(SIDES[JUDGED]))),
            needs,
            self.troubles.get(stored.pk, ""),
        )

    def _value(self, row: MatrixRow) -> int | None:
        line = row.line
        cell = {"checked": line.checked, "seen": line.seen, "declared": line.declared}.get(row.basis)
        if row.basis != JUDGED:
            return cell.value if cell is not None else None
        try:
            return self._judged(row)
        except PolicyError:
            return None

    def _judged(self, row: MatrixRow) -> int | None:
        text = row.judged.strip().replace(",", "")
        return written_value(rulebook().facts[row.line.row.name], text) if text else None


def _stands_open(row: MatrixRow) -> bool:
    return row.line.is_disputed or row.needs_reason or bool(row.trouble)


def _judged_text(stored: Any) -> str:
    if stored.basis != JUDGED or stored.adopted is None:
        return ""
    fact = rulebook().facts[stored.name]
    return f"{stored.adopted / 100:.2f}" if fact.kind is Kind.FEN else str(stored.adopted)


class SurveyForm:
    """What is asked at home: the items of the matter, each with what was declared beside it, and who was there."""

    action = "record_survey"

    def __init__(self, case: Any, given: Mapping[str, str]) -> None:
        self.case, self.given = case, given
        self.troubles: Mapping[Any, str] = {}
        self.members = list(case.members.select_related("person").order_by("position"))
        self.remark = given.get("remark", "")[:1000]
        beside, present = given.get("beside", ""), given.get("present", "")
        self.beside = int(beside) if beside.isdigit() and len(beside) < 19 else 0
        self.present = int(present) if present.isdigit() and len(present) < 19 else None

    @property
    def groups(self) -> list[tuple[str, list[FormField]]]:
        """The household's items, then each member's."""
        known = {(line.row.person_id, line.row.name): line for line in queries.matrix(self.case)}
        form, facts = queries.form_of(self.case), rulebook().facts

        def one(person: int | None, name: str) -> FormField:
            line = known.get((person, name))
            said = line.declared.shown if line is not None and line.declared is not None else ""
            key = f"f-{person or 'h'}-{name}"
            return FormField(
                key,
                facts[name],
                self.given.get(key, ""),
                "",
                said,
                None,
                self.troubles.get((person, name), ""),
            )

        groups = [(_("全户"), [one(None, name) for name in form.get("household", ())])]
        groups += [
            (row.person.name, [one(row.person_id, name) for name in form.get("person", ())])
            for row in self.members
        ]
        return groups

    def record(self, *, by: Any, beside: Any, on: date, seen: int) -> None:
        """Write down what was seen; items left empty say nothing. Raises FormProblem for what cannot be read."""
        written: dict[tuple[int | None, str], Any] = {}
        for _title, fields in self.groups:
            for field in fields:
                person = None if field.fact.level is Level.HOUSEHOLD else int(field.key.split("-")[1])
                coded = field.fact.kind in (Kind.BOOL, Kind.CODE)
                text = field.written.strip()
                written[person, field.fact.name] = int(text) if coded and text.isdigit() else text
        said = read_form(
            procedure_of(self.case), {key: value for key, value in written.items() if value != ""}
        )
        if not said and not self.remark.strip():
            raise FormProblem({"remark": _("至少填一项看到的情况，或写一句走访记录")})
        actions.record_survey(
            by=by,
            beside=beside,
            case=self.case,
            said=said,
            on=on,
            seen=seen,
            present=self.present,
            remark=self.remark,
        )
