"""Everything that was ever said about a field of a household's card; what holds now follows from it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from anmin.kernel.keys.fields import SealedModel, SealedText


class CardEntry(SealedModel):
    """Somebody's word about one field (走访资料的一次填写). `uid` is the phone's, `base` the words it had in front of it.

    Rows are only added. Which word holds is never a matter of clocks: see `cards.merging`.
    """

    uid = models.CharField(max_length=80, unique=True)
    household = models.ForeignKey("kernel.Household", models.PROTECT, related_name="card_entries")
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    field = models.CharField(max_length=30)
    base = ArrayField(models.CharField(max_length=80), default=list)
    value = SealedText()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="card_entries")
    said_at = models.DateTimeField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["household", "field"], name="card_of_household")]

    def __str__(self) -> str:
        return self.uid
