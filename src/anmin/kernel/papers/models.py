"""Papers that were made: of which kind, in which words, for whom, by whom, and the hashes that prove it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from anmin.kernel.keys.fields import SealedJSON, SealedModel


class Paper(SealedModel):
    """A paper (文书) as it was made; a trigger refuses every change but of the sealing.

    `sheet` holds every word and `data` what it was made of, so that the paper can be made again; `pdf_sha256` is of the
    file that was printed, `words_sha256` of the words, `engine` of renderer, look and fonts. `subject` is the number of
    the case it belongs to, or another name by which its makers find it. `code` is printed at its foot and says nothing
    about anybody. `by_hand` are characters that were left to be written in by hand.
    """

    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=100)
    template = models.CharField(max_length=40)
    code = models.CharField(max_length=12, unique=True)
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField()
    subject = models.CharField(max_length=60)
    household = models.ForeignKey("kernel.Household", models.PROTECT, null=True, related_name="papers")
    person = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="papers")
    on = models.DateField()
    sheet = SealedJSON()
    data = SealedJSON()
    words_sha256 = models.CharField(max_length=64)
    pdf_sha256 = models.CharField(max_length=64)
    engine = models.CharField(max_length=60)
    by_hand = ArrayField(models.CharField(max_length=8), default=list)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="papers")
    made_by_name = models.CharField(max_length=150)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "-id"], name="paper_of_subject"),
            models.Index(fields=["division", "-id"], name="paper_division"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.code}"
