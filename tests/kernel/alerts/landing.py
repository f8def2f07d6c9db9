"""A town whose department's files land and are evaluated by one rule alone, since compiling all of them is what takes time."""

from datetime import date

import pytest

from anmin.kernel.alerts.trials import actions as trials
from anmin.kernel.facts.batches import actions as batches
from anmin.kernel.screening import monitoring
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.watching import Watch
from tests.kernel.alerts.desk import staff
from tests.make import a_household, a_number, a_person

ON = date(2026, 11, 20)
STAYS = [
    "身份证号",
    "姓名",
    "单次住院个人负担（元）",
    "当月个人负担（元）",
    "其中政策范围内（元）",
    "大病慢特病备案",
    "月末连续住院天数",
]
CALLS = ["身份证号", "姓名", "求助件数"]


class OneRule:
    """All of monitoring, with one rule."""

    @staticmethod
    def of(book, on):
        return Watch.of(book, on).only("assistance/M02")


COMPILED = []


@pytest.fixture
def one_rule(settings, tmp_path, tmp_path_factory, monkeypatch):
    """A home of its own, and of the rules one alone, compiled once for all tests of the run."""
    if not COMPILED:
        COMPILED.append(tmp_path_factory.mktemp("kernels"))
    settings.ANMIN_HOME = tmp_path / "home"
    for module in (monitoring, trials):
        monkeypatch.setattr(module, "kernel_cache", lambda: COMPILED[0])
    monkeypatch.setattr(monitoring, "Watch", OneRule)
    monkeypatch.setattr(monitoring, "MOST_CHANGED", 0.6)


@pytest.fixture
def town(one_rule, db, tmp_path):
    """Two families and staff; the folder in which their files are written."""
    settle()
    return tmp_path


def settle():
    """Two families and staff; the staff by their posts."""
    people = staff()
    family = [a_person(name, serial=at) for at, name in enumerate(["王建国", "李秀兰"], 1)]
    a_household("H1", "371002001001", *family)
    a_household("H2", "371002001001", a_person("赵六", serial=9))
    return people


def land(folder, source, period, heading, *rows, on=ON, **more):
    path = folder / f"{source}-{period}-{len(more)}-{len(rows)}.csv"
    path.write_text("\n".join(",".join(row) for row in [heading, *rows]), "utf-8")
    facts = rulebook().facts
    return batches.take_in(
        by="医保局", source=source, period=period, path=path, facts=facts, on=on, **more
    ).batch


def a_bill(folder, yuan="21000", period="2026-10", **more):
    row = [a_number(1), "王建国", yuan, yuan, yuan, "否", "12"]
    return land(folder, "medical_month", period, STAYS, row, **more)
