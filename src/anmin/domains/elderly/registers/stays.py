"""Places where elders stay a season for their health (旅居康养项目): elder care together with health and tourism."""

from django.db import models

from anmin.domains.elderly.powers import READ, WRITE
from anmin.domains.elderly.registers.facilities import ElderOperator
from anmin.kernel.registers.declaring import Register, declared
from anmin.kernel.registers.entries import Entry


class CareStay(Entry):
    """A project of stays (旅居养老项目): who runs it, which clinic stands behind it, how many it takes."""

    class Kind(models.TextChoices):
        BASE = "base", "旅居养老基地"
        TOWN = "town", "康养小镇"
        MEDICAL = "medical", "医养游结合项目"

    class State(models.TextChoices):
        PLANNED = "planned", "筹备"
        OPEN = "open", "接待中"
        SHUT = "shut", "停止接待"

    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类型", max_length=10, choices=Kind.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PLANNED)
    operator = models.ForeignKey(
        ElderOperator, models.PROTECT, null=True, blank=True, related_name="stays", verbose_name="运营单位"
    )
    address = models.CharField("地址", max_length=200)
    beds = models.PositiveIntegerField("可接待床位", default=0)
    clinic = models.CharField("合作医疗机构", max_length=80, blank=True)
    guests_year = models.PositiveIntegerField("上年接待人次", default=0)


STAYS = declared(
    Register(
        CareStay,
        key="elderly/stays",
        title="旅居康养项目",
        english="Stays for health",
        columns=("name", "kind", "state", "operator", "beds", "clinic", "guests_year"),
        filters=("kind", "state"),
        search=("name", "address"),
        read=READ,
        write=WRITE,
        purpose="登记养老与健康、旅游融合的旅居康养项目",
        law="各省养老服务条例",
        prefix="LJ",
        words={
            "name": "Name",
            "kind": "Kind",
            "state": "State",
            "operator": "Operator",
            "address": "Address",
            "beds": "Beds",
            "clinic": "Clinic",
            "guests_year": "Guests last year",
        },
    )
)
