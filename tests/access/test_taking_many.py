"""Taking many persons is stopped at its tiers, by every way there is, and somebody is told."""

import threading
from datetime import date

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from anmin.kernel.access.models import Taking, TakingAlarm, User
from anmin.kernel.access.queries import Reader, reader_for
from anmin.kernel.access.taking import actions
from anmin.kernel.access.taking.actions import TakingStopped, take
from tests.make import a_person, a_user

ON = date(2026, 11, 24)


@pytest.fixture
def reader(db):
    return reader_for(a_user("clerk", "371002"), ON)


@pytest.mark.parametrize(("klass", "limit"), [("clear", 25), ("page", 250), ("list", 2500)])
def test_a_tier_stops_exactly_beyond_its_number(reader, klass, limit):
    assert take(reader=reader, klass=klass, person_ids=range(limit)) == limit

    with pytest.raises(TakingStopped, match=str(limit)):
        take(reader=reader, klass=klass, person_ids=[limit])

    assert Taking.objects.filter(klass=klass).count() == limit
    assert TakingAlarm.objects.get().tier == limit


def test_the_same_person_counts_once_a_day_and_the_next_day_begins_anew(reader):
    for _ in range(3):
        assert take(reader=reader, klass="clear", person_ids=range(25)) == 25
    tomorrow = reader_for(reader.user, date(2026, 11, 25))

    assert take(reader=tomorrow, klass="clear", person_ids=[99]) == 1


def test_a_page_that_would_go_beyond_is_refused_whole(reader):
    take(reader=reader, klass="list", person_ids=range(2_490))

    with pytest.raises(TakingStopped):
        take(reader=reader, klass="list", person_ids=range(2_480, 2_530))

    assert Taking.objects.count() == 2_490


def test_somebody_else_s_leave_lifts_the_limit_for_the_day(reader):
    boss = a_user("boss", "371002", role="county_leader")
    take(reader=reader, klass="clear", person_ids=range(25))
    permit = actions.ask_permit(by=reader.user, day=ON, klass="clear", limit=40, purpose="集中更正银行卡号")
    with pytest.raises(PermissionError, match="自己"):
        actions.approve_permit(by=reader.user, permit=permit)
    with pytest.raises(TakingStopped):
        take(reader=reader, klass="clear", person_ids=[30])

    actions.approve_permit(by=boss, permit=permit)

    assert take(reader=reader, klass="clear", person_ids=range(25, 40)) == 40
    with pytest.raises(TakingStopped):
        take(reader=reader, klass="clear", person_ids=[41])


def test_showing_numbers_in_clear_stops_at_twenty_five_and_raises_an_alarm(db, monkeypatch):
    people = [a_person("王伟", serial=at, phone=f"1900000{at:04d}") for at in range(1, 29)]
    client = Client()
    client.force_login(a_user("clerk", "371002"))

    answers = [
        client.post(reverse("console:show_field", args=[row.pk]), {"field": "phone", "purpose": "accept"})
        for row in people
    ]

    shown = [f"1900000{at:04d}" in answer.content.decode() for at, answer in enumerate(answers, 1)]
    assert shown == [True] * 25 + [False] * 3
    assert answers[25].status_code == 403
    assert "另一位负责人批准" in answers[25].content.decode()
    assert TakingAlarm.objects.get().tier == 25


def test_without_the_count_everything_would_be_shown(db, monkeypatch):
    """The wrong variant."""
    monkeypatch.setattr(actions, "allowed", lambda reader, klass: 10**9)
    reader = reader_for(a_user("clerk", "371002"), ON)

    assert take(reader=reader, klass="clear", person_ids=range(100)) == 100


@pytest.fixture
def committed_reader(django_db_setup, django_db_blocker):
    """A reader that other connections see; what the test leaves behind is taken away again."""
    with django_db_blocker.unblock():
        user = User.objects.create(username="parallel", display_name="parallel")
        yield Reader(user, ON, name="parallel", via="user/parallel")
        TakingAlarm.objects.filter(user=user).delete()
        Taking.objects.filter(user=user).delete()
        user.delete()
        connection.close()


def test_parallel_sessions_share_one_count(committed_reader):
    stopped, gate = [], threading.Barrier(8)

    def session(number):
        gate.wait()
        for at in range(10):
            try:
                take(reader=committed_reader, klass="clear", person_ids=[number * 100 + at])
            except TakingStopped:
                stopped.append(number)
        connections.close_all()

    threads = [threading.Thread(target=session, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Taking.objects.filter(via="user/parallel").count() == 25
    assert len(stopped) == 80 - 25
