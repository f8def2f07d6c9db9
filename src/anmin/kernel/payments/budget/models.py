"""Funds, budget lines of a place and a year, and the moves of money between them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

BELOW = ":in"
"""How the source of an entry ends that a move between two places makes in the book of the lower one."""


class Fund(models.Model):
    """A source of money (资金来源) and what it may be used for: benefit keys, or `assistance/*` for all of a domain."""

    class Source(models.TextChoices):
        CENTRAL = "central", "中央财政补助"
        PROVINCIAL = "provincial", "省级财政补助"
        MUNICIPAL = "municipal", "市级财政"
        COUNTY = "county", "县级财政"
        LOTTERY = "lottery", "福利彩票公益金"
        DONATED = "donated", "捐赠资金"

    key = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=80)
    source = models.CharField(max_length=12, choices=Source.choices)
    uses = ArrayField(models.CharField(max_length=60))
    law = models.CharField(max_length=200)
    first_day = models.DateField()
    last_day = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(uses=[]), name="fund_says_what_it_is_for"),
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=models.F("first_day")),
                name="fund_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class BudgetLine(models.Model):
    """Money of one fund in one place and year for one use (预算指标). How much there is, is a sum over the ledger."""

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="budget_lines")
    division = models.CharField(max_length=12)
    year = models.SmallIntegerField()
    use = models.CharField(max_length=60)
    rank = models.SmallIntegerField(default=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fund", "division", "year", "use"], name="budget_line_once"),
        ]
        indexes = [models.Index(fields=["division", "year", "rank"], name="budget_of_place")]

    def __str__(self) -> str:
        return f"{self.division} {self.year} {self.fund_id} {self.use}"


class BudgetMove(models.Model):
    """Money that came, went down, came back or was cut, by a document (指标下达、分配、收回、核减). Never changed."""

    class Kind(models.TextChoices):
        APPROPRIATE = "appropriate", "下达"
        CUT = "cut", "核减"
        ALLOT = "allot", "分配下级"
        TAKE_BACK = "take_back", "收回"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="moves")
    to_line = models.ForeignKey(BudgetLine, models.PROTECT, null=True, related_name="moves_in")
    division = models.CharField(max_length=12)
    to_division = models.CharField(max_length=12, blank=True)
    fen = models.BigIntegerField()
    document = models.CharField(max_length=100)
    on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="budget_moves")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(fen__gt=0), name="budget_move_moves_money"),
            models.CheckConstraint(condition=~Q(document=""), name="budget_move_has_a_document"),
            models.CheckConstraint(
                condition=Q(kind__in=["allot", "take_back"], to_line__isnull=False)
                | Q(kind__in=["appropriate", "cut"], to_line__isnull=True),
                name="budget_move_goes_somewhere",
            ),
            models.UniqueConstraint(
                fields=["kind", "line", "to_line", "document"],
                nulls_distinct=False,
                name="budget_document_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.fen}"
