"""A backup comes back whole; a restore over something newer, of something damaged, or half done, costs nothing."""

import json
import os
import signal
import subprocess
import time

import pytest

from tests.faults.installation import ROOT, RUN, Installation

ACTS = """
from django.db import transaction
from anmin.kernel.audit import actions
with transaction.atomic():
    for number in range({number}):
        actions.record(by="test", act="test.act", subject=f"n{{number}}")
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    one = Installation(tmp_path_factory.mktemp("backup") / "安民 数据")
    one.prepare()
    one.django(ACTS.format(number=30))
    lake = one.home / "lake" / "batch"
    lake.mkdir(parents=True)
    (lake / "part.parquet").write_bytes(b"columns" * 1000)
    yield one
    one.stop()


@pytest.fixture(scope="module")
def backup(home, tmp_path_factory):
    done = home.anmin("backup", tmp_path_factory.mktemp("backups"))
    assert done.returncode == 0, done.stderr
    folder = done.stdout.split("备份完成：")[1].splitlines()[0]
    return type(home.home)(folder)


def acts(home, database="anmin"):
    return int(home.sql("SELECT count(*) FROM kernel_act WHERE act = 'test.act'", database))


def databases(home):
    return home.sql("SELECT string_agg(datname, ',') FROM pg_database").split(",")


@pytest.fixture
def damaged(backup, tmp_path):
    folder = tmp_path / "copy"
    subprocess.run(["cp", "-r", str(backup), str(folder)], check=True)
    return folder


def test_a_backup_holds_data_and_files_but_no_keys(home, backup):
    manifest = json.loads((backup / "manifest.json").read_text("utf-8"))

    assert manifest["counts"]["kernel_act"] >= 30
    assert set(manifest["files"]) >= {"database.dump", "files/lake/batch/part.parquet"}
    assert not [name for name in manifest["files"] if "key" in name or "secret" in name]


def test_a_restore_over_a_newer_database_is_refused_and_costs_nothing(home, backup):
    home.django(ACTS.format(number=5))
    before = acts(home)

    done = home.anmin("restore", backup)

    assert done.returncode == 2
    assert "比备份多" in done.stderr
    assert acts(home) == before
    noted = home.sql("SELECT result, reason FROM kernel_act WHERE act = 'operations.restore'")
    assert noted.startswith("refused|现有数据库比备份多")


def test_replacing_needs_the_name_of_the_database_in_writing(home, backup):
    before = acts(home)

    done = home.anmin("restore", backup, "--replace")

    assert done.returncode == 2
    assert "--confirm anmin" in done.stderr
    assert acts(home) == before >= 30


def test_a_changed_dump_is_refused_by_name(home, damaged):
    with (damaged / "database.dump").open("r+b") as dump:
        dump.seek(2000)
        dump.write(b"\xff\x00\xff")

    done = home.anmin("restore", damaged, "--drill")

    assert done.returncode == 2
    assert "database.dump 与清单不一致" in done.stderr


def test_a_changed_list_is_refused(home, damaged):
    path = damaged / "manifest.json"
    path.write_text(path.read_text("utf-8").replace('"rows": ', '"rows": 1'), "utf-8")

    done = home.anmin("restore", damaged, "--drill")

    assert done.returncode == 2
    assert "签名不对" in done.stderr


def test_a_missing_file_is_refused_by_name(home, damaged):
    (damaged / "files/lake/batch/part.parquet").unlink()

    done = home.anmin("restore", damaged, "--drill")

    assert done.returncode == 2
    assert "缺少文件 files/lake/batch/part.parquet" in done.stderr


def test_a_drill_leaves_a_record_and_nothing_else(home, backup):
    before = databases(home)

    done = home.anmin("restore", backup, "--drill")

    assert done.returncode == 0, done.stderr
    assert databases(home) == before
    assert home.sql("SELECT is_good FROM kernel_upkeep WHERE kind = 'drill' ORDER BY id DESC LIMIT 1") == "t"


def begun(home, command, until):
    """Start a command, and kill it as soon as something holds."""
    process = subprocess.Popen(
        [*RUN, "anmin", *map(str, command)],
        cwd=ROOT,
        env=home.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not until() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert process.poll() is None, "it was over before it could be killed"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_restore_killed_half_way_leaves_the_old_data(home, backup):
    before = acts(home)

    begun(
        home,
        ["restore", backup, "--replace", "--confirm", "anmin"],
        lambda: any("_restoring" in name for name in databases(home)),
    )

    assert acts(home) == before
    assert home.anmin("restore", backup, "--drill").returncode == 0
    assert not any("_restoring" in name for name in databases(home))


def test_restoring_straight_into_the_present_database_is_what_loses_data(home, backup):
    """The wrong variant: what a restore without a database beside does when it is killed half way."""
    home.sql("CREATE DATABASE careless TEMPLATE anmin")
    before = acts(home, "careless")
    program = str(home.cluster.binaries / "pg_restore")
    reach = ["-h", str(home.cluster.sockets), "-U", "anmin"]
    process = subprocess.Popen(
        [program, *reach, "--clean", "--if-exists", "-d", "careless", str(backup / "database.dump")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    gone = "SELECT to_regclass('kernel_act') IS NULL"
    while home.sql(gone, "careless") != "t" and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.wait()

    survived = home.sql(gone, "careless") != "t" and acts(home, "careless") == before
    home.sql("DROP DATABASE careless WITH (FORCE)")
    assert not survived


def test_a_confirmed_restore_brings_the_backup_and_keeps_what_was_there(home, backup):
    (home.home / "lake/batch/part.parquet").write_bytes(b"changed")
    home.django(ACTS.format(number=5))
    before = acts(home)

    done = home.anmin("restore", backup, "--replace", "--confirm", "anmin")

    assert done.returncode == 0, done.stderr
    kept = done.stdout.split("改名为 ")[1].split("，")[0]
    assert acts(home) == 30
    assert acts(home, kept) == before > 30
    assert (home.home / "lake/batch/part.parquet").read_bytes() == b"columns" * 1000
    assert home.anmin("verify").returncode == 0


def test_keys_come_back_under_their_passphrase_only(home, tmp_path):
    secret = tmp_path / "passphrase"
    secret.write_text("只有我们知道的一句话2026\n", "utf-8")
    wrong = tmp_path / "wrong"
    wrong.write_text("另外的一句不相干的话2026\n", "utf-8")
    done = home.anmin(
        "backup", tmp_path / "data", "--keys", tmp_path / "keys", ANMIN_PASSPHRASE_FILE=str(secret)
    )
    assert done.returncode == 0, done.stderr
    (sealed,) = (tmp_path / "keys").iterdir()
    master = (home.home / "keys/master.key").read_bytes()
    elsewhere = tmp_path / "elsewhere"
    code = (
        "import sys; from pathlib import Path; from anmin.kernel.operations.backups import *\n"
        "try: print(len(restore_keys(source=Path({0!r}), passphrase={1!r}, into=Path({2!r}))))\n"
        "except Refused as told: print(told)"
    )

    refused = home.django(code.format(str(sealed), wrong.read_text().strip(), str(elsewhere)))
    given = home.django(code.format(str(sealed), secret.read_text().strip(), str(elsewhere)))

    assert "口令不对" in refused
    assert int(given) >= 2
    assert (elsewhere / "keys/master.key").read_bytes() == master
    assert master not in sealed.read_bytes() and master.hex() not in sealed.read_text()


def test_an_act_changed_behind_the_systems_back_is_named(home):
    home.django(ACTS.format(number=3))
    number = home.sql("SELECT max(id) - 1 FROM kernel_act")
    home.sql(
        "SET session_replication_role = replica; "
        f"UPDATE kernel_act SET subject_id = 'changed' WHERE id = {number}"
    )

    done = home.anmin("verify", "--json")

    assert done.returncode == 1
    found = {row["key"]: row for row in json.loads(done.stdout)["checks"]}
    assert number in found["acts"]["found"]


def test_a_flipped_byte_in_a_page_is_found(home):
    home.sql("CREATE TABLE filler AS SELECT g, md5(g::text) FROM generate_series(1, 5000) g")
    path = home.home / "postgres" / home.sql("SELECT pg_relation_filepath('filler')")
    home.cluster.stop()
    with path.open("r+b") as relation:
        relation.seek(8192 * 3 + 5000)
        byte = relation.read(1)
        relation.seek(-1, 1)
        relation.write(bytes([byte[0] ^ 0xFF]))
    home.cluster.start()

    done = home.anmin("verify", "--json")

    home.sql("DROP TABLE filler")
    assert done.returncode == 1
    assert {row["key"]: row["state"] for row in json.loads(done.stdout)["checks"]}["pages"] == "broken"
