"""Scanned papers of applications and of cases."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anmin.kernel.cases.intake.models import Draft
from anmin.kernel.cases.models import Case
from anmin.kernel.keys.fields import SealedModel, SealedText
from anmin.kernel.keys.pieces import InPieces
from anmin.kernel.papers.models import Paper


class Scan(InPieces, SealedModel):
    """One scanned paper (扫描件): of a form that is being filled in, and then of the case that comes of it.

    `key` is the paper's place in the checklist of the matter, empty for one beside it; `paper` a paper of ours that came
    back signed and sealed. The file lies on the disk under `secret`, a key of its own, which goes when the scan is
    dropped: then nobody can open it any more.
    """

    class State(models.TextChoices):
        OPEN = "open", "没有传完"
        KEPT = "kept", "已存"
        DROPPED = "dropped", "已撤下"

    draft = models.ForeignKey(Draft, models.PROTECT, null=True, related_name="scans")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="scans")
    key = models.CharField(max_length=40, blank=True)
    person = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="scans")
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, related_name="scans")
    file_name = SealedText()
    secret = SealedText()
    kind = models.CharField(max_length=4, blank=True)
    kept_sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    reason = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="scans")
    resident = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="handed_in_scans")
    kept_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(draft__isnull=False) | Q(case__isnull=False), name="scan_belongs_somewhere"
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | Q(resident__isnull=False), name="scan_is_somebodys"
            ),
            models.CheckConstraint(
                condition=Q(received__gte=0, received__lte=F("size")), name="scan_within_its_size"
            ),
            models.CheckConstraint(
                condition=~Q(state="kept") | Q(kept_on__isnull=False) & ~Q(kind=""),
                name="scan_kept_on_a_day",
            ),
            models.UniqueConstraint(
                fields=["draft", "case", "key", "person", "paper", "sha256"],
                condition=~Q(state="dropped"),
                nulls_distinct=False,
                name="scan_once_at_its_place",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "key"], name="scan_of_case"),
            models.Index(fields=["draft", "key"], name="scan_of_draft"),
        ]

    def __str__(self) -> str:
        return f"扫描件 {self.pk}"
