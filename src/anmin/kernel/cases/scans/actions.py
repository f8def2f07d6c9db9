"""Take a scanned paper in, in pieces or whole; look through it; show it; take it down again."""

from __future__ import annotations

import hashlib
import os
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.intake.models import Draft
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.parties import Applicant, powers_in
from anmin.kernel.cases.scans.models import Scan
from anmin.kernel.cases.scans.queries import WHOLE, content_of, scans_home, shelf_of
from anmin.kernel.keys.pieces import check_announced, keep_piece, pieces, plain_name, put, sweep
from anmin.kernel.keys.signing import sign_file
from anmin.kernel.papers.models import Paper
from anmin.kernel.people.models import Person
from anmin.lib.crypto import seal
from anmin.lib.scanned import NotAScan, Scanned, looked_through
from anmin.policy.errors import PolicyError

LARGEST = 10 * 1024**2
LARGEST_PIECE = 256 * 1024
MOST_AT_A_PLACE = 20
"""Pages of one paper: more is a mistake, or somebody filling the disk."""
MOST_OF_A_CASE = 120
FORGOTTEN = timedelta(hours=48)
HAND_IN = frozenset({"case.file", "case.accept", "case.survey", "case.publish"})
SUFFIXES = (".jpg", ".jpeg", ".png", ".pdf")


@transaction.atomic
def begin_scan(
    *,
    by: Any,
    file_name: str,
    size: int,
    sha256: str,
    on: date,
    draft: Draft | None = None,
    case: Case | None = None,
    key: str = "",
    person: Person | None = None,
    paper: Paper | None = None,
) -> Scan:
    """Announce a scanned paper, or take up again where the same file stopped: `received` says where (开始上传扫描件).

    The same file at the same place a second time is the one that is there. Sizes are bytes.

    Raises:
        PolicyError: `upload`, for a file that is too large, of another kind, or one too many.
        PermissionError: when the form or the case is not one's own.
    """
    _may(by, draft, case, on, is_paper=paper is not None)
    check_announced(size, sha256, largest=LARGEST, words=_("10 MB"))
    name = plain_name(file_name, "scan")
    if not name.lower().endswith(SUFFIXES):
        raise PolicyError(
            "upload", what=_("只收 JPG、PNG 图片和 PDF"), todo=_("请拍照上传，或另存为 PDF 再传")
        )
    place = {"draft": draft, "case": case, "key": key[:40], "person": person, "paper": paper}
    known = Scan.objects.exclude(state=Scan.State.DROPPED).filter(
        **{name: value for name, value in place.items() if value is not None},
        **{f"{name}__isnull": True for name, value in place.items() if value is None},
    )
    if (row := known.filter(sha256=sha256).first()) is not None:
        return row
    of_all = Scan.objects.exclude(state=Scan.State.DROPPED).filter(draft=draft, case=case)
    if known.count() >= MOST_AT_A_PLACE or of_all.count() >= MOST_OF_A_CASE:
        raise PolicyError(
            "upload", what=_("这一项的扫描件已经够多了"), todo=_("请合并成一个 PDF，或先撤下用不着的")
        )
    row = Scan(
        **place,
        file_name=name,
        secret=os.urandom(16).hex(),
        size=size,
        sha256=sha256,
        owner=user_of(by),
        resident_id=by.person if isinstance(by, Applicant) else None,
    )
    row.save()
    _record(by, row, "begin_scan", {"key": row.key, "size": size})
    return row


@transaction.atomic
def add_scan_piece(*, by: Any, scan: Scan, offset: int, piece: bytes, on: date) -> Scan:
    """Keep the next piece, at most 256 KB. The same piece again, after a cut line, changes nothing.

    Raises:
        PolicyError: `upload`, saying how far the file has come, for a piece that does not follow.
    """
    row = _open(by, scan, on)
    if keep_piece(row, shelf_of(row), offset, piece, largest=LARGEST_PIECE, words="256 KB"):
        row.save(update_fields=["received", "touched_at"])
    return row


@transaction.atomic
def finish_scan(*, by: Any, scan: Scan, on: date) -> Scan:
    """Look through a complete scan and keep it (收下扫描件); one that was finished already stays as it is.

    Raises:
        PolicyError: `upload` while bytes are missing: it can go on. `scan` for a file that cannot be kept.
    """
    row = Scan.objects.select_for_update(of=("self",)).get(pk=scan.pk)
    if row.state == Scan.State.KEPT:
        return row
    row = _open(by, scan, on)
    shelf = shelf_of(row)
    try:
        found = looked_through(b"".join(pieces(row, shelf)), row.file_name)
    except NotAScan as trouble:
        raise PolicyError("scan", what=str(trouble), todo=_("其他已填的内容都还在")) from trouble
    sealed = seal(shelf.key, found.content, f"{shelf.name}|whole".encode())
    put(shelf.folder, shelf.folder / WHOLE, sealed)
    sign_file(shelf.folder / WHOLE, f"scans/{row.pk}")
    row.kind, row.kept_on, row.state = found.kind, on, Scan.State.KEPT
    row.kept_sha256 = hashlib.sha256(sealed).hexdigest()
    row.save()
    _record(by, row, "keep_scan", {"key": row.key, "kind": row.kind})
    transaction.on_commit(lambda: _clear(shelf.folder))
    return row


