"""What a command says when it cannot go on: what happened, what is left as it was, what to do."""

import pytest
import typer
from django.db import ProgrammingError, connection
from django.db.migrations.recorder import MigrationRecorder

from anmin.cli import running

pytestmark = pytest.mark.django_db


def told(trouble, monkeypatch):
    said = []
    monkeypatch.setattr(running.err, "print", said.append)

    def fails(standalone_mode):
        raise trouble

    return running.run(fails), said


def test_a_database_older_than_the_program_is_brought_up_to_date_first(monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM django_migrations WHERE app = 'kernel'")
        newest = cursor.fetchone()[0]
    MigrationRecorder.Migration.objects.filter(pk=newest).delete()

    code, said = told(ProgrammingError('relation "kernel_push" does not exist'), monkeypatch)

    assert code == running.REFUSED
    assert len(said) == 1 and "数据库结构比程序旧" in said[0] and "anmin migrate" in said[0]


def test_a_fault_of_ours_is_not_blamed_on_the_database(monkeypatch):
    with pytest.raises(ProgrammingError, match="syntax"):
        told(ProgrammingError("syntax error"), monkeypatch)


def test_leaving_early_is_not_a_fault(monkeypatch):
    assert told(typer.Exit(3), monkeypatch) == (3, [])
