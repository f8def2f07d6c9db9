"""Orders of help and what came of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anmin.kernel.keys.fields import SealedModel, SealedText


class Order(SealedModel):
    """One order of help for somebody (服务单): asked, given to a provider, served, rated by the person, settled.

    Money is fen: `price` of the whole, `subsidy` the public part of it, out of a `fund`. `served_*` is the service record. `place` is
    the entry of a register to which it was given, as `line/register/number`; empty where the provider is in none; before it was given out,
    the place that whoever asked would like. `asked_by_person` is the resident who asked on the residents' pages.
    """

    class State(models.TextChoices):
        ASKED = "asked", "待派单"
        DISPATCHED = "dispatched", "已派单"
        SERVED = "served", "已服务"
        RATED = "rated", "已评价"
        SETTLED = "settled", "已结算"
        CANCELLED = "cancelled", "已取消"

    class Fund(models.TextChoices):
        LOCAL = "local", "本级服务补贴"
        VOUCHER = "voucher", "养老服务消费补贴"

    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=20)
    household = models.ForeignKey("kernel.Household", models.PROTECT, related_name="orders")
    person = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="orders")
    visit = models.ForeignKey("kernel.Visit", models.PROTECT, null=True, related_name="orders")
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ASKED)
    words = SealedText()
    asked_on = models.DateField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="asked_orders"
    )
    asked_by_person = models.ForeignKey(
        "kernel.Person", models.PROTECT, null=True, related_name="asked_orders"
    )
    provider = models.CharField(max_length=100, blank=True)
    place = models.CharField(max_length=100, blank=True)
    due = models.DateField(null=True)
    dispatched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="dispatched_orders"
    )
    served_on = models.DateField(null=True)
    served_minutes = models.IntegerField(null=True)
    record = SealedText()
    rating = models.SmallIntegerField(null=True)
    rating_words = SealedText()
    price = models.BigIntegerField(null=True)
    subsidy = models.BigIntegerField(null=True)
    fund = models.CharField(max_length=10, choices=Fund.choices, blank=True)
    settled_on = models.DateField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="settled_orders"
    )
    reason = SealedText()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(asked_by__isnull=False) | Q(asked_by_person__isnull=False),
                name="order_asked_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=5),
                name="order_rating_one_to_five",
            ),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(subsidy__gte=0, subsidy__lte=F("price")),
                name="order_subsidy_within_the_price",
            ),
            models.CheckConstraint(
                condition=~Q(state="settled") | Q(price__isnull=False, settled_by__isnull=False),
                name="order_settled_with_a_price",
            ),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True) | ~Q(settled_by=F("dispatched_by")),
                name="order_settled_by_another",
            ),
            models.CheckConstraint(
                condition=Q(subsidy__isnull=True) | Q(subsidy=0) | ~Q(fund=""),
                name="order_subsidy_out_of_a_fund",
            ),
        ]
        indexes = [models.Index(fields=["division", "state", "asked_on"], name="order_of_division")]

    def __str__(self) -> str:
        return self.number
