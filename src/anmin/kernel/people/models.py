"""Persons and households as they were and are: identifiers, names, memberships, ties, deaths, and what was asked.

Rows are dated twice: `first_day` to `last_day` is when something was true, `learned_at` when we came to know it.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value

from anmin.kernel.keys.fields import SealedJSON, SealedModel, SealedText


class Level(models.IntegerChoices):
    """How closely a record is held (数据级别)."""

    PUBLIC = 0, "公开"
    INTERNAL = 1, "内部"
    SENSITIVE = 2, "敏感"
    PROTECTED = 3, "未成年人保护"
    SEALED = 4, "封存"


def days() -> Func:
    """The days of a row as a range, both ends inside."""
    return Func("first_day", "last_day", Value("[]"), function="daterange", output_field=DateRangeField())


def ordered(name: str) -> models.CheckConstraint:
    """The last day is not before the first."""
    return models.CheckConstraint(
        condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")), name=name
    )


class Person(SealedModel):
    """A natural person (自然人). Never keyed by an identity number: numbers change, people do not.

    `tokens` are keyed search tokens (see `people.search`); `division` is where the person lives. A merged person
    points to the one who stands for both.
    """

    name = SealedText()
    phone = SealedText()
    sex = models.SmallIntegerField(default=0)
    birth_day = models.DateField(null=True)
    nation = models.CharField(max_length=2, blank=True)
    division = models.CharField(max_length=12)
    hukou_division = models.CharField(max_length=12, blank=True)
    hukou_kind = models.CharField(max_length=10, blank=True)
    settlement = models.SmallIntegerField(default=0)
    level = models.SmallIntegerField(choices=Level.choices, default=Level.INTERNAL)
    died_on = models.DateField(null=True)
    tokens = ArrayField(models.BigIntegerField(), default=list)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    version = models.IntegerField(default=1)
    learned_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="person_not_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(died_on__isnull=True)
                | Q(birth_day__isnull=True)
                | Q(died_on__gte=F("birth_day")),
                name="person_dies_after_birth",
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="person_division"),
            models.Index(fields=["id"], condition=Q(level__gte=3), name="person_held_closely"),
            GinIndex(fields=["tokens"], name="person_tokens", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"人员 {self.pk}"


class Identifier(SealedModel):
    """A number by which somebody is known (证件号码), found by its blind index, kept when it is replaced.

    The database marks as `is_disputed` a number entered by whoever may not know that a protected person holds it.
    """

    class Kind(models.TextChoices):
        RESIDENT = "resident", "居民身份证"
        PERMIT = "permit", "港澳台居民居住证"
        FOREIGN = "foreign", "外国人永久居留身份证"
        FOREIGN_OLD = "foreign_old", "外国人永久居留证（旧版）"
        PASSPORT = "passport", "护照或通行证"
        BIRTH = "birth", "出生医学证明"
        DISABILITY = "disability", "残疾人证"
        BOOKLET = "booklet", "户口簿号"
        BANK = "bank", "银行卡"
        OTHER = "other", "其他"

    person = models.ForeignKey(Person, models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    value = SealedText()
    blind = models.BinaryField(max_length=16)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    source = models.CharField(max_length=40, blank=True)
    is_disputed = models.BooleanField(db_default=False, default=False, editable=False)
    learned_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "blind"],
                condition=Q(last_day__isnull=True, is_disputed=False)
                & ~Q(kind__in=["bank", "booklet", "other"]),
                name="identifier_of_one_person",
            ),
        ]
        indexes = [
            models.Index(fields=["blind"], name="identifier_blind"),
            models.Index(fields=["person"], condition=Q(is_disputed=True), name="identifier_in_dispute"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class FormerName(SealedModel):
    """A name somebody had before (曾用名)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="former_names")
    name = SealedText()
    last_day = models.DateField(null=True)
    learned_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"曾用名 {self.pk}"


class FormerPlace(SealedModel):
    """Where a person or a household was before (原住址、原户口), up to and with `last_day`; the present is in their own row."""

    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="former_places")
    household = models.ForeignKey("kernel.Household", models.PROTECT, null=True, related_name="former_places")
    division = models.CharField(max_length=12)
    address = SealedText()
    settlement = models.SmallIntegerField(default=0)
    hukou_division = models.CharField(max_length=12, blank=True)
    hukou_kind = models.CharField(max_length=10, blank=True)
    last_day = models.DateField()
    learned_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True, household__isnull=False)
                | Q(person__isnull=False, household__isnull=True),
                name="former_place_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"原住址 {self.pk}"


class Household(SealedModel):
    """A household (家庭): people who live together and are looked at together, from a day to a day."""

    number = models.CharField(max_length=50, unique=True)
    division = models.CharField(max_length=12)
    address = SealedText()
    settlement = models.SmallIntegerField(default=0)
    level = models.SmallIntegerField(choices=Level.choices, default=Level.INTERNAL)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    version = models.IntegerField(default=1)
    learned_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [ordered("household_ends_after_it_begins")]
        indexes = [
            models.Index(fields=["division", "number"], name="household_division"),
            models.Index(fields=["division"], condition=Q(level__gte=2), name="household_held_closely"),
        ]

    def __str__(self) -> str:
        return self.number


