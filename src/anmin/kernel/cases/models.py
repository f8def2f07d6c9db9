"""Cases, the steps taken in them, their clocks, publicities and objections."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.keys.fields import SealedJSON, SealedModel, SealedText


class ProcedureVersion(models.Model):
    """A procedure exactly as it was when cases were opened under it; never changed."""

    version = models.CharField(max_length=16, unique=True)
    matter = models.CharField(max_length=40)
    title = models.CharField(max_length=100)
    initial = models.CharField(max_length=30)
    declared = models.JSONField()

    def __str__(self) -> str:
        return f"{self.title} {self.version}"


class AllowedStep(models.Model):
    """One way of a procedure as the database enforces it: see the trigger `kernel_case_step_is_allowed`."""

    procedure = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="ways")
    from_state = models.CharField(max_length=30)
    action = models.CharField(max_length=40)
    to_state = models.CharField(max_length=30)
    after = ArrayField(models.CharField(max_length=40), default=list)
    since = ArrayField(models.CharField(max_length=40), default=list)
    other_than = ArrayField(models.CharField(max_length=40), default=list)
    not_before = models.CharField(max_length=30, blank=True)
    after_cause = models.JSONField(default=dict)
    publicity = models.CharField(max_length=8, blank=True)
    needs_second = models.BooleanField(default=False)
    needs_person = models.BooleanField(default=False)
    needs_reason = models.BooleanField(default=False)
    needs_decision = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "from_state", "action"], name="way_once_from_a_state"
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_state} {self.action} {self.to_state}"


class Case(models.Model):
    """One matter of one household on its way to a decision (办件).

    `entitlement` is what a review, a change or a recovery is about; `follows` the case it was carried over from;
    `level` how closely it is held, as the household or the matter asks.
    """

    class Channel(models.TextChoices):
        COUNTER = "counter", "窗口"
        WORKER = "worker", "村居代办"
        RESIDENT = "resident", "本人或家人"
        FOUND = "found", "主动发现"
        TRANSFER = "transfer", "转办"

    number = models.CharField(max_length=40, unique=True)
    matter = models.CharField(max_length=40)
    procedure = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="cases")
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    household = models.ForeignKey("kernel.Household", models.PROTECT, related_name="cases")
    applicant = models.ForeignKey("kernel.Person", models.PROTECT, related_name="cases")
    state = models.CharField(max_length=30)
    last_step = models.IntegerField(default=0)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    causes = ArrayField(models.CharField(max_length=30), default=list)
    opened_on = models.DateField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="opened_cases"
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="handled_cases"
    )
    due = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    form = models.JSONField(default=dict)
    token = models.CharField(max_length=40, unique=True, null=True)
    follows = models.ForeignKey("self", models.PROTECT, null=True, related_name="followed_by")
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, null=True, related_name="cases")

    class Meta:
        indexes = [
            models.Index(fields=["state", "division", "due"], name="case_work_list"),
            # Of four cases three are closed, and the table shows the others.
            models.Index(
                fields=["division", "due", "id"], name="case_open", condition=models.Q(closed_on__isnull=True)
            ),
            models.Index(fields=["household", "-opened_on"], name="case_chain"),
        ]

    def __str__(self) -> str:
        return self.number


class Step(SealedModel):
    """One step taken (办理轨迹). Its insertion is the only thing that moves a case; it is never changed.

    `details` are keys and numbers; `told` is what was said in words and the values of the family's facts, sealed.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    number = models.IntegerField()
    action = models.CharField(max_length=40)
    from_state = models.CharField(max_length=30)
    to_state = models.CharField(max_length=30)
    on = models.DateField()
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="steps")
    beside = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="shared_steps"
    )
    by_name = models.CharField(max_length=150)
    reason = SealedText()
    details = models.JSONField(default=dict)
    told = SealedJSON()
    decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, related_name="steps", db_index=False
    )  # step_decides_once has an index

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="step_number_once_a_case"),
            models.UniqueConstraint(fields=["decision"], name="step_decides_once"),
            models.CheckConstraint(
                condition=Q(beside=None) | ~Q(beside=models.F("by")), name="step_second_person_is_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.number} {self.action}"


class CaseClock(models.Model):
    """A running clock of a case (办理时限); a clock begun again is a new round."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="clocks")
    key = models.CharField(max_length=30)
    round = models.SmallIntegerField(default=1)
    number = models.IntegerField()
    unit = models.CharField(max_length=5)
    first_day = models.DateField()
    due = models.DateField()
    left = models.IntegerField(null=True)
    stopped_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "key", "round"], name="clock_once_a_round"),
            models.UniqueConstraint(
                fields=["case", "key"], condition=Q(stopped_on__isnull=True), name="clock_runs_once"
            ),
            models.CheckConstraint(condition=Q(due__gte=models.F("first_day")), name="clock_not_negative"),
            models.CheckConstraint(
                condition=Q(stopped_on__isnull=True) | Q(stopped_on__gte=models.F("first_day")),
                name="clock_stops_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.key}"
