"""Sharing requests with their clocks, and how far a legal basis reaches."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from anmin.kernel.exchange.periods import days_left
from anmin.kernel.exchange.sharing.models import SharingRequest
from anmin.kernel.partners.models import Partner
from anmin.kernel.partners.shareable import LegalBasis, legal_bases, shareable

OPEN = (SharingRequest.State.OPEN, SharingRequest.State.CONFORMING)


def sharing_requests(partner: Partner | None = None) -> QuerySet[SharingRequest]:
    """Requests, those that are due first at the top."""
    rows = SharingRequest.objects.select_related("partner").order_by("answer_due", "pk")
    return rows if partner is None else rows.filter(partner=partner)


def sharing_request_numbered(number: int) -> SharingRequest | None:
    """One request."""
    return sharing_requests().filter(pk=number).first()


def bases_for(partner: Partner) -> list[LegalBasis]:
    """The legal bases on which a partner can ask."""
    return [row for row in legal_bases().values() if row.department in ("*", partner.key)]


def beyond(basis: LegalBasis, fields: Collection[str]) -> list[str]:
    """The titles of fields that a legal basis does not reach, unknown names as they are."""
    known = shareable()
    return [known[name].title if name in known else name for name in fields if name not in basis.fields]


@dataclass(frozen=True)
class Pending:
    """A request with its basis, its fields in words, and how many working days are left; negative when late."""

    row: SharingRequest
    basis: LegalBasis | None
    fields: tuple[str, ...]
    left: int

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to answer."""
        return self.row.state in OPEN


def pending(row: SharingRequest, on: date) -> Pending:
    """A request as a page shows it."""
    known = shareable()
    titles = tuple(known[name].title if name in known else name for name in row.fields)
    until = row.conformity_due if row.state == SharingRequest.State.OPEN else row.answer_due
    return Pending(row, legal_bases().get(row.basis), titles, days_left(until, on))


def silent(on: date) -> QuerySet[SharingRequest]:
    """Requests that nobody decided in time and that were not reported upwards yet."""
    return sharing_requests().filter(state__in=OPEN, answer_due__lt=on, escalated_on__isnull=True)
