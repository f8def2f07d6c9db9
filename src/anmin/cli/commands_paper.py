"""文书：看有哪些种类，用 JSON 文件生成一份，或者把每种的样张生成到一个文件夹。"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from anmin.cli.running import out
from anmin.kernel.papers.checking import checked
from anmin.kernel.papers.composing import composed
from anmin.kernel.papers.html import page_of
from anmin.kernel.papers.kinds import PaperKind, kind, kinds
from anmin.kernel.papers.pdf import NoGlyph, marked, pdf_of
from anmin.kernel.papers.queries import looks_of
from anmin.kernel.papers.samples import DIVISION, samples
from anmin.kernel.papers.word import word_of, word_template
from anmin.kernel.papers.words import PaperProblem
from anmin.lib.divisions import NATION

FORMATS = ("pdf", "docx", "html")
Division = Annotated[str, typer.Option("--division", help="区划代码：用哪个地方的模板")]
ByHand = Annotated[bool, typer.Option("--by-hand", help="字库里没有的字留出位置手写")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="文书：种类、模板、样张，生成一份。")
    group.command("kinds")(list_kinds)
    group.command("make")(make)
    group.command("samples")(make_samples)
    group.command("template")(template)
    app.add_typer(group, name="paper")


def list_kinds(
    division: Division = NATION,
    as_text: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """列出文书种类、表号和模板版本。例：anmin paper kinds --division 371000"""
    found = kinds(division)
    if as_text:
        rows = [
            {
                "kind": row.key,
                "name": row.name,
                "form": row.form,
                "template": row.template,
                "from": list(row.localities),
            }
            for row in found.values()
        ]
        out.print_json(json.dumps(rows, ensure_ascii=False))
        return
    table = Table("种类", "名称", "表号", "模板版本", "地方模板", box=None)
    for row in found.values():
        table.add_row(row.key, row.name, row.form, row.template, "、".join(row.localities) or "全国默认")
    out.print(table)


def make(
    key: Annotated[str, typer.Argument(metavar="种类", help="见 anmin paper kinds")],
    source: Annotated[Path, typer.Argument(metavar="数据.json", help="文书数据；样子见 anmin paper samples")],
    target: Annotated[Path, typer.Argument(metavar="写到", help="文件名以 .pdf、.docx 或 .html 结尾")],
    division: Division = NATION,
    by_hand: ByHand = False,
) -> None:
    """用 JSON 文件生成一份文书，只写文件，不入库。例：anmin paper make refusal 数据.json 告知书.pdf"""
    _known(target)
    try:
        given = json.loads(source.read_text("utf-8"))
    except OSError as trouble:
        raise PaperProblem(f"读不了 {source}：{trouble.strerror}") from trouble
    except ValueError as trouble:
        raise PaperProblem(f"{source} 不是 JSON：{trouble}") from trouble
    if not isinstance(given, dict):
        raise PaperProblem(f"{source} 应是一组名称和内容，像 anmin paper samples 生成的那样")
    chosen = kind(key, division)
    _write(target, chosen, checked(chosen, given), by_hand)
    out.print(f"{chosen.name}：{target}")


def make_samples(
    folder: Annotated[Path, typer.Argument(metavar="文件夹")] = Path("文书样张"),
    division: Division = DIVISION,
) -> None:
    """把每种文书的样张（虚构的人）生成 PDF、Word、网页和数据。例：anmin paper samples 样张 --division 371000"""
    folder.mkdir(parents=True, exist_ok=True)
    for key, data in samples().items():
        chosen = kind(key, division)
        known = checked(chosen, data)
        for suffix in FORMATS:
            _write(folder / f"{key}.{suffix}", chosen, known, by_hand=False)
        (folder / f"{key}.json").write_text(
            json.dumps(asdict(data), ensure_ascii=False, indent=1, default=str), "utf-8"
        )
    out.print(f"{len(samples())} 种文书的样张：{folder}")


def template(
    key: Annotated[str, typer.Argument(metavar="种类")],
    target: Annotated[Path, typer.Argument(metavar="写到")],
    division: Division = NATION,
) -> None:
    """写出一种文书的 Word 模板，改好后放进地方文件夹。例：anmin paper template refusal 不予确认告知书.docx"""
    chosen = kind(key, division)
    target.write_bytes(word_template(chosen))
    out.print(
        f"{chosen.name}的 Word 模板：{target}。改好后存为 <数据目录>/packs/papers/<区划代码>/{key}.docx，双花括号里的名称不要改"
    )


def _known(target: Path) -> str:
    suffix = target.suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        raise PaperProblem(f"不会写 {target.name}：文件名请以 .pdf、.docx 或 .html 结尾")
    return suffix


def _write(target: Path, chosen: PaperKind, known: dict[str, Any], by_hand: bool) -> None:
    suffix = _known(target)
    if suffix == "docx":
        target.write_bytes(word_of(chosen, known))
        return
    sheet = composed(chosen, known)
    if suffix == "html":
        target.write_text(page_of([sheet]), "utf-8")
        return
    try:
        target.write_bytes(pdf_of([sheet], looks=looks_of([chosen])))
    except NoGlyph as trouble:
        if not by_hand:
            raise
        target.write_bytes(pdf_of([marked(sheet, trouble.characters)], looks=looks_of([chosen])))
