"""A thousand canaries after every feature was used: none lies readable in data, log of the database, dump, logs, lake."""

import json

import pytest

from anmin.lib.traces import Finder, counted
from tests.faults.canaries import PEOPLE, canaries, texts
from tests.faults.installation import Installation

CONTROL = "990177190001019990"


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """An installation in which everything was done, with its temporary folder, a backup and an unpacked dump."""
    root = tmp_path_factory.mktemp("canaries")
    one = Installation(root / "home")
    (one.home / "temporary").mkdir(parents=True)
    one.home.chmod(0o755)
    one.prepare()
    outside = tmp_path_factory.mktemp("outside")
    (outside / "people.json").write_text(json.dumps(canaries()), "utf-8")
    log = one.home / "web.log"
    place = str(outside / "people.json")
    done = one.logged(log, "-m", "tests.faults.canaries", place, TMPDIR=str(one.home / "temporary"))
    assert done == 0, log.read_text("utf-8")[-3000:]
    backup = one.anmin("backup", one.home / "backups")
    assert backup.returncode == 0, backup.stderr
    (dump,) = (one.home / "backups").rglob("database.dump")
    unpacked = one.cluster._run("pg_restore", "-f", "-", str(dump))
    (one.home / "unpacked.sql").write_text(unpacked.stdout, "utf-8")
    one.sql("CHECKPOINT")
    yield one
    one.stop()


def test_no_canary_lies_readable_anywhere(scene):
    hidden = texts(canaries())
    assert len(hidden) == 1000

    found = counted(Finder(hidden).in_folder(scene.home))

    assert found == {}


def test_everything_was_really_there(scene):
    """An empty installation would pass as well: the rows are there, and they open."""
    counts = {
        table: int(scene.sql(f"SELECT count(*) FROM kernel_{table}"))
        for table in (
            "person",
            "identifier",
            "household",
            "kin",
            "changerequest",
            "merge",
            "sourcequarantine",
            "read",
            "rowhistory",
            "case",
            "casefact",
            "objection",
            "scan",
            "paper",
            "payeeaccount",
        )
    }

    assert counts["person"] >= PEOPLE
    assert counts["identifier"] >= PEOPLE * 3 // 2
    assert all(counts.values()), counts
    names = scene.django(
        "from anmin.kernel.people.models import Person\n"
        "print(sorted(p.name for p in Person.objects.all()[:50])[0][:2])"
    )
    assert names.splitlines()[-1] == "欧阳"


def test_the_operator_s_own_search_finds_nothing_then_the_control(scene):
    clean = scene.anmin("verify", "--plaintext", "200")
    assert "没有一处能读到" in clean.stdout, clean.stdout + clean.stderr

    number = scene.django(
        "from anmin.kernel.people.models import Identifier\nprint([i.value for i in Identifier.objects.all()])"
    )
    (scene.home / "notes.txt").write_text(number, "utf-8")
    dirty = scene.anmin("verify", "--plaintext", "200")
    (scene.home / "notes.txt").unlink()

    assert dirty.returncode == 1
    assert "notes.txt" in dirty.stdout
    assert not any(canary["number"] in dirty.stdout for canary in canaries())


def test_the_control_is_found_in_the_database_and_in_its_log(scene):
    """The wrong variant: a column that holds a number in clear."""
    scene.sql("CREATE TABLE kernel_control (value text)")
    scene.sql(f"INSERT INTO kernel_control VALUES ('{CONTROL}')")
    scene.sql("CHECKPOINT")

    places = {trace.place for trace in Finder([CONTROL]).in_folder(scene.home)}

    assert any("/base/" in place for place in places)
    assert any("/pg_wal/" in place for place in places)
