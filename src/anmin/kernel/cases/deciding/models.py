"""Random samples (随机抽查): from which cases, by which seed, which were drawn."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Sample(models.Model):
    """A draw (抽查). The same seed over the same cases draws the same ones, so that anybody can check it."""

    matter = models.CharField(max_length=40)
    division = models.CharField(max_length=12)
    seed = models.CharField(max_length=64)
    share_bp = models.IntegerField()
    cases = models.JSONField()
    drawn = models.JSONField()
    on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="drew_samples")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(share_bp__gt=0) & Q(share_bp__lte=10_000), name="sample_share_is_a_share"
            ),
            models.CheckConstraint(condition=~Q(seed=""), name="sample_has_a_seed"),
        ]

    def __str__(self) -> str:
        return f"{self.matter} {self.on}"
