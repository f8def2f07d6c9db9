"""Sweeps that were made, and what each benefit came to."""

from __future__ import annotations

from django.db import models


class Sweep(models.Model):
    """One sweep over a run (反向办): who should look at everybody found, and by which day all should be settled."""

    run = models.OneToOneField("kernel.Run", models.PROTECT, related_name="sweep")
    division = models.CharField(max_length=12)
    on = models.DateField()
    target_day = models.DateField()
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.division} {self.on}"


class SweepPart(models.Model):
    """What a sweep found about one benefit. Without a roll (`has_roll`) nothing is said of who lacks it.

    `held` have it by our decisions or by a roll; of them `without` qualify no more, of `untold` the data cannot tell.
    """

    sweep = models.ForeignKey(Sweep, models.CASCADE, related_name="parts")
    benefit = models.CharField(max_length=60)
    has_roll = models.BooleanField()
    eligible = models.IntegerField()
    missed = models.IntegerField()
    held = models.IntegerField(default=0)
    untold = models.IntegerField(default=0)
    without = models.IntegerField()
    fen = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sweep", "benefit"], name="sweep_part_once")]

    def __str__(self) -> str:
        return self.benefit
