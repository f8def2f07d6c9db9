"""Places of elder care (养老服务设施), their days of service, the projects that build them, who runs them."""

from django.db import models
from django.db.models import Q

from anmin.domains.elderly.powers import READ, WRITE
from anmin.kernel.registers.declaring import Register, declared
from anmin.kernel.registers.entries import Entry
from anmin.kernel.registers.guards import PublicRows


class FacilityKind(models.TextChoices):
    """Kinds of places."""

    DAY_CARE = "day_care", "日间照料中心"
    CENTRE = "centre", "社区居家养老服务中心"
    STATION = "station", "社区居家养老服务站"
    HOME = "home", "农村互助幸福院"
    REGIONAL = "regional", "区域性养老服务中心"
    EMBEDDED = "embedded", "嵌入式养老服务机构"
    CANTEEN = "canteen", "社区共享餐厅"


class FacilityProject(Entry):
    """A plan of a year to build places (设施建设项目): so many of a kind in a division."""

    name = models.CharField("项目名称", max_length=80)
    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("设施类型", max_length=12, choices=FacilityKind.choices)
    target = models.PositiveIntegerField("计划数")
    document = models.CharField("依据文件", max_length=80, blank=True)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(condition=Q(target__gte=1), name="facility_project_has_a_target"),
        ]


class ElderOperator(Entry):
    """Who runs places of elder care (养老服务运营单位), with its brand."""

    name = models.CharField("名称", max_length=80)
    code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    brand = models.CharField("服务品牌", max_length=60, blank=True)
    is_chain = models.BooleanField("连锁运营", default=False)


class ElderFacility(Entry):
    """One place of elder care (养老服务设施). It counts as covering only while it is open and serves."""

    class State(models.TextChoices):
        PLANNED = "planned", "规划"
        BUILDING = "building", "建设中"
        ACCEPTED = "accepted", "已验收"
        OPEN = "open", "运营"
        SUSPENDED = "suspended", "暂停"

    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类型", max_length=12, choices=FacilityKind.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PLANNED)
    project = models.ForeignKey(
        FacilityProject,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="facilities",
        verbose_name="建设项目",
    )
    operator = models.ForeignKey(
        ElderOperator,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="facilities",
        verbose_name="运营单位",
    )
    address = models.CharField("地址", max_length=200, blank=True)
    area = models.PositiveIntegerField("建筑面积（平方米）", default=0)
    beds = models.PositiveSmallIntegerField("床位", default=0)
    places = models.PositiveSmallIntegerField("日间位数", default=0)
    meals_day = models.PositiveSmallIntegerField("每日供餐份数", default=0)
    open_days = models.PositiveSmallIntegerField("每月开放天数", default=22)
    accepted_on = models.DateField("验收日期", null=True, blank=True)
    opened_on = models.DateField("开放日期", null=True, blank=True)
    fire = models.CharField("消防情况", max_length=60, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            PublicRows(name="elderfacility_public", condition="level <= 1"),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "open", "suspended"]) | Q(accepted_on__isnull=False),
                name="facility_open_after_acceptance",
                violation_error_message="先填验收日期，才能登记为已验收或运营。",
            ),
        ]


class FacilityDay(Entry):
    """One day of service of a place (服务日志): how many came. `first_day` is the day."""

    facility = models.ForeignKey(ElderFacility, models.PROTECT, related_name="days", verbose_name="设施")
    persons = models.PositiveIntegerField("到场人数")
    meals = models.PositiveIntegerField("用餐份数", default=0)
    note = models.CharField("活动或轮值", max_length=80, blank=True)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                fields=["facility", "first_day"],
                name="facility_day_once",
                violation_error_message="这一天已经登记过，请在原条目上更正。",
            ),
        ]


PROJECTS = declared(
    Register(
        FacilityProject,
        key="elderly/projects",
        title="养老设施建设项目",
        english="Projects that build places",
        columns=("name", "year", "kind", "target", "document"),
        filters=("kind",),
        search=("name", "document"),
        read=READ,
        write=WRITE,
        purpose="下达和跟踪养老设施年度建设任务",
        law="各省养老服务条例",
        prefix="SSXM",
        words={
            "name": "Name",
            "year": "Year",
            "kind": "Kind of place",
            "target": "Target",
            "document": "Document",
        },
    )
)
OPERATORS = declared(
    Register(
        ElderOperator,
        key="elderly/operators",
        title="养老服务运营单位和品牌",
        english="Operators and brands",
        columns=("name", "brand", "is_chain", "code"),
        filters=("is_chain",),
        search=("name", "brand"),
        read=READ,
        write=WRITE,
        purpose="登记运营单位和服务品牌",
        law="各省养老服务条例",
        prefix="YYDW",
        words={"name": "Name", "code": "Credit code", "brand": "Brand", "is_chain": "Runs several places"},
    )
)
FACILITIES = declared(
    Register(
        ElderFacility,
        key="elderly/facilities",
        serves=("care", "meals"),
        serves_if={"state": "open"},
        title="养老服务设施",
        english="Places of elder care",
        public=("name", "kind", "state", "address"),
        columns=("name", "kind", "state", "project", "operator", "beds", "places", "opened_on"),
        filters=("kind", "state"),
        search=("name", "address"),
        read=READ,
        write=WRITE,
        purpose="登记日间照料、居家养老、幸福院、区域中心等设施",
        law="各省养老服务条例",
        prefix="YLSS",
        sheet="养老服务设施登记表",
        sheet_english="Sheet of a place of elder care",
        marks=("longitude", "latitude"),
        words={
            "name": "Name",
            "kind": "Kind",
            "state": "State",
            "project": "Project",
            "operator": "Operator",
            "address": "Address",
            "area": "Floor (m²)",
            "beds": "Beds",
            "places": "Day places",
            "meals_day": "Meals a day",
            "open_days": "Days open a month",
            "accepted_on": "Accepted on",
            "opened_on": "Opened on",
            "fire": "Fire safety",
            "longitude": "Longitude",
            "latitude": "Latitude",
        },
    )
)
DAYS = declared(
    Register(
        FacilityDay,
        key="elderly/days",
        title="设施服务日志",
        english="Days of service",
        columns=("facility", "persons", "meals", "note"),
        search=("note",),
        read=READ,
        write=("elders.manage", "elders.visit"),
        purpose="记录设施开放和到场人数，核实是否正常运营",
        law="各省养老服务条例",
        prefix="FWRZ",
        words={"facility": "Place", "persons": "Persons", "meals": "Meals", "note": "Activity or duty"},
    )
)
