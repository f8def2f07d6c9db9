"""A list of running benefits and its rows: as they came, what was found about each, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anmin.kernel.keys.fields import SealedJSON, SealedModel, SealedText


class TakeoverBatch(SealedModel):
    """One list of running benefits (转入清单), proposed by one person and confirmed by another.

    `run` is the run of the rules its amounts were compared with, none where there was none. While it is `confirmed` the
    worker takes rows over, chunk by chunk; it is `done` when none is left.
    """

    class State(models.TextChoices):
        CHECKED = "checked", "已检查"
        PROPOSED = "proposed", "待确认"
        CONFIRMED = "confirmed", "正在转入"
        DONE = "done", "已转入"
        WITHDRAWN = "withdrawn", "已撤回"

    division = models.CharField(max_length=12)
    file_name = models.CharField(max_length=200)
    content = models.CharField(max_length=64)
    on = models.DateField()
    read = models.IntegerField()
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    run = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHECKED)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="takeovers")
    made_at = models.DateTimeField(auto_now_add=True)
    proposed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="confirmed_takeovers"
    )
    confirmed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="withdrawn_takeovers"
    )
    withdrawn_at = models.DateTimeField(null=True)
    reason = SealedText()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("made_by")),
                name="takeover_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "done"])
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, proposed_at__isnull=False),
                name="takeover_confirmed_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["division", "content"], condition=~Q(state="withdrawn"), name="takeover_list_once"
            ),
        ]
        indexes = [models.Index(fields=["division", "-made_at"], name="takeovers_of_place")]

    def __str__(self) -> str:
        return f"转入清单 {self.pk}"


class TakeoverRow(SealedModel):
    """One row of a list: `given` holds its cells as they came and the account, sealed; `code` why it was rejected.

    `fen` a month is what was decided elsewhere and goes on; `found_fen` what the rules make of the facts of the day, with
    `missing` where they make nothing of them. `review_on` is the day the review falls due. `person` is whose a benefit of
    one person is, none where it is the household's.
    """

    class State(models.TextChoices):
        REJECTED = "rejected", "退回"
        ACCEPTED = "accepted", "待转入"
        TAKEN = "taken", "已转入"
        WITHDRAWN = "withdrawn", "已撤回"

    class Found(models.TextChoices):
        EQUAL = "equal", "相同"
        DIFFERS = "differs", "不同"
        MISSING = "missing", "不能测算"

    batch = models.ForeignKey(TakeoverBatch, models.PROTECT, related_name="rows")
    row = models.IntegerField()
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=2)
    state = models.CharField(max_length=10, choices=State.choices)
    given = SealedJSON()
    column = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    household = models.ForeignKey("kernel.Household", models.PROTECT, null=True, related_name="takeovers")
    person = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="takeovers")
    receiver = models.ForeignKey(
        "kernel.Person", models.PROTECT, null=True, related_name="named_in_takeovers"
    )
    benefit = models.CharField(max_length=60, blank=True)
    review_class = models.CharField(max_length=1, default="A")
    fen = models.BigIntegerField(null=True)
    since = models.DateField(null=True)
    last_paid = models.DateField(null=True)
    old_number = models.CharField(max_length=39, blank=True)
    old_on = models.DateField(null=True)
    office = models.CharField(max_length=80, blank=True)
    review_asked = models.DateField(null=True)
    review_on = models.DateField(null=True)
    found = models.CharField(max_length=8, choices=Found.choices, blank=True)
    found_fen = models.BigIntegerField(null=True)
    missing = models.CharField(max_length=300, blank=True)
    decision = models.OneToOneField("kernel.Decision", models.PROTECT, null=True, related_name="takeover")
    entitlement = models.ForeignKey(
        "kernel.Entitlement", models.SET_NULL, null=True, related_name="takeovers"
    )
    account = models.ForeignKey("kernel.PayeeAccount", models.SET_NULL, null=True, related_name="takeovers")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "row"], name="takeover_row_once"),
            models.UniqueConstraint(
                fields=["household", "benefit"],
                condition=Q(state="accepted", person__isnull=True),
                name="takeover_of_household_waits_once",
            ),
            models.UniqueConstraint(
                fields=["person", "benefit"],
                condition=Q(state="accepted", person__isnull=False),
                name="takeover_of_person_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(state="rejected")
                | Q(
                    household__isnull=False,
                    fen__isnull=False,
                    since__isnull=False,
                    last_paid__isnull=False,
                    old_on__isnull=False,
                )
                & ~Q(benefit=""),
                name="takeover_row_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="taken") | Q(decision__isnull=False), name="takeover_rests_on_a_decision"
            ),
        ]
        indexes = [models.Index(fields=["batch", "state", "found"], name="takeover_rows_found")]

    def __str__(self) -> str:
        return f"{self.batch_id} 第 {self.row} 行"

    @property
    def difference(self) -> int:
        """Fen a month that the rules make more, or less; nought where they make nothing of it."""
        return 0 if self.found_fen is None or self.fen is None else self.found_fen - self.fen
