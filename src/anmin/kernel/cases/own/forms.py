"""An application being filled in on the residents' pages (填写中的申请): tasks, pages, what is known, what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.intake.forms import Key
from anmin.kernel.cases.intake.models import Draft
from anmin.kernel.cases.intake.prefill import Field, Prefilled, prefilled
from anmin.kernel.cases.intake.queries import Paper, papers_of
from anmin.kernel.cases.matters import procedure_for
from anmin.kernel.cases.own.homes import Home, home_of
from anmin.kernel.cases.procedures import Procedure
from anmin.kernel.cases.scans.models import Scan
from anmin.kernel.cases.scans.queries import scans_of_draft
from anmin.kernel.exchange.consents.queries import adults_of, missing_of
from anmin.kernel.people.models import Person
from anmin.kernel.people.residents.queries import Resident
from anmin.policy.rules import Level
from anmin.policy.types import Kind

GROUPS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("living", gettext_lazy("在读书吗？住在一起吗？"), ("study", "lives_apart")),
    (
        "income",
        gettext_lazy("过去一年有哪些收入？"),
        (
            "wage_year",
            "business_year",
            "retirement_pension_year",
            "resident_pension_month",
            "property_income_year",
            "other_transfer_year",
        ),
    ),
    (
        "health",
        gettext_lazy("有残疾或者重病吗？"),
        ("disability", "disability_level", "has_major_illness"),
    ),
    ("costs", gettext_lazy("看病、上学自己花了多少钱？"), ("medical_paid_year", "education_paid_year")),
    ("shared", gettext_lazy("全家共有的收入有多少？"), ("shared_income_year",)),
    ("savings", gettext_lazy("全家有多少存款、股票、保险？"), ("financial_assets",)),
    ("goods", gettext_lazy("家里有车、有几套房？"), ("cars", "homes", "commercial_premises")),
    ("business", gettext_lazy("家里有人开公司、入股吗？"), ("business_capital",)),
    ("event", gettext_lazy("出了什么事？需要多少钱？"), ("temporary_event", "temporary_need")),
)
"""How facts stand together on pages: one question each; a fact that is in none gets a page of its own."""
OWN_WORDS = ("members", "statement", "contact", "transfer")
"""Pages of an application that ask for no fact."""


@dataclass(frozen=True)
class Page:
    """One page of the form: `key` in the address, the question, about whom, and its fields."""

    key: str
    title: Any
    person: Person | None
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Task:
    """One line of the task list: what to do, whether it is done, and about whom."""

    page: str
    title: Any
    person: Person | None
    is_done: bool
    is_optional: bool = False


@dataclass(frozen=True)
class Adult:
    """An adult of the household, and whether their leave for the check is there."""

    person: Person
    has_agreed: bool


@dataclass(frozen=True)
class Filling:
    """A draft with the household it is about, and everything that pages and tasks need of it."""

    draft: Draft
    home: Home
    on: date

    @cached_property
    def procedure(self) -> Procedure:
        """The procedure of the matter."""
        return procedure_for(self.draft.matter, self.draft.division, self.on)

    @cached_property
    def known(self) -> Prefilled:
        """The form with what the register and earlier cases say already."""
        return prefilled(Reader(None, self.on), self.home.household, self.procedure, self.on)

    @property
    def said(self) -> dict[str, str]:
        """What was typed, by `<person>:<fact>`."""
        return dict(self.draft.content.get("said", {}))

    @property
    def done(self) -> set[str]:
        """The pages that were filled in."""
        return set(self.draft.content.get("done", ()))

    @property
    def left_out(self) -> dict[int, str]:
        """Members of the register's household who do not live there, each with the reason."""
        return {int(key): str(why) for key, why in self.draft.content.get("left_out", {}).items()}

    def text(self, name: str) -> str:
        """A text of the form."""
        return str(self.draft.content.get(name, ""))

    @cached_property
    def pages(self) -> list[Page]:
        """The pages with facts, members first, in the order of the groups; what is known already is not asked."""
        found: list[Page] = []
        for member in self.home.members:
            if member.person_id not in self.left_out:
                mine = [
                    one for one in self.known.fields if one.person == member.person_id and not one.is_filled
                ]
                found += _grouped(mine, member.person)
        shared = [one for one in self.known.fields if one.person is None and not one.is_filled]
        return found + _grouped(shared, None)

    def page(self, key: str) -> Page | None:
        """One page, or None."""
        return next((one for one in self.pages if one.key == key), None)

    @cached_property
    def papers(self) -> list[Paper]:
        """The papers one may hand in; what departments hold is not among them."""
        return [one for one in papers_of(self.procedure) if not one.held_by]

    @cached_property
    def held(self) -> list[Paper]:
        """The papers that departments hold: nobody needs to bring them."""
        return [one for one in papers_of(self.procedure) if one.held_by]

    @property
    def scans(self) -> list[Scan]:
        """What was handed in as pictures so far."""
        return scans_of_draft(self.draft)

    @property
    def sources(self) -> list[str]:
        """The sources that a check of this matter asks."""
        return list(self.procedure.intake.get("sources", ()))

    @cached_property
    def adults(self) -> list[Adult]:
        """The adults whose leave a check needs, each with whether it is there; nobody where a matter checks nothing."""
        if not self.sources:
            return []
        keys = adults_of(self.home.household, self.on)
        missing = {row.person for row in missing_of(keys, self.sources, self.on)}
        people = {row.person_id: row.person for row in self.home.members}
        return [Adult(people[key], key not in missing) for key in keys if key in people]

    @cached_property
    def tasks(self) -> list[Task]:
        """The task list: members, a page for each question, the own words, papers."""
        rows = [Task("members", gettext_lazy("确认一起生活的人"), None, "members" in self.done)]
        rows += [Task(page.key, page.title, page.person, page.key in self.done) for page in self.pages]
        rows.append(Task("statement", gettext_lazy("写写为什么申请"), None, "statement" in self.done))
        rows.append(Task("contact", gettext_lazy("留一个联系电话"), None, "contact" in self.done))
        if self.procedure.terms.get("transfers_to"):
            title = gettext_lazy("不符合这一类时，愿不愿意转下一类")
            rows.append(Task("transfer", title, None, "transfer" in self.done))
        if self.papers:
            title = gettext_lazy("拍照交材料")
            rows.append(Task("papers", title, None, bool(self.scans), is_optional=True))
        if self.sources:
            title = gettext_lazy("同意查收入和财产")
            agreed = all(one.has_agreed for one in self.adults)
            rows.append(Task("consents", title, None, agreed, is_optional=True))
        return rows

    @property
    def left(self) -> list[Task]:
        """What is still to do before handing in."""
        return [task for task in self.tasks if not task.is_done and not task.is_optional]

    def next_page(self, after: str) -> str:
        """The first page after one that is not done yet; empty when only the check is left."""
        keys = [task.page for task in self.tasks if not task.is_optional]
        place = keys.index(after) + 1 if after in keys else 0
        open_ones = {task.page for task in self.left}
        return next((key for key in keys[place:] if key in open_ones), "")

    def written(self) -> dict[Key, Any]:
        """What was typed and what is known, as `read_form` takes it; fields of members left out fall away."""
        found: dict[Key, Any] = {}
        for one in self.known.fields:
            if one.person in self.left_out:
                continue
            typed = self.said.get(mark_of(one), "").strip()
            if typed:
                is_coded = one.fact.kind in (Kind.BOOL, Kind.CODE) and typed.isdigit()
                found[one.person, one.fact.name] = int(typed) if is_coded else typed
            elif one.is_filled:
                found[one.person, one.fact.name] = (
                    one.value if one.fact.kind is not Kind.FEN else _yuan(one.value)
                )
        return found


