"""Plans of visits and the places where photographs are allowed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anmin.kernel.keys.fields import SealedModel, SealedText


class VisitPlan(SealedModel):
    """Somebody, or a household, is visited at least every `every_days` (走访计划), by the rule `law` of the place.

    `next_due` is the day of the next visit; `missed` counts attempts in a row that met nobody. A plan that stands still or is
    over has the day since when; taken up again it is a new row, so that every past month counts as it was.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "进行中"
        SUSPENDED = "suspended", "暂停"
        REFUSED = "refused", "签字不接受"
        ENDED = "ended", "结束"

    service = models.CharField(max_length=40)
    tier = models.CharField(max_length=30)
    household = models.ForeignKey("kernel.Household", models.PROTECT, related_name="visit_plans")
    person = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="visit_plans")
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    every_days = models.SmallIntegerField()
    law = models.CharField(max_length=100)
    is_verified = models.BooleanField(default=False)
    by_rule = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    last_seen = models.DateField(null=True)
    next_due = models.DateField()
    missed = models.SmallIntegerField(default=0)
    reason = SealedText()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(every_days__gte=1), name="visit_plan_has_a_rhythm"),
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="visit_plan_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["service", "household", "person"],
                condition=~Q(state__in=["ended", "refused"]),
                name="visit_plan_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(state="active") | Q(last_day__isnull=False), name="visit_plan_stands_since_a_day"
            ),
        ]
        indexes = [models.Index(fields=["division", "state", "next_due"], name="visit_plan_due")]

    def __str__(self) -> str:
        return f"走访计划 {self.pk}"


class PhotoRule(models.Model):
    """A place lets photographs be taken for one service, and says why (拍照必要性说明), until a day. Without it there are none."""

    service = models.CharField(max_length=40)
    division = models.CharField(max_length=12)
    words = models.CharField(max_length=200)
    first_day = models.DateField()
    last_day = models.DateField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="photo_rules")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="photo_rule_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(words=""), name="photo_rule_says_why"),
        ]

    def __str__(self) -> str:
        return f"拍照 {self.service} {self.division}"
