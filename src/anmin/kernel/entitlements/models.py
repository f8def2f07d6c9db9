"""Decisions with everything they rested on, and the dated amounts that follow from them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from anmin.kernel.keys.fields import SealedModel, SealedText

FOREVER = "infinity"


class Decision(SealedModel):
    """A decision (审核确认决定): outcome, amount and the frozen grounds it rested on; never changed afterwards.

    `facts`, `rates` and `findings` are canonical JSON of what the rules read and what they found; `grounds` is the
    hash over them, so that a replay can be compared byte by byte. A database trigger refuses UPDATE and DELETE,
    and a decision in a case that is not, by the end of its transaction, one step of that case.
    `is_public` grants need a publicity that ran out. Only a person decides: `decided_by` is never empty.
    """

    class Outcome(models.TextChoices):
        GRANT = "grant", "予以确认"
        REFUSE = "refuse", "不予确认"
        CHANGE = "change", "调整"
        REDUCE = "reduce", "减发"
        SUSPEND = "suspend", "暂停"
        RESUME = "resume", "恢复"
        STOP = "stop", "停发"
        RECOVER = "recover", "追回"
        TERMINATE = "terminate", "终止办理"

    ADVERSE = frozenset({"refuse", "reduce", "suspend", "stop", "recover", "terminate"})

    case_number = models.CharField(max_length=40)
    matter = models.CharField(max_length=40)
    benefit = models.CharField(max_length=60, blank=True)
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    household = models.ForeignKey("kernel.Household", models.PROTECT, related_name="decisions")
    person = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="decisions")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    layer = models.SmallIntegerField(null=True)
    amount = models.BigIntegerField(null=True)
    on = models.DateField()
    reason = SealedText()
    law = models.CharField(max_length=200, blank=True)
    facts = models.JSONField()
    rates = models.JSONField()
    findings = models.JSONField()
    rules = models.CharField(max_length=16)
    grounds = models.CharField(max_length=64)
    is_public = models.BooleanField(default=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="decisions")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="decision_amount_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["refuse", "reduce", "suspend", "stop", "recover", "terminate"])
                | ~Q(reason=""),
                name="decision_against_people_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["case_number"], name="decision_case"),
            models.Index(fields=["household", "-on"], name="decision_household"),
        ]

    def __str__(self) -> str:
        return f"{self.case_number} {self.outcome}"


class Entitlement(models.Model):
    """One benefit of one household or one person (待遇), with the decisions that began, changed and ended it.

    A trigger refuses a change of `state` that does not name a decision of its own in `changed_by`.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "享受中"
        SUSPENDED = "suspended", "暂停"
        FADING = "fading", "渐退期"
        ENDED = "ended", "已终止"

    benefit = models.CharField(max_length=60)
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    household = models.ForeignKey("kernel.Household", models.PROTECT, related_name="entitlements")
    person = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="entitlements")
    state = models.CharField(max_length=12, choices=State.choices, default=State.ACTIVE)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    begun_by = models.ForeignKey(Decision, models.PROTECT, related_name="began")
    changed_by = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="changed")
    ended_by = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="ended")
    review_due = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="entitlement_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(state="ended", last_day__isnull=False, ended_by__isnull=False)
                | ~Q(state="ended"),
                name="entitlement_ends_by_a_decision",
            ),
            models.CheckConstraint(
                condition=Q(state="active") | Q(changed_by__isnull=False),
                name="entitlement_changes_by_a_decision",
            ),
            ExclusionConstraint(
                name="entitlement_of_household_once",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    ("benefit", RangeOperators.EQUAL),
                    (
                        Func(
                            "first_day",
                            "last_day",
                            models.Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(person__isnull=True),
            ),
            ExclusionConstraint(
                name="entitlement_of_person_once",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("benefit", RangeOperators.EQUAL),
                    (
                        Func(
                            "first_day",
                            "last_day",
                            models.Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(person__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["benefit", "division", "state"], name="entitlement_roster"),
            models.Index(fields=["review_due"], name="entitlement_review_due"),
        ]

    def __str__(self) -> str:
        return f"{self.benefit} {self.household_id}"


class Amount(models.Model):
    """Fen of each month from a first month on (月标准额), by the decision that set it. Months are their first days.

    What is paid by the year has a row for each `year`: it is due in one month of it, so that no sum of a year can ever
    be taken for one of a month, and no year has two.
    """

    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="amounts")
    first_month = models.DateField()
    last_month = models.DateField(null=True)
    fen = models.BigIntegerField()
    year = models.SmallIntegerField(null=True)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="amounts")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(fen__gte=0), name="amount_not_negative"),
            models.CheckConstraint(
                condition=Q(first_month__day=1) & (Q(last_month__isnull=True) | Q(last_month__day=1)),
                name="amount_months_are_first_days",
            ),
            models.CheckConstraint(
                condition=Q(last_month__isnull=True) | Q(last_month__gte=F("first_month")),
                name="amount_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(year__isnull=True)
                | Q(last_month=F("first_month"), first_month__year=F("year"), last_month__isnull=False),
                name="amount_of_a_year_in_one_month",
            ),
            models.UniqueConstraint(
                fields=["entitlement", "year"], condition=Q(year__isnull=False), name="amount_once_a_year"
            ),
            ExclusionConstraint(
                name="amount_once_a_month",
                expressions=[
                    ("entitlement", RangeOperators.EQUAL),
                    (
                        Func(
                            "first_month",
                            "last_month",
                            models.Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_month:%Y-%m} {self.fen}"
