"""Kinds of papers (文书种类): the national templates, with what a locality lays over them.

A kind is a YAML file of blocks. A locality's folder `<division>/` may hold `<kind>.yaml`, whose blocks replace those of the same
`id`, `texts.yaml`, whose texts replace shared ones, `<kind>.typ` for a look of its own, and `<kind>.docx` for a Word
file of its own. The nearest ancestor's wins, as with rates.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from anmin.kernel.papers.words import PaperProblem
from anmin.lib.divisions import NATION, ancestors
from anmin.lib.lines import files_of_lines

HERE = Path(__file__).parent
BLOCKS = frozenset(
    {"greeting", "lead", "text", "heading", "grid", "table", "opinion", "signs", "seal", "note", "receipt"}
)
BESIDES = frozenset({"id", "when", "use", "each"})
PACKAGE = re.compile(r"@[\w-]+/")
"""A package of Typst: it would be fetched from the network, so no template may name one."""


@dataclass(frozen=True)
class PaperKind:
    """One kind as it is made in one locality. `holds` names the class of its data; `level` how closely it is held.

    A paper of the entries of a `register` can be made in these `states` of theirs; without any, at any time.
    """

    key: str
    name: str
    title: str
    form: str
    version: str
    law: str
    holds: str
    blocks: tuple[Mapping[str, Any], ...]
    subject: str = "person"
    is_public: bool = False
    level: int = 1
    register: str = ""
    states: tuple[str, ...] = ()
    localities: tuple[str, ...] = ()
    look: str = ""
    word: bytes = field(default=b"", repr=False)

    @property
    def template(self) -> str:
        """The version with a hash over everything that shapes the paper: equal versions make equal papers."""
        shape = [self.title, self.form, self.law, list(self.blocks), self.look]
        text = json.dumps(shape, ensure_ascii=False, sort_keys=True, default=str).encode() + self.word
        return f"{self.version}-{hashlib.sha256(text).hexdigest()[:8]}"


def folders() -> list[Path]:
    """Where localities' files lie: in the lines of business that ship with the code, then in the installation."""
    return [*files_of_lines("*/papers"), Path(settings.ANMIN_HOME) / "packs" / "papers"]


@lru_cache(maxsize=1)
def national() -> dict[str, dict[str, Any]]:
    """The declarations of all kinds by key, as they stand in the files."""
    found: dict[str, dict[str, Any]] = {}
    for path in [*sorted((HERE / "kinds").glob("*.yaml")), *_files("*.yaml")]:
        if path.name == "texts.yaml":
            continue
        if path.stem in found:
            raise PaperProblem(f"文书“{path.stem}”声明了两次：{path.name}")
        found[path.stem] = _read(path)
    return found


def kinds(division: str = NATION) -> dict[str, PaperKind]:
    """Every kind as it is made in a division."""
    return {key: kind(key, division) for key in national()}


def kinds_of_register(register: str, division: str) -> list[PaperKind]:
    """The papers of the entries of a register, in the order of their form numbers."""
    found = [kind(key, division) for key, row in national().items() if row.get("register") == register]
    return sorted(found, key=lambda one: one.form)


def kind(key: str, division: str = NATION) -> PaperKind:
    """One kind as it is made in a division.

    Raises:
        PaperProblem: for an unknown kind, and for a locality's file that is written wrongly.
    """
    if key not in national():
        raise PaperProblem(f"没有“{key}”这种文书；有：{'、'.join(national())}")
    declared = dict(national()[key])
    texts = _read(HERE / "kinds" / "texts.yaml")
    found: list[str] = []
    look, word = "", b""
    for code in reversed(ancestors(division)):
        for folder in (root / code for root in folders()):
            if not folder.is_dir():
                continue
            own = folder / f"{key}.yaml"
            if (folder / "texts.yaml").exists():
                texts = {**texts, **_read(folder / "texts.yaml")}
                found.append(code)
            if own.exists():
                declared = _laid_over(declared, _read(own), own)
                found.append(code)
            if (folder / f"{key}.typ").exists():
                look = _look(folder / f"{key}.typ")
                found.append(code)
            if (folder / f"{key}.docx").exists():
                word = (folder / f"{key}.docx").read_bytes()
                found.append(code)
    blocks = tuple(_block(row, texts, key) for row in declared["blocks"])
    return PaperKind(
        key=key,
        name=declared["name"],
        title=declared["title"],
        form=declared["form"],
        version=str(declared["version"]),
        law=declared.get("law", ""),
        holds=declared["holds"],
        blocks=blocks,
        subject=declared.get("subject", "person"),
        is_public=bool(declared.get("public")),
        level=int(declared.get("level", 1)),
        register=declared.get("register", ""),
        states=tuple(declared.get("states", ())),
        localities=tuple(dict.fromkeys(found)),
        look=look,
        word=word,
    )


def declared_in(code: str, name: str) -> dict[str, Any]:
    """What the files of one name say that a locality has, the installation's over those of the code; empty for none."""
    found: dict[str, Any] = {}
    for path in (root / code / name for root in folders()):
        if path.exists():
            found |= _read(path)
    return found


def _laid_over(base: dict[str, Any], own: Mapping[str, Any], path: Path) -> dict[str, Any]:
    known = {row.get("id") for row in base["blocks"]} - {None}
    changes = own.get("replace", {})
    if strange := sorted(set(changes) - known):
        raise PaperProblem(
            f"{path.name}：没有编号为 {'、'.join(strange)} 的段落；有：{'、'.join(sorted(known))}"
        )
    blocks = [
        {"id": row["id"], **changes[row["id"]]} if row.get("id") in changes else row
        for row in own.get("blocks", base["blocks"])
    ]
    named = {name: own[name] for name in ("name", "title", "form", "version", "law") if name in own}
    return {**base, **named, "blocks": blocks}


def _block(row: Mapping[str, Any], texts: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    if "use" in row:
        if row["use"] not in texts:
            raise PaperProblem(f"文书“{key}”用到的共用文字“{row['use']}”不在 texts.yaml 中")
        row = {**texts[row["use"]], **{name: row[name] for name in ("id", "when") if name in row}}
    kinds_of_block = set(row) & BLOCKS
    if len(kinds_of_block) != 1 or set(row) - BLOCKS - BESIDES:
        raise PaperProblem(
            f"文书“{key}”有一段写得不对：{sorted(row)}；每段只能是其中一种：{'、'.join(sorted(BLOCKS))}"
        )
    return row


def _look(path: Path) -> str:
    text = path.read_text("utf-8")
    if PACKAGE.search(text):
        raise PaperProblem(f"{path.name} 用了网上的程序包；文书在本机生成，不联网，请把用到的部分写进模板")
    return text


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as trouble:
        raise PaperProblem(f"{path.name} 写得不对：{str(trouble)[:200]}") from trouble
    if not isinstance(content, dict):
        raise PaperProblem(f"{path.name} 应是一组名称和内容")
    return content


def _files(pattern: str) -> Iterable[Path]:
    return (path for root in folders() for path in sorted(root.glob(pattern)))
