"""Dining points, their dated prices, meals and monthly settlements (老年助餐)."""

from django.db import models
from django.db.models import F, Q

from anmin.domains.elderly.meals.pricing import CATEGORIES
from anmin.domains.elderly.powers import READ, WRITE
from anmin.kernel.registers.columns import FenField
from anmin.kernel.registers.declaring import Register, declared
from anmin.kernel.registers.entries import Entry, PersonEntry
from anmin.kernel.registers.guards import PublicRows


class Slot(models.TextChoices):
    """Meals of a day."""

    BREAKFAST = "breakfast", "早餐"
    LUNCH = "lunch", "午餐"
    SUPPER = "supper", "晚餐"


class DiningPoint(Entry):
    """A place where elders eat or meals come from (老年助餐点)."""

    class Kind(models.TextChoices):
        CANTEEN = "canteen", "老年食堂（长者饭堂）"
        TABLE = "table", "老年餐桌"
        POINT = "point", "助餐点"
        SHARED = "shared", "社区共享餐厅"

    class Kitchen(models.TextChoices):
        COOK = "cook", "现场制作"
        REHEAT = "reheat", "配送加热"
        DELIVER = "deliver", "送餐"

    class State(models.TextChoices):
        BUILDING = "building", "建设中"
        OPEN = "open", "营业"
        PAUSED = "paused", "暂停"

    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类型", max_length=10, choices=Kind.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    address = models.CharField("地址", max_length=200, blank=True)
    operator = models.CharField("运营单位", max_length=80)
    operator_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    licence = models.CharField("食品经营许可证号", max_length=40, blank=True)
    licence_until = models.DateField("许可证到期日", null=True, blank=True)
    kitchen = models.CharField("供餐方式", max_length=10, choices=Kitchen.choices, default=Kitchen.COOK)
    seats = models.PositiveSmallIntegerField("座位数", default=0)
    open_days = models.PositiveSmallIntegerField("每周开放天数", default=5)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta(Entry.Meta):
        constraints = [*Entry.Meta.constraints, PublicRows(name="diningpoint_public", condition="level <= 1")]


class MealPrice(Entry):
    """One line of a price table (助餐价目): for an age on, or for a category; dated, so that the day of the meal decides."""

    point = models.ForeignKey(DiningPoint, models.PROTECT, related_name="prices", verbose_name="助餐点")
    slot = models.CharField("餐别", max_length=10, choices=Slot.choices)
    age_from = models.PositiveSmallIntegerField("起始年龄", default=60)
    category = models.CharField("助餐类别", max_length=20, choices=list(CATEGORIES.items()), blank=True)
    list_fen = FenField("餐费")
    elder_fen = FenField("老人付")
    cap_fen = FenField("补贴上限", null=True, blank=True)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(elder_fen__gte=0, elder_fen__lte=F("list_fen")),
                name="meal_price_elder_pays_a_part",
                violation_error_message="老人付的不能超过餐费。",
            ),
        ]


class Meal(PersonEntry):
    """One subsidised meal (助餐记录). One a person, day and meal in the whole city; the price of the day decides."""

    class Way(models.TextChoices):
        DINE = "dine", "堂食"
        DELIVER = "deliver", "送餐"

    point = models.ForeignKey(DiningPoint, models.PROTECT, related_name="meals", verbose_name="助餐点")
    slot = models.CharField("餐别", max_length=10, choices=Slot.choices)
    way = models.CharField("方式", max_length=10, choices=Way.choices, default=Way.DINE)
    category = models.CharField("按哪一类计价", max_length=20, choices=list(CATEGORIES.items()), blank=True)
    list_fen = FenField("餐费")
    elder_fen = FenField("老人付")
    subsidy_fen = FenField("补贴")
    by_paper = models.BooleanField("纸质登记补录", default=False)

    class Meta(PersonEntry.Meta):
        constraints = [
            *PersonEntry.Meta.constraints,
            models.UniqueConstraint(
                fields=["person", "first_day", "slot"],
                name="meal_once_a_slot",
                violation_error_message="这位老人这一餐已经登记过，每人每餐只补贴一次。",
            ),
            models.CheckConstraint(
                condition=Q(subsidy_fen__gte=0, subsidy_fen__lte=F("list_fen") - F("elder_fen")),
                name="meal_subsidy_within_the_gap",
            ),
        ]


