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

    number: str = Field(
        min_length=4, max_length=40, pattern=r"^[0-9A-Za-z\-]+$", examples=["990000195003020026"]
    )
    fields: list[str] = Field(
        min_length=1, max_length=20, examples=[["person.registered", "status.receives"]]
    )
    matter: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$", examples=["两补核对-2026-001"])


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


class UploadIn(Schema):
    """A file that comes in pieces."""

    source: str = Field(min_length=1, max_length=40, pattern=r"^[a-z_]+$", examples=["pensions"])
    period: str = Field(min_length=4, max_length=10, pattern=r"^[0-9\-]+$", examples=["2026-10"])
    name: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$", examples=["ylj_202610.csv"])
    size: int = Field(ge=1, le=4 * 1024**3, examples=[73400320])
    sha256: str = Field(
        pattern=r"^[0-9a-f]{64}$",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )


class UploadOut(Schema):
    """How far a file has come: go on from byte `received`. `state` is open, taken or dropped."""

    id: int = Field(examples=[7])
    source: str = Field(examples=["pensions"])
    period: str = Field(examples=["2026-10"])
    received: int = Field(examples=[2097152])
    size: int = Field(examples=[73400320])
    state: str = Field(examples=["open"])
    batch: int | None = Field(examples=[None])


class FinishIn(Schema):
    """The end of a file in pieces, signed where the source has registered a key (SM2, hexadecimal or base64)."""

    signature: str = Field("", max_length=400, pattern=r"^[0-9A-Za-z+/=\s]*$", examples=["3045022100ab"])


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

    number: str = Field(
        min_length=4, max_length=40, pattern=r"^[0-9A-Za-z\-]+$", examples=["990000195003020026"]
    )
    field: str = Field(
        min_length=1, max_length=60, pattern=r"^[^\x00]*$", examples=["person.disability_level"]
    )
    ours: str = Field(max_length=200, pattern=r"^[^\x00]*$", examples=["三级"])
    theirs: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$", examples=["二级"])
    evidence: str = Field(
        min_length=1, max_length=500, pattern=r"^[^\x00]*$", examples=["2026-09-12 换发的残疾人证"]
    )


class SlipAnswerIn(Schema):
    """What came of looking at a value."""

    answer: str = Field(pattern=r"^(error|right|unknown)$", examples=["error"])
    corrected: str = Field("", max_length=200, pattern=r"^[^\x00]*$", examples=["已报废"])
    note: str = Field("", max_length=500, pattern=r"^[^\x00]*$", examples=["2026-08 注销"])


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

    matter: str = Field(
        min_length=1, max_length=200, pattern=r"^[^\x00]*$", examples=["残疾人两项补贴资格核对"]
    )
    basis: str = Field(min_length=1, max_length=40, pattern=r"^[a-z_]+$", examples=["disability_subsidies"])
    fields: list[str] = Field(min_length=1, max_length=20, examples=[["person.registered"]])
    purpose: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$", examples=["两项补贴资格核对"])
    contact: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$", examples=["残联康复部"])
    first_day: date = Field(examples=["2026-12-01"])
    last_day: date = Field(examples=["2027-11-30"])


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
