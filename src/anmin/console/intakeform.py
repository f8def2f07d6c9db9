"""The application form as the counter sees it (受理表): what the system filled in and from where, what is left to write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anmin.console.pasting import NUMBER, Pasted, pasted, read_rows
from anmin.console.personpage import relation_of
from anmin.console.words import term_of
from anmin.kernel.access.fields import masked
from anmin.kernel.cases.intake import queries as intake
from anmin.kernel.cases.procedures import Procedure
from anmin.policy.facts import Fact, value_of
from anmin.policy.rules import Level
from anmin.policy.types import Kind

HOUSEHOLD = "h"
FACT = re.compile(r"f-(h|\d{1,12})-([a-z0-9_]{1,60})")
TEXTS = {"statement": 1000, "contact": 60, "bank": 40, "bank_name": 60, "paste": 20_000, "helper": 40}
LEFT = re.compile(r"left-(\d{1,12})")
CELL = re.compile(r"row-(\d{1,3})-([a-z0-9_]{1,60})")
KIN = re.compile(r"kin-(\d)-(name|relation|gives|phone)")
KIN_ROWS = 3
CHANNELS = ("counter", "worker", "found")


@dataclass(frozen=True)
class FormField:
    """One thing asked. `written` stands in the field; `known` is what the system holds, with its source and day."""

    key: str
    fact: Fact
    written: str
    known: str = ""
    source: str = ""
    as_of: date | None = None
    trouble: str = ""

    @property
    def choices(self) -> list[tuple[str, str]]:
        """For a coded fact or a truth: value and term; empty for numbers and days."""
        if self.fact.kind is Kind.BOOL:
            return [("0", _("否")), ("1", _("是"))]
        return [(str(int(code)), term_of(code)) for code in self.fact.codes] if self.fact.codes else []

    @property
    def is_money(self) -> bool:
        """Whether it is written in yuan."""
        return self.fact.kind is Kind.FEN

    @property
    def is_day(self) -> bool:
        """Whether it is a day."""
        return self.fact.kind is Kind.DAY

    @property
    def is_filled(self) -> bool:
        """Whether the system filled it in."""
        return self.known != ""

    @property
    def is_changed(self) -> bool:
        """Whether something else was written than the system holds; both are kept."""
        return self.is_filled and self.written != self.known


@dataclass(frozen=True)
class MemberPart:
    """A member of the household with what is asked about them."""

    person: Any
    relation: str
    number: str
    fields: tuple[FormField, ...]
    left_out: str = ""
    trouble: str = ""

    @property
    def open(self) -> list[FormField]:
        """What is left to write, what was changed, and what is wrong: it stands open."""
        return [one for one in self.fields if not one.is_filled or one.is_changed or one.trouble]

    @property
    def filled(self) -> list[FormField]:
        """What the system filled in and nobody changed: it is folded."""
        return [one for one in self.fields if one.is_filled and not one.is_changed and not one.trouble]


@dataclass(frozen=True)
class Known:
    """What the register holds beside the members: the address, the applicant's telephone and bank card, both masked."""

    address: str
    phone: str
    bank: str

    @property
    def parts(self) -> tuple[str, str, str]:
        """The three of them."""
        return (self.address, self.phone, self.bank)


@dataclass(frozen=True)
class IntakeForm:
    """The whole form. `filled` and `open` are the two numbers of the promise at its head."""

    procedure: Procedure
    household: Any
    shared: tuple[FormField, ...]
    members: tuple[MemberPart, ...]
    content: Mapping[str, Any]
    pasted: Pasted
    known: Known
    applicant: Any
    filled: int
    open: int

    @property
    def shared_open(self) -> list[FormField]:
        """Household fields that stand open."""
        return [one for one in self.shared if not one.is_filled or one.is_changed or one.trouble]

    @property
    def shared_filled(self) -> list[FormField]:
        """Household fields that the system filled in."""
        return [one for one in self.shared if one.is_filled and not one.is_changed and not one.trouble]

    @property
    def kin(self) -> list[dict[str, str]]:
        """Kin who owe support, as written, with empty lines for more."""
        rows = list(self.content.get("kin", []))[:KIN_ROWS]
        return rows + [{}] * (KIN_ROWS - len(rows))


