"""What the demonstration has of names, plates and signs: register, label, columns. `@` refers to a label."""

from __future__ import annotations

from typing import Any

OLD_NAMES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("望海路", "street", {"proper": "望海", "generic": "路", "meaning": "路南可以望见海（演示）"}),
    ("听涛街", "street", {"proper": "听涛", "generic": "街", "meaning": "旧时街头听得见涛声（演示）"}),
    ("老码头巷", "street", {"proper": "老码头", "generic": "巷", "meaning": "通往老码头（演示）"}),
    ("松影公园", "park", {"proper": "松影", "generic": "公园", "meaning": "园中多黑松（演示）"}),
    ("二马路", "street", {"proper": "马", "generic": "路", "ordinal": "二", "meaning": "按序数命名（演示）"}),
)
NAMINGS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("海悦", "announced", {"meaning": "取临海而悦之意，沿线居民提议（演示）", "position": "东起望海路，西至听涛街"}),
    ("渔歌", "approved", {"meaning": "沿线旧有渔村，夜有渔歌（演示）", "position": "南起望海路，北至二马路"}),
    ("银帆", "argued", {"meaning": "取白帆点点之意（演示）", "position": "新建道路，长 600 米"}),
    ("晨汐", "accepted", {"meaning": "早潮为汐，临海可观（演示）", "position": "新建道路，长 320 米"}),
)  # fmt: skip
PLATES: tuple[dict[str, str], ...] = (
    {"plate": "12 号", "former": "北村 27 号（演示）", "state": "placed", "use": "住宅"},
    {"plate": "14 号", "former": "北村 29 号（演示）", "state": "placed", "use": "商铺"},
    {"plate": "16 号", "building": "3 号楼", "kind": "building", "state": "planned", "use": "住宅"},
)
SIGNS: tuple[dict[str, str], ...] = (
    {"name": "@望海路", "shown": "望海路", "shown_spelling": "Wànghǎi Lù", "position": "望海路东口"},
    {"name": "@听涛街", "shown": "听涛大街", "position": "听涛街南口", "state": "wrong", "keeper": "市政养护（演示）"},
    {"name": "@老码头巷", "shown": "老码头巷", "position": "老码头巷北口", "state": "damaged"},
)  # fmt: skip
BOOKS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "bases",
        "基地",
        {"name": "老码头地名文化馆（演示）", "kind": "museum", "theme": "街巷地名里的渔港旧事", "guides": "2", "visitors_year": "3600"},
    ),
    ("events", "参观", {"base": "@基地", "kind": "class", "title": "三年级地名研学（演示）", "persons": "42", "guide": "演示讲解员"}),
    (
        "lines",
        "界线",
        {"name": "演示界线", "length_m": "18400", "agreement": "演示〔2001〕3号", "inspected_on": "2021-05-10"},
    ),
    ("markers", "界桩一", {"line": "@界线", "name": "01", "keeper": "演示村"}),
    ("markers", "界桩二", {"line": "@界线", "name": "02", "keeper": "演示村", "state": "damaged"}),
    ("disputes", "争议", {"line": "@界线", "matter": "02 号界桩附近林地的采伐（演示）", "words": "两村各自认为在本村一侧（演示）"}),
    (
        "dossiers",
        "区划变更",
        {"name": "某镇改街道（演示）", "what": "level", "has_report": "是", "has_reasons": "是"},
    ),
)  # fmt: skip
