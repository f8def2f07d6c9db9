"""The gazetteer (标准地名录): standard names with their parts, spelling by rule, place, history; public once announced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import models

from anmin.domains.placenames.registers.askings import ASKING
from anmin.domains.placenames.registers.reports import report_error
from anmin.domains.placenames.rules import Known, Proposal, findings, guarded
from anmin.domains.placenames.spelling import Parts, SpellingProblem, spelled, toneless, with_tone_numbers
from anmin.kernel.registers.declaring import Register, Trouble, declared
from anmin.kernel.registers.entries import Entry
from anmin.kernel.registers.guards import PublicRows


class Kind(models.TextChoices):
    """Kinds of places (地名管理条例 §3)."""

    FEATURE = "feature", "自然地理实体"
    DIVISION = "division", "县级以上行政区划"
    TOWN = "town", "乡镇街道"
    COMMITTEE = "committee", "村居委会所在地"
    VILLAGE = "village", "自然村、集镇"
    STREET = "street", "街路巷"
    ESTATE = "estate", "住宅区"
    BUILDING = "building", "楼宇"
    FACILITY = "facility", "交通水利电力通信气象设施"
    PARK = "park", "公园、自然保护地"


class Name(Entry):
    """A standard place name (标准地名)."""

    name = models.CharField("标准地名", max_length=60)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    proper = models.CharField("专名", max_length=40)
    generic = models.CharField("通名", max_length=20, blank=True)
    modifier = models.CharField("通名前的方位等修饰", max_length=10, blank=True)
    ordinal = models.CharField(
        "序数", max_length=6, blank=True, help_text="道路按序数命名的写出汉字数目，例如“十二”。"
    )
    reading = models.CharField(
        "读音", max_length=120, blank=True, help_text="有多音字时填：一字一音带声调数字，例如 shi2 li3 pu4。"
    )
    spelling = models.CharField("罗马字母拼写", max_length=120)
    syllables = models.CharField("音节", max_length=160)
    toneless = models.CharField("不带声调", max_length=120)
    meaning = models.CharField("含义和来历", max_length=400, blank=True)
    position = models.CharField("位置", max_length=200, blank=True)
    built_up = models.CharField("建成区", max_length=20, blank=True)
    approver = models.CharField("批准机关", max_length=80, blank=True)
    approved_on = models.DateField("批准日", null=True, blank=True)
    announced_on = models.DateField("公告日", null=True, blank=True)
    is_listed = models.BooleanField("列入保护名录", default=False)
    measure = models.CharField("保护措施", max_length=400, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta(Entry.Meta):
        constraints = [*Entry.Meta.constraints, PublicRows(name="name_public", condition="level <= 1")]
        indexes = [
            *Entry.Meta.indexes,
            models.Index(fields=["kind", "toneless"], name="name_sound"),
            models.Index(
                fields=["kind", "division"],
                include=["level", "first_day", "last_day"],
                name="name_kind_place",
            ),
        ]


def derived(values: Mapping[str, Any], entry: Any) -> dict[str, Any]:
    """The whole name, its spelling and how it sounds, from the parts."""
    parts = parts_of(values)
    return {
        "name": parts.name,
        "spelling": spelled(parts),
        "syllables": with_tone_numbers(parts),
        "toneless": toneless(parts.name),
    }


def parts_of(values: Mapping[str, Any]) -> Parts:
    """The parts as the form tells them."""
    return Parts(
        values["proper"],
        values.get("generic", ""),
        generic_modifier=values.get("modifier", ""),
        kind=values["kind"],
        ordinal=values.get("ordinal", ""),
        reading=values.get("reading", ""),
    )


def can_be_spelled(values: Mapping[str, Any], entry: Any, by: Any, on: Any) -> Iterator[Trouble]:
    """A told reading must fit the name."""
    try:
        spelled(parts_of(values))
    except SpellingProblem as problem:
        yield Trouble("reading", "reading", str(problem))


def is_alone(values: Mapping[str, Any], entry: Any, by: Any, on: Any) -> Iterator[Trouble]:
    """Names in force in the same scope are not repeated; history may hold what was allowed once."""
    whole = parts_of(values).name
    if values.get("last_day") is not None or (entry is not None and entry.name == whole):
        return
    for one in findings(proposal_of(values, entry), known_like(whole, values["kind"], entry)):
        if one.code == "same":
            yield Trouble("proper", one.code, f"{one.words}（{one.law}）")


def is_guarded(values: Mapping[str, Any], entry: Any, by: Any, on: Any) -> Iterator[Trouble]:
    """A listed name is not changed and not ended before a measure was laid down (§25)."""
    if entry is None or not entry.is_listed or entry.name == parts_of(values).name:
        return
    found = guarded(is_listed=True, measure=values.get("measure", ""))
    if found is not None:
        yield Trouble("measure", found.code, f"{found.words}（{found.law}）")


def proposal_of(values: Mapping[str, Any], entry: Any = None) -> Proposal:
    """The values as a proposal to the rules of naming."""
    return Proposal(
        proper=values["proper"],
        generic=f"{values.get('modifier', '')}{values.get('generic', '')}",
        kind=values["kind"],
        division=values.get("division") or entry.division,
        built_up=values.get("built_up", ""),
        area=values.get("area"),
        width=values.get("width"),
        floors=values.get("floors"),
        companies=tuple(part for part in values.get("companies", "").replace("，", "、").split("、") if part),
    )


def known_like(name: str, kind: str, entry: Any = None) -> list[Known]:
    """The names in force of a kind that sound the same, in the whole country: public, whoever asks."""
    rows = Name.objects.filter(kind=kind, toneless=toneless(name), last_day__isnull=True)
    if entry is not None:
        rows = rows.exclude(number=entry.number)
    return [Known(*row) for row in rows.values_list("name", "kind", "division", "built_up")]


FIXED = frozenset({"name", "spelling", "syllables", "toneless", "is_listed"})
NAMES = declared(
    Register(
        Name,
        key="placenames/names",
        title="标准地名",
        english="Gazetteer",
        columns=("name", "spelling", "kind", "position", "is_listed"),
        filters=("kind", "is_listed"),
        search=("name", "toneless"),
        read=("placenames.read",),
        write=("placenames.manage",),
        purpose="登记和公布标准地名",
        law="地名管理条例 §§3、18、24",
        prefix="DM",
        fixed=FIXED,
        derives=derived,
        checks=(can_be_spelled, is_alone, is_guarded),
        sheet="标准地名登记表",
        sheet_english="Sheet of a standard place name",
        marks=("longitude", "latitude"),
        hint="新命名先走“地名命名更名”；这里登记普查过的现有地名。",
        reports=report_error,
        asks=ASKING,
        public=("name", "spelling", "kind", "meaning", "position", "approver", "announced_on"),
        words={
            "name": "Standard name",
            "kind": "Kind",
            "proper": "Proper part",
            "generic": "Generic part",
            "modifier": "Modifier of the generic part",
            "ordinal": "Ordinal",
            "reading": "Reading",
            "spelling": "Spelling",
            "syllables": "Syllables",
            "toneless": "Without tones",
            "meaning": "Meaning and origin",
            "position": "Position",
            "built_up": "Built-up area",
            "approver": "Approved by",
            "approved_on": "Approved on",
            "announced_on": "Announced on",
            "is_listed": "Protected",
            "measure": "Protection measure",
            "longitude": "Longitude",
            "latitude": "Latitude",
        },
    )
)
