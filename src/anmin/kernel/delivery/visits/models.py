"""Visits as they were written down, and their photographs."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anmin.kernel.delivery.plans.models import VisitPlan
from anmin.kernel.keys.fields import SealedJSON, SealedModel, SealedText


class Visit(SealedModel):
    """One visit (走访记录). `number` is the receipt; `key` is the phone's own, so that the same visit is stored once.

    Three times are kept: when it happened, when the phone wrote it down, when it arrived here. Later entry is normal.
    `answers` are by question of the form's version; `is_met` whether the person was seen.
    """

    number = models.CharField(max_length=20, unique=True)
    key = models.CharField(max_length=40, unique=True)
    service = models.CharField(max_length=40)
    plan = models.ForeignKey(VisitPlan, models.PROTECT, null=True, related_name="visits")
    household = models.ForeignKey("kernel.Household", models.PROTECT, related_name="visits")
    person = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="visits")
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="visits")
    happened_on = models.DateField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    form_version = models.SmallIntegerField()
    way = models.CharField(max_length=10)
    is_met = models.BooleanField()
    worst = models.CharField(max_length=8, blank=True)
    answers = SealedJSON()
    note = SealedText()
    next_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(recorded_at__gte=F("happened_at")), name="visit_written_after_it_happened"
            )
        ]
        indexes = [
            models.Index(fields=["household", "-happened_at"], name="visit_of_household"),
            models.Index(fields=["division", "service", "happened_on"], name="visit_of_month"),
        ]

    def __str__(self) -> str:
        return self.number


class VisitPhoto(SealedModel):
    """A photograph of a visit (走访照片): a JPEG without any place in it, sealed. `sha256` is of the picture as it came."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="photos")
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    bytes = models.IntegerField()
    picture = SealedText()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "sha256"], name="visit_photo_once"),
            models.CheckConstraint(condition=Q(bytes__lte=307200), name="visit_photo_is_small"),
        ]

    def __str__(self) -> str:
        return f"照片 {self.pk}"
