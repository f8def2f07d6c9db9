"""What neighbours did for the elders they look after (近邻互助记录)."""

from django.db import models
from django.db.models import Q

from anmin.domains.elderly.powers import READ, VISIT
from anmin.domains.elderly.registers.difficulty import NeighbourPair
from anmin.kernel.keys.fields import SealedText
from anmin.kernel.registers.declaring import Register, Trouble, declared
from anmin.kernel.registers.entries import PersonEntry


class NeighbourHelp(PersonEntry):
    """One time a neighbour helped. `first_day` is the day; only within a pairing."""

    class Kind(models.TextChoices):
        LOOK = "look", "上门看望"
        CALL = "call", "电话问候"
        ERRAND = "errand", "代办代买"
        MEAL = "meal", "送餐"
        ALARM = "alarm", "发现险情"

    kind = models.CharField("做了什么", max_length=10, choices=Kind.choices)
    minutes = models.PositiveSmallIntegerField("用时（分钟）", default=0)
    words = SealedText("情况")


def paired_then(values, entry, by, on):
    """The pairing held on the day."""
    person, day = values.get("person") or entry.person, values["first_day"]
    held = Q(last_day__isnull=True) | Q(last_day__gte=day)
    if not NeighbourPair.objects.filter(held, person=person, first_day__lte=day).exists():
        yield Trouble("person", "no_pair", "这位老人那天没有结对邻居；请先在“近邻结对”里登记。")


NEIGHBOUR_HELPS = declared(
    Register(
        NeighbourHelp,
        key="elderly/neighbour-helps",
        title="近邻互助记录",
        english="What neighbours did",
        columns=("person", "kind", "minutes"),
        filters=("kind",),
        read=READ,
        write=VISIT,
        purpose="记录近邻助老服务",
        law="本地“近邻＋养老”办法",
        prefix="JLHZ",
        checks=(paired_then,),
        classes={"words": "sensitive shown"},
        words={"kind": "What", "minutes": "Minutes", "words": "Account"},
    )
)