def intake_form(
    prefilled: intake.Prefilled,
    procedure: Procedure,
    household: Any,
    content: Mapping[str, Any],
    *,
    on: date,
    troubles: Mapping[Any, str] | None = None,
) -> IntakeForm:
    """The form with what is known and, over it, what was written."""
    wrong, said = dict(troubles or {}), content.get("said", {})
    fields = [_field(one, said, wrong) for one in prefilled.fields]
    of = {
        row.person_id: [one for one in fields if one.key.startswith(f"f-{row.person_id}-")]
        for row in prefilled.members
    }
    left_out = content.get("left_out", {})
    members = tuple(
        MemberPart(
            row.person,
            relation_of(row.relation),
            masked("number", _plain_number(row.person)),
            tuple(of[row.person_id]),
            left_out.get(str(row.person_id), ""),
            wrong.get(("members", row.person_id), ""),
        )
        for row in prefilled.members
    )
    shared = tuple(one for one in fields if one.key.startswith(f"f-{HOUSEHOLD}-"))
    applicant = applicant_of(prefilled, content)
    phone, bank = reached_by(applicant)
    known = Known(household.address, masked("phone", phone), masked("card", bank))
    told = [*(bool(one) for row in members for one in _known_of(row)), *map(bool, known.parts)]
    filled = prefilled.filled + sum(told)
    return IntakeForm(
        procedure,
        household,
        shared,
        members,
        content,
        rows_of(content, person_facts(prefilled), on),
        known,
        applicant,
        filled,
        len(fields) + len(told) + 1 - filled,  # the reason is always the family's own to tell
    )


def applicant_of(prefilled: intake.Prefilled, content: Mapping[str, Any]) -> Any:
    """Who applies: the member that was chosen, else the head."""
    people = {row.person_id: row.person for row in prefilled.members}
    chosen = content.get("applicant")
    return people.get(chosen) or next(iter(people.values()), None)


def person_facts(prefilled: intake.Prefilled) -> list[Fact]:
    """The facts asked of each member, in the order of the form: the columns of the grid."""
    return list(
        {one.fact.name: one.fact for one in prefilled.fields if one.fact.level is Level.PERSON}.values()
    )


def rows_of(content: Mapping[str, Any], facts: list[Fact], on: date) -> Pasted:
    """The rows that were pasted, as they stand after mending."""
    order, lines = content.get("columns", []), content.get("rows", [])
    return read_rows(lines, order, facts, on=on)


def with_paste(content: Mapping[str, Any], facts: list[Fact], on: date) -> dict[str, Any]:
    """The content with the pasted text read into rows."""
    found = pasted(content.get("paste", ""), facts, on=on)
    columns = [key for key, _title in found.columns]
    rows = [[row.value(key) for key in columns] for row in found.rows]
    return {**content, "columns": columns, "rows": rows, "paste": ""}


def with_rows_taken(
    content: Mapping[str, Any], prefilled: intake.Prefilled, on: date
) -> tuple[dict[str, Any], int]:
    """The good rows of members of this household written into their fields; the others stay. Also how many were taken."""
    found = rows_of(content, person_facts(prefilled), on)
    by_number = {_plain_number(row.person): row.person_id for row in prefilled.members}
    said, left, taken = dict(content.get("said", {})), [], 0
    for row in found.rows:
        person = by_number.get(row.value(NUMBER)) if row.is_good else None
        if person is None:
            left.append([cell.written for cell in row.cells])
            continue
        taken += 1
        for cell in row.cells:
            if cell.key not in ("name", "number", "relation") and cell.written != "":
                said[f"f-{person}-{cell.key}"] = cell.written
    return {**content, "said": said, "rows": left}, taken


def is_member(row: Any, members: Iterable[MemberPart]) -> bool:
    """Whether a pasted row is of somebody in the household."""
    return row.value(NUMBER) in {_plain_number(one.person) for one in members}


