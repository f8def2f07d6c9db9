"""Affairs between us and a partner (往来事务): correction slips and requests for data, as calls of the partner API."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Body, Query, Router
from ninja import Path as PathPart

from anmin.api.keys import Caller, called
from anmin.api.problems import NOT_FOUND, Problem
from anmin.api.shapes import (
    REFUSALS,
    SharingIn,
    SharingOut,
    SharingPage,
    SlipAnswerIn,
    SlipIn,
    SlipOut,
    SlipPage,
)
from anmin.kernel.audit import actions as audit
from anmin.kernel.exchange.sharing import actions as sharing
from anmin.kernel.exchange.sharing import queries as sharing_queries
from anmin.kernel.exchange.sharing.actions import SharingProblem
from anmin.kernel.exchange.slips import actions as slips
from anmin.kernel.exchange.slips import queries as slip_queries
from anmin.kernel.exchange.slips.actions import SlipProblem
from anmin.kernel.people import queries as people

ROWS, LARGEST_ID = 50, 2**63 - 1

router = Router()


@router.get("/slips", response={200: SlipPage, **REFUSALS}, operation_id="slips")
@called
def list_slips(request: HttpRequest, before: int = Query(LARGEST_ID, ge=0, le=LARGEST_ID)) -> Any:
    """Slips between us (校核单), newest first."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_have("slips")
    rows = list(slip_queries.slips_with(caller.reader, caller.key.partner).filter(pk__lt=before)[: ROWS + 1])
    return {
        "rows": [_slip(caller, row) for row in rows[:ROWS]],
        "next": rows[ROWS - 1].pk if len(rows) > ROWS else None,
    }


@router.post("/slips", response={200: SlipOut, **REFUSALS}, operation_id="open_slip")
@called
def open_slip(request: HttpRequest, given: Body[SlipIn]) -> Any:
    """Doubt a value of ours (提出校核)."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_have("slips")
    person = people.person_by_number(caller.reader, given.number)
    if person is None:
        raise NOT_FOUND
    try:
        row = slips.receive_slip(
            by=caller.reader,
            partner=caller.key.partner,
            field=given.field,
            ours=given.ours,
            theirs=given.theirs,
            evidence=given.evidence,
            on=timezone.localdate(),
            person=person,
        )
    except SlipProblem as trouble:
        raise Problem(422, "slip", str(trouble)) from trouble
    return _slip(caller, row)


@router.post("/slips/{number}/answer", response={200: SlipOut, **REFUSALS}, operation_id="answer_slip")
@called
def answer_slip(request: HttpRequest, number: PathPart[int], given: Body[SlipAnswerIn]) -> Any:
    """Answer a slip that we sent (答复校核单)."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_have("slips")
    rows = slip_queries.slips_with(caller.reader, caller.key.partner, "out")
    row = rows.filter(pk=number).first() if 0 < number <= LARGEST_ID else None
    if row is None:
        raise NOT_FOUND
    try:
        done = slips.answer_slip(
            by=caller.reader,
            slip=row,
            answer=given.answer,
            on=timezone.localdate(),
            corrected=given.corrected,
            note=given.note,
        )
    except SlipProblem as trouble:
        raise Problem(409, "slip", str(trouble)) from trouble
    return _slip(caller, done)


def _slip(caller: Caller, row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "way": row.way,
        "number": _whom(caller, row) if row.way == "out" else "",
        "field": row.field,
        "ours": row.ours,
        "theirs": row.theirs,
        "state": row.state,
        "answer": row.answer,
        "due": row.due,
    }


def _whom(caller: Caller, row: Any) -> str:
    """Whose value we ask the department to look at; that it was told is noted with the person."""
    found = slip_queries.about(row)
    if found.person is not None:
        caller.persons += 1
        audit.record_reads(
            by=caller.reader.name,
            person_ids=[found.person],
            via=caller.reader.via,
            purpose="核对校核单",
            fields=["slip"],
            division=row.division,
        )
    return found.number


@router.post("/sharing", response={200: SharingOut, **REFUSALS}, operation_id="ask_sharing")
@called
def ask_sharing(request: HttpRequest, given: Body[SharingIn]) -> Any:
    """Ask for data on a legal basis (申请数据共享). A person decides; silence grants nothing."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_have("sharing")
    try:
        row = sharing.ask_sharing(
            by=caller.reader.name, partner=caller.key.partner, on=timezone.localdate(), **given.dict()
        )
    except SharingProblem as trouble:
        raise Problem(422, "sharing", str(trouble)) from trouble
    return _sharing(row)


@router.get("/sharing", response={200: SharingPage, **REFUSALS}, operation_id="sharing")
@called
def list_sharing(request: HttpRequest) -> Any:
    """One's own requests, newest first (我的共享申请)."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_have("sharing")
    rows = sharing_queries.sharing_requests(caller.key.partner).order_by("-pk")[:ROWS]
    return {"rows": [_sharing(row) for row in rows]}


def _sharing(row: Any) -> dict[str, Any]:
    names = ("matter", "basis", "fields", "state", "conformity_due", "answer_due", "reason")
    return {"id": row.pk, **{name: getattr(row, name) for name in names}}
