"""What arrived from phones, by the phone's own key, with the answer that was given."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from anmin.kernel.keys.fields import SealedJSON, SealedModel


class Sending(SealedModel):
    """One thing a phone sent (上传): the same key with the same body gets the same answer again (幂等)."""

    key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="sendings")
    kind = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    answer = SealedJSON()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key
