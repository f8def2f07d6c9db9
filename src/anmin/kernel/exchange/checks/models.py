"""Orders to check a household, the answer of each source, and what the report rests on."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anmin.kernel.keys.fields import SealedJSON, SealedModel, SealedText


class CheckOrder(SealedModel):
    """A check of one household (核对委托). It decides nothing: its report is material for whoever decides.

    `matter` names the case or campaign that it is for (PIPL 6: no query without a purpose). `persons` are the adults
    whose authorisations it rests on; `valid_until` is the last day on which its report may be used.
    """

    class State(models.TextChoices):
        ASKED = "asked", "待启动"
        RUNNING = "running", "核对中"
        DONE = "done", "已出报告"
        CANCELLED = "cancelled", "已终止"

    household = models.ForeignKey("kernel.Household", models.PROTECT, related_name="checks")
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    matter = SealedText()
    sources = models.JSONField()
    persons = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.CharField(max_length=150)
    asked_on = models.DateField()
    start_due = models.DateField()
    started_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    reason = SealedText()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(matter=""), name="check_has_a_matter"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(done_on__isnull=False, valid_until__isnull=False),
                name="check_done_has_a_validity",
            ),
            models.UniqueConstraint(
                fields=["household"], condition=Q(state__in=["asked", "running"]), name="check_one_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["state", "division", "asked_on"], name="check_queue")]

    def __str__(self) -> str:
        return f"核对 {self.pk}"


class CheckAnswer(SealedModel):
    """What one source said about a household (来源答复), with the day it holds for and how it came."""

    class State(models.TextChoices):
        WAITING = "waiting", "待答复"
        FOUND = "found", "有记录"
        NOTHING = "nothing", "无记录"

    class Way(models.TextChoices):
        LAKE = "lake", "部门数据批次"
        HAND = "hand", "人工录入"

    order = models.ForeignKey(CheckOrder, models.PROTECT, related_name="answers")
    source = models.CharField(max_length=40)
    due = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    way = models.CharField(max_length=5, choices=Way.choices, blank=True)
    as_of = models.DateField(null=True)
    batch = models.CharField(max_length=80, blank=True)
    lines = SealedJSON()
    answered_on = models.DateField(null=True)
    answered_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "source"], name="check_answer_once_a_source"),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(as_of__isnull=False, answered_on__isnull=False),
                name="check_answer_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.order_id}"
