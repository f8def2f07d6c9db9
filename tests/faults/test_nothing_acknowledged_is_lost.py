"""The whole cluster is destroyed at a random moment; what was acknowledged before is there after the recovery."""

import random
import shutil
import subprocess
import sys
import time

import pytest

from boot import archiving, postgres
from boot.archiving import Archive
from boot.environment import VENV
from boot.processes import kill, working_in

WRITER = """
import sys, psycopg
journal = open(sys.argv[2], "a", buffering=1)
with psycopg.connect(sys.argv[1], autocommit=True) as server:
    for number in range(10**9):
        server.execute("INSERT INTO acknowledged VALUES (%s)", [number])
        journal.write(f"{number}\\n")
"""


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    yield folder
    postgres.Cluster(postgres.find_binaries(VENV), folder / "postgres").stop()


def written_and_destroyed(home, archive, seconds):
    """Write for a while, then destroy everything that is not the archive; the ids that were acknowledged."""
    cluster = postgres.Cluster(postgres.find_binaries(VENV), home / "postgres")
    cluster.start()
    cluster.psql("CREATE TABLE acknowledged (id bigint PRIMARY KEY)")
    receiver = Archive(cluster, archive, home)
    receiver.start()
    journal = home / "journal"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, cluster.url("postgres"), str(journal)])
    try:
        # The moment is counted from the fiftieth row: on a busy machine the writer itself takes seconds to start.
        while not journal.exists() or journal.read_text().count("\n") <= 50:
            assert writer.poll() is None, "the writer has died by itself"
            time.sleep(0.05)
        time.sleep(seconds)
        kill(working_in(cluster.data), patience=5)
    finally:
        writer.kill()
        writer.wait()
        receiver.process.end()
    shutil.rmtree(cluster.data)
    # The last line may be half written; then it was not acknowledged.
    return {int(line) for line in journal.read_text().split("\n")[:-1]}


def recovered(home, archive):
    archiving.recover(archive, home)
    cluster = postgres.Cluster(postgres.find_binaries(VENV), home / "postgres")
    return {int(line) for line in cluster.psql("SELECT id FROM acknowledged").split()}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_acknowledged_row_is_lost(home, tmp_path, seed):
    seconds = random.Random(seed).uniform(0.6, 2.5)
    acknowledged = written_and_destroyed(home, tmp_path / "archive", seconds)

    there = recovered(home, tmp_path / "archive")

    assert len(acknowledged) > 50
    assert acknowledged - there == set()


def test_a_base_backup_without_its_log_is_caught(home, tmp_path):
    """The wrong variant: who keeps the nightly copy alone loses the day."""
    acknowledged = written_and_destroyed(home, tmp_path / "archive", 1.5)
    for segment in (tmp_path / "archive/wal").iterdir():
        segment.unlink()

    there = recovered(home, tmp_path / "archive")

    assert acknowledged - there


def test_recovery_stops_at_the_moment_that_was_asked_for(home, tmp_path):
    archive = tmp_path / "archive"
    cluster = postgres.Cluster(postgres.find_binaries(VENV), home / "postgres")
    cluster.start()
    cluster.psql("CREATE TABLE acknowledged (id bigint PRIMARY KEY)")
    receiver = Archive(cluster, archive, home)
    receiver.start()
    cluster.psql("INSERT INTO acknowledged VALUES (1)")
    time.sleep(1.1)
    moment = cluster.psql("SELECT now()")
    time.sleep(1.1)
    cluster.psql("DELETE FROM acknowledged")
    cluster.psql("INSERT INTO acknowledged VALUES (2)")
    receiver.end()
    cluster.stop()

    archiving.recover(archive, home, moment)

    assert cluster.psql("SELECT id FROM acknowledged") == "1"


def test_an_archive_without_a_base_backup_is_refused(home, tmp_path):
    (tmp_path / "empty").mkdir()

    with pytest.raises(archiving.Stop, match="没有基础备份"):
        archiving.recover(tmp_path / "empty", home)
