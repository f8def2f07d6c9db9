"""Adaptations of homes (居家适老化改造): one a household and programme, with its items before and after."""

from django.db import models
from django.db.models import F, Q

from anmin.domains.elderly.adaptation.costing import items
from anmin.domains.elderly.powers import READ, WRITE
from anmin.kernel.keys.fields import SealedText
from anmin.kernel.registers.columns import FenField
from anmin.kernel.registers.declaring import Register, declared
from anmin.kernel.registers.entries import Entry, PersonEntry


class HomeAdaptation(PersonEntry):
    """The adaptation of one home (居家适老化改造). `household` is counted once, however many elders live there."""

    class State(models.TextChoices):
        ASKED = "asked", "已申请"
        ELIGIBLE = "eligible", "资格已核"
        ASSESSED = "assessed", "已入户评估"
        AGREED = "agreed", "方案和报价已签"
        PUBLIC = "public", "公示中"
        WORKING = "working", "施工中"
        CHECKED = "checked", "已自检"
        ACCEPTED = "accepted", "已验收"
        SETTLED = "settled", "已结算"
        FOLLOWED = "followed", "已回访"
        REFUSED = "refused", "不符合条件"

    household = models.ForeignKey(
        "kernel.Household", models.PROTECT, null=True, related_name="+", verbose_name="住户", editable=False
    )
    programme = models.CharField("项目", max_length=40)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    address = SealedText("地址")
    ground = models.CharField("资格依据", max_length=100, blank=True)
    contractor = models.CharField("施工单位", max_length=80, blank=True)
    quoted_fen = FenField("报价合计", default=0)
    approved_fen = FenField("核定金额", default=0)
    actual_fen = FenField("实际合计", default=0)
    cap_fen = FenField("补贴上限", default=0)
    subsidy_fen = FenField("补贴金额", default=0)
    signed_on = models.DateField("老人签字日期", null=True, blank=True)
    public_until = models.DateField("公示截止日", null=True, blank=True)
    checked_on = models.DateField("自检日期", null=True, blank=True)
    inspector = models.CharField("第三方验收", max_length=80, blank=True)
    accepted_on = models.DateField("验收日期", null=True, blank=True)
    settled_on = models.DateField("结算日期", null=True, blank=True)
    followed_on = models.DateField("回访日期", null=True, blank=True)
    follow_words = SealedText("回访情况")
    warranty_until = models.DateField("质保到期日", null=True, blank=True)

    class Meta(PersonEntry.Meta):
        constraints = [
            *PersonEntry.Meta.constraints,
            models.UniqueConstraint(
                fields=["household", "programme"],
                condition=~Q(state="refused"),
                name="adaptation_once_a_household",
                violation_error_message="这户在这个项目里已经有一件适老化改造，不能重复补贴。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "settled", "followed"])
                | (Q(accepted_on__isnull=False) & ~Q(inspector="")),
                name="adaptation_accepted_by_a_third_party",
            ),
            models.CheckConstraint(
                condition=Q(subsidy_fen__lte=F("actual_fen")) & Q(subsidy_fen__lte=F("approved_fen")),
                name="adaptation_paid_within_what_it_cost",
            ),
        ]


class AdaptationWork(Entry):
    """One item of an adaptation (改造项目): quoted and actual price, how it was before, how it is now."""

    adaptation = models.ForeignKey(
        HomeAdaptation, models.PROTECT, related_name="works", verbose_name="适老化改造"
    )
    item = models.CharField(
        "项目", max_length=4, choices=[(code, f"{one.category}·{one.title}") for code, one in items().items()]
    )
    quoted_fen = FenField("报价", default=0)
    actual_fen = FenField("实际", default=0)
    unneeded = models.CharField("不需要的原因", max_length=60, blank=True)
    before_words = SealedText("改造前")
    after_words = SealedText("改造后")
    is_accepted = models.BooleanField("验收合格", default=False)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                fields=["adaptation", "item"],
                name="adaptation_item_once",
                violation_error_message="这一项已经登记过，请在原条目上更正。",
            ),
        ]


ADAPTATIONS = declared(
    Register(
        HomeAdaptation,
        key="elderly/adaptations",
        title="居家适老化改造",
        english="Adaptations of homes",
        columns=("person", "programme", "state", "quoted_fen", "actual_fen", "subsidy_fen", "accepted_on"),
        fields=("person", "programme", "address", "ground"),
        fixed=frozenset(
            {
                "state",
                "contractor",
                "quoted_fen",
                "approved_fen",
                "actual_fen",
                "cap_fen",
                "subsidy_fen",
                "signed_on",
                "public_until",
                "checked_on",
                "inspector",
                "accepted_on",
                "settled_on",
                "followed_on",
                "follow_words",
                "warranty_until",
            }
        ),
        filters=("state",),
        search=("programme", "contractor"),
        read=READ,
        write=WRITE,
        purpose="办理居家适老化改造，核算补贴",
        law="民发〔2020〕86号；威海市居民养老服务保障条例 §24",
        prefix="SLH",
        sheet="居家适老化改造验收表",
        sheet_english="Acceptance sheet of an adaptation",
        classes={
            "address": "sensitive address",
            "ground": "sensitive shown",
            "follow_words": "sensitive shown",
        },
        words={
            "household": "Household",
            "programme": "Programme",
            "state": "State",
            "address": "Address",
            "ground": "Entitled because",
            "contractor": "Contractor",
            "quoted_fen": "Quoted",
            "approved_fen": "Approved",
            "actual_fen": "Actual",
            "cap_fen": "Most that is paid",
            "subsidy_fen": "Subsidy",
            "signed_on": "Signed by the elder",
            "public_until": "Public until",
            "checked_on": "Self-checked on",
            "inspector": "Third party",
            "accepted_on": "Accepted on",
            "settled_on": "Settled on",
            "followed_on": "Followed up on",
            "follow_words": "Follow-up",
            "warranty_until": "Warranty until",
        },
    )
)
WORKS = declared(
    Register(
        AdaptationWork,
        key="elderly/works",
        title="适老化改造项目清单",
        english="Items of adaptations",
        columns=("item", "adaptation", "quoted_fen", "actual_fen", "unneeded", "is_accepted"),
        filters=("item", "is_accepted"),
        read=READ,
        write=WRITE,
        purpose="登记每项改造的报价、改造前后和验收",
        law="民发〔2020〕86号",
        prefix="SLHX",
        classes={"before_words": "sensitive shown", "after_words": "sensitive shown"},
        words={
            "adaptation": "Adaptation",
            "item": "Item",
            "quoted_fen": "Quoted",
            "actual_fen": "Actual",
            "unneeded": "Not needed because",
            "before_words": "Before",
            "after_words": "After",
            "is_accepted": "Accepted",
        },
    )
)