class MealSettlement(Entry):
    """What a dining point is paid for a month (助餐补贴结算): meals and fen as counted from the records."""

    point = models.ForeignKey(DiningPoint, models.PROTECT, related_name="settlements", verbose_name="助餐点")
    month = models.DateField("月份")
    meals = models.PositiveIntegerField("份数")
    subsidy_fen = FenField("补贴")

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                fields=["point", "month"],
                name="meal_month_settled_once",
                violation_error_message="这个助餐点这个月已经结算过。",
            ),
        ]


POINTS = declared(
    Register(
        DiningPoint,
        key="elderly/points",
        serves=("meals",),
        serves_if={"state": "open"},
        title="老年助餐点",
        english="Dining points",
        public=("name", "kind", "state", "address", "open_days"),
        columns=("name", "kind", "state", "operator", "seats", "licence_until"),
        filters=("kind", "state", "kitchen"),
        search=("name", "operator"),
        read=READ,
        write=WRITE,
        purpose="登记老年食堂、老年餐桌和助餐点",
        law="民发〔2023〕58号",
        prefix="ZCD",
        sheet="老年助餐点登记表",
        sheet_english="Sheet of a dining point",
        marks=("longitude", "latitude"),
        words={
            "name": "Name",
            "kind": "Kind",
            "state": "State",
            "address": "Address",
            "operator": "Operator",
            "operator_code": "Credit code",
            "licence": "Food licence",
            "licence_until": "Licence until",
            "kitchen": "Kitchen",
            "seats": "Seats",
            "open_days": "Days a week",
            "longitude": "Longitude",
            "latitude": "Latitude",
        },
    )
)
PRICES = declared(
    Register(
        MealPrice,
        key="elderly/prices",
        title="助餐价目",
        english="Prices of meals",
        columns=("point", "slot", "age_from", "category", "list_fen", "elder_fen", "cap_fen"),
        filters=("slot", "category"),
        read=READ,
        write=WRITE,
        purpose="公示和计算助餐价格、补贴",
        law="民发〔2023〕58号",
        prefix="ZCJ",
        words={
            "point": "Dining point",
            "slot": "Meal",
            "age_from": "From age",
            "category": "Category",
            "list_fen": "Price",
            "elder_fen": "The elder pays",
            "cap_fen": "Most that is subsidised",
        },
    )
)
MEALS = declared(
    Register(
        Meal,
        key="elderly/meals",
        title="助餐记录",
        english="Meals",
        columns=("person", "point", "slot", "way", "category", "elder_fen", "subsidy_fen"),
        fields=("person", "point", "slot", "way", "by_paper"),
        filters=("slot", "way", "category"),
        read=READ,
        write=WRITE,
        purpose="记录助餐，核算补贴",
        law="民发〔2023〕58号",
        prefix="ZC",
        opens=False,
        classes={"category": "sensitive shown"},
        words={
            "point": "Dining point",
            "slot": "Meal",
            "way": "Way",
            "category": "Priced as",
            "list_fen": "Price",
            "elder_fen": "The elder paid",
            "subsidy_fen": "Subsidy",
            "by_paper": "Taken from paper",
        },
    )
)
SETTLEMENTS = declared(
    Register(
        MealSettlement,
        key="elderly/settlements",
        title="助餐补贴结算",
        english="Settlements of meals",
        columns=("point", "month", "meals", "subsidy_fen"),
        read=READ,
        write=WRITE,
        purpose="结算助餐补贴",
        law="民发〔2023〕58号",
        prefix="ZCJS",
        opens=False,
        words={"point": "Dining point", "month": "Month", "meals": "Meals", "subsidy_fen": "Subsidy"},
    )
)
