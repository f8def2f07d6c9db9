"""Messages that wait, were sent, or did not go."""

from __future__ import annotations

from django.db import models

from anmin.kernel.keys.fields import SealedModel, SealedText


class Message(SealedModel):
    """One text to one telephone (短信), kept sealed; a code is wiped from it as soon as it was handed over."""

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        SENT = "sent", "已交给网关"
        FAILED = "failed", "没有发出"

    class Kind(models.TextChoices):
        LOGIN = "login", "登录码"
        DELEGATION = "delegation", "委托确认码"
        CONSENT = "consent", "授权确认码"
        TOLD = "told", "告知"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    person = models.BigIntegerField(null=True)
    phone = SealedText()
    words = SealedText()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.SmallIntegerField(default=0)
    trouble = models.CharField(max_length=100, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["made_at"], condition=models.Q(state="waiting"), name="message_waiting")
        ]

    def __str__(self) -> str:
        return f"短信 {self.pk}"
