"""Views of the work table that somebody saved."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from anmin.kernel.keys.fields import SealedModel, SealedText


class SavedView(SealedModel):
    """A view of one's own (我的视图): a name and the filters of the work table. Nobody else sees it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="saved_views")
    name = SealedText()
    filters = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["owner", "id"], name="saved_view_of_owner")]

    def __str__(self) -> str:
        return f"视图 {self.pk}"
