"""Offers of benefits that need no application, what people answered, and the batches by which they were approved."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from anmin.kernel.keys.fields import SealedModel, SealedText


class Offer(SealedModel):
    """One benefit that the data say somebody may have without applying (免申即享). Nothing is paid before they agree.

    `excluded` is why it was left out: dead, exclusive, held, applying. `answered_on` is the day of the last word with
    them, `seen_alive` that they were spoken to themselves, `words` what was said, sealed.
    """

    class State(models.TextChoices):
        READY = "ready", "待联系"
        EXCLUDED = "excluded", "已排除"
        SILENT = "silent", "没有回音"
        REFUSED = "refused", "本人不要"
        AGREED = "agreed", "本人同意"
        GRANTED = "granted", "已批准"
        RETURNED = "returned", "审核退回"

    EXCLUSIONS = (
        ("dead", "已登记死亡"),
        ("exclusive", "正在享受不能同时享受的待遇"),
        ("held", "有没有解除的停发线索"),
        ("applying", "正在申请办理"),
    )

    household = models.ForeignKey("kernel.Household", models.PROTECT, related_name="offers")
    person = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="offers")
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    benefit = models.CharField(max_length=60)
    fen = models.BigIntegerField()
    run = models.ForeignKey("kernel.Run", models.PROTECT, related_name="offers")
    found_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    excluded = models.CharField(max_length=10, choices=EXCLUSIONS, blank=True)
    tries = models.SmallIntegerField(default=0)
    answered_on = models.DateField(null=True)
    next_on = models.DateField(null=True)
    seen_alive = models.BooleanField(default=False)
    words = SealedText()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="asked_offers"
    )
    account = models.ForeignKey("kernel.PayeeAccount", models.PROTECT, null=True, related_name="offers")
    entitlement = models.OneToOneField("kernel.Entitlement", models.PROTECT, null=True, related_name="offer")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household", "person", "benefit"],
                condition=~Q(state="granted"),
                nulls_distinct=False,
                name="offer_open_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["agreed", "granted"])
                | Q(asked_by__isnull=False, account__isnull=False, seen_alive=True),
                name="offer_agreed_in_person_with_an_account",
            ),
            models.CheckConstraint(
                condition=~Q(state="granted") | Q(entitlement__isnull=False),
                name="offer_granted_by_a_decision",
            ),
            models.CheckConstraint(
                condition=~Q(benefit__endswith="/dibao") & ~Q(benefit__endswith="/tekun"),
                name="offer_never_of_dibao",
            ),
        ]
        indexes = [models.Index(fields=["division", "state", "next_on"], name="offer_of_division")]

    def __str__(self) -> str:
        return f"{self.benefit} {self.household_id}"