def written_in(given: Any, before: Mapping[str, Any]) -> dict[str, Any]:
    """What a submitted page says, over what the draft said; fields that are not on the page stay."""
    content: dict[str, Any] = {**before, "said": dict(before.get("said", {}))}
    left, cells, kin = dict(before.get("left_out", {})), {}, {}
    for name in given:
        text = given.get(name, "").replace("\x00", "")
        if FACT.fullmatch(name):
            content["said"][name] = text.strip()[:40]
        elif name in TEXTS:
            content[name] = text.strip("\n" if name == "paste" else None)[: TEXTS[name]]
        elif found := LEFT.fullmatch(name):
            left[found[1]] = text.strip()[:200]
        elif found := CELL.fullmatch(name):
            cells[int(found[1]), found[2]] = text.strip()[:200]
        elif found := KIN.fullmatch(name):
            kin.setdefault(int(found[1]), {})[found[2]] = text.strip()[:60]
    content["left_out"] = {key: reason for key, reason in left.items() if reason}
    if "on_page" in given:
        content["agrees"] = given.get("agrees") == "1"
        content["given"] = [
            name[6:] for name in given if name.startswith("state-") and given[name] == "received"
        ]
        content["promised"] = [
            name[6:] for name in given if name.startswith("state-") and given[name] == "promised"
        ]
        content["channel"] = (
            given.get("channel") if given.get("channel") in CHANNELS else before.get("channel", "")
        )
        if given.get("applicant", "").isdigit():
            content["applicant"] = int(given["applicant"][:12])
        content["kin"] = [row for _at, row in sorted(kin.items()) if any(row.values())]
    if cells:
        order = content.get("columns", [])
        numbers = sorted({at for at, _key in cells})
        content["rows"] = [[cells.get((at, key), "") for key in order] for at in numbers]
    return content


def said_in(content: Mapping[str, Any], prefilled: intake.Prefilled) -> dict[tuple[int | None, str], Any]:
    """What is declared, field by field, as `read_form` takes it: what was written, else what the system filled in."""
    said = content.get("said", {})
    left_out = {int(key) for key in content.get("left_out", {})}
    found: dict[tuple[int | None, str], Any] = {}
    for one in prefilled.fields:
        if one.person in left_out:
            continue
        text = said.get(_key(one.person, one.fact.name), _written(one.fact, one.value))
        coded = one.fact.kind in (Kind.BOOL, Kind.CODE)
        found[one.person, one.fact.name] = int(text) if coded and text.isdigit() else text
    return found


def written_value(fact: Fact, text: str) -> int:
    """A value as people write it in a form's field, as the rules see it; raises PolicyError."""
    coded = fact.kind in (Kind.BOOL, Kind.CODE)
    return value_of(fact.kind, fact.codes, int(text) if coded and text.isdigit() else text, fact.title)


def _field(one: intake.Field, said: Mapping[str, str], wrong: Mapping[Any, str]) -> FormField:
    key, known = _key(one.person, one.fact.name), _written(one.fact, one.value)
    trouble = wrong.get((one.person, one.fact.name), "")
    return FormField(key, one.fact, said.get(key, known), known, one.source, one.as_of, trouble)


def _key(person: int | None, name: str) -> str:
    return f"f-{HOUSEHOLD if person is None else person}-{name}"


def _written(fact: Fact, value: int | None) -> str:
    if value is None:
        return ""
    if fact.kind is Kind.DAY:
        text = str(value)
        return f"{text[:4]}-{text[4:6]}-{text[6:]}" if value else ""
    if fact.kind is Kind.FEN:
        return f"{value // 100}.{value % 100:02d}".removesuffix(".00")
    return str(int(value))


def _plain_number(person: Any) -> str:
    rows = [row for row in person.identifiers.all() if row.kind == "resident" and row.last_day is None]
    return rows[-1].value if rows else ""


def reached_by(person: Any) -> tuple[str, str]:
    """The applicant's telephone and bank card as the register holds them, in full."""
    if person is None:
        return "", ""
    cards = [row.value for row in person.identifiers.all() if row.kind == "bank" and row.last_day is None]
    return person.phone, cards[-1] if cards else ""


def _known_of(row: MemberPart) -> tuple[Any, ...]:
    """What the register tells of everybody: name, number, what they are to the head, birthday, sex."""
    return (row.person.name, row.number, row.relation, row.person.birth_day, row.person.sex)
