"""`anmin takeover`: the same by hand, for lists of a whole county."""

import pytest
import typer
from typer.testing import CliRunner

from anmin.cli.commands_takeover import register
from anmin.kernel.cases.takeover.models import TakeoverBatch
from anmin.kernel.entitlements.models import Entitlement
from tests.kernel.cases.takeover.lists import a_file, a_line, confirmer, sender
from tests.kernel.payments.money import COUNTY, a_family

pytestmark = pytest.mark.django_db


def anmin(*words):
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, ["takeover", *[str(word) for word in words]])


def test_a_list_goes_from_template_to_benefits_by_hand(tmp_path):
    a_family(card=False)
    sender(), confirmer()
    path = a_file(tmp_path, a_line(), a_line(serial=77, name="没有登记"))

    tried = anmin("check", path, "--division", COUNTY, "--by", "hedui", "--dry-run")
    nothing = TakeoverBatch.objects.count()
    checked = anmin("check", path, "--division", COUNTY, "--by", "hedui")
    number = TakeoverBatch.objects.get().pk
    own = anmin("confirm", number, "--by", "queren")
    anmin("propose", number, "--by", "hedui")
    done = anmin("confirm", number, "--by", "queren")

    assert tried.exit_code == 0 and "什么也没有留下" in tried.stdout and nothing == 0
    assert "退回 1 行" in checked.stdout and "unknown_person 1" in checked.stdout
    assert own.exit_code == 2
    assert done.exit_code == 0 and "已转入 1 项" in done.stdout and Entitlement.objects.count() == 1
    assert anmin("rejected", number, tmp_path / "退回.xlsx").exit_code == 0
    assert "通过 1 退回 1" in anmin("list").stdout


def test_a_template_is_written_and_a_batch_that_is_not_there_is_named(tmp_path):
    assert anmin("template", tmp_path / "模板.xlsx").exit_code == 0
    assert (tmp_path / "模板.xlsx").stat().st_size > 5_000
    assert anmin("show", 99).exit_code != 0
