"""What each kind of paper needs to be told (文书数据): plain, typed, in fen and days; nothing here knows a table.

Every class is one kind. What may be left out has a default and stays a blank to write in by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


class Shape:
    """What data of papers have in common: a name that is not theirs is refused, so that a slip of the pen is seen."""

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class Office(Shape):
    """An office (机关): who issues the paper or answers questions about it."""

    name: str
    address: str = ""
    phone: str = ""
    hours: str = ""


@dataclass(frozen=True)
class Party(Shape):
    """A person as a paper names them. `number` is the identity number in full."""

    name: str
    number: str = ""
    sex: str = ""
    birth_day: date | None = None
    phone: str = ""
    address: str = ""
    relation: str = ""
    health: str = ""
    disability: str = ""
    work: str = ""
    income_month: int | None = None


@dataclass(frozen=True)
class Item(Shape):
    """Something named with what is said of it: a document, a source, a kind of property."""

    title: str
    text: str = ""


@dataclass(frozen=True)
class Sum(Shape):
    """A named amount in fen, with what it rests on."""

    title: str
    fen: int | None = None
    basis: str = ""


@dataclass(frozen=True)
class Line(Shape):
    """A line of a calculation, values as they are shown."""

    title: str
    value: str
    basis: str = ""


@dataclass(frozen=True)
class Remedy(Shape):
    """Where to turn against a decision. Days and months are those of 行政复议法 §20 and 行政诉讼法 §46."""

    review_at: str
    court_at: str
    review_days: int = 60
    court_months: int = 6


@dataclass(frozen=True, kw_only=True)
class Paper(Shape):
    """What every paper says: who issues it, its number, its day, the matter, and the version of the rules behind it."""

    issuer: Office
    number: str
    on: date
    matter: str
    rules: str = ""


@dataclass(frozen=True, kw_only=True)
class ApplicationPaper(Paper):
    """An application (申请书)."""

    applicant: Party
    members: list[Party]
    hukou: str = ""
    residence: str = ""
    agent: Party | None = None
    channel: str = ""
    incomes: list[Sum] = field(default_factory=list)
    property: list[Item] = field(default_factory=list)
    expenses: list[Sum] = field(default_factory=list)
    supporters: list[Party] = field(default_factory=list)
    reason: str = ""
    bank: str = ""
    payee: str = ""


@dataclass(frozen=True, kw_only=True)
class AuthorisationPaper(Paper):
    """An authorisation of the economic check (核对授权书), signed by each adult and, where the place asks, supporters."""

    applicant: Party
    signers: list[Party]
    sources: list[str]
    first_day: date
    last_day: date
    notice: str
    notice_version: str
    witness: str = ""


@dataclass(frozen=True, kw_only=True)
class AcceptancePaper(Paper):
    """A notice of acceptance (受理通知书). `due` is the last day of the whole limit, in `days` of a `unit`."""

    to: Party
    accepted_on: date
    due: date
    days: int
    unit: str = "工作日"
    next_steps: list[Item] = field(default_factory=list)
    handler: str = ""


@dataclass(frozen=True, kw_only=True)
class MissingPaper(Paper):
    """The one notice of everything that is missing (一次性告知书), with what need not be brought."""

    to: Party
    missing: list[Item]
    free: list[Item] = field(default_factory=list)
    promised: list[Item] = field(default_factory=list)
    bring_by: date | None = None
    handler: str = ""


@dataclass(frozen=True)
class Seen(Shape):
    """One row of the verification matrix; amounts as they are shown."""

    title: str
    declared: str = ""
    departments: str = ""
    seen: str = ""
    adopted: str = ""
    basis: str = ""


@dataclass(frozen=True, kw_only=True)
class SurveyPaper(Paper):
    """A survey of a household at home (入户调查表)."""

    applicant: Party
    members: list[Party]
    address: str = ""
    visited_on: date | None = None
    visitors: list[str] = field(default_factory=list)
    rows: list[Seen] = field(default_factory=list)
    dwelling: str = ""
    neighbours: list[Item] = field(default_factory=list)
    conclusion: str = ""


@dataclass(frozen=True)
class Published(Shape):
    """What a wall may show of a household: there is no room for more (民发〔2021〕57号 §20)."""

    name: str
    place: str
    members: int | None = None
    amount: int | None = None
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class PublicityPaper(Paper):
    """A sheet for the wall (公示单); `lasting` for the list that stays up while people are on the books."""

    place: str
    rows: list[Published]
    first_day: date
    last_day: date | None = None
    lasting: bool = False


@dataclass(frozen=True, kw_only=True)
class DecisionPaper(Paper):
    """A decision in favour (确认通知书). `amount` is fen a `period`; None where the recognition alone counts."""

    to: Party
    recognised: str
    amount: int | None
    law: str
    period: str = "月"
    members: int | None = None
    first_month: date | None = None
    lines: list[Line] = field(default_factory=list)
    next_review: date | None = None
    duties: list[str] = field(default_factory=list)
    remedy: Remedy | None = None


@dataclass(frozen=True, kw_only=True)
class AdversePaper(Paper):
    """What is common to papers against somebody. `sentence` comes first and has the numbers in it."""

    to: Party
    sentence: str
    law: str
    reason: str
    remedy: Remedy
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class RefusalPaper(AdversePaper):
    """A refusal (不予确认告知书), with what may be open to the household instead."""

    applied_on: date
    instead: list[Item] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class StopPaper(AdversePaper):
    """A notice that a benefit stops, or is held back for a while (停发、暂停告知书).

    `last_month` is the last month that is paid, None where nothing had been paid yet.
    """

    last_month: date | None
    since: date | None = None
    suspended: bool = False
    instead: list[Item] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ChangePaper(AdversePaper):
    """A notice that an amount changes (变更通知书), fen a month before and after."""

    before: int
    after: int
    first_month: date


@dataclass(frozen=True)
class PaidMonth(Shape):
    """A month, what was paid and what was due, in fen."""

    month: date
    paid: int
    due: int

    @property
    def over(self) -> int:
        """What was paid too much."""
        return self.paid - self.due


@dataclass(frozen=True, kw_only=True)
class RecoveryPaper(AdversePaper):
    """A notice to pay back (追回告知书): how much in fen, by when, into which account, and how to pay in parts.

    `months` stays empty where the sum is not broken down by month.
    """

    amount: int
    months: list[PaidMonth]
    pay_by: date | None = None
    account: str = ""
    in_parts: str = ""


@dataclass(frozen=True, kw_only=True)
class TerminationPaper(AdversePaper):
    """A notice that an application is ended without a decision on it (终止办理告知书)."""

    applied_on: date


@dataclass(frozen=True, kw_only=True)
class TransferPaper(Paper):
    """Consent to go on as another kind with the same file (转办同意书)."""

    applicant: Party
    to_matter: str
    reason: str
    kept: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Opinion(Shape):
    """What an office said in a case, by whom and when; what is empty is signed by hand."""

    title: str
    text: str = ""
    by: str = ""
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class SummaryPaper(Paper):
    """The summary of a case (审核确认表)."""

    applicant: Party
    members: list[Party]
    hukou: str = ""
    residence: str = ""
    recognised: str = ""
    amount: int | None = None
    first_month: date | None = None
    incomes: list[Sum] = field(default_factory=list)
    property: list[Item] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    reason: str = ""
    bank: str = ""
    survey: str = ""
    check: str = ""
    publicity: str = ""
    opinions: list[Opinion] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class WhyPaper(Paper):
    """The letter 为什么是这个金额: the answer first, then the sum, then where each figure comes from; one page."""

    to: Party
    sentence: str
    lines: list[Line]
    formula: str = ""
    steps: list[Line] = field(default_factory=list)
    amount: int | None = None
    law: str = ""


@dataclass(frozen=True, kw_only=True)
class ProposedChangePaper(Paper):
    """What is about to be decided against a family, told before, with the time to be heard (拟变更告知书)."""

    to: Party
    sentence: str
    law: str
    reason: str
    lines: list[Line] = field(default_factory=list)
    hear_by: date | None = None


@dataclass(frozen=True, kw_only=True)
class AnswerPaper(Paper):
    """An answer to a complaint or an objection (答复书). Who complained is named to themselves alone."""

    to: Party
    received_on: date
    question: str
    answer: str
    law: str = ""


@dataclass(frozen=True, kw_only=True)
class MinutesPaper(Paper):
    """Minutes of a meeting on a single case (一事一议会议纪要)."""

    subject: Party
    held_on: date
    place: str = ""
    present: list[str] = field(default_factory=list)
    question: str = ""
    opinions: list[Item] = field(default_factory=list)
    result: str = ""


@dataclass(frozen=True, kw_only=True)
class AssessmentPaper(Paper):
    """An assessment of self-care (生活自理能力评估表), 民发〔2021〕43号 §20: six indicators, three grades."""

    person: Party
    assessed_on: date | None = None
    indicators: list[Item] = field(default_factory=list)
    grade: str = ""
    assessors: list[str] = field(default_factory=list)
