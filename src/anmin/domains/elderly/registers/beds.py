"""Family beds of elder care (家庭养老床位) from request to closure, and their devices."""

from django.db import models

from anmin.domains.elderly.powers import READ, WRITE
from anmin.domains.elderly.registers.assessments import AbilityAssessment
from anmin.kernel.keys.fields import SealedText
from anmin.kernel.registers.columns import FenField
from anmin.kernel.registers.declaring import Register, declared
from anmin.kernel.registers.entries import Entry, PersonEntry


class FamilyBed(PersonEntry):
    """A family bed (家庭养老床位). `first_day` is the day of the request; it is built from `accepted_on` on."""

    class State(models.TextChoices):
        ASKED = "asked", "已申请"
        ASSESSED = "assessed", "已评估"
        SURVEYED = "surveyed", "已入户勘察"
        PLANNED = "planned", "已定方案"
        CONTRACTED = "contracted", "已签三方协议"
        OPEN = "open", "已验收，服务中"
        CLOSED = "closed", "已关闭"
        REFUSED = "refused", "不符合条件"

    class Cause(models.TextChoices):
        DIED = "died", "老人去世"
        INSTITUTION = "institution", "入住机构"
        BETTER = "better", "能力好转，不再符合"
        CONTRACT = "contract", "协议到期或解除"
        IDLE = "idle", "连续 30 天没有服务"
        REFUSED = "refused", "评估不符合条件"

    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.ASKED)
    assessment = models.ForeignKey(
        AbilityAssessment, models.PROTECT, null=True, blank=True, related_name="beds", verbose_name="能力评估"
    )
    provider = models.CharField("服务机构", max_length=80, blank=True)
    provider_code = models.CharField("机构统一社会信用代码", max_length=18, blank=True)
    address = SealedText("地址")
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    surveyed_on = models.DateField("勘察日期", null=True, blank=True)
    plan = SealedText("改造、设备和服务方案")
    services_month = models.PositiveSmallIntegerField("约定每月服务次数", default=0)
    contract = models.CharField("协议编号", max_length=40, blank=True)
    contract_until = models.DateField("协议到期日", null=True, blank=True)
    accepted_on = models.DateField("验收日期", null=True, blank=True)
    build_fen = FenField("建设补贴", default=0)
    worker = models.CharField("护理员", max_length=40, blank=True)
    contact = SealedText("紧急联系人")
    reviewed_on = models.DateField("最近复核日期", null=True, blank=True)
    closed_because = models.CharField("关闭原因", max_length=12, choices=Cause.choices, blank=True)

    class Meta(PersonEntry.Meta):
        constraints = [
            *PersonEntry.Meta.constraints,
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(last_day__isnull=True),
                name="family_bed_one_to_a_person",
                violation_error_message="这位老人已经有一张没有关闭的家庭养老床位。",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="open")
                | models.Q(accepted_on__isnull=False, assessment__isnull=False, services_month__gte=1),
                name="family_bed_open_after_acceptance",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["closed", "refused"]) | models.Q(last_day__isnull=False),
                name="family_bed_closed_on_a_day",
            ),
        ]


class BedDevice(Entry):
    """A device of a family bed (床位设备): call button, sensor, gateway."""

    class Kind(models.TextChoices):
        CALL = "call", "紧急呼叫"
        SENSOR = "sensor", "体征或睡眠监测"
        GATE = "gate", "门磁、红外"
        SMOKE = "smoke", "烟感、燃气"
        HUB = "hub", "网关"

    bed = models.ForeignKey(FamilyBed, models.PROTECT, related_name="devices", verbose_name="床位")
    kind = models.CharField("设备", max_length=10, choices=Kind.choices)
    serial = models.CharField("序列号", max_length=40)
    heard_at = models.DateTimeField("最近在线", null=True, blank=True)


BEDS = declared(
    Register(
        FamilyBed,
        key="elderly/beds",
        title="家庭养老床位",
        english="Family beds",
        columns=("person", "state", "provider", "accepted_on", "services_month", "contract_until"),
        fields=("person", "address", "longitude", "latitude", "contact"),
        fixed=frozenset(
            {
                "state",
                "assessment",
                "provider",
                "provider_code",
                "surveyed_on",
                "plan",
                "services_month",
                "contract",
                "contract_until",
                "accepted_on",
                "build_fen",
                "worker",
                "reviewed_on",
                "closed_because",
            }
        ),
        filters=("state", "closed_because"),
        search=("provider", "contract"),
        read=READ,
        write=WRITE,
        purpose="建设和运营家庭养老床位，核算补贴",
        law="福建省养老服务条例 §27；海口市居家养老服务条例 §18",
        prefix="JTCW",
        sheet="家庭养老床位登记表",
        sheet_english="Sheet of a family bed",
        marks=("longitude", "latitude"),
        classes={
            "address": "sensitive address",
            "plan": "sensitive shown",
            "contact": "sensitive shown",
            "closed_because": "sensitive shown",
        },
        words={
            "state": "State",
            "assessment": "Assessment",
            "provider": "Provider",
            "provider_code": "Provider's credit code",
            "address": "Address",
            "longitude": "Longitude",
            "latitude": "Latitude",
            "surveyed_on": "Surveyed on",
            "plan": "Works, devices and services",
            "services_month": "Services a month",
            "contract": "Contract",
            "contract_until": "Contract until",
            "accepted_on": "Accepted on",
            "build_fen": "Set-up subsidy",
            "worker": "Care worker",
            "contact": "Contact in need",
            "reviewed_on": "Last reviewed",
            "closed_because": "Closed because",
        },
    )
)
DEVICES = declared(
    Register(
        BedDevice,
        key="elderly/devices",
        title="家庭养老床位设备",
        english="Devices of family beds",
        columns=("serial", "kind", "bed", "heard_at"),
        fields=("bed", "kind", "serial"),
        filters=("kind",),
        search=("serial",),
        read=READ,
        write=WRITE,
        purpose="登记床位设备和在线状态",
        law="福建省养老服务条例 §27",
        prefix="CWSB",
        words={"bed": "Bed", "kind": "Device", "serial": "Serial number", "heard_at": "Last heard"},
    )
)
