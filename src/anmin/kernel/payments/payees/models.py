"""Where somebody's money goes: accounts with sealed numbers, dated, and confirmed by a second person."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from anmin.kernel.keys.fields import SealedModel, SealedText
from anmin.kernel.people.models import days, ordered


class PayeeAccount(SealedModel):
    """An account that somebody is paid into (收款账户), from a day to a day; cash and goods are ways of their own.

    `household` stands where the account takes what is paid to that household; otherwise it takes what is paid to the
    person. `blind` finds the same number elsewhere. It pays only once a second person confirmed it (账户变更双人复核).
    """

    class Way(models.TextChoices):
        SOCIAL = "social", "社会保障卡（一卡通）"
        CARD = "card", "银行卡"
        BOOK = "book", "存折"
        CASH = "cash", "现金"
        KIND = "kind", "实物"

    person = models.ForeignKey("kernel.Person", models.PROTECT, related_name="accounts")
    household = models.ForeignKey("kernel.Household", models.PROTECT, null=True, related_name="accounts")
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    way = models.CharField(max_length=8, choices=Way.choices)
    bank = models.CharField(max_length=40, blank=True)
    number = SealedText()
    blind = models.BinaryField(max_length=16, null=True)
    holder = SealedText()
    last_four = models.CharField(max_length=4, blank=True)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    source = models.CharField(max_length=40, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="recorded_accounts"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="confirmed_accounts"
    )
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ordered("account_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True)
                | Q(recorded_by__isnull=True)
                | ~Q(confirmed_by=F("recorded_by")),
                name="account_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(way__in=["cash", "kind"], blind__isnull=True)
                | (Q(way__in=["social", "card", "book"], blind__isnull=False) & ~Q(bank="")),
                name="account_has_a_number",
            ),
            ExclusionConstraint(
                name="account_of_person_once_a_day",
                expressions=[("person", RangeOperators.EQUAL), (days(), RangeOperators.OVERLAPS)],
                condition=Q(household__isnull=True, confirmed_at__isnull=False),
            ),
            ExclusionConstraint(
                name="account_of_household_once_a_day",
                expressions=[("household", RangeOperators.EQUAL), (days(), RangeOperators.OVERLAPS)],
                condition=Q(household__isnull=False, confirmed_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["blind"], name="account_blind")]

    def __str__(self) -> str:
        return f"收款账户 {self.pk}"
