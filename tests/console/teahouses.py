"""A register of a line of business in one file: what a newcomer writes, and nothing else anywhere."""

from django.db import models

from anmin.kernel.registers.declaring import Register, Trouble, declared
from anmin.kernel.registers.entries import Entry


class Teahouse(Entry):
    """A teahouse (评书茶馆)."""

    class Kind(models.TextChoices):
        STORY = "story", "评书"
        OPERA = "opera", "戏曲"

    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类型", max_length=10, choices=Kind.choices)
    seats = models.PositiveIntegerField("座位数", default=0)
    phone = models.CharField("电话", max_length=20, blank=True)
    opened = models.BooleanField("对外开放", default=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta(Entry.Meta):
        app_label = "domains"


def enough_seats(values, entry, by, on):
    """An opera needs ten seats."""
    if values["kind"] == "opera" and values["seats"] < 10:
        yield Trouble("seats", "few_seats", "戏曲茶馆至少要有 10 个座位。")


TEAHOUSES = declared(
    Register(
        Teahouse,
        key="assistance/teahouses",
        title="评书茶馆",
        english="Teahouses",
        columns=("name", "kind", "seats", "phone"),
        filters=("kind", "opened"),
        search=("name",),
        read=("case.read",),
        write=("case.accept",),
        purpose="登记评书茶馆",
        law="试验",
        classes={"phone": "sensitive phone"},
        words={"name": "Name", "kind": "Kind", "seats": "Seats", "phone": "Telephone", "opened": "Open"},
        checks=(enough_seats,),
        sheet="评书茶馆登记证",
        sheet_english="Certificate of a teahouse",
        marks=("longitude", "latitude"),
    )
)
