"""What people said from outside, sealed, and what came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from anmin.kernel.cases.publicity.models import Objection, Publicity
from anmin.kernel.keys.fields import SealedModel, SealedText


class Voice(SealedModel):
    """One objection or complaint as it came in (群众意见). `number` is the receipt: whoever has it reads the answer.

    Name and telephone may be left out; what is given is sealed and shown to those alone who look into it.
    """

    class Kind(models.TextChoices):
        OBJECTION = "objection", "对公示有异议"
        COMPLAINT = "complaint", "投诉举报"

    class State(models.TextChoices):
        NEW = "new", "待处理"
        TAKEN = "taken", "正在核实"
        ANSWERED = "answered", "已答复"

    number = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=2)
    sheet = models.ForeignKey(Publicity, models.PROTECT, null=True, related_name="voices")
    name = SealedText()
    contact = SealedText()
    words = SealedText()
    received_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    answer = SealedText()
    objection = models.OneToOneField(Objection, models.PROTECT, null=True, related_name="voice")
    handled_on = models.DateField(null=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="handled_voices"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(handled_by__isnull=False, handled_on__isnull=False),
                name="voice_answered_by_somebody",
            )
        ]
        indexes = [models.Index(fields=["division", "state", "received_on"], name="voice_of_division")]

    def __str__(self) -> str:
        return f"意见 {self.number}"
