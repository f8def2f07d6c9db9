"""Drafts, what an application said and by whom, who was in the family on that day, and the materials it needs."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from anmin.kernel.cases.models import Case
from anmin.kernel.keys.fields import SealedJSON, SealedModel, SealedText


class Draft(SealedModel):
    """A form that is being filled in (草稿). `token` is the form's own number: sent twice it makes one case.

    Every save counts `version` up, so that two open pages cannot overwrite one another unnoticed.
    """

    token = models.CharField(max_length=40, unique=True)
    matter = models.CharField(max_length=40)
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="drafts")
    resident = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="drafts")
    household = models.ForeignKey("kernel.Household", models.PROTECT, null=True, related_name="drafts")
    content = SealedJSON()
    version = models.IntegerField(default=1)
    saved_at = models.DateTimeField(auto_now=True)
    case = models.OneToOneField(Case, models.PROTECT, null=True, related_name="draft")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | Q(resident__isnull=False), name="draft_is_somebodys"
            )
        ]
        indexes = [
            models.Index(fields=["owner", "-saved_at"], name="draft_of_worker"),
            models.Index(fields=["resident", "-saved_at"], name="draft_of_resident"),
        ]

    def __str__(self) -> str:
        return f"草稿 {self.pk}"


class Application(SealedModel):
    """What the applicant said in their own words (申请书), how to reach them, who helped, who was left out and why.

    `beside` is what no rule reads: the bank card to pay into, kin who owe support (赡抚扶养义务人) and what they give.
    """

    case = models.OneToOneField(Case, models.PROTECT, related_name="application")
    statement = SealedText()
    contact = SealedText()
    helper = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="helped_applications")
    agrees_to_transfer = models.BooleanField(default=False)
    beside = SealedJSON()
    left_out = SealedJSON()
    submitted_on = models.DateField()

    def __str__(self) -> str:
        return f"申请 {self.case_id}"


class CaseMember(models.Model):
    """Somebody in the family on the day of the application (申请时的家庭成员)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="members")
    person = models.ForeignKey("kernel.Person", models.PROTECT, related_name="case_memberships")
    relation = models.SmallIntegerField()
    position = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "person"], name="case_member_once"),
            models.UniqueConstraint(fields=["case", "position"], name="case_member_in_one_place"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.position}"


class CaseMaterial(models.Model):
    """One paper of the checklist (材料). What a department holds is never asked of the applicant."""

    class State(models.TextChoices):
        ASKED = "asked", "待提供"
        RECEIVED = "received", "已收到"
        PROMISED = "promised", "告知承诺"
        HELD = "held", "部门已有，不用提供"
        CARRIED = "carried", "沿用前次，不用再交"

    case = models.ForeignKey(Case, models.PROTECT, related_name="materials")
    person = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="materials")
    key = models.CharField(max_length=40)
    title = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=State.choices)
    source = models.CharField(max_length=100, blank=True)
    due = models.DateField(null=True)
    on = models.DateField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="took_materials")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "key", "person"], nulls_distinct=False, name="case_material_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="received") | Q(on__isnull=False), name="material_received_on_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.key}"
