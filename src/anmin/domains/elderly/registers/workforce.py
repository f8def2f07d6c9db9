"""Care workers (养老护理员), their training and certificates; activities of the elderly; pilot and health-tourism projects."""

from django.db import models

from anmin.domains.elderly.powers import READ, WRITE
from anmin.kernel.registers.columns import FenField
from anmin.kernel.registers.declaring import Register, Trouble, declared
from anmin.kernel.registers.entries import Entry


class CareWorker(Entry):
    """A care worker with the certificate of skill (养老护理员)."""

    name = models.CharField("姓名", max_length=40)
    employer = models.CharField("所在单位", max_length=80)
    skill = models.PositiveSmallIntegerField(
        "技能等级",
        choices=[(0, "无证书"), (5, "初级工"), (4, "中级工"), (3, "高级工"), (2, "技师"), (1, "高级技师")],
        default=0,
    )
    certificate = models.CharField("证书编号", max_length=40, blank=True)
    issuer = models.CharField("发证机构", max_length=80, blank=True)
    issued_on = models.DateField("发证日期", null=True, blank=True)
    subsidy_fen = FenField("技能提升补贴", default=0)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(skill=0) | ~models.Q(certificate=""),
                name="care_worker_skill_has_a_certificate",
                violation_error_message="有技能等级的要写证书编号。",
            ),
        ]


class TrainingRecord(Entry):
    """One worker's training (培训记录): subject, hours, score. `first_day` and `last_day` are its days."""

    worker = models.ForeignKey(CareWorker, models.PROTECT, related_name="trainings", verbose_name="护理员")
    subject = models.CharField("培训内容", max_length=80)
    hours = models.PositiveSmallIntegerField("学时")
    score = models.PositiveSmallIntegerField("考核分", null=True, blank=True)
    is_passed = models.BooleanField("考核合格", default=False)


class ElderActivity(Entry):
    """An activity for or by elders (老龄工作和文体活动). `first_day` is the day of it."""

    class Kind(models.TextChoices):
        RESPECT = "respect", "敬老月、孝老活动"
        CULTURE = "culture", "文艺"
        SPORT = "sport", "体育健身"
        LEARN = "learn", "老年教育"
        RIGHTS = "rights", "维权和防诈骗"

    title = models.CharField("活动名称", max_length=80)
    kind = models.CharField("类型", max_length=10, choices=Kind.choices)
    place = models.CharField("地点", max_length=80, blank=True)
    persons = models.PositiveIntegerField("参加人数", default=0)
    fund_fen = FenField("经费", default=0)


class ElderProject(Entry):
    """A project of elder care (养老服务项目): national pilot, elder-health tourism, brand."""

    class Kind(models.TextChoices):
        PILOT = "pilot", "居家和社区基本养老服务提升行动"
        TOURISM = "tourism", "旅居康养"
        BRAND = "brand", "服务品牌"
        YEAR = "year", "养老服务年度计划"

    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类型", max_length=10, choices=Kind.choices)
    target = models.PositiveIntegerField("目标数", default=0)
    done = models.PositiveIntegerField("完成数", default=0)
    unit = models.CharField("单位", max_length=10, blank=True)
    each_fen = FenField("人均补助", default=0)
    accepted_on = models.DateField("验收日期", null=True, blank=True)
    result = models.CharField("绩效结论", max_length=200, blank=True)


def accepted_with_a_report(values, entry, by, on):
    """A pilot is accepted when it was reported on: its figures are counted from the list of those whom it reached."""
    if values["kind"] != ElderProject.Kind.PILOT or values.get("accepted_on") is None:
        return
    if entry is None or not entry.reports.filter(first_day__lte=values["accepted_on"]).exists():
        words = "试点项目要先有绩效报告才能验收：先登记项目和“养老项目绩效报告”，再更正填写验收日期。"
        yield Trouble("accepted_on", "no_report", words)


WORKERS = declared(
    Register(
        CareWorker,
        key="elderly/workers",
        title="养老护理员",
        english="Care workers",
        columns=("name", "employer", "skill", "certificate", "issued_on"),
        filters=("skill",),
        search=("name", "employer", "certificate"),
        read=READ,
        write=WRITE,
        purpose="登记养老护理员和职业技能等级",
        law="威海市居民养老服务保障条例 §37",
        prefix="HLY",
        sheet="养老护理员登记表",
        sheet_english="Sheet of a care worker",
        words={
            "name": "Name",
            "employer": "Employer",
            "skill": "Level of skill",
            "certificate": "Certificate",
            "issuer": "Issued by",
            "issued_on": "Issued on",
            "subsidy_fen": "Skill subsidy",
        },
    )
)
TRAININGS = declared(
    Register(
        TrainingRecord,
        key="elderly/trainings",
        title="护理员培训",
        english="Training",
        columns=("worker", "subject", "hours", "score", "is_passed"),
        filters=("is_passed",),
        search=("subject",),
        read=READ,
        write=WRITE,
        purpose="登记护理员培训和考核",
        law="威海市居民养老服务保障条例 §37",
        prefix="PX",
        words={
            "worker": "Care worker",
            "subject": "Subject",
            "hours": "Hours",
            "score": "Score",
            "is_passed": "Passed",
        },
    )
)
ACTIVITIES = declared(
    Register(
        ElderActivity,
        key="elderly/activities",
        title="老龄和文体活动",
        english="Activities",
        columns=("title", "kind", "place", "persons", "fund_fen"),
        filters=("kind",),
        search=("title", "place"),
        read=READ,
        write=("elders.manage", "elders.visit"),
        purpose="登记敬老爱老助老和老年文体活动",
        law="老年人权益保障法",
        prefix="HD",
        words={
            "title": "Title",
            "kind": "Kind",
            "place": "Place",
            "persons": "Persons",
            "fund_fen": "Funds",
        },
    )
)
PILOTS = declared(
    Register(
        ElderProject,
        key="elderly/pilots",
        title="养老服务项目",
        english="Projects and brands",
        columns=("name", "kind", "target", "done", "unit", "accepted_on"),
        filters=("kind",),
        search=("name",),
        read=READ,
        write=WRITE,
        purpose="登记试点、旅居康养、品牌和年度计划",
        law="国家居家和社区基本养老服务提升行动；各省养老服务条例",
        prefix="XM",
        checks=(accepted_with_a_report,),
        words={
            "name": "Name",
            "kind": "Kind",
            "target": "Target",
            "done": "Done",
            "unit": "Unit",
            "each_fen": "Aid a person",
            "accepted_on": "Accepted on",
            "result": "Result",
        },
    )
)
