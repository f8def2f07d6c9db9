"""Door plates (门楼牌): the number under which a house stands in a street, and what the place was called before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from anmin.domains.placenames.registers.names import Name
from anmin.kernel.registers.declaring import Register, Trouble, declared
from anmin.kernel.registers.entries import Entry


class DoorPlate(Entry):
    """A door or building plate (门楼牌). `address` follows from the standard name and the numbers."""

    class Kind(models.TextChoices):
        DOOR = "door", "门牌"
        BUILDING = "building", "楼牌"
        UNIT = "unit", "单元牌"

    class State(models.TextChoices):
        PLANNED = "planned", "已编号，待设置"
        PLACED = "placed", "已设置"
        MISSING = "missing", "缺失、破损"

    name = models.ForeignKey(Name, models.PROTECT, related_name="doorplates", verbose_name="标准地名")
    kind = models.CharField("种类", max_length=10, choices=Kind.choices, default=Kind.DOOR)
    plate = models.CharField("门牌号", max_length=20, help_text="例如 12 号、12 号甲。")
    building = models.CharField("楼号、单元", max_length=40, blank=True)
    address = models.CharField("标准地址", max_length=160)
    former = models.CharField("原地址", max_length=160, blank=True)
    use = models.CharField("用途", max_length=40, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PLANNED)
    placed_on = models.DateField("设置日", null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                fields=["name", "address"],
                condition=Q(last_day__isnull=True),
                name="doorplate_once_in_a_street",
                violation_error_message="这条街路已经有这个门牌号。",
            ),
        ]

    def __str__(self) -> str:
        return self.address


def address_of(values: Mapping[str, Any], entry: Any) -> dict[str, Any]:
    """The standard address, from the standard name, the plate and the building."""
    parts = [values["name"].name, values["plate"].strip(), values.get("building", "").strip()]
    return {"address": " ".join(part for part in parts if part)}


def stands_in_a_street_in_force(
    values: Mapping[str, Any], entry: Any, by: Any, on: date
) -> Iterator[Trouble]:
    """Plates use standard names alone (地名管理条例 §18); a placed one has its day."""
    name = values["name"]
    if values.get("last_day") is None and name.last_day is not None and name.last_day < on:
        words = f"“{name.name}”已在 {name.last_day} 停用，门楼牌要用现行的标准地名（地名管理条例 §18）。"
        yield Trouble("name", "ended", words)
    if values["state"] == DoorPlate.State.PLACED and values.get("placed_on") is None:
        yield Trouble("placed_on", "required", "已设置的要填设置日。")


DOORPLATES = declared(
    Register(
        DoorPlate,
        key="placenames/doorplates",
        title="门楼牌",
        english="Door plates",
        columns=("address", "kind", "state", "former", "placed_on"),
        filters=("kind", "state"),
        search=("address", "former"),
        read=("placenames.read",),
        write=("placenames.manage",),
        purpose="编制门楼牌并出具门楼牌证明",
        law="地名管理条例 §§18、20",
        prefix="DMMP",
        fixed=frozenset({"address"}),
        derives=address_of,
        checks=(stands_in_a_street_in_force,),
        sheet="门楼牌登记表",
        sheet_english="Sheet of a door plate",
        marks=("longitude", "latitude"),
        words={
            "name": "Standard name",
            "kind": "Kind",
            "plate": "Number",
            "building": "Building, entrance",
            "address": "Standard address",
            "former": "Former address",
            "use": "Use",
            "state": "State",
            "placed_on": "Placed on",
            "longitude": "Longitude",
            "latitude": "Latitude",
        },
    )
)
