"""动态监测：评估全部预警规则、送上工作台、解释一条命中、试算阈值。"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import pyarrow.compute as pc
import typer
from rich.table import Table

from anmin.cli.options import Day, SnapshotName, day_of, opened
from anmin.cli.running import out, progress_bar
from anmin.kernel.access.queries import operator
from anmin.kernel.alerts.raising.actions import raise_hits
from anmin.kernel.alerts.raising.hits import of_rules
from anmin.kernel.alerts.trials.actions import try_threshold
from anmin.kernel.alerts.trials.queries import thresholds_of
from anmin.kernel.screening.monitoring import evaluations, watch_snapshot
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.alerts import hits_of
from anmin.policy.codes import Colour
from anmin.policy.errors import PolicyError
from anmin.policy.evaluate import evaluate
from anmin.policy.examples import shown
from anmin.policy.explain import explain
from anmin.policy.lookups import find_household
from anmin.policy.plan import make_plan
from anmin.policy.rates import NATION
from anmin.policy.watching import Watched

watch_app = typer.Typer(help="动态监测：评估预警规则、解释命中、试算阈值", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(watch_app, name="watch")


@watch_app.command("run")
def run(
    snapshot: SnapshotName = "",
    on: Day = "",
    whole: Annotated[bool, typer.Option("--whole", help="全部重算；默认同月内只算有变动的家庭")] = False,
    engine: Annotated[str, typer.Option(help="kernel 或 spark，结果相同")] = "kernel",
    to_desk: Annotated[bool, typer.Option("--desk/--no-desk", help="把命中送上工作台")] = True,
) -> None:
    """评估全部预警规则，报告每条规则和每个来源，把命中送上工作台。"""
    if engine not in ("kernel", "spark"):
        raise typer.BadParameter(f"没有名为“{engine}”的引擎，请写 kernel 或 spark")
    source = opened(snapshot)
    day = day_of(on, source)
    with progress_bar() as progress:
        done = watch_snapshot(
            by="anmin watch", snapshot=source, on=day, whole=whole, engine=engine, progress=progress
        )
    _report(done)
    if to_desk:
        hits = done.newest("hits") if done.manifest["deltas"] else done.hits
        raised = raise_hits(
            by="anmin watch", hits=(of_rules(hit) for hit in hits_of(hits) if hit.household), on=day
        )
        out.print(
            f"工作台：新预警 {raised.new}，并入已有 {raised.merged}，重新打开 {raised.reopened}，"
            f"静默期内 {raised.quiet}，登记簿没有的家庭 {raised.unknown}"
        )


def _report(done: Watched) -> None:
    manifest, book = done.manifest, rulebook()
    table = Table("规则", "名称", "命中", "不知道（户）", "没有到的来源", title=f"动态监测 {manifest['on']}")
    for key, count in manifest["rules"].items():
        unknown = manifest["unknown"].get(key, {})
        households = max(unknown.values(), default=0)
        table.add_row(
            key,
            book.alerts[key].title,
            f"{count:,}",
            f"{households:,}" if households else "",
            "、".join(sorted(unknown)),
        )
    out.print(table)
    colours = "，".join(
        f"{Colour.of(int(at)).title} {count:,} 户" for at, count in manifest["colours"].items()
    )
    out.print(
        f"{manifest['households']:,} 户：命中 {manifest['hits']:,} 条，涉及 {manifest['findings']:,} 户（{colours}）"
    )
    if "changed" in manifest and manifest["deltas"]:
        out.print(
            f"只计算了有变动的 {manifest['changed']:,} 户，其余沿用本月上一次结果（要全部重算，加 --whole）"
        )
    if manifest["broken"]:
        out.print(
            f"[yellow]有 {len(manifest['broken'])} 户无法判断，例如 {manifest['broken'][0][1]}[/yellow]"
        )
    out.print(f"结果：{done.folder}")


@watch_app.command("show")
def show(household: Annotated[str, typer.Argument(help="户编号")]) -> None:
    """一户的全部命中：哪些数值、来自哪个来源哪个月、哪条规则哪一条文；以及规则怎样得出。"""
    done = _newest()
    rows = list(hits_of(done.hits.filter(pc.equal(done.hits["household"], household))))
    if not rows:
        out.print(
            f"{household} 在 {done.manifest['on']} 的评估中没有命中（没有命中不等于没有困难，见“不知道”一栏）。"
        )
        return
    book, day = rulebook(), date.fromisoformat(done.manifest["on"])
    source = opened(done.manifest["snapshot"])
    home = find_household(source, household, list(book.facts.values()), months=True)
    for hit in rows:
        alert = book.alerts[hit.rule]
        rule = book.version(alert.rule, day)
        out.print(
            f"[bold]{hit.rule} {alert.title}[/bold]  {hit.colour.title}  {hit.weight} 分  {rule.law if rule else ''}"
        )
        for value in hit.values:
            fact = book.facts[value.fact]
            words = [fact.title, shown(value.value, fact.kind, fact.codes), value.source, value.period]
            words.append(f"批次 {value.batch}" if value.batch else "")
            out.print("    " + "  ".join(word for word in words if word))
        if home is not None:
            plan = make_plan(book, day, [alert.rule])
            member = home.names.index(hit.person) if hit.person in home.names else None
            line = explain(evaluate(plan, home), alert.rule, member).lines[-1]
            out.print(
                f"    {line.text}（{'；'.join(text for text, _ in line.conditions)}）"
                if line.conditions
                else f"    {line.text}"
            )


@watch_app.command("rules")
def rules(division: Annotated[str, typer.Option(help="行政区划代码")] = NATION) -> None:
    """全部预警规则和各自的阈值、权重、颜色；待核实的有标记。"""
    book, day = rulebook(), date.today()
    table = Table("规则", "名称", "权重", "颜色", "阈值")
    for key, alert in book.alerts.items():
        words = []
        for one in thresholds_of(key, division, day):
            mark = "" if one.entry.verified else "（待核实）"
            number = shown(one.value, one.rate.kind, one.rate.codes)
            words.append(f"{one.rate.name} {one.rate.title} {number}{mark}")
        weight = book.rates.entry(alert.weight, division, day).urban
        colour = book.rates.entry(alert.colour, division, day).urban
        assert isinstance(weight, int)
        assert isinstance(colour, int)
        table.add_row(key, alert.title, str(weight), Colour.of(colour).title, "\n".join(words))
    out.print(table)


@watch_app.command("try")
def try_out(
    rule: Annotated[str, typer.Argument(help="规则，例如 assistance/M02")],
    rate: Annotated[str, typer.Argument(help="阈值的名字，例如 resident_bill_limit")],
    value: Annotated[str, typer.Argument(help="改成多少；金额写元")],
    division: Annotated[str, typer.Option(help="在哪个行政区划")] = NATION,
    snapshot: SnapshotName = "",
    on: Day = "",
) -> None:
    """试算：这条规则改成这个数，上月会多多少条，其中核实有困难的估计多少条。什么都不改动。"""
    source = opened(snapshot)
    day = day_of(on, source)
    with progress_bar() as progress:
        trial = try_threshold(
            by=operator(day, "anmin watch"),
            rule=rule,
            rate=rate,
            value=value,
            division=division,
            snapshot=source,
            on=day,
            progress=progress,
        )
    out.print(f"{rule} {rulebook().alerts[rule].title}：{rate} 改成 {value}，{trial.sentence}")


def _newest() -> Watched:
    found = evaluations()
    if not found:
        raise PolicyError("watch_missing", what="还没有做过动态监测", todo="先运行 anmin watch run")
    return found[0]
