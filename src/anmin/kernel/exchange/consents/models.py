"""Authorisations as rows: who agreed to what, for which purpose, how, and until when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from anmin.kernel.keys.fields import SealedModel, SealedText


class Consent(SealedModel):
    """An authorisation (授权) of one person for one purpose (PIPL 29: never bundled), both days inclusive.

    `sources` are the keys of the sources it covers, or of the partners for an exchange; `notice` is the version of the
    notice that the person was given (PIPL 35). `signer` is who signed where that is not the person: a guardian.
    """

    class Purpose(models.TextChoices):
        CHECK = "check", "家庭经济状况核对"
        EXCHANGE = "exchange", "向指定单位提供信息"
        PHOTO = "photo", "拍摄和留存现场照片"

    class Channel(models.TextChoices):
        PAPER = "paper", "书面签字"
        DESK = "desk", "窗口当面确认"
        FACE = "face", "人脸核身后确认"
        SIGN = "sign", "电子签名"
        PHONE = "phone", "短信验证码确认"

    person = models.ForeignKey("kernel.Person", models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    sources = models.JSONField()
    first_day = models.DateField()
    last_day = models.DateField()
    channel = models.CharField(max_length=6, choices=Channel.choices)
    signed_at = models.DateTimeField()
    signer = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="signed_consents")
    witness = SealedText()
    notice = models.CharField(max_length=40)
    recorded_by = models.CharField(max_length=150)
    learned_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = SealedText()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="consent_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(signer__isnull=True) | ~Q(signer=F("person")), name="consent_signer_is_another"
            ),
        ]
        indexes = [models.Index(fields=["person", "purpose", "last_day"], name="consent_of_person")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.pk}"
