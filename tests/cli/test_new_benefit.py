"""The scaffold of a benefit: red until it is filled, green when it is, and nothing that was there is touched."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import anmin
from anmin.cli.commands_new import make_benefit
from anmin.policy.errors import PolicyError

PACKAGE = Path(anmin.__file__).parent
CHECK = """
import sys; sys.path.insert(0, sys.argv[1])
from pathlib import Path
from anmin.policy.examples import check_example, example_files, load_examples
from anmin.policy.facts import FactCatalogue
from anmin.policy.rulebook import Rulebook
root = Path(sys.argv[1]) / "anmin"
book = Rulebook.load("anmin.domains", FactCatalogue.read(*sorted((root / "kernel/facts/catalogue").glob("*.yaml"))))
found = [e for p in example_files(root / "domains") if p.parent.name == "winter_fuel" for e in load_examples(p)]
assert len(found) == 1
print(check_example(found[0], book))
"""


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(
        PACKAGE,
        tmp_path / "anmin",
        ignore=shutil.ignore_patterns("__pycache__", "static", "templates", "locale"),
    )
    return tmp_path


def verdict(copy):
    done = subprocess.run([sys.executable, "-c", CHECK, str(copy)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def contents(folder):
    return {
        path: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_a_new_benefit_is_red_until_its_rule_is_written_and_touches_nothing_else(copy):
    before = contents(copy)

    folder = make_benefit("elderly/winter_fuel", copy / "anmin" / "domains")

    after = contents(copy)
    assert {path: text for path, text in after.items() if path in before} == before
    assert verdict(copy) != "[]"
    rules = folder / "rules.py"
    rules.write_text(rules.read_text("utf-8").replace("age < 0", "age >= 80"), "utf-8")
    assert verdict(copy) == "[]"


def test_a_scaffold_has_the_shape_of_a_benefit(copy):
    folder = make_benefit("elderly/winter_fuel", copy / "anmin" / "domains")

    assert {path.name for path in folder.iterdir()} == {"__init__.py", "rules.py", "rates", "examples.yaml"}


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("winter_fuel", "写法"),
        ("elderly/Winter", "写法"),
        ("elderly/../x", "写法"),
        ("nowhere/winter_fuel", "业务线"),
        ("elderly/age_allowance", "已经有了"),
    ],
)
def test_a_bad_name_is_refused_and_nothing_is_written(copy, place, said):
    before = contents(copy)

    with pytest.raises(PolicyError, match=said):
        make_benefit(place, copy / "anmin" / "domains")

    assert contents(copy) == before
