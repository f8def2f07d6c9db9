"""What was recorded about somebody that must hold their money."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from anmin.kernel.keys.fields import SealedModel, SealedText
from anmin.kernel.people.models import ordered


class Sentinel(SealedModel):
    """A recorded circumstance that holds somebody's lines (停发哨兵), from a day on until it is lifted.

    Deaths in the register and expired certificates hold by themselves; here stands what departments and villages say.
    It stops nothing: it holds, and a person decides.
    """

    class Kind(models.TextChoices):
        DEATH = "death", "死亡线索"
        CREMATION = "cremation", "火化记录"
        DETENTION = "detention", "羁押、服刑"
        CERTIFICATE = "certificate", "证件到期或注销"
        DOUBLE = "double", "异地重复享受"
        MOVED = "moved", "户籍或居住地迁出"
        INCOME = "income", "收入或就业变化"

    person = models.ForeignKey("kernel.Person", models.PROTECT, related_name="sentinels")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    source = models.CharField(max_length=60)
    note = SealedText()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="recorded_sentinels"
    )
    learned_at = models.DateTimeField(auto_now_add=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="lifted_sentinels"
    )
    lifted_at = models.DateTimeField(null=True)
    lifted_why = SealedText()

    class Meta:
        constraints = [
            ordered("sentinel_ends_after_it_begins"),
            models.UniqueConstraint(fields=["person", "kind", "first_day", "source"], name="sentinel_once"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | Q(lifted_by__isnull=False),
                name="sentinel_lifted_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["person"], condition=Q(lifted_at__isnull=True), name="sentinel_stands")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id}"
