"""The verification matrix (核查矩阵), a row a fact."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from anmin.kernel.cases.models import Case
from anmin.kernel.keys.fields import SealedModel, SealedText


class CaseFact(SealedModel):
    """One fact of the household, or of `person`, from each side, with the value that counts (一项核查).

    Values are integers in the engine's units. `adopted` rests on `basis`; a value other than the best-evidenced one,
    or from nobody, needs a `reason` (see `verification.evidence`).
    """

    class Basis(models.TextChoices):
        CHECKED = "checked", "部门核对"
        SEEN = "seen", "入户所见"
        DECLARED = "declared", "本人申报"
        JUDGED = "judged", "据实认定"

    case = models.ForeignKey(Case, models.PROTECT, related_name="facts")
    person = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="case_facts")
    name = models.CharField(max_length=60)
    declared = models.BigIntegerField(null=True)
    checked = models.BigIntegerField(null=True)
    checked_source = models.CharField(max_length=100, blank=True)
    checked_on = models.DateField(null=True)
    seen = models.BigIntegerField(null=True)
    seen_on = models.DateField(null=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="seen_facts"
    )
    adopted = models.BigIntegerField(null=True)
    basis = models.CharField(max_length=8, choices=Basis.choices, blank=True)
    reason = SealedText()
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="adopted_facts"
    )
    adopted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "person", "name"], nulls_distinct=False, name="case_fact_once"
            ),
            models.CheckConstraint(
                condition=Q(adopted__isnull=True) | ~Q(basis=""), name="case_fact_adopted_on_a_basis"
            ),
            models.CheckConstraint(
                condition=Q(checked__isnull=True) | Q(checked_on__isnull=False),
                name="case_fact_checked_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.name}"
