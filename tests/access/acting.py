"""One act through its page, as whoever may do it, as somebody who may not, and with a book that cannot be written to."""

from contextlib import contextmanager

from django.db import connection
from django.db.models import Max
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.audit.models import Act, RowHistory


def page_of(case):
    """The name of the page behind a case; a case `page/variant` is one of several ways to use it."""
    return case.split("/")[0]


def send(cases, user, case, world):
    """Post the form of a case as a user."""
    _who, keys, given = cases[case](world)[:3]
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client.post(reverse(f"console:{page_of(case)}", args=keys), given)


def last_number():
    """The number of the newest act."""
    row = Act.objects.order_by("-number").first()
    return row.number if row is not None else 0


def state(tables):
    """Everything that acts change, as text."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                "SELECT coalesce(md5(string_agg((to_jsonb(t) - 'last_login')::text, '|' ORDER BY id)), '')"
                f" FROM kernel_{table} AS t"
            )
            found[table] = cursor.fetchone()[0]
    return found


def check_done(cases, case, world, registry):
    """Done, an act leaves exactly one row under its name, with who, what, when and the result."""
    before, last = timezone.now(), last_number()
    who = cases[case](world)[0]

    answer = send(cases, who, case, world)

    rows = list(Act.objects.filter(number__gt=last))
    declared = tuple(registry[page_of(case)]["acts"])
    named = [row for row in rows if row.act.startswith(declared)]
    assert answer.status_code in (200, 302), answer.content.decode()[:500]
    assert {row.by for row in rows} == {who}, [(row.act, row.by) for row in rows]
    assert len({row.act for row in named}) == len(named) > 0, [row.act for row in rows]
    assert all((row.result, row.at >= before, bool(row.subject_id)) == ("done", True, True) for row in named)
    return rows


def check_refused(cases, case, world, tables):
    """Whoever may not do it leaves one row that says so, and changes nothing."""
    last, before = last_number(), state(tables)

    answer = send(cases, world.nobody, case, world)

    rows = list(Act.objects.filter(number__gt=last))
    assert answer.status_code == 403
    assert [(row.by, row.act, row.subject_id) for row in rows] == [
        (world.nobody, "access.refused", f"console:{page_of(case)}")
    ]
    assert state(tables) == before


def check_broken_book(cases, case, world, tables):
    """With a book that cannot be written to nothing is done."""
    before = state(tables)
    with connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON kernel_act FROM anmin_web")

    answer = send(cases, cases[case](world)[0], case, world)

    assert answer.status_code == 500
    assert state(tables) == before


@contextmanager
def no_history():
    """What rows were stays behind them for ever; rows that a test commits and takes away again leave none."""
    last = RowHistory.objects.aggregate(last=Max("pk"))["last"] or 0
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_rowhistory DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM kernel_rowhistory WHERE id > %s", [last])
        cursor.execute("ALTER TABLE kernel_rowhistory ENABLE TRIGGER USER")
