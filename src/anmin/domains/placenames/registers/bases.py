"""Bases of place-name culture (地名文化宣传教育基地): where, on what, who guides, how many came."""

from django.db import models

from anmin.kernel.registers.declaring import Register, declared
from anmin.kernel.registers.entries import Entry
from anmin.kernel.registers.guards import PublicRows


class CultureBase(Entry):
    """A base of place-name culture (地名文化宣传教育基地)."""

    class Kind(models.TextChoices):
        MUSEUM = "museum", "展馆"
        STREET = "street", "街区"
        SCHOOL = "school", "学校"
        VILLAGE = "village", "村落"
        SITE = "site", "旧址"

    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类型", max_length=10, choices=Kind.choices)
    theme = models.CharField("主题", max_length=200)
    address = models.CharField("地址", max_length=200, blank=True)
    guides = models.PositiveIntegerField("讲解员人数", default=0)
    visitors_year = models.PositiveIntegerField("上年参观人次", default=0)
    classes_year = models.PositiveIntegerField("上年研学班次", default=0)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta(Entry.Meta):
        constraints = [*Entry.Meta.constraints, PublicRows(name="culturebase_public", condition="level <= 1")]


BASES = declared(
    Register(
        CultureBase,
        key="placenames/bases",
        title="地名文化宣传教育基地",
        english="Bases of place-name culture",
        public=("name", "kind", "theme", "address", "guides"),
        columns=("name", "kind", "theme", "guides", "visitors_year"),
        filters=("kind",),
        search=("name", "theme"),
        read=("placenames.read",),
        write=("placenames.manage",),
        purpose="登记地名文化宣传教育基地和开展的活动",
        law="地名管理条例 §§5、25",
        prefix="DMJD",
        sheet="地名文化宣传教育基地登记表",
        sheet_english="Sheet of a base of place-name culture",
        marks=("longitude", "latitude"),
        words={
            "name": "Name",
            "kind": "Kind",
            "theme": "Theme",
            "address": "Address",
            "guides": "Guides",
            "visitors_year": "Visitors last year",
            "classes_year": "Classes last year",
            "longitude": "Longitude",
            "latitude": "Latitude",
        },
    )
)
