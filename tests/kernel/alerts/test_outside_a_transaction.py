"""The jobs of monitoring as the worker calls them: with no transaction around them but those that they open themselves."""

from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import connection, transaction

from anmin.kernel import tasks
from anmin.kernel.alerts.models import Alert
from anmin.kernel.audit.actions import NotInTransaction
from anmin.kernel.audit.models import Act
from anmin.kernel.audit.queries import broken_link
from anmin.kernel.screening import monitoring
from tests.kernel.alerts.landing import a_bill, one_rule, settle

__all__ = ["one_rule"]


@pytest.fixture
def committed(django_db_setup, django_db_blocker, one_rule, tmp_path):
    """A town whose rows are committed, with a bill that has landed; everything goes away again, from the book of acts too."""
    models = [model for model in apps.get_models() if model._meta.pk.attname == "id" and model._meta.managed]
    with django_db_blocker.unblock():
        last = {
            model._meta.db_table: model._base_manager.order_by("-pk").values_list("pk", flat=True).first()
            or 0
            for model in models
            if model._meta.db_table != "kernel_acthead"
        }
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM procrastinate_jobs")
            (jobs,) = cursor.fetchone()
            cursor.execute("SELECT number, hash FROM kernel_acthead")
            head = cursor.fetchone()
        try:
            settle()
            a_bill(tmp_path)
            yield
        finally:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
                for table, key in last.items():
                    cursor.execute(f'DELETE FROM "{table}" WHERE id > %s', [key])
                cursor.execute("DELETE FROM procrastinate_events WHERE job_id > %s", [jobs])
                cursor.execute("DELETE FROM procrastinate_jobs WHERE id > %s", [jobs])
                cursor.execute("UPDATE kernel_acthead SET number = %s, hash = %s", head or (0, "0" * 64))
            connection.close()


def test_a_batch_goes_to_the_desk_with_no_transaction_around_it(committed):
    assert not connection.in_atomic_block

    tasks.watch()
    tasks.dispatch_alerts()

    alert = Alert.objects.get(cause="illness")
    assert alert.state == "dispatched" and alert.steps.count() == 1
    acts = set(Act.objects.values_list("act", flat=True))
    assert {"facts.snapshot", "screening.watch", "alerts.raise", "alerts.dispatch"} <= acts
    assert broken_link() is None


def test_an_evaluation_that_opens_no_transaction_for_its_act_is_noticed(committed, monkeypatch):
    """The wrong variant, as it once was: every test had a transaction around it, and in the worker nothing was evaluated."""

    class Bare:
        @staticmethod
        @contextmanager
        def atomic():
            yield

    monkeypatch.setattr(monitoring, "transaction", Bare)

    with pytest.raises(NotInTransaction):
        tasks.watch()

    assert not Alert.objects.exists()
