"""Scanned papers as those may see them who have the case, or the form, before them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.intake.models import Draft
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.parties import Applicant
from anmin.kernel.cases.queries import cases
from anmin.kernel.cases.scans.models import Scan
from anmin.kernel.keys.pieces import Shelf
from anmin.lib.crypto import SealingKey, unseal
from anmin.lib.scanned import Scanned
from anmin.policy.errors import PolicyError

WHOLE = "whole.sealed"


def scans_of(case: Case) -> list[Scan]:
    """What was handed in as pictures with a case, in order."""
    return list(case.scans.filter(state=Scan.State.KEPT).select_related("owner", "paper").order_by("pk"))


def scans_of_draft(draft: Draft) -> list[Scan]:
    """What was handed in with a form that is being filled in: kept and not yet complete."""
    return list(draft.scans.exclude(state=Scan.State.DROPPED).order_by("pk"))


def scans_seen_by(seen_by: Reader | Applicant) -> QuerySet[Scan]:
    """The scans of cases in a reader's sight and of the reader's own forms; of a family, those of its own."""
    if isinstance(seen_by, Applicant):
        mine = Q(draft__resident=seen_by.person) | Q(case__applicant=seen_by.person)
        return Scan.objects.filter(mine | Q(case__application__helper=seen_by.person))
    return Scan.objects.filter(Q(case__in=cases(seen_by)) | Q(case=None, draft__owner=seen_by.user))


def scan_numbered(seen_by: Reader | Applicant, number: int) -> Scan | None:
    """One scan that was not dropped, or None: also where it may not be seen."""
    rows = scans_seen_by(seen_by).exclude(state=Scan.State.DROPPED)
    return rows.select_related("case", "draft").filter(pk=number).first()


def content_of(scan: Scan) -> Scanned:
    """The file itself, opened.

    Raises:
        PolicyError: `scan`, when it is not complete, was dropped, or is not as it was kept.
    """
    shelf = shelf_of(scan)
    try:
        sealed = (shelf.folder / WHOLE).read_bytes()
        return Scanned(scan.kind, unseal(lambda number: shelf.key, sealed, f"{shelf.name}|whole".encode()))
    except (OSError, ValueError) as trouble:
        raise PolicyError(
            "scan", what="扫描件不在或已损坏，打不开", todo="请系统管理员核验数据文件；急用请重新扫描"
        ) from trouble


def shelf_of(scan: Scan) -> Shelf:
    """Where a scan's pieces lie, and its own key."""
    return Shelf(scans_home() / str(scan.pk), SealingKey(0, bytes.fromhex(scan.secret)), f"scan|{scan.pk}")


def scans_home() -> Path:
    """The folder of all scans."""
    return Path(settings.ANMIN_HOME) / "scans"


def kept_files() -> Iterator[tuple[Path, str, str]]:
    """The file of every scan that is kept: where it lies, the name it was signed under, its SHA-256."""
    for row in Scan.objects.filter(state=Scan.State.KEPT).order_by("pk").iterator():
        yield scans_home() / str(row.pk) / WHOLE, f"scans/{row.pk}", row.kept_sha256
