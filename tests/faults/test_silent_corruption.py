"""Bytes that a disk changed, rows that somebody edited, files that were swapped: all found, by name, and put back by the runbook."""

import json
import random
import re
import shutil

import pytest

from tests.faults.installation import Installation

FLIPS = 60
PAGE = 8192
SETUP = """
from datetime import date
from pathlib import Path
from anmin.kernel.facts.batches import actions
from anmin.kernel.screening.rulebooks import rulebook
from tests.make import a_household, a_number, a_person, a_user
user = a_user("li", "371002001001")
a_user("zhao", "371002")
people = [a_person(f"王小{{chr(0x4e00 + at)}}", serial=at, phone=f"190{{at:08d}}") for at in range(1, 160)]
for at in range(0, 150, 3):
    a_household(f"H{{at}}", "371002001001", *people[at:at + 3])
path = Path({folder!r}) / "pensions.csv"
rows = "".join(f"{{a_number(at)}},王小{{chr(0x4e00 + at)}},12000,220\\n" for at in range(1, 160))
path.write_text("身份证号,姓名,职工养老金（年）,城乡居民养老金（月）\\n" + rows, "utf-8")
actions.take_in(by="test", source="pensions", period="2026-10", path=path, facts=rulebook().facts, on=date(2026, 11, 2))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    one = Installation(tmp_path_factory.mktemp("corruption") / "home")
    one.prepare()
    one.django(SETUP.format(folder=str(tmp_path_factory.mktemp("files"))))
    yield one
    one.stop()


@pytest.fixture(scope="module")
def backup(home, tmp_path_factory):
    done = home.anmin("backup", tmp_path_factory.mktemp("backups"))
    assert done.returncode == 0, done.stderr
    return done.stdout.split("备份完成：")[1].splitlines()[0]


def verified(home):
    done = home.anmin("verify", "--json")
    return {row["key"]: row for row in json.loads(done.stdout)["checks"]}


def relations(home):
    """Files of tables, indexes of every kind and TOAST, with how many pages each has."""
    rows = home.sql(
        "SELECT pg_relation_filepath(c.oid), relkind, pg_relation_size(c.oid) / 8192 FROM pg_class c"
        " WHERE relkind IN ('r', 'i', 't') AND pg_relation_size(c.oid) > 0 AND relname ~ '^(kernel|pg_toast)'"
    )
    return [row.split("|") for row in rows.splitlines()]


def flip(path, page, at):
    """One bit of one byte of a page."""
    with path.open("r+b") as file:
        file.seek(page * PAGE + at)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 0x10]))


def chosen(home, dice):
    """Different pages over all kinds of relations, and a byte in each."""
    kinds = {kind: [row for row in relations(home) if row[1] == kind] for kind in "rit"}
    places = set()
    while len(places) < FLIPS:
        path, _kind, pages = dice.choice(kinds[dice.choice([kind for kind in kinds if kinds[kind]])])
        places.add((path, dice.randrange(int(pages))))
    return [(home.cluster.data / path, page, dice.randrange(PAGE)) for path, page in sorted(places)]


def with_flips(home, flips, look):
    """Flip while the server is down, look, and flip back."""
    home.cluster.stop()
    for one in flips:
        flip(*one)
    try:
        return look()
    finally:
        home.cluster.stop()
        for one in flips:
            flip(*one)
        home.cluster.start()


def test_every_flipped_page_is_found(home):
    flips = chosen(home, random.Random(20261125))

    said = with_flips(
        home, flips, lambda: home.cluster._run("pg_checksums", "--check", "-D", str(home.cluster.data))
    )

    assert said.returncode != 0
    assert f"Bad checksums:  {FLIPS}" in said.stdout


OF_THE_REGISTER = """
SELECT 'kernel_person' UNION SELECT i.indexrelid::regclass::text FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
WHERE i.indrelid = 'kernel_person'::regclass AND (a.amname = 'gin' OR i.indisprimary)
"""


def test_verification_names_tables_and_indexes_of_every_kind_while_the_database_runs(home):
    names = home.sql(OF_THE_REGISTER).splitlines()
    assert len(names) == 3
    paths = [home.cluster.data / home.sql(f"SELECT pg_relation_filepath('{name}')") for name in names]
    code = "from anmin.kernel.operations.pagewise import bad_pages\nprint(sorted(map(str, bad_pages())))"

    def look():
        home.cluster.start()
        return verified(home)["pages"], home.django(code).splitlines()[-1]

    found, bad = with_flips(home, [(path, 0, 4000) for path in paths], look)

    assert found["state"] == "broken"
    assert bad == str(sorted(f"{name} 第 0 页" for name in names))
    home.sql("SELECT pg_stat_reset()")


def test_without_checksums_a_flipped_value_passes(home):
    """The wrong variant: the same flip in the text of a row, on a cluster made without checksums."""
    program = ("pg_checksums", "-D", str(home.cluster.data))
    home.sql("CREATE TABLE filler AS SELECT g, md5(g::text) AS text FROM generate_series(1, 5000) g")
    home.sql("CHECKPOINT")
    path = home.cluster.data / home.sql("SELECT pg_relation_filepath('filler')")
    page = path.read_bytes()[3 * PAGE : 4 * PAGE]
    at = re.search(rb"[0-9a-f]{32}", page).start() + 5
    home.cluster.stop()
    assert home.cluster._run(*program, "--disable").returncode == 0

    def look():
        home.cluster.start()
        return verified(home)["pages"]

    try:
        found = with_flips(home, [(path, 3, at)], look)
    finally:
        home.cluster.stop()
        assert home.cluster._run(*program, "--enable").returncode == 0
        home.cluster.start()
        home.sql("DROP TABLE filler")

    assert found["state"] == "good"


def lake_file(home):
    (path,) = (home.home / "lake").rglob("*.parquet")
    return path


FLIP_FILES = """
import random
from anmin.kernel.facts.batches.queries import kept_files
from anmin.kernel.operations.verifying import files
dice, missed = random.Random(20261125), 0
assert files().state == "good"
for turn in range(200):
    path = dice.choice([path for path, _name, _sha in kept_files()])
    path = path if turn % 4 else path.with_name(path.name + ".sig")
    before = path.read_bytes()
    at = dice.randrange(len(before))
    path.write_bytes(before[:at] + bytes([before[at] ^ 1 << dice.randrange(8)]) + before[at + 1:])
    missed += files().state == "good"
    path.write_bytes(before)