def mark_of(field: Field) -> str:
    """The name of a field in the form."""
    return f"{field.person or ''}:{field.fact.name}"


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 100}.{fen % 100:02d}"


def _grouped(fields: Sequence[Field], person: Person | None) -> list[Page]:
    suffix = f"-{person.pk}" if person is not None else ""
    left = {one.fact.name: one for one in fields if (one.fact.level is Level.PERSON) == (person is not None)}
    found = []
    for key, title, names in GROUPS:
        rows = tuple(left.pop(name) for name in names if name in left)
        if rows:
            found.append(Page(f"{key}{suffix}", title, person, rows))
    for name, one in left.items():
        found.append(Page(f"{name.replace('_', '-')}{suffix}", one.fact.title, person, (one,)))
    return found


def filling_of(resident: Resident, token: str) -> Filling | None:
    """One's own form that was not handed in yet, as long as one may act in it; None for any other."""
    draft = Draft.objects.filter(token=token, resident=resident.person, case__isnull=True).first()
    if draft is None:
        return None
    home = home_of(resident, int(draft.content.get("for", 0)))
    if home is None or home.household.pk != draft.household_id:
        return None
    return Filling(draft, home, resident.on)


def handed_in(resident: Resident, token: str) -> str:
    """The number of the case that came of a form, so that a second press of the button finds it; else empty."""
    draft = (
        Draft.objects.filter(token=token, resident=resident.person, case__isnull=False)
        .select_related("case")
        .first()
    )
    return draft.case.number if draft is not None and draft.case is not None else ""


def fillings(resident: Resident) -> list[Filling]:
    """Everything one began and may still go on with, newest first."""
    rows = Draft.objects.filter(resident=resident.person, case__isnull=True).order_by("-saved_at")
    found = [filling_of(resident, row.token) for row in rows]
    return [one for one in found if one is not None]


def shown_answer(field: Field, typed: str) -> str:
    """An answer as the check page shows it."""
    if not typed.strip():
        return _("未提供")
    if field.fact.codes is not None and typed.strip().isdigit():
        code = next((one for one in field.fact.codes if int(one) == int(typed)), None)
        return str(getattr(code, "title", typed))
    if field.fact.kind is Kind.BOOL:
        return _("是") if typed.strip() == "1" else _("否")
    return f"{typed.strip()} {_('元')}" if field.fact.kind is Kind.FEN else typed.strip()
