"""Assessments of ability (老年人能力评估): who assessed whom when, the answers, the level that follows, until when it holds."""

from django.db import models
from django.db.models import F, Q

from anmin.domains.elderly.assessment.scoring import LEVELS
from anmin.domains.elderly.assessment.scoring import declared as scale_words
from anmin.domains.elderly.powers import ASSESS, READ
from anmin.kernel.keys.fields import SealedJSON, SealedText
from anmin.kernel.registers.declaring import Register, declared
from anmin.kernel.registers.entries import PersonEntry
from anmin.kernel.registers.guards import OwnRows


class AbilityAssessment(PersonEntry):
    """One assessment (老年人能力评估). `first_day` is the day of it, `last_day` the last day on which it holds.

    Total and levels are what `scoring.score` makes of the answers; the action writes them, no form does.
    """

    class State(models.TextChoices):
        FINAL = "final", "有效"
        DISPUTED = "disputed", "有异议，待复评"
        REPLACED = "replaced", "已由新评估替代"

    reason = models.CharField("评估原因", max_length=12, choices=list(scale_words()["reasons"].items()))
    assessor = models.CharField("评估员", max_length=40)
    second_assessor = models.CharField("第二评估员", max_length=40)
    has_medical = models.BooleanField("其中有医护背景", default=False)
    place = models.CharField("评估地点", max_length=80, blank=True)
    living = models.CharField(
        "居住状况", max_length=12, choices=list(scale_words()["living"].items()), blank=True
    )
    informant = SealedText("信息提供者")
    answers = SealedJSON("各项得分")
    notes = SealedText("疾病和健康问题")
    total = models.PositiveSmallIntegerField("总分")
    preliminary = models.PositiveSmallIntegerField(
        "初步等级", choices=[(int(k), v) for k, v in LEVELS.items()]
    )
    final = models.PositiveSmallIntegerField("最终等级", choices=[(int(k), v) for k, v in LEVELS.items()])
    coma = models.BooleanField("昏迷", default=False)
    dementia = models.BooleanField("确诊痴呆", default=False)
    disorder = models.BooleanField("其他精神障碍", default=False)
    risk_events = models.PositiveSmallIntegerField("30 天内照护风险事件", default=0)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.FINAL)
    told_on = models.DateField("告知结果日期", null=True, blank=True)
    disputed_on = models.DateField("提出异议日期", null=True, blank=True)
    dispute = SealedText("异议内容")
    rechecks = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复评的是"
    )

    class Meta(PersonEntry.Meta):
        constraints = [
            *PersonEntry.Meta.constraints,
            models.CheckConstraint(condition=~Q(assessor=F("second_assessor")), name="assessment_by_two"),
            models.CheckConstraint(condition=Q(has_medical=True), name="assessment_with_medical_background"),
            models.CheckConstraint(
                condition=Q(total__lte=90, final__gte=F("preliminary")), name="assessment_within_scale"
            ),
            OwnRows(name="assessment_own"),
        ]


ASSESSMENTS = declared(
    Register(
        AbilityAssessment,
        key="elderly/assessments",
        title="老年人能力评估",
        english="Assessments of ability",
        columns=("person", "reason", "total", "preliminary", "final", "state", "assessor", "second_assessor"),
        fields=("reason", "living", "place", "assessor", "second_assessor", "informant", "notes", "told_on"),
        filters=("final", "state", "reason"),
        read=READ,
        write=ASSESS,
        purpose="评估老年人能力，作为补贴、服务和入住的依据",
        law="GB/T 42195-2022",
        prefix="PG",
        sheet="老年人能力评估报告",
        sheet_english="Report of an assessment of ability",
        classes={
            "informant": "sensitive shown",
            "answers": "sensitive hidden",
            "notes": "sensitive shown",
            "total": "sensitive shown",
            "preliminary": "sensitive shown",
            "final": "sensitive shown",
            "coma": "sensitive shown",
            "dementia": "sensitive shown",
            "disorder": "sensitive shown",
            "risk_events": "sensitive shown",
            "dispute": "sensitive shown",
        },
        opens=False,
        fixed=frozenset(
            {
                "total",
                "preliminary",
                "final",
                "coma",
                "dementia",
                "disorder",
                "risk_events",
                "state",
                "disputed_on",
                "dispute",
                "rechecks",
            }
        ),
        words={
            "reason": "Reason",
            "assessor": "Assessor",
            "second_assessor": "Second assessor",
            "has_medical": "One with medical background",
            "place": "Place",
            "living": "Lives with",
            "informant": "Told by",
            "answers": "Scores",
            "notes": "Illnesses and health",
            "total": "Total",
            "preliminary": "Preliminary level",
            "final": "Level",
            "coma": "Coma",
            "dementia": "Dementia",
            "disorder": "Other mental disorder",
            "risk_events": "Risk events in 30 days",
            "state": "State",
            "told_on": "Told on",
            "disputed_on": "Disputed on",
            "dispute": "What is disputed",
            "rechecks": "Rechecks",
        },
    )
)
