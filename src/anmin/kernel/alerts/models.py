"""Alerts, the hits they gather, and the steps by which each of them moved."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from anmin.kernel.alerts.limits import COLOURS
from anmin.kernel.alerts.steps import RESULTS, STATES, WAYS
from anmin.kernel.keys.fields import SealedJSON, SealedModel, SealedText

COLOUR_NAMES = {"blue": "蓝色", "yellow": "黄色", "orange": "橙色", "red": "红色"}
DIRECTIONS = {
    "NEED": "可能需要救助",
    "MORE": "待遇可能没有落实",
    "LESS": "可能不再符合",
    "SAFETY": "人身安全",
    "DATA": "数据质量",
}


class Alert(models.Model):
    """One thing about one household that somebody must look at (预警). It never ends a benefit: people decide.

    Hits of the same `cause` gather in it; a closed one that is hit again opens anew and keeps `first_hit_on`. `subject`
    is the key of a protected person, whose alerts stand apart from the household's, else 0. `risk` is the household's
    score when it was last hit; `fen` what is at stake a month, where that was calculated; `effect_before` and
    `effect_after` what a running benefit would come to by the same rules.
    """

    household = models.ForeignKey("kernel.Household", models.PROTECT, related_name="alerts")
    person = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="alerts")
    subject = models.BigIntegerField(default=0)
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    cause = models.CharField(max_length=60)
    direction = models.CharField(max_length=6, choices=list(DIRECTIONS.items()))
    colour = models.CharField(max_length=6, choices=[(key, COLOUR_NAMES[key]) for key in COLOURS])
    risk = models.SmallIntegerField(default=0)
    fen = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=list(STATES.items()), default="new")
    last_step = models.SmallIntegerField(default=0)
    round = models.SmallIntegerField(default=1)
    first_hit_on = models.DateField()
    last_hit_on = models.DateField()
    raised_on = models.DateField()
    place = models.CharField(max_length=12, blank=True)
    taker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="taken_alerts"
    )
    dispatched_on = models.DateField(null=True)
    contact_due = models.DateField(null=True)
    visit_due = models.DateField(null=True)
    close_due = models.DateField(null=True)
    due = models.DateField(null=True)
    escalated_on = models.DateField(null=True)
    escalated_to = models.CharField(max_length=12, blank=True)
    result = models.CharField(
        max_length=16, choices=[(row.key, row.title) for row in RESULTS.values()], blank=True
    )
    closed_on = models.DateField(null=True)
    quiet_until = models.DateField(null=True)
    case = models.ForeignKey("kernel.Case", models.PROTECT, null=True, related_name="alerts")
    entitlement = models.ForeignKey("kernel.Entitlement", models.PROTECT, null=True, related_name="alerts")
    effect_before = models.BigIntegerField(null=True)
    effect_after = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["household", "cause", "subject"], name="alert_once_a_cause"),
            models.CheckConstraint(
                condition=~Q(state="closed") | (Q(closed_on__isnull=False) & ~Q(result="")),
                name="alert_closes_with_a_result",
            ),
            models.CheckConstraint(
                condition=Q(state="new") | Q(dispatched_on__isnull=False), name="alert_is_given_out"
            ),
        ]
        indexes = [
            models.Index(fields=["division", "state", "due"], name="alert_of_division"),
            models.Index(fields=["taker"], condition=~Q(state="closed"), name="alert_of_taker"),
            models.Index(fields=["cause", "state"], name="alert_of_cause"),
        ]

    def __str__(self) -> str:
        return f"预警 {self.pk}"


class AlertHit(SealedModel):
    """One rule that spoke about one household (命中): which version of it, as of which day, by which values.

    `values` are sealed: fact, value, source, period and batch of each. `key` makes the same word of the same rule about
    the same day one row. `weight` is what it adds to the score; `is_quiet` says that it came while its cause was quiet.
    """

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="hits")
    round = models.SmallIntegerField(default=1)
    key = models.CharField(max_length=32, unique=True)
    rule = models.CharField(max_length=60)
    rule_since = models.DateField()
    person = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="alert_hits")
    as_of = models.DateField()
    cause = models.CharField(max_length=60)
    colour = models.CharField(max_length=6)
    weight = models.SmallIntegerField()
    sources = ArrayField(models.CharField(max_length=40), default=list)
    values = SealedJSON()
    is_quiet = models.BooleanField(default=False)
    learned_on = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["rule", "as_of"], name="alert_hit_of_rule"),
            models.Index(fields=["alert", "as_of"], name="alert_hit_of_alert"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.alert_id}"


class AlertStep(SealedModel):
    """One step of an alert (处置记录); never changed. `words` are sealed, `result` is the code of a verification."""

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="steps")
    number = models.SmallIntegerField()
    round = models.SmallIntegerField()
    action = models.CharField(max_length=10, choices=[(row.action, row.title) for row in WAYS.values()])
    from_state = models.CharField(max_length=10)
    to_state = models.CharField(max_length=10)
    on = models.DateField()
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="alert_steps")
    by_name = models.CharField(max_length=150)
    words = SealedText()
    result = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "number"], name="alert_step_once")]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.number} {self.action}"
