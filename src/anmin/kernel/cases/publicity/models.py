"""What was shown in public, when, and what people objected to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anmin.kernel.cases.models import Case
from anmin.kernel.keys.fields import SealedJSON, SealedModel, SealedText


class Publicity(SealedModel):
    """One round of publicity (公示): `row` holds exactly what the sheet shows, from the allowlist."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="publicities")
    round = models.SmallIntegerField()
    division = models.CharField(max_length=12)
    row = SealedJSON()
    first_day = models.DateField()
    last_day = models.DateField()
    withdrawn_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "round"], name="publicity_once_a_round"),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="publicity_ends_after_it_begins"
            ),
        ]
        indexes = [models.Index(fields=["division", "-first_day"], name="publicity_of_division")]

    def __str__(self) -> str:
        return f"公示 {self.case_id} {self.round}"


class Objection(SealedModel):
    """Somebody objects to what is shown (异议). Who it was stays sealed."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="objections")
    objector = SealedText()
    words = SealedText()
    received_on = models.DateField()
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="received_objections"
    )
    is_upheld = models.BooleanField(null=True)
    answer = SealedText()
    settled_on = models.DateField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="settled_objections"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_on__isnull=True)
                | Q(is_upheld__isnull=False, settled_by__isnull=False, settled_on__gte=F("received_on")),
                name="objection_settled_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"异议 {self.pk}"
