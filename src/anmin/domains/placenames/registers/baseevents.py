"""What happens at bases of place-name culture (参观和活动): visits, classes, shows, with how many came."""

from django.db import models
from django.db.models import Q

from anmin.domains.placenames.registers.bases import CultureBase
from anmin.kernel.registers.declaring import Register, Trouble, declared
from anmin.kernel.registers.entries import Entry


class BaseEvent(Entry):
    """One visit or event at a base. `first_day` is the day."""

    class Kind(models.TextChoices):
        VISIT = "visit", "参观"
        CLASS = "class", "研学"
        SHOW = "show", "展览"
        TALK = "talk", "宣讲"

    base = models.ForeignKey(CultureBase, models.PROTECT, related_name="events", verbose_name="基地")
    kind = models.CharField("类型", max_length=10, choices=Kind.choices)
    title = models.CharField("名称", max_length=80)
    persons = models.PositiveIntegerField("参加人数")
    unit = models.CharField("组织单位", max_length=80, blank=True)
    guide = models.CharField("讲解员", max_length=40, blank=True)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(condition=Q(persons__gte=1), name="base_event_has_persons"),
        ]


def while_the_base_is(values, entry, by, on):
    """Within the days of the base, and not of the future."""
    base, day = values["base"], values["first_day"]
    if day > on:
        yield Trouble("first_day", "future", "活动日期不能晚于今天；办完再登记。")
    if day < base.first_day or (base.last_day is not None and day > base.last_day):
        yield Trouble("first_day", "base", "那天这个基地没有在册。")


EVENTS = declared(
    Register(
        BaseEvent,
        key="placenames/events",
        title="地名文化基地参观和活动",
        english="Visits and events at bases",
        columns=("base", "kind", "title", "persons", "unit"),
        filters=("kind",),
        search=("title", "unit"),
        read=("placenames.read",),
        write=("placenames.manage",),
        purpose="登记基地的参观、研学、展览和宣讲",
        law="地名管理条例 §§5、25",
        prefix="DMHD",
        checks=(while_the_base_is,),
        words={
            "base": "Base",
            "kind": "Kind",
            "title": "Title",
            "persons": "Persons",
            "unit": "By whom",
            "guide": "Guide",
        },
    )
)
