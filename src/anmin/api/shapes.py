"""What the partner API takes and gives (接口的数据结构): the shapes that its OpenAPI description shows."""

from datetime import date
from typing import Any

from ninja import Schema
from pydantic import Field


class ProblemOut(Schema):
    """What is wrong: a code for programs, words for people."""

    code: str
    message: str
    where: str
    todo: str


REFUSALS = {
    400: ProblemOut,
    401: ProblemOut,
    403: ProblemOut,
    404: ProblemOut,
    409: ProblemOut,
    422: ProblemOut,
    429: ProblemOut,
}


class StatusIn(Schema):
    """Whom a matter is about, and which fields are needed for it."""

    number: str = Field(min_length=4, max_length=40, pattern=r"^[0-9A-Za-z\-]+$")
    fields: list[str] = Field(min_length=1, max_length=20)
    matter: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")


class StatusOut(Schema):
    """The fields asked for, as known on a day."""

    on: date
    values: dict[str, Any]


class BatchOut(Schema):
    """What became of a batch."""

    batch: int | None
    source: str
    period: str
    read: int
    landed: int
    quarantined: int
    is_repeat: bool


class QuarantineOut(Schema):
    """One row that did not land."""

    row: int
    column: str
    code: str
    reason: str


class QuarantinePage(Schema):
    """Rows of a quarantine; `next` continues."""

    rows: list[QuarantineOut]
    next: int | None


class CallOut(Schema):
    """One call of one's own."""

    id: int
    at: str
    method: str
    path: str
    status: int
    matter: str
    fields: list[str]
    persons: int


class CallPage(Schema):
    """Calls, newest first; `next` continues."""

    rows: list[CallOut]
    next: int | None


class SlipIn(Schema):
    """A doubt about a value of ours."""

    number: str = Field(min_length=4, max_length=40, pattern=r"^[0-9A-Za-z\-]+$")
    field: str = Field(min_length=1, max_length=60, pattern=r"^[^\x00]*$")
    ours: str = Field(max_length=200, pattern=r"^[^\x00]*$")
    theirs: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")
    evidence: str = Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")


class SlipAnswerIn(Schema):
    """What came of looking at a value."""

    answer: str = Field(pattern=r"^(error|right|unknown)$")
    corrected: str = Field("", max_length=200, pattern=r"^[^\x00]*$")
    note: str = Field("", max_length=500, pattern=r"^[^\x00]*$")


class SlipOut(Schema):
    """A slip. `number` says whom one that we sent is about: a person's identity number or a household's."""

    id: int
    way: str
    number: str
    field: str
    ours: str
    theirs: str
    state: str
    answer: str
    due: date


class SlipPage(Schema):
    """Slips, newest first; `next` continues."""

    rows: list[SlipOut]
    next: int | None


class SharingIn(Schema):
    """A request for data: which fields, on which legal basis, for what, how long."""

    matter: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")
    basis: str = Field(min_length=1, max_length=40, pattern=r"^[a-z_]+$")
    fields: list[str] = Field(min_length=1, max_length=20)
    purpose: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")
    contact: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")
    first_day: date
    last_day: date


class SharingOut(Schema):
    """A request for data, and what came of it."""

    id: int
    matter: str
    basis: str
    fields: list[str]
    state: str
    conformity_due: date
    answer_due: date
    reason: str


class SharingPage(Schema):
    """One's own requests, newest first."""

    rows: list[SharingOut]
