"""One partner's own affairs: keys, calls, batches, slips, requests, and nothing of anybody else."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from anmin.kernel.access.middleware import tell
from anmin.kernel.access.queries import Reader
from anmin.kernel.exchange.sharing.queries import Pending, pending, sharing_requests
from anmin.kernel.exchange.slips.models import Slip
from anmin.kernel.exchange.slips.queries import slips_with
from anmin.kernel.facts.batches import queries as batches
from anmin.kernel.facts.batches.models import RefusedFile, SourceBatch, SourceQuarantine
from anmin.kernel.partners import queries as partners
from anmin.kernel.partners.models import Partner, PartnerCall
from anmin.kernel.partners.queries import KeyView
from anmin.kernel.partners.staff.queries import live_keys, partner_of, reading_for

CLEAR = 2


@dataclass(frozen=True)
class Counter:
    """A partner as its own people see it. `sight` is as far as its keys for slips reach."""

    partner: Partner
    reader: Reader
    sight: Reader

    @property
    def name(self) -> str:
        """How the books call whoever stands here: department and person."""
        return self.sight.name

    @property
    def keys(self) -> list[KeyView]:
        """The partner's keys, newest first, each with its last use."""
        return [partners.key_view(row, self.reader.on) for row in partners.keys_of(self.partner)]

    @property
    def calls(self) -> QuerySet[PartnerCall]:
        """Every call made with them."""
        return partners.calls_of(self.partner)

    @property
    def requests(self) -> list[Pending]:
        """The partner's requests for data, with their clocks."""
        return [pending(row, self.reader.on) for row in sharing_requests(self.partner)]

    @property
    def batches(self) -> QuerySet[SourceBatch]:
        """Batches that the partner's keys or people sent."""
        return batches.batches_by(self._names, self._sources)

    @property
    def refused_files(self) -> list[RefusedFile]:
        """Its files that were refused whole."""
        return batches.refused_by(self._names, 10)

    def batch(self, number: int) -> SourceBatch | None:
        """One of its batches."""
        return self.batches.filter(pk=number).first()

    @property
    def slips_waiting(self) -> list[Slip]:
        """Slips that wait for the partner's answer, the first due first."""
        return list(self._slips.filter(state=Slip.State.OPEN).order_by("due", "pk")[:50])

    def slip(self, number: int) -> Slip | None:
        """One slip that was sent to it."""
        return self._slips.select_related("person", "household").filter(pk=number).first()

    @property
    def _slips(self) -> QuerySet[Slip]:
        return slips_with(self.sight, self.partner, Slip.Way.OUT)

    @property
    def _sources(self) -> set[str]:
        return {source for key in partners.keys_of(self.partner) for source in key.sources}

    @property
    def _names(self) -> set[str]:
        keys = {f"{self.partner.name}·{key.title}" for key in partners.keys_of(self.partner)}
        people = {f"{self.partner.name}·{row.user}" for row in self.partner.staff.select_related("user")}
        return keys | people


def counter_of(reader: Reader) -> Counter | None:
    """The counter of the department a reader works for; the database is told how far its keys reach."""
    partner = partner_of(reader)
    if partner is None:
        return None
    sight = reading_for(reader, partner, "slips")
    # Quarantined rows are sensitive: only whoever may send batches sees those of the own department again.
    level = CLEAR if live_keys(partner, reader.on, "batches.send") else sight.clearance
    tell(
        {**sight.settings, "anmin.partner": str(partner.pk), "anmin.level": str(max(level, sight.clearance))}
    )
    return Counter(partner, reader, sight)


def quarantine_of(batch: SourceBatch) -> QuerySet[SourceQuarantine]:
    """The rows of a batch that did not land."""
    return batches.quarantined(batch)
