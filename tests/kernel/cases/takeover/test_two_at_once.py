"""Two who confirm at once, two workers at one list: every row is taken over once."""

import threading

import pytest
from django.db import connection, connections, transaction

from anmin.kernel.cases.takeover import actions
from anmin.kernel.cases.takeover.actions import TakeoverProblem
from anmin.kernel.cases.takeover.models import TakeoverBatch
from anmin.kernel.entitlements.models import Decision, Entitlement
from tests.kernel.cases.takeover.lists import confirmer, sender, taken_in
from tests.kernel.cases.takeover.test_taking_over import families, lines
from tests.kernel.payments.money import TODAY
from tests.kernel.payments.test_at_once import committed

assert committed


@pytest.fixture
def without_traces(django_db_setup, django_db_blocker):
    """The history of lists that other connections saw goes away again: it is nobody's."""
    yield
    with django_db_blocker.unblock(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM kernel_rowhistory WHERE table_name = 'kernel_takeoverbatch'")
        cursor.execute("SET session_replication_role = DEFAULT")


def test_two_who_confirm_at_once_and_two_workers_take_every_row_over_once(
    without_traces, committed, tmp_path, monkeypatch
):
    families(4)
    by = sender()
    batch = actions.propose(by=by, batch=taken_in(tmp_path, *lines(4), by=by), on=TODAY)
    hands = [confirmer("queren1"), confirmer("queren2")]
    monkeypatch.setattr(actions, "CHUNK", 1)

    confirmed = together(
        *(lambda one=one: actions.confirm(by=one, batch=batch, on=TODAY, queue=False) for one in hands)
    )
    together(*(lambda: actions.carry_out(batch=batch.pk, on=TODAY) for _ in range(2)))

    assert sorted(confirmed) == ["done", "moved_on"]
    assert Entitlement.objects.count() == Decision.objects.count() == 4
    assert TakeoverBatch.objects.get(pk=batch.pk).state == "done"


def together(*works):
    gate, done = threading.Barrier(len(works)), []

    def one(work):
        gate.wait()
        try:
            work()
            done.append("done")
        except TakeoverProblem as refused:
            done.append(refused.code)
        connections.close_all()

    threads = [threading.Thread(target=one, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done
