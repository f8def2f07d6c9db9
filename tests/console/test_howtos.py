"""The how-tos are followed to the letter: what stands in them is run, and what they promise is there."""

import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

import anmin
from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.queries import reader_for
from anmin.kernel.delivery.services import ServiceProblem, read
from anmin.kernel.indicators import declaring as indicators
from anmin.kernel.indicators.periods import period_of
from anmin.kernel.indicators.queries import figure
from anmin.kernel.registers.actions import enter
from anmin.kernel.registers.declaring import BOOK
from anmin.kernel.registers.steps import PROCEDURES
from tests.make import a_user

PACKAGE = Path(anmin.__file__).parent
HOWTO = Path(__file__).parents[2] / "docs/howto"
NAME = "anmin.domains.elderly.registers.canteens"
COUNTY, TOWN = "371002", "371002001"
ON = date(2026, 11, 25)


def written_in(page, language):
    """The pieces of a how-to in a language, as they stand there."""
    text = (HOWTO / f"{page}.md").read_text("utf-8")
    return [dedent(one) for one in re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)]


@pytest.fixture
def followed():
    """The files that the how-tos of a register and of an indicator tell to write; afterwards nobody knows them."""
    (register,), (indicator,) = (
        written_in("add-a-register", "python"),
        written_in("add-an-indicator", "python"),
    )
    module = sys.modules[NAME] = ModuleType(NAME)
    exec(compile(register, "add-a-register.md", "exec"), module.__dict__)
    exec(compile(indicator, "add-an-indicator.md", "exec"), module.__dict__)
    with connection.schema_editor() as editor:
        editor.create_model(module.Canteen)
    yield module, register
    BOOK.rows.pop("elderly/canteens")
    indicators.BOOK.rows.pop("elderly/canteen_seats")
    apps.all_models["domains"].pop("canteen")
    apps.clear_cache()
    del sys.modules[NAME]


@pytest.mark.django_db
def test_a_register_is_one_file_of_sixty_lines_at_most_and_its_figure_one_more(followed):
    module, text = followed
    officer = a_user("officer", COUNTY, role="elder_officer")
    reader = reader_for(officer, ON)
    raw = {
        "division": TOWN,
        "name": "东街食堂",
        "seats": "40",
        "phone": "13800001111",
        "first_day": "2026-01-01",
    }
    with reading_as(reader):
        enter(by=reader, register=module.CANTEENS, raw=raw, on=ON)
        found = figure(reader, module.SEATS, period_of("month", ON))
    client = Client()
    client.force_login(officer)
    page = client.get("/registers/elderly/canteens/").content.decode()
    menu = client.get("/registers/").content.decode()
    sheet = client.get("/indicators/elderly/canteen_seats/")

    assert len(text.splitlines()) <= 60
    assert found.value == 40
    assert "东街食堂" in page and "13800001111" not in page
    assert "长者食堂" in menu
    assert sheet.status_code == 200 and "40" in sheet.content.decode()


@pytest.fixture
def matter():
    """The file that the how-to of a matter tells to write; afterwards nobody knows it."""
    (text,) = written_in("add-a-matter", "python")
    name = "anmin.domains.elderly.registers.openings"
    module = sys.modules[name] = ModuleType(name)
    exec(compile(text, "add-a-matter.md", "exec"), module.__dict__)
    with connection.schema_editor() as editor:
        editor.create_model(module.Opening)
    yield module, text
    BOOK.rows.pop("elderly/openings")
    PROCEDURES.pop("elderly/openings")
    apps.all_models["domains"].pop("opening")
    apps.clear_cache()
    del sys.modules[name]


@pytest.mark.django_db
def test_a_matter_is_one_file_of_sixty_lines_at_most_and_goes_to_its_answer_on_the_pages(matter):
    module, text = matter
    mine, theirs = Client(), Client()
    mine.force_login(a_user("officer", COUNTY, role="elder_officer"))
    theirs.force_login(a_user("approver", COUNTY, role="elder_approver"))
    new = {"division": TOWN, "name": "东街食堂", "first_day": "2026-01-01"}

    mine.post("/registers/elderly/openings/new/", new)
    entry = module.Opening.objects.get()
    where = f"/registers/elderly/openings/of/{entry.number}/"
    mine.post(f"{where}step/", {"step": "accept", "seen": "1"})
    refused = mine.post(f"{where}step/", {"step": "approve", "seen": "2", "approver": "区民政局"})
    running = mine.get(where).content.decode()
    theirs.post(f"{where}step/", {"step": "approve", "seen": "2", "approver": "区民政局"})
    done = theirs.get(where).content.decode()

    assert len(text.splitlines()) <= 60
    assert refused.status_code == 403
    assert "答复" in running and "还没有办" in running
    assert "已批准" in done and "按期" in done


CHECK = """
import sys; sys.path.insert(0, sys.argv[1])
from pathlib import Path
from anmin.policy.examples import check_example, load_examples
from anmin.policy.facts import FactCatalogue
from anmin.policy.rulebook import Rulebook
root = Path(sys.argv[1]) / "anmin"
book = Rulebook.load("anmin.domains", FactCatalogue.read(*sorted((root / "kernel/facts/catalogue").glob("*.yaml"))))
found = load_examples(root / "domains/elderly/alerts/cold/examples.yaml")
print([key for key in book.alerts if key.endswith("/M99")], len(found), [check_example(one, book) for one in found])
"""


def test_the_alert_of_the_how_to_is_a_folder_whose_examples_hold_and_nothing_else_is_touched(tmp_path):
    ignored = shutil.ignore_patterns("__pycache__", "static", "templates", "locale")
    shutil.copytree(PACKAGE, tmp_path / "anmin", ignore=ignored)
    (rules,) = written_in("add-an-alert-rule", "python")
    examples, rates = written_in("add-an-alert-rule", "yaml")
    folder = tmp_path / "anmin/domains/elderly/alerts/cold"
    (folder / "rates").mkdir(parents=True)
    (folder.parent / "__init__.py").write_text('"""Alerts of elder care."""\n', "utf-8")
    (folder / "__init__.py").write_text('"""Cold homes (冬季用电过低)."""\n', "utf-8")
    (folder / "rules.py").write_text(rules, "utf-8")
    (folder / "examples.yaml").write_text(examples, "utf-8")
    (folder / "rates/national.yaml").write_text(rates, "utf-8")

    done = subprocess.run([sys.executable, "-c", CHECK, str(tmp_path)], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "['elderly/M99'] 3 [[], [], []]"


def test_the_service_of_the_how_to_is_read_and_what_it_says_holds(tmp_path):
    (text,) = written_in("add-a-service", "yaml")
    path = tmp_path / "bed_visit.yaml"
    path.write_text(text, "utf-8")

    made = read([path])["bed_visit"]

    assert [tier.key for tier in made.tiers] == ["alone", "support", "bed"]
    assert made.rhythm("bed", "371002001001", ON).days == 7
    with pytest.raises(ServiceProblem, match="没有规定"):
        made.rhythm("bed", "350203001001", ON)
    assert made.question("device").options[1].urgent
