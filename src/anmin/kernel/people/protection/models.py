"""Where persons under protection live, so that it can be kept from those who may not know of them."""

from __future__ import annotations

from django.db import models


class HeldHome(models.Model):
    """A household that somebody under protection lives in, or lived in until `last_day`; kept by triggers alone.

    It is what `anmin_hidden_homes` reads; readers have no right to it. `number` and `division` are the household's.
    """

    person = models.BigIntegerField()
    household = models.BigIntegerField()
    number = models.CharField(max_length=50)
    division = models.CharField(max_length=12)
    held_division = models.CharField(max_length=12)
    held_level = models.SmallIntegerField()
    last_day = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "household"], name="held_home_once_a_person")
        ]
        indexes = [
            models.Index(fields=["division"], name="held_home_division"),
            models.Index(fields=["number"], name="held_home_number"),
            models.Index(fields=["household"], name="held_home_household"),
        ]

    def __str__(self) -> str:
        return self.number
