"""Institutions of elder care (养老机构): filing, inspections, stars, prices."""

from django.db import models
from django.db.models import F, Q

from anmin.domains.elderly.powers import READ, WRITE
from anmin.kernel.registers.columns import FenField
from anmin.kernel.registers.declaring import Register, declared
from anmin.kernel.registers.entries import Entry
from anmin.kernel.registers.guards import PublicRows


class ElderInstitution(Entry):
    """An institution with beds (养老机构). `first_day` is the day of its registration."""

    class Kind(models.TextChoices):
        PUBLIC = "public", "公办"
        NONPROFIT = "nonprofit", "民办非营利"
        PROFIT = "profit", "营利"
        DRIVEN = "commissioned", "公建民营"

    class State(models.TextChoices):
        REGISTERED = "registered", "已登记，未备案"
        FILED = "filed", "已备案"
        INSPECTED = "inspected", "备案后已核查"
        STOPPING = "stopping", "拟停业，安置中"
        STOPPED = "stopped", "已停业"

    name = models.CharField("名称", max_length=80)
    code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    kind = models.CharField("性质", max_length=14, choices=Kind.choices)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.REGISTERED)
    is_inclusive = models.BooleanField("普惠型", default=False)
    address = models.CharField("地址", max_length=200)
    head = models.CharField("法定代表人", max_length=40, blank=True)
    beds = models.PositiveSmallIntegerField("床位", default=0)
    nursing_beds = models.PositiveSmallIntegerField("其中护理型", default=0)
    residents = models.PositiveSmallIntegerField("在住人数", default=0)
    has_medical = models.BooleanField("设医疗机构或医养签约", default=False)
    fire = models.CharField("消防情况", max_length=60, blank=True)
    food_licence_until = models.DateField("食品许可到期日", null=True, blank=True)
    custody_account = models.CharField("预收费存管银行", max_length=60, blank=True)
    first_admitted_on = models.DateField("首次收住日期", null=True, blank=True)
    filed_on = models.DateField("备案日期", null=True, blank=True)
    inspected_on = models.DateField("备案核查日期", null=True, blank=True)
    noticed_on = models.DateField("停业报告日期", null=True, blank=True)
    stops_on = models.DateField("拟停业日期", null=True, blank=True)
    stars = models.PositiveSmallIntegerField("等级（星）", default=0)
    stars_until = models.DateField("等级到期日", null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            PublicRows(name="elderinstitution_public", condition="level <= 1"),
            models.CheckConstraint(
                condition=Q(nursing_beds__lte=F("beds")),
                name="institution_nursing_beds_are_beds",
                violation_error_message="护理型床位不能多于床位总数。",
            ),
            models.CheckConstraint(condition=Q(stars__lte=5), name="institution_at_most_five_stars"),
        ]


class InstitutionInspection(Entry):
    """An inspection (养老机构检查). `first_day` is the day of it."""

    class Kind(models.TextChoices):
        FILING = "filing", "备案核查"
        ROUTINE = "routine", "日常检查"
        SPECIAL = "special", "专项检查"
        FOLLOW = "follow", "整改复查"

    class Result(models.TextChoices):
        GOOD = "good", "合格"
        MEND = "mend", "限期整改"
        STOP = "stop", "责令停业"

    institution = models.ForeignKey(
        ElderInstitution, models.PROTECT, related_name="inspections", verbose_name="养老机构"
    )
    kind = models.CharField("检查类型", max_length=10, choices=Kind.choices)
    inspectors = models.CharField("检查人员（两人以上）", max_length=80)
    findings = models.CharField("发现的问题", max_length=400, blank=True)
    result = models.CharField("结果", max_length=10, choices=Result.choices)
    mend_by = models.DateField("整改期限", null=True, blank=True)
    mended_on = models.DateField("整改完成日期", null=True, blank=True)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(result="mend") | Q(mend_by__isnull=False),
                name="inspection_mending_has_a_day",
                violation_error_message="限期整改要写整改期限。",
            ),
        ]


class StarRating(Entry):
    """A rating by GB/T 37276 (养老机构等级评定): points by chapter, level, from when to when."""

    institution = models.ForeignKey(
        ElderInstitution, models.PROTECT, related_name="ratings", verbose_name="养老机构"
    )
    environment = models.PositiveSmallIntegerField("环境（120）")
    equipment = models.PositiveSmallIntegerField("设施设备（130）")
    management = models.PositiveSmallIntegerField("运营管理（150）")
    service = models.PositiveSmallIntegerField("服务（600）")
    stars = models.PositiveSmallIntegerField("评定等级", choices=[(n, f"{n} 级") for n in range(1, 6)])
    rated_by = models.CharField("评定机构", max_length=80)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(environment__lte=120, equipment__lte=130, management__lte=150, service__lte=600),
                name="star_points_within_the_chapters",
                violation_error_message="分数超过了该章的满分（环境 120、设施设备 130、管理 150、服务 600）。",
            ),
        ]


