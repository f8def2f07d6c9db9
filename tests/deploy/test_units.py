"""The unit files of the production guide: understood by systemd, the same commands as `run.py up`, nothing open that need not be."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from boot import serving
from boot.environment import ROOT

UNITS = sorted((ROOT / "deploy/systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
OURS = [path for path in SERVICES if path.name != "anmin-pages.service"]
GUIDE = ROOT / "docs/howto/run-in-production.md"
SECTIONS = {"service": {"Unit", "Service", "Install"}, "timer": {"Unit", "Timer", "Install"}}


def sections(path):
    """A unit as sections of (key, value) pairs; a line that is neither fails."""
    found, name = {}, ""
    for line in path.read_text("utf-8").splitlines():
        if not line or line.startswith(("#", ";")):
            continue
        if header := re.fullmatch(r"\[(\w+)\]", line):
            name = header[1]
            found[name] = []
        else:
            key, equals, value = line.partition("=")
            assert equals and name and re.fullmatch(r"[A-Z]\w*", key), f"{path.name}: {line}"
            found[name].append((key, value))
    return found


def values(path, key, section="Service"):
    return [value for name, value in sections(path)[section] if name == key]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_sections_and_lines_are_those_of_a_unit(path):
    """What the parser checks everywhere, with systemd on the machine or without."""
    found = sections(path)

    assert {"Unit", path.suffix[1:].capitalize()} <= set(found) <= SECTIONS[path.suffix[1:]]
    assert values(path, "Description", "Unit")
    assert (
        len(values(path, "ExecStart")) >= 1
        if path.suffix == ".service"
        else values(path, "OnCalendar", "Timer")
    )


def verified(folder):
    """What systemd itself says of units; empty where it has nothing to say, or is not on this machine."""
    program = shutil.which("systemd-analyze")
    if program is None:
        return ""
    done = subprocess.run(
        [program, "verify", "--man=no", *map(str, sorted(folder.iterdir()))], capture_output=True, text=True
    )
    return done.stderr if done.returncode or done.stderr.strip() else ""


def here(tmp_path, change=lambda text: text):
    """The units with this clone in the place of /opt/anmin, for systemd looks whether the programs are there."""
    folder = tmp_path / "units"
    folder.mkdir()
    for path in UNITS:
        text = re.sub(
            r"/usr/bin/pg_\w+", "/bin/true", path.read_text("utf-8").replace("/opt/anmin", str(ROOT))
        )
        (folder / path.name).write_text(change(text), "utf-8")
    return folder


def test_systemd_understands_every_unit(tmp_path):
    assert verified(here(tmp_path)) == ""


def test_a_unit_with_a_misspelt_line_is_caught(tmp_path):
    """The wrong variant; without systemd on the machine the parser has to catch what it can."""
    folder = here(tmp_path, lambda text: text.replace("ExecStart=", "ExcStart="))

    caught = verified(folder) or any(not values(path, "ExecStart") for path in folder.glob("*.service"))

    assert caught


def test_the_web_unit_starts_what_run_py_up_starts():
    (line,) = values(ROOT / "deploy/systemd/anmin-web.service", "ExecStart")

    assert line.split()[1:] == serving.web_command(8000)[1:]


def test_the_worker_unit_starts_what_run_py_up_starts():
    (line,) = values(ROOT / "deploy/systemd/anmin-worker.service", "ExecStart")

    assert line.split()[1:] == serving.worker_command()[1:]


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_services_run_as_nobody_special_and_leave_no_core_behind(path):
    assert values(path, "User") == ["anmin"]
    for key, value in (
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("LimitCORE", "0"),
        ("UMask", "0077"),
        ("CapabilityBoundingSet", ""),
    ):
        assert values(path, key) == [value], key


@pytest.mark.parametrize("name", ["anmin-web", "anmin-worker"])
def test_what_dies_is_started_again(name):
    assert values(ROOT / f"deploy/systemd/{name}.service", "Restart") == ["always"]


def test_the_web_logs_in_as_the_role_without_rights_of_its_own():
    assert "/etc/anmin/web.env" in values(ROOT / "deploy/systemd/anmin-web.service", "EnvironmentFile")
    assert "web.env     DATABASE_URL=postgresql://anmin_app@" in (ROOT / "deploy/anmin.env").read_text(
        "utf-8"
    )
    assert not [line for path in OURS for line in values(path, "Environment") if "PASSWORD" in line.upper()]


def test_every_timer_has_its_service_and_every_file_is_in_the_guide():
    guide = GUIDE.read_text("utf-8")

    assert all(path.with_suffix(".service").exists() for path in UNITS if path.suffix == ".timer")
    assert [
        path.name for path in Path(ROOT / "deploy").rglob("*") if path.is_file() and path.stem not in guide
    ] == []
