"""Shareable fields (可共享数据项): what partners can be given at all, each with its name, its class and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent
POWERS = {
    "status.read": "查询一个人的认定状态",
    "batches.send": "报送数据批次",
    "slips": "收发校核单",
    "sharing": "申请数据共享",
    "registry": "标准接口查询（SPDCI）",
}


@dataclass(frozen=True)
class Shareable:
    """One field (数据项). Those that are not `is_shared` are named so that asking for them gets a clear refusal."""

    name: str
    title: str
    klass: str
    is_shared: bool
    note: str


@dataclass(frozen=True)
class LegalBasis:
    """A legal basis (共享依据): for which department and matter it allows which fields, and whether that was checked."""

    key: str
    title: str
    department: str
    matter: str
    law: str
    fields: tuple[str, ...]
    is_verified: bool


@lru_cache(maxsize=1)
def shareable() -> dict[str, Shareable]:
    """Every field by its name."""
    rows = yaml.safe_load((FOLDER / "fields.yaml").read_text("utf-8"))
    return {
        row["name"]: Shareable(
            row["name"], row["title"], row["class"], row.get("shared", True), row.get("note", "")
        )
        for row in rows
    }


@lru_cache(maxsize=1)
def legal_bases() -> dict[str, LegalBasis]:
    """Every legal basis by its key.

    Raises:
        ValueError: when one allows a field that is not shared.
    """
    found = {}
    for row in yaml.safe_load((FOLDER / "bases.yaml").read_text("utf-8")):
        basis = LegalBasis(
            row["key"],
            row["title"],
            row["department"],
            row["matter"],
            row["law"],
            tuple(row["fields"]),
            row["verified"],
        )
        known = {name for name, field in shareable().items() if field.is_shared}
        if unknown := set(basis.fields) - known:
            raise ValueError(f"共享依据 {basis.key} 含有不能共享的数据项：{'、'.join(sorted(unknown))}")
        found[basis.key] = basis
    return found
