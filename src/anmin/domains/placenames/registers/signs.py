"""Place-name signs (地名标志): where they stand, what they show, in what state, what was put right."""

from django.db import models

from anmin.domains.placenames.registers.names import Name
from anmin.kernel.registers.declaring import Register, Trouble, declared
from anmin.kernel.registers.entries import Entry


class Sign(Entry):
    """A place-name sign (地名标志)."""

    class State(models.TextChoices):
        INTACT = "intact", "完好"
        DAMAGED = "damaged", "破损"
        MISSING = "missing", "缺失"
        WRONG = "wrong", "不规范"
        MENDED = "mended", "已整改"

    name = models.ForeignKey(Name, models.PROTECT, related_name="signs", verbose_name="标准地名")
    shown = models.CharField("标志上的名称", max_length=60)
    shown_spelling = models.CharField("标志上的拼写", max_length=120, blank=True)
    position = models.CharField("设置位置", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.INTACT)
    found_on = models.DateField("发现问题日", null=True, blank=True)
    mended_on = models.DateField("整改日", null=True, blank=True)
    keeper = models.CharField("管护单位", max_length=80, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)


def shows_the_standard_name(values, entry, by, on):
    """A sign that shows something else is not called intact (地名管理条例 §18)."""
    standard = values["name"]
    spelling = values.get("shown_spelling", "")
    is_wrong = values["shown"] != standard.name or (spelling and spelling != standard.spelling)
    if is_wrong and values["state"] in ("intact", "mended"):
        words = f"标准地名是“{standard.name}”（{standard.spelling}），标志与它不符，状态要选“不规范”（地名管理条例 §18）。"
        yield Trouble("state", "not_standard", words)
    if values["state"] == "mended" and values.get("mended_on") is None:
        yield Trouble("mended_on", "required", "已整改的要填整改日。")


SIGNS = declared(
    Register(
        Sign,
        key="placenames/signs",
        title="地名标志",
        english="Signs",
        columns=("name", "shown", "position", "state", "keeper"),
        filters=("state",),
        search=("shown", "position"),
        read=("placenames.read",),
        write=("placenames.manage",),
        purpose="登记地名标志并督促整改不规范的标志",
        law="地名管理条例 §§18、20、37、38",
        prefix="DMBZ",
        checks=(shows_the_standard_name,),
        marks=("longitude", "latitude"),
        words={
            "name": "Standard name",
            "shown": "Name shown",
            "shown_spelling": "Spelling shown",
            "position": "Position",
            "state": "State",
            "found_on": "Found on",
            "mended_on": "Put right on",
            "keeper": "Keeper",
            "longitude": "Longitude",
            "latitude": "Latitude",
        },
    )
)
