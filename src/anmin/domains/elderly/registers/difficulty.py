"""Elders in special difficulty and those whose meals are paid in part: two sets of codes, kept apart on purpose."""

from django.db import models

from anmin.domains.elderly.meals.pricing import CATEGORIES
from anmin.domains.elderly.powers import READ, VISIT, WRITE
from anmin.domains.elderly.visits.classes import CLASSES
from anmin.kernel.keys.fields import SealedText
from anmin.kernel.registers.declaring import Register, declared
from anmin.kernel.registers.entries import PersonEntry


class SpecialDifficulty(PersonEntry):
    """Somebody is of a class for visits from a day on (特殊困难老年人, 民发〔2022〕73号); several classes are several entries.

    A refusal counts only when it is signed: `refused_on` is the day of the signature.
    """

    class State(models.TextChoices):
        CANDIDATE = "candidate", "待摸排"
        SURVEYED = "surveyed", "已摸排"
        ACTIVE = "active", "在探访"
        SUSPENDED = "suspended", "暂停（住院、外出）"
        REFUSED = "refused", "签字不接受探访"

    kind = models.CharField("类别", max_length=20, choices=list(CLASSES.items()))
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.CANDIDATE)
    source = models.CharField("来源", max_length=60, blank=True)
    surveyed_on = models.DateField("摸排日期", null=True, blank=True)
    active_since = models.DateField("纳入探访日期", null=True, blank=True)
    refused_on = models.DateField("签字拒绝日期", null=True, blank=True)
    contact = SealedText("紧急联系人")

    class Meta(PersonEntry.Meta):
        constraints = [
            *PersonEntry.Meta.constraints,
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=models.Q(last_day__isnull=True),
                name="difficulty_once",
                violation_error_message="这位老人的这个类别已经登记过，请在原条目上更正或变更。",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["active", "suspended"]) | models.Q(active_since__isnull=False),
                name="difficulty_active_since_a_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="refused") | models.Q(refused_on__isnull=False),
                name="difficulty_refusal_is_signed",
            ),
        ]


class MealCategory(PersonEntry):
    """Somebody is of a category of the meal programme from a day on (助餐补贴对象, 民发〔2023〕58号)."""

    category = models.CharField("助餐类别", max_length=20, choices=list(CATEGORIES.items()))
    source = models.CharField("来源", max_length=60, blank=True)

    class Meta(PersonEntry.Meta):
        constraints = [
            *PersonEntry.Meta.constraints,
            models.UniqueConstraint(
                fields=["person", "category"],
                condition=models.Q(last_day__isnull=True),
                name="meal_category_once",
                violation_error_message="这位老人的这个助餐类别已经登记过。",
            ),
        ]


class NeighbourPair(PersonEntry):
    """A neighbour looks after an elder (近邻+养老结对)."""

    neighbour = SealedText("结对邻居")
    phone = SealedText("邻居电话")
    promise = models.CharField("约定", max_length=100, blank=True)


DIFFICULTIES = declared(
    Register(
        SpecialDifficulty,
        key="elderly/difficulties",
        title="特殊困难老年人",
        english="Elders in special difficulty",
        columns=("person", "kind", "state", "active_since", "source"),
        fields=("person", "kind", "source", "surveyed_on", "contact"),
        fixed=frozenset({"state", "active_since", "refused_on"}),
        filters=("kind", "state"),
        read=READ,
        write=VISIT,
        purpose="探访关爱特殊困难老年人",
        law="民发〔2022〕73号",
        prefix="TKLR",
        classes={"kind": "sensitive shown", "contact": "sensitive shown"},
        words={
            "kind": "Class",
            "state": "State",
            "source": "Source",
            "surveyed_on": "Surveyed on",
            "active_since": "Visited since",
            "refused_on": "Refusal signed on",
            "contact": "Contact in need",
        },
    )
)
MEAL_CATEGORIES = declared(
    Register(
        MealCategory,
        key="elderly/meal-categories",
        title="助餐补贴对象",
        english="Elders whose meals are subsidised",
        columns=("person", "category", "source"),
        filters=("category",),
        read=READ,
        write=WRITE,
        purpose="按类别发放助餐补贴",
        law="民发〔2023〕58号",
        prefix="ZCDX",
        classes={"category": "sensitive shown"},
        words={"category": "Category", "source": "Source"},
    )
)
NEIGHBOURS = declared(
    Register(
        NeighbourPair,
        key="elderly/neighbours",
        title="近邻结对",
        english="Neighbours who look after elders",
        columns=("person", "neighbour", "promise"),
        read=READ,
        write=VISIT,
        purpose="近邻助老结对和联络",
        law="本地“近邻＋养老”办法",
        prefix="JLJD",
        classes={"neighbour": "sensitive shown", "phone": "sensitive phone"},
        words={"neighbour": "Neighbour", "phone": "Telephone", "promise": "Promise"},
    )
)
