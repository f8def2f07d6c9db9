"""Two persons, and one of them at a time: nobody decides their own; of decisions at one moment exactly one stands."""

import threading

import pytest
from django.db import connections, transaction
from django.utils import timezone

from anmin.kernel.access.models import User
from anmin.kernel.exchange.sharing import actions as sharing
from anmin.kernel.exchange.sharing.models import SharingRequest
from anmin.kernel.partners.models import Partner
from anmin.kernel.people.models import ChangeRequest, Person
from anmin.kernel.people.requests import actions as requests
from tests.access.acting import no_history
from tests.access.test_acts_of_exchange_and_register import World


@pytest.fixture
def a_home_of_its_own(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"


@pytest.mark.django_db
@pytest.mark.usefixtures("a_home_of_its_own")
def test_nobody_decides_what_they_asked_for_and_the_refusal_is_told():
    """Two persons: changes of the register and requests for data."""
    world = World()
    own = requests.ask(
        by=world.leader,
        kind="former",
        on=world.today,
        division=world.child.division,
        person=world.child,
        payload={"name": "王小名"},
        evidence="看过户口簿",
    )
    asked = SharingRequest.objects.get(pk=world.conforming.pk)
    asked.asker = world.officer
    asked.save()

    with pytest.raises(requests.ChangeRefused, match="另一人"):
        requests.accept(by=world.leader, request=own)
    with pytest.raises(sharing.SharingProblem, match="另一位"):
        sharing.decide_sharing(by=world.officer, request=asked, is_granted=True, on=world.today)

    own.refresh_from_db()
    asked.refresh_from_db()
    assert (own.state, asked.state) == ("open", "conforming")


@pytest.fixture
def committed(django_db_setup, django_db_blocker, monkeypatch):
    """A change and a request for data whom other connections see; the book, which never forgets, is a list here."""
    book = []
    monkeypatch.setattr("anmin.kernel.audit.actions.record", lambda **told: book.append(told["act"]))
    today = timezone.localdate()
    with django_db_blocker.unblock(), no_history():
        users = [
            User.objects.create(username=f"race{at}", display_name="r", password="x") for at in (1, 2, 3)
        ]
        person = Person(name="王秀英", division="371002001001")
        person.save()
        partner = Partner.objects.create(key="racing", name="税务局")
        yield users, person, partner, book, today
        with transaction.atomic():
            ChangeRequest.objects.filter(person=person).delete()
            SharingRequest.objects.filter(partner=partner).delete()
            person.former_names.all().delete()
            person.delete()
            partner.delete()
            User.objects.filter(username__startswith="race").delete()


def race(*works):
    """Do several things at one moment, each in a transaction of its own; how many were done and how many refused."""
    gate, told = threading.Barrier(len(works)), []

    def one(work):
        gate.wait()
        try:
            with transaction.atomic():
                work()
            told.append("done")
        except (requests.ChangeRefused, sharing.SharingProblem):
            told.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


RACES = 20


def a_change(users, person, today, at):
    return ChangeRequest.objects.create(
        kind="former",
        person=person,
        division=person.division,
        on=today,
        payload={"name": f"王旧{'甲乙丙丁戊己庚辛壬癸'[at % 10]}{'一二'[at // 10]}"},
        before={},
        evidence="户口簿",
        asked_by=users[2],
    )


def test_of_two_decisions_at_one_moment_one_stands_and_one_row_is_written(committed):
    users, person, _partner, book, today = committed

    for at in range(RACES):
        row = a_change(users, person, today, at)
        book.clear()
        told = race(
            lambda: requests.accept(by=users[0], request=row),  # noqa: B023
            lambda: requests.refuse(by=users[1], request=row, answer="依据不足"),  # noqa: B023
        )

        assert told == ["done", "refused"]
        assert len([act for act in book if act in ("people.former.done", "people.former.refused")]) == 1


def a_sharing(partner, today):
    return SharingRequest.objects.create(
        partner=partner,
        matter="核对",
        basis="x",
        fields=["person.registered"],
        purpose="核对",
        contact="某处",
        first_day=today,
        last_day=today,
        asked_by="税务局",
        asked_on=today,
        conformity_due=today,
        answer_due=today,
        state="conforming",
    )


def answers_at_once(users, partner, today):
    row = a_sharing(partner, today)
    return race(
        lambda: sharing.decide_sharing(by=users[0], request=row, is_granted=True, on=today),
        lambda: sharing.decide_sharing(
            by=users[1], request=row, is_granted=False, on=today, reason="超出依据"
        ),
    )


def test_of_two_answers_to_a_request_for_data_one_stands(committed):
    users, _person, partner, book, today = committed

    for _ in range(RACES):
        book.clear()
        assert answers_at_once(users, partner, today) == ["done", "refused"]
        assert book.count("exchange.decide_sharing") == 1


def test_decisions_that_do_not_wait_for_one_another_are_noticed(committed, monkeypatch):
    """The wrong variant: who reads without holding the row."""
    users, _person, partner, _book, today = committed
    arrived = threading.Barrier(2)

    def looked(request):
        row = SharingRequest.objects.get(pk=request.pk)
        arrived.wait()
        return row

    monkeypatch.setattr(sharing, "_open", looked)

    assert answers_at_once(users, partner, today) == ["done", "done"]
