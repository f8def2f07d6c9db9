"""Accident insurance of elders (老年人幸福安康险): policy years, insured persons, claims."""

from django.db import models
from django.db.models import F, Q

from anmin.domains.elderly.powers import READ, WRITE
from anmin.kernel.keys.fields import SealedText
from anmin.kernel.registers.columns import FenField
from anmin.kernel.registers.declaring import Register, declared
from anmin.kernel.registers.entries import Entry, PersonEntry


class InsurancePolicy(Entry):
    """One policy year (保单年度): what is insured, where, up to how much. `first_day` and `last_day` are its term."""

    name = models.CharField("名称", max_length=80)
    insurer = models.CharField("承保公司", max_length=80)
    policy = models.CharField("保单号", max_length=40)
    age_from = models.PositiveSmallIntegerField("参保年龄", default=60)
    area = models.CharField("承保地区代码（空为不限）", max_length=12, blank=True)
    premium_fen = FenField("每人保费")
    death_fen = FenField("身故限额", default=0)
    disability_fen = FenField("伤残限额", default=0)
    fracture_fen = FenField("骨折限额", default=0)
    medical_fen = FenField("医疗限额", default=0)
    medical_bp = models.PositiveIntegerField("医疗赔付比例（万分之）", default=10_000)
    deductible_fen = FenField("免赔额", default=0)


class InsuredElder(PersonEntry):
    """Somebody on the list of a policy year (参保名单)."""

    policy = models.ForeignKey(
        InsurancePolicy, models.PROTECT, related_name="insured", verbose_name="保单年度"
    )

    class Meta(PersonEntry.Meta):
        constraints = [
            *PersonEntry.Meta.constraints,
            models.UniqueConstraint(
                fields=["person", "policy"],
                name="insured_once_a_policy",
                violation_error_message="这位老人已经在这个保单年度的名单里。",
            ),
        ]


class InsuranceClaim(PersonEntry):
    """A claim (理赔案件). `first_day` is the day it was reported."""

    class Kind(models.TextChoices):
        DEATH = "death", "意外身故"
        DISABILITY = "disability", "意外伤残"
        FRACTURE = "fracture", "骨折"
        MEDICAL = "medical", "意外医疗"

    class State(models.TextChoices):
        REPORTED = "reported", "已报案"
        COMPLETE = "complete", "材料齐全"
        ACCEPTED = "accepted", "已受理"
        SURVEYED = "surveyed", "已查勘"
        APPROVED = "approved", "同意赔付"
        REFUSED = "refused", "不予赔付"
        PAID = "paid", "已支付"
        CLOSED = "closed", "已结案"

    policy = models.ForeignKey(
        InsurancePolicy, models.PROTECT, related_name="claims", verbose_name="保单年度"
    )
    kind = models.CharField("事故类型", max_length=12, choices=Kind.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REPORTED)
    happened_on = models.DateField("出险日期")
    happened_in = models.CharField("出险地区代码", max_length=12)
    words = SealedText("经过")
    grade = models.PositiveSmallIntegerField("伤残等级（1—10）", null=True, blank=True)
    came_on = models.DateField("身故或评残日期", null=True, blank=True)
    cost_fen = FenField("医疗费用", default=0)
    other_fen = FenField("其他保险已付", default=0)
    accepted_on = models.DateField("受理日期", null=True, blank=True)
    survey = SealedText("查勘情况")
    payout_fen = FenField("赔付金额", default=0)
    because = models.CharField("核定说明", max_length=120, blank=True)
    decided_on = models.DateField("核定日期", null=True, blank=True)
    paid_on = models.DateField("支付日期", null=True, blank=True)
    paid_fen = FenField("支付金额", default=0)

    class Meta(PersonEntry.Meta):
        constraints = [
            *PersonEntry.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(state__in=["paid"]) | Q(paid_on__isnull=False, paid_fen=F("payout_fen")),
                name="claim_paid_as_approved",
                violation_error_message="支付金额要等于核定的赔付金额，并写明支付日期。",
            ),
        ]


POLICIES = declared(
    Register(
        InsurancePolicy,
        key="elderly/policies",
        title="老年人意外险保单年度",
        english="Policy years of the accident insurance",
        columns=("name", "insurer", "policy", "age_from", "premium_fen", "death_fen", "disability_fen"),
        search=("name", "policy"),
        read=READ,
        write=WRITE,
        purpose="登记政府出资的老年人意外保险",
        law="本地老年人意外险方案",
        prefix="BD",
        words={
            "name": "Name",
            "insurer": "Insurer",
            "policy": "Policy",
            "age_from": "From age",
            "area": "Where it holds",
            "premium_fen": "Premium a person",
            "death_fen": "Death up to",
            "disability_fen": "Disability up to",
            "fracture_fen": "Fracture up to",
            "medical_fen": "Medical up to",
            "medical_bp": "Medical share (1/10000)",
            "deductible_fen": "Deductible",
        },
    )
)
INSURED = declared(
    Register(
        InsuredElder,
        key="elderly/insured",
        title="参保名单",
        english="Insured persons",
        columns=("person", "policy"),
        read=READ,
        write=WRITE,
        purpose="确认参保的老年人",
        law="本地老年人意外险方案",
        prefix="CB",
        words={"policy": "Policy year"},
    )
)
CLAIMS = declared(
    Register(
        InsuranceClaim,
        key="elderly/claims",
        title="理赔案件",
        english="Claims",
        columns=("person", "kind", "state", "happened_on", "payout_fen", "paid_fen", "paid_on"),
        fields=(
            "person",
            "policy",
            "kind",
            "happened_on",
            "happened_in",
            "words",
            "grade",
            "came_on",
            "cost_fen",
            "other_fen",
        ),
        filters=("kind", "state"),
        fixed=frozenset(
            {"state", "accepted_on", "survey", "payout_fen", "because", "decided_on", "paid_on", "paid_fen"}
        ),
        read=READ,
        write=WRITE,
        purpose="跟踪老年人意外险理赔",
        law="本地老年人意外险方案",
        prefix="LP",
        classes={
            "kind": "sensitive shown",
            "words": "sensitive shown",
            "grade": "sensitive shown",
            "came_on": "sensitive shown",
            "survey": "sensitive shown",
            "cost_fen": "sensitive shown",
            "other_fen": "sensitive shown",
        },
        words={
            "policy": "Policy year",
            "kind": "Kind",
            "state": "State",
            "happened_on": "Happened on",
            "happened_in": "Where (division)",
            "words": "What happened",
            "grade": "Grade of disability",
            "came_on": "Death or grading on",
            "cost_fen": "Medical costs",
            "other_fen": "Paid by others",
            "accepted_on": "Accepted on",
            "survey": "Survey",
            "payout_fen": "Payout",
            "because": "Because",
            "decided_on": "Decided on",
            "paid_on": "Paid on",
            "paid_fen": "Paid",
        },
    )
)