@transaction.atomic
def keep_scan(*, by: Any, file_name: str, content: bytes, on: date, **place: Any) -> Scan:
    """A scanned paper in one go, for pages without script: `place` as in `begin_scan`."""
    row = begin_scan(
        by=by,
        file_name=file_name,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        on=on,
        **place,
    )
    for at in range(row.received, row.size, LARGEST_PIECE):
        row = add_scan_piece(by=by, scan=row, offset=at, piece=content[at : at + LARGEST_PIECE], on=on)
    return finish_scan(by=by, scan=row, on=on)


@transaction.atomic
def read_scan(*, by: Any, scan: Scan, purpose: str = "") -> Scanned:
    """The file of a scan, with a line in the book of reads (查看扫描件)."""
    found = content_of(scan)
    whose = scan.case.applicant_id if scan.case is not None else scan.person_id
    audit.record_reads(
        by=signature(by),
        person_ids=[whose] if whose is not None else [],
        via="cases.scan",
        purpose=purpose,
        fields=["scan"],
        division=_division(scan),
    )
    return found


@transaction.atomic
def drop_scan(*, by: Any, scan: Scan, on: date, reason: str = "") -> Scan:
    """Take a scan down (撤下扫描件): its key and its file go; that it was there, and why it went, stays.

    Raises:
        PermissionError: when it is not one's own, and for those of a case that was accepted: they are evidence.
    """
    row = Scan.objects.select_for_update(of=("self",)).select_related("case", "draft").get(pk=scan.pk)
    _may(by, row.draft if row.case is None else None, row.case, on)
    if row.case is not None and row.case.steps.filter(action="accept").exists():
        raise PermissionError(_("本件已受理，材料是办理依据，不能再撤下；传错了请另传一份正确的"))
    return _drop(by, row, reason)


def _drop(by: Any, row: Scan, reason: str) -> Scan:
    row.state, row.reason, row.secret = Scan.State.DROPPED, reason[:300], ""
    row.save()
    _record(by, row, "drop_scan", {"key": row.key}, reason)
    folder = scans_home() / str(row.pk)
    transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True))
    return row


def attach_scans(*, by: Any, draft: Draft, case: Case) -> int:
    """Give what was scanned with a form to the case that came of it."""
    rows = Scan.objects.filter(draft=draft, case__isnull=True, state=Scan.State.KEPT)
    count = rows.update(case=case)
    if count:
        audit.record(
            by=signature(by),
            act="cases.attach_scans",
            subject=case,
            after={"scans": count},
            division=case.division,
        )
    return count


@transaction.atomic
def drop_forgotten_scans(*, by: Any, now: datetime) -> int:
    """Throw away scans that nobody went on with for two days, and files of scans that are over (清理没有传完的扫描件)."""
    rows = list(Scan.objects.filter(state=Scan.State.OPEN, touched_at__lt=now - FORGOTTEN))
    for row in rows:
        _drop(by, row, "超过 48 小时没有继续上传")
    still = Scan.objects.exclude(state=Scan.State.DROPPED).values_list("pk", flat=True)
    sweep(scans_home(), {str(pk) for pk in still})
    return len(rows)


def _clear(folder: Path) -> None:
    """Take the pieces of a file away that is kept whole."""
    for path in folder.glob("0*.sealed"):
        path.unlink(missing_ok=True)


def _open(by: Any, scan: Scan, on: date) -> Scan:
    row = Scan.objects.select_for_update(of=("self",)).select_related("case", "draft").get(pk=scan.pk)
    _may(by, row.draft if row.case is None else None, row.case, on, is_paper=row.paper_id is not None)
    if row.state != Scan.State.OPEN:
        raise PolicyError("upload", what=_("这次上传已经结束"), todo=_("重新选择文件上传"))
    return row


def _may(by: Any, draft: Draft | None, case: Case | None, on: date, is_paper: bool = False) -> None:
    """One's own form; a case in which one has a part; nothing is added to a closed case but a paper come back signed."""
    if case is not None and case.closed_on is not None and not is_paper:
        raise PermissionError(_("本件已办结，不能再加材料"))
    if isinstance(by, Applicant):
        mine = draft is not None and draft.resident_id == by.person
        if case is not None:
            helper = getattr(getattr(case, "application", None), "helper_id", None)
            mine = by.person in (case.applicant_id, helper) or case.members.filter(person=by.person).exists()
        if not mine:
            raise PermissionError(_("这不是您的申请"))
        return
    if case is not None:
        powers = powers_in(by, case.division, on)
        if powers is not None and not powers & HAND_IN:
            raise PermissionError(_("材料由受理、代办和入户的人员上传，您的岗位没有这项权限"))
    elif draft is not None and (user := user_of(by)) is not None and draft.owner_id != user.pk:
        raise PermissionError(_("这份草稿是别人的"))


def _division(row: Scan) -> str:
    return row.case.division if row.case is not None else row.draft.division if row.draft is not None else ""


def _record(by: Any, row: Scan, act: str, after: dict[str, Any], reason: str = "") -> None:
    audit.record(
        by=signature(by), act=f"cases.{act}", subject=row, after=after, reason=reason, division=_division(row)
    )