print("missed", missed, files().state)
"""


def test_every_flipped_byte_of_a_file_or_its_signature_is_found(home):
    assert home.django(FLIP_FILES).splitlines()[-1] == "missed 0 good"


def test_a_file_changed_together_with_its_hash_in_the_database_is_found_by_its_signature(home):
    """Where a hash in the database alone is the wrong variant."""
    path = lake_file(home)
    before = path.read_bytes()
    digest = home.sql("SELECT sha256 FROM kernel_sourcebatch")
    path.write_bytes(before + b"x")
    code = "import hashlib, sys; print(hashlib.sha256(open({0!r}, 'rb').read()).hexdigest())"
    forged = home.python("-c", code.format(str(path))).strip()
    home.sql(f"UPDATE kernel_sourcebatch SET sha256 = '{forged}'")

    found = verified(home)["files"]

    path.write_bytes(before)
    home.sql(f"UPDATE kernel_sourcebatch SET sha256 = '{digest}'")
    assert found["state"] == "broken"
    assert "与入库时不同" in found["found"]


def test_the_runbook_puts_a_file_back(home, backup):
    path = lake_file(home)
    name, before = str(path.relative_to(home.home)), path.read_bytes()
    path.write_bytes(b"changed")

    refused = home.anmin("repair", "file", name, "--backup", backup)
    done = home.anmin("repair", "file", name, "--backup", backup, "--reason", "核验发现磁盘出错")

    assert (refused.returncode, done.returncode) == (2, 0), done.stderr
    assert path.read_bytes() == before
    assert len(list(path.parent.glob("*.before-*"))) == 1
    assert verified(home)["files"]["state"] == "good"
    assert (
        home.sql("SELECT reason FROM kernel_act WHERE act = 'operations.repair_file'") == "核验发现磁盘出错"
    )


def test_the_runbook_puts_a_row_of_rights_back_from_its_history(home):
    key = home.sql("SELECT min(id) FROM kernel_grant")
    home.sql(f"UPDATE kernel_grant SET division = '370000', role = 'city_officer' WHERE id = {key}")
    found = verified(home)["rights"]

    shown = home.anmin("repair", "row", "kernel_grant", key)
    still = home.sql(f"SELECT division FROM kernel_grant WHERE id = {key}")
    done = home.anmin("repair", "row", "kernel_grant", key, "--apply", "--reason", "被 SQL 改动")

    assert f"kernel_grant 第 {key} 行" in found["found"]
    assert "division → 371002001001" in shown.stdout
    assert still == "370000"
    assert done.returncode == 0, done.stderr
    assert (
        home.sql(f"SELECT division, role FROM kernel_grant WHERE id = {key}") == "371002001001|village_worker"
    )
    assert verified(home)["rights"]["state"] == "good"


def test_the_runbook_puts_a_removed_row_and_a_sealed_value_back_from_a_backup(home, backup):
    key = home.sql("SELECT max(id) FROM kernel_grant")
    quiet = "SET session_replication_role = replica; "
    home.sql(f"{quiet}DELETE FROM kernel_grant WHERE id = {key}")
    person = home.sql("SELECT min(id) FROM kernel_person")
    home.sql(
        f"{quiet}UPDATE kernel_person SET name = (SELECT name FROM kernel_person WHERE id = {person} + 1) WHERE id = {person}"
    )

    first = home.anmin("repair", "row", "kernel_grant", key)
    done = [
        home.anmin("repair", "row", table, row, "--backup", backup, "--apply", "--reason", "被删去")
        for table, row in (("kernel_grant", key), ("kernel_person", person))
    ]

    assert first.returncode == 2
    assert "--backup" in first.stderr
    assert [one.returncode for one in done] == [0, 0], done[0].stderr + done[1].stderr
    assert "〔密文〕" in done[1].stdout
    assert verified(home)["rights"]["state"] == "good"
    name = home.django(
        f"from anmin.kernel.people.models import Person\nprint(Person.objects.get(pk={person}).name)"
    )
    assert name.splitlines()[-1].startswith("王小")


def test_a_row_that_was_changed_since_the_backup_is_not_put_back(home, backup):
    person = home.sql("SELECT max(id) FROM kernel_person")
    home.sql(f"UPDATE kernel_person SET nation = '02' WHERE id = {person}")

    done = home.anmin(
        "repair", "row", "kernel_person", person, "--backup", backup, "--apply", "--reason", "试试"
    )

    assert done.returncode == 2
    assert "备份之后这一行改过 1 次" in done.stderr


def test_a_changed_backup_repairs_nothing(home, backup, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(backup, copy)
    with (copy / "database.dump").open("ab") as dump:
        dump.write(b"x")

    done = home.anmin("repair", "row", "kernel_person", "1", "--backup", copy, "--apply", "--reason", "试试")

    assert done.returncode == 2
    assert "与清单不一致" in done.stderr