class InstitutionPrice(Entry):
    """A published price of an institution (养老机构收费): from when to when, against a guide price where there is one."""

    class Item(models.TextChoices):
        BED = "bed", "床位费"
        CARE = "care", "护理费"
        MEAL = "meal", "伙食费"
        DEPOSIT = "deposit", "押金"

    institution = models.ForeignKey(
        ElderInstitution, models.PROTECT, related_name="prices", verbose_name="养老机构"
    )
    item = models.CharField("收费项目", max_length=10, choices=Item.choices)
    least_fen = FenField("最低")
    most_fen = FenField("最高")
    guide_fen = FenField("政府指导价", null=True, blank=True)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(most_fen__gte=F("least_fen")),
                name="institution_price_in_order",
                violation_error_message="最高价不能低于最低价。",
            ),
        ]


INSTITUTIONS = declared(
    Register(
        ElderInstitution,
        key="elderly/institutions",
        serves=("care",),
        serves_if={"state": "inspected"},
        title="养老机构",
        english="Institutions",
        public=("name", "kind", "stars", "address", "beds"),
        columns=("name", "kind", "state", "stars", "beds", "nursing_beds", "residents", "filed_on"),
        fields=(
            "name",
            "code",
            "kind",
            "is_inclusive",
            "address",
            "head",
            "beds",
            "nursing_beds",
            "residents",
            "has_medical",
            "fire",
            "food_licence_until",
            "custody_account",
            "first_admitted_on",
            "longitude",
            "latitude",
        ),
        filters=("kind", "state", "is_inclusive"),
        fixed=frozenset(
            {"state", "filed_on", "inspected_on", "noticed_on", "stops_on", "stars", "stars_until"}
        ),
        search=("name", "code"),
        read=READ,
        write=WRITE,
        purpose="养老机构备案和监督管理",
        law="养老机构管理办法；山东省养老服务条例 §30",
        prefix="YLJG",
        sheet="养老机构备案回执",
        sheet_english="Receipt of an institution's filing",
        marks=("longitude", "latitude"),
        words={
            "name": "Name",
            "code": "Credit code",
            "kind": "Kind",
            "state": "State",
            "is_inclusive": "Inclusive",
            "address": "Address",
            "head": "Legal representative",
            "beds": "Beds",
            "nursing_beds": "Of them for nursing",
            "residents": "Residents",
            "has_medical": "Medical unit or contract",
            "fire": "Fire safety",
            "food_licence_until": "Food licence until",
            "custody_account": "Custody of prepayments",
            "first_admitted_on": "First admission",
            "filed_on": "Filed on",
            "inspected_on": "Inspected on",
            "noticed_on": "Stop reported on",
            "stops_on": "Stops on",
            "stars": "Stars",
            "stars_until": "Stars until",
            "longitude": "Longitude",
            "latitude": "Latitude",
        },
    )
)
INSPECTIONS = declared(
    Register(
        InstitutionInspection,
        key="elderly/inspections",
        title="养老机构检查",
        english="Inspections",
        columns=("institution", "kind", "result", "mend_by", "mended_on"),
        filters=("kind", "result"),
        search=("findings",),
        read=READ,
        write=WRITE,
        purpose="检查养老机构并跟踪整改",
        law="海南省养老服务条例 §47",
        prefix="JC",
        words={
            "institution": "Institution",
            "kind": "Kind",
            "inspectors": "Inspectors",
            "findings": "Findings",
            "result": "Result",
            "mend_by": "Mend by",
            "mended_on": "Mended on",
        },
    )
)
RATINGS = declared(
    Register(
        StarRating,
        key="elderly/ratings",
        title="养老机构等级评定",
        english="Star ratings",
        columns=("institution", "stars", "environment", "equipment", "management", "service", "rated_by"),
        filters=("stars",),
        read=READ,
        write=WRITE,
        purpose="登记养老机构等级评定",
        law="GB/T 37276-2018",
        prefix="DJ",
        sheet="养老机构等级证书",
        sheet_english="Certificate of stars",
        words={
            "institution": "Institution",
            "environment": "Environment (120)",
            "equipment": "Equipment (130)",
            "management": "Management (150)",
            "service": "Service (600)",
            "stars": "Stars",
            "rated_by": "Rated by",
        },
    )
)
INSTITUTION_PRICES = declared(
    Register(
        InstitutionPrice,
        key="elderly/institution-prices",
        title="养老机构收费",
        english="Prices of institutions",
        columns=("institution", "item", "least_fen", "most_fen", "guide_fen"),
        filters=("item",),
        read=READ,
        write=WRITE,
        purpose="公示养老机构收费，比对指导价",
        law="各省养老服务条例",
        prefix="SF",
        words={
            "institution": "Institution",
            "item": "Item",
            "least_fen": "Least",
            "most_fen": "Most",
            "guide_fen": "Guide price",
        },
    )
)
