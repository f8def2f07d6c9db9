"""新建待遇的骨架：一个文件夹，示例在写好规则之前是红的。"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

import anmin.domains
from anmin.cli.running import out
from anmin.policy.errors import PolicyError

app = typer.Typer(help="新建：benefit 线/名称", no_args_is_help=True)
NAME = re.compile(r"[a-z][a-z0-9_]{2,39}")


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="new")


@app.callback()
def new() -> None:
    """新建骨架。"""


@app.command("benefit")
def benefit(
    place: Annotated[str, typer.Argument(help="业务线/待遇，如 elderly/winter_fuel")],
    root: Annotated[Path | None, typer.Option(help="业务线所在的文件夹；默认本安装的 anmin/domains")] = None,
) -> None:
    """新建一项待遇：rules.py、rates/、examples.yaml；不改任何已有文件。"""
    folder = make_benefit(place, root or Path(anmin.domains.__file__).parent)
    out.print(f"已新建 {folder}")
    out.print(
        "1. 在 examples.yaml 写一个从文件里读出来的真实例子；2. 写 rates/；3. 写 rules.py 直到例子变绿："
    )
    out.print("   python3 run.py test tests/policy/test_examples.py")


def make_benefit(place: str, domains: Path) -> Path:
    """Write the folder of a benefit; raises PolicyError `name` or `exists`, and then nothing is written."""
    line, _, name = place.partition("/")
    if not NAME.fullmatch(line) or not NAME.fullmatch(name):
        raise PolicyError(
            "name",
            what=f"“{place}”写法不对",
            todo="写成 业务线/待遇，小写字母和下划线，如 elderly/winter_fuel",
        )
    if not (domains / line / "benefits").is_dir():
        known = sorted(path.parent.name for path in domains.glob("*/benefits"))
        raise PolicyError("name", what=f"没有“{line}”这条业务线", todo=f"可用的业务线：{'、'.join(known)}")
    folder = domains / line / "benefits" / name
    if folder.exists():
        raise PolicyError(
            "exists", what=f"{line}/{name} 已经有了", where=str(folder), todo="换一个名字，或直接修改它"
        )
    day = timezone.localdate()
    (folder / "rates").mkdir(parents=True)
    (folder / "__init__.py").write_text(f'"""One sentence that says what {name} is (正式名称)."""\n', "utf-8")
    (folder / "rules.py").write_text(RULES.format(name=name, day=day), "utf-8")
    (folder / "rates" / "cities.yaml").write_text(RATES.format(name=name, day=day), "utf-8")
    (folder / "examples.yaml").write_text(EXAMPLES.format(name=name, day=day), "utf-8")
    return folder


RULES = '''"""{name} (正式名称): who receives it and how much, in one sentence."""

from anmin.policy import Benefit, Fen, person

BENEFIT = Benefit(
    title="待写：正式名称",
    english="To be written",
    law="老年人权益保障法 §33",
    unit="person",
    eligible="{name}_eligible",
    amount="{name}_amount",
    rank=90,
)


@person(title="符合条件", law="老年人权益保障法 §33", since="{day}")
def {name}_eligible({name}_amount: Fen) -> bool:
    """Whether anything is due (符合条件)."""
    return {name}_amount > 0


@person(title="金额", law="老年人权益保障法 §33", since="{day}")
def {name}_amount(age: int, {name}_rate: Fen) -> Fen:
    """Nobody yet: write the rule until the example is green (金额)."""
    return {name}_rate if age < 0 else 0
'''
RATES = """{name}_rate:
  title: 待写：标准
  english: To be written
  kind: fen
  unit: 元/人·月
  values:
    "000000":
      - since: {day}
        value: 100
        law: "老年人权益保障法 §33"
        source: "待写"
        verified: false
        checked: {day}
        note: "骨架里的数，不是真实标准"
"""
EXAMPLES = """- id: N-1
  name: 待写：从文件里抄一个真实例子
  day: {day}
  division: "371002"
  members: [{{birth_day: 1940-01-01}}]
  then: {{members: [{{{name}_amount: 100}}]}}
  note: 骨架的例子，写好规则前是红的
"""
