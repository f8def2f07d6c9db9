"""The shape of the house: sizes, folders, names, and the promises that the code makes about itself."""

import ast
import re
import subprocess
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "anmin"
LONGEST = 400
LONGEST_RULES = 150
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "managers.py", "signals.py", "misc.py"}
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split("\0")
    if name and (ROOT / name).is_file()
]
PYTHON = [path for path in TRACKED if path.suffix == ".py" and "migrations" not in path.parts]
BENEFITS = sorted(
    path
    for kind in ("benefits", "alerts")
    for path in SOURCE.glob(f"domains/*/{kind}/*")
    if (path / "rules.py").exists()
)


def relative(path):
    return path.relative_to(ROOT).as_posix()


def test_no_file_of_code_is_longer_than_a_reader_holds():
    long = {
        relative(path): lines
        for path in PYTHON
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST
    }

    assert long == {}


CEILINGS = {
    "papers": 2_600,
    "operations": 2_400,
    "people/matching": 1_850,
    "cases/takeover": 1_800,
    "divisions": 1_700,
    "cases": 1_700,
    "access": 1_650,
    "registers": 1_600,
}
"""Directories of the kernel above the bound, each with what it may not pass (decision 0052)."""


def test_a_directory_of_the_kernel_is_read_at_a_time():
    """Decisions 0049 and 0052: the bound is on the modules of one directory; exceptions are named and do not grow."""
    sizes = Counter()
    for path in PYTHON:
        if path.is_relative_to(SOURCE / "kernel"):
            sizes[path.parent.relative_to(SOURCE / "kernel").as_posix()] += len(
                path.read_text("utf-8").splitlines()
            )

    assert len(sizes) > 50
    assert {name: lines for name, lines in sizes.items() if lines > CEILINGS.get(name, 1_500)} == {}
    assert [name for name in CEILINGS if sizes[name] <= 1_500] == []


def test_templates_styles_and_scripts_of_our_own_are_short_too():
    ours = [
        path for path in TRACKED if path.suffix in (".html", ".css", ".js") and "vendor" not in path.parts
    ]
    long = {
        relative(path): lines
        for path in ours
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST
    }

    assert long == {}


def test_no_file_has_a_name_that_says_nothing():
    assert [relative(path) for path in PYTHON if path.name in FORBIDDEN_NAMES] == []


@pytest.mark.parametrize("folder", BENEFITS, ids=relative)
def test_a_benefit_or_a_group_of_alerts_is_a_folder_of_rules_rates_and_examples(folder):
    names = {path.name for path in folder.iterdir() if path.name not in ("__pycache__", "__init__.py")}

    assert names == {"rules.py", "rates", "examples.yaml"}
    assert list((folder / "rates").glob("*.yaml"))
    assert len((folder / "rules.py").read_text("utf-8").splitlines()) <= LONGEST_RULES


def test_every_module_opens_with_one_sentence_that_says_what_it_is():
    silent = [
        relative(path)
        for path in PYTHON
        if path.is_relative_to(SOURCE)
        and path.read_text("utf-8").strip()
        and not ast.get_docstring(parsed(path))
    ]

    assert silent == []


def test_public_functions_of_lib_policy_and_kernel_say_what_they_do():
    silent = []
    for path in PYTHON:
        if not any(path.is_relative_to(SOURCE / part) for part in ("lib", "policy", "kernel")):
            continue
        for node in parsed(path).body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):
                silent.append(f"{relative(path)} {node.name}")

    assert silent == []


def parsed(path):
    return ast.parse(path.read_text("utf-8"))


def test_nothing_is_signalled():
    """Work that happens because of a signal cannot be seen where it begins."""
    guilty = [
        relative(path)
        for path in PYTHON
        if path.is_relative_to(SOURCE) and "@receiver" in path.read_text("utf-8")
    ]

    assert guilty == []


def test_rows_are_written_only_by_actions():
    """Queries, screens and commands read; only `actions.py` and what it delegates to writes."""
    writing = re.compile(
        r"(?<!super\(\))\.(bulk_create|bulk_update|update_or_create|get_or_create|save)\(|\.objects\.create\("
    )
    guilty = [
        relative(path)
        for path in PYTHON
        if path.is_relative_to(SOURCE)
        and path.name not in ("actions.py", "loading.py")
        and writing.search(path.read_text("utf-8"))
    ]

    assert guilty == []


def test_actions_name_who_acts():
    nameless = []
    for path in SOURCE.glob("kernel/**/actions.py"):
        for node in parsed(path).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            writes = any(
                isinstance(part, ast.Call) and "record" in ast.unparse(part.func) for part in ast.walk(node)
            )
            atomic = any("atomic" in ast.unparse(decorator) for decorator in node.decorator_list)
            if (writes or atomic) and "by" not in [argument.arg for argument in node.args.kwonlyargs]:
                nameless.append(f"{relative(path)} {node.name}")

    assert nameless == []


def test_contracts_have_no_exceptions():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]

    assert len(contracts) >= 6
    assert not any("ignore_imports" in contract for contract in contracts)


def test_every_line_of_business_is_in_the_contract_of_independence():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (independent,) = [
        set(contract["modules"]) for contract in contracts if contract["type"] == "independence"
    ]
    folders = {f"anmin.domains.{path.parent.name}" for path in SOURCE.glob("domains/*/__init__.py")}

    assert independent == folders - {"anmin.domains.migrations"}


def test_the_readmes_open_with_the_same_two_commands():
    commands = [
        re.findall(r"python3 run\.py \w+", (ROOT / name).read_text("utf-8"))[:2]
        for name in ("README.md", "README.zh-CN.md")
    ]

    assert commands == [["python3 run.py demo", "python3 run.py test"]] * 2


def test_no_host_no_path_of_a_machine_and_no_unpinned_lock_is_tracked():
    names = {relative(path) for path in TRACKED}
    assert "uv.lock" not in names
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / name).read_text("utf-8")
        assert "index-url" not in text
        assert "http" not in text.replace("https://github.com", "")
        assert text.count("--hash=sha256:") > 50