class Membership(models.Model):
    """Somebody in a household for a span (家庭成员). On any day one household and one head.

    `is_double` marks a second registration that is being settled, which alone may overlap.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    household = models.ForeignKey(Household, models.PROTECT, related_name="memberships")
    relation = models.SmallIntegerField()
    is_head = models.BooleanField(default=False)
    is_double = models.BooleanField(default=False)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    cause = models.CharField(max_length=20, blank=True)
    learned_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            ordered("membership_ends_after_it_begins"),
            ExclusionConstraint(
                name="person_in_one_household_a_day",
                expressions=[("person", RangeOperators.EQUAL), (days(), RangeOperators.OVERLAPS)],
                condition=Q(is_double=False),
            ),
            ExclusionConstraint(
                name="household_has_one_head_a_day",
                expressions=[("household", RangeOperators.EQUAL), (days(), RangeOperators.OVERLAPS)],
                condition=Q(is_head=True),
            ),
        ]
        indexes = [models.Index(fields=["household", "first_day"], name="membership_household")]

    def __str__(self) -> str:
        return f"{self.person_id} 在 {self.household_id}"


class Kin(models.Model):
    """How two people are bound (亲属与监护关系): `person` is the `kind` of `other`, e.g. the father of."""

    class Kind(models.TextChoices):
        SPOUSE = "spouse", "配偶"
        FATHER = "father", "父亲"
        MOTHER = "mother", "母亲"
        GRANDPARENT = "grandparent", "祖父母、外祖父母"
        SIBLING = "sibling", "兄弟姐妹"
        GUARDIAN = "guardian", "监护人"
        SUPPORTER = "supporter", "赡养、抚养、扶养义务人"

    person = models.ForeignKey(Person, models.PROTECT, related_name="ties")
    other = models.ForeignKey(Person, models.PROTECT, related_name="ties_to_me")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    source = models.CharField(max_length=40, blank=True)
    learned_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(person=F("other")), name="kin_is_somebody_else"),
            ordered("kin_ends_after_it_begins"),
            ExclusionConstraint(
                name="kin_once_a_day",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("other", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (days(), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.other_id}"


class Residence(models.Model):
    """A residence permit (居住证) or a registered stay, with the division it counts for."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="residences")
    division = models.CharField(max_length=12)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    source = models.CharField(max_length=40, blank=True)
    learned_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [ordered("residence_ends_after_it_begins")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.division}"


class Death(models.Model):
    """One source's word that somebody died (死亡信息). Sources differ; the earliest trusted day counts."""

    class Source(models.TextChoices):
        POLICE = "police", "公安注销"
        HOSPITAL = "hospital", "医学证明"
        CREMATION = "cremation", "火化"
        COURT = "court", "法院宣告"
        FAMILY = "family", "家属或村居报告"

    person = models.ForeignKey(Person, models.PROTECT, related_name="deaths")
    source = models.CharField(max_length=12, choices=Source.choices)
    day = models.DateField()
    is_trusted = models.BooleanField(default=True)
    learned_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "source"], name="death_once_a_source")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}"


SEVERAL = ("number", "number_end", "former", "tie", "untie")
"""Kinds of change of which several may wait for one person: somebody has two parents and many papers."""


class ChangeRequest(SealedModel):
    """A change somebody asks for and somebody else decides (变更申请).

    `payload` is what is asked for, `before` what stood in the register when it was asked for and, once carried out,
    what stood there until then.
    """

    class Kind(models.TextChoices):
        ENTER = "enter", "新增人员"
        HOME = "home", "新建家庭"
        BIRTH = "birth", "出生登记"
        JOIN = "join", "迁入家庭"
        LEAVE = "leave", "离开家庭"
        SPLIT = "split", "分户"
        HEAD = "head", "变更户主"
        MOVE = "move", "迁址"
        CORRECT = "correct", "更正信息"
        HUKOU = "hukou", "户口变动"
        NUMBER = "number", "登记证件"
        NUMBER_END = "number_end", "停用证件"
        FORMER = "former", "补记曾用名"
        TIE = "tie", "登记亲属或监护"
        UNTIE = "untie", "终止亲属或监护"
        RESIDE = "reside", "登记居住证"
        MERGE = "merge", "合并重复人员"
        UNMERGE = "unmerge", "撤销合并"
        DIE = "die", "死亡登记"
        UNDIE = "undie", "更正死亡信息"

    class State(models.TextChoices):
        OPEN = "open", "待审核"
        DONE = "done", "已办理"
        REFUSED = "refused", "不予办理"
        WITHDRAWN = "withdrawn", "已撤回"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="change_requests")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="change_requests")
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(choices=Level.choices, default=Level.INTERNAL)
    on = models.DateField()
    payload = SealedJSON()
    before = SealedJSON()
    evidence = SealedText()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="asked_changes")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="decided_changes"
    )
    decided_at = models.DateTimeField(null=True)
    answer = SealedText()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")) | Q(state="withdrawn"),
                name="change_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "refused"]) | Q(decided_by__isnull=False),
                name="change_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(state="open", person__isnull=False) & ~Q(kind__in=SEVERAL),
                name="change_open_once_a_person",
            ),
        ]
        indexes = [models.Index(fields=["state", "division", "asked_at"], name="change_queue")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
