"""Runs of the rules over a population and the households they reached."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Run(models.Model):
    """One screening run (测算): by which rules, for which day, over which snapshot.

    `changed` is how many households were calculated where the run laid changes over an earlier one, else None.
    """

    on = models.DateField()
    city = models.CharField(max_length=12)
    snapshot = models.CharField(max_length=200)
    results = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=16)
    source = models.CharField(max_length=50)
    households = models.IntegerField()
    persons = models.IntegerField()
    broken = models.IntegerField()
    changed = models.IntegerField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(households__gte=0, persons__gte=0, broken__gte=0), name="run_counts_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(changed__isnull=True) | Q(changed__gte=0), name="run_changes_not_negative"
            ),
        ]
        indexes = [models.Index(fields=["-made_at"], name="run_latest")]

    def __str__(self) -> str:
        return f"{self.city} {self.on}"


class DivisionSum(models.Model):
    """What one output came to in one division (village or town): a sum in fen and a count."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="sums")
    division = models.CharField(max_length=12)
    output = models.CharField(max_length=100)
    total = models.BigIntegerField()
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "division", "output"], name="division_sum_once_a_run"),
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.output}"


class HouseholdResult(models.Model):
    """What a run found for one household; only households for which something was found have a row.

    `layer` and `coverage` are codes of `anmin.policy.codes`; `aid_month` is fen a month over all benefits that
    pay by the month. `values` are the household's outputs, `people` those of each member by position.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="results_of_households")
    number = models.CharField(max_length=50)
    division = models.CharField(max_length=12)
    settlement = models.SmallIntegerField()
    layer = models.SmallIntegerField()
    coverage = models.SmallIntegerField()
    members = models.SmallIntegerField()
    aid_month = models.BigIntegerField()
    values = models.JSONField()
    people = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="household_result_once_a_run"),
            models.CheckConstraint(condition=Q(aid_month__gte=0), name="household_aid_not_negative"),
        ]
        indexes = [
            models.Index(fields=["run", "layer", "number"], name="household_result_layer"),
            models.Index(fields=["run", "coverage", "number"], name="household_result_coverage"),
            models.Index(
                fields=["run", "division"],
                name="household_result_division",
                opclasses=["int8_ops", "varchar_pattern_ops"],
            ),
        ]

    def __str__(self) -> str:
        return self.number


class BrokenHousehold(models.Model):
    """A household that the run could not calculate, and why."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="broken_households")
    number = models.CharField(max_length=50)
    division = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=300)

    class Meta:
        indexes = [models.Index(fields=["run", "number"], name="broken_household_number")]

    def __str__(self) -> str:
        return self.number
