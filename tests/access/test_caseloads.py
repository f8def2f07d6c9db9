"""A grant narrowed to assigned persons shows those alone, in queries and in the database; family acts by leave."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.access import actions
from anmin.kernel.access.assignments import actions as assignments
from anmin.kernel.access.delegations import actions as delegations
from anmin.kernel.access.delegations.queries import may_act_for
from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.models import Assignment, PhoneCode
from anmin.kernel.access.queries import reader_for
from anmin.kernel.people import queries as people
from tests.make import a_number, a_person, a_user

pytestmark = pytest.mark.django_db
TOWN, VILLAGE = "371002001", "371002001001"


@pytest.fixture
def today():
    return timezone.localdate()


def a_case_worker(username="case", role="child_director"):
    user = a_user(username)
    actions.grant(
        by="test", user=user, division=TOWN, role=role, first_day=date(2020, 1, 1), caseload="assigned"
    )
    return user


def seen_by(user, on):
    """Whom a reader sees: by the queries, and by the table itself under the database's policies alone."""
    reader = reader_for(user, on)
    with reading_as(reader), connection.cursor() as cursor:
        listed = set(people.persons(reader).values_list("pk", flat=True))
        cursor.execute("SELECT id FROM kernel_person")
        held = {row[0] for row in cursor.fetchall()}
    assert listed == held
    return held


def test_only_assigned_persons_are_seen_from_the_first_day_to_the_last(today):
    child, other = (
        a_person("赵小苗", VILLAGE, serial=1, level=3),
        a_person("钱小山", VILLAGE, serial=2, level=3),
    )
    worker, leader = a_case_worker(), a_user("leader", "371002", role="child_protector")
    assert seen_by(worker, today) == set()

    row = assignments.assign(
        by=leader,
        user=worker,
        person=child.pk,
        first_day=today,
        last_day=today + timedelta(days=30),
        reason="由包村儿童主任承办",
    )

    assert seen_by(worker, today) == {child.pk}
    assignments.end(by=leader, assignment=row, last_day=today - timedelta(days=1), reason="办结")
    Assignment.objects.filter(pk=row.pk).update(
        first_day=today - timedelta(days=3), last_day=today - timedelta(days=1)
    )
    assert seen_by(worker, today) == set()
    assert other.pk not in seen_by(worker, today)


def test_the_day_is_the_reader_s_and_not_the_server_s(today):
    """Before eight in the morning in China it is still yesterday where the database's clock stands."""
    child = a_person("赵小苗", VILLAGE, serial=1, level=3)
    worker, leader = a_case_worker(), a_user("leader", "371002", role="child_protector")
    tomorrow = today + timedelta(days=1)
    assignments.assign(
        by=leader,
        user=worker,
        person=child.pk,
        first_day=tomorrow,
        last_day=tomorrow,
        reason="由包村儿童主任承办",
    )

    assert seen_by(worker, today) == set()
    assert seen_by(worker, tomorrow) == {child.pk}


def test_an_assignment_opens_nothing_above_the_role_s_level(today):
    child = a_person("赵小苗", VILLAGE, serial=1, level=3)
    worker, leader = a_case_worker(role="village_worker"), a_user("leader", "371002", role="child_protector")

    assignments.assign(
        by=leader, user=worker, person=child.pk, first_day=today, last_day=None, reason="由包村干部承办"
    )

    assert seen_by(worker, today) == set()


def test_nobody_assigns_to_themselves_nor_a_person_out_of_sight(today):
    far = a_person("远方人", "371003001001", serial=3)
    leader, worker = a_user("leader", TOWN, role="town_leader"), a_case_worker()
    with pytest.raises(assignments.AssignmentProblem, match="自己"):
        assignments.assign(
            by=leader, user=leader, person=far.pk, first_day=today, last_day=None, reason="自己来承办"
        )

    with (
        reading_as(reader_for(leader, today)),
        pytest.raises(assignments.AssignmentProblem, match="没有这个人"),
    ):
        assignments.assign(
            by=leader, user=worker, person=far.pk, first_day=today, last_day=None, reason="由包村干部承办"
        )


def test_the_page_assigns_and_ends_and_the_worker_sees_the_person(today):
    child = a_person("赵小苗", VILLAGE, serial=1, level=3)
    worker, leader = a_case_worker(), a_user("leader", "371002", role="child_protector")
    boss, client = Client(), Client()
    boss.force_login(leader)
    client.force_login(worker)
    address = reverse("console:assignments", args=[child.pk])
    assert client.get(reverse("console:person", args=[child.pk])).status_code == 404

    given = {"user": worker.pk, "first_day": today, "last_day": "", "reason": "由包村儿童主任承办"}
    answer = boss.post(address, given, follow=True)

    assert "已指定承办人" in answer.content.decode()
    assert client.get(reverse("console:person", args=[child.pk])).status_code == 200
    again = boss.post(address, given)
    assert "已经指定" in again.content.decode()


def test_a_grant_is_given_only_within_the_giver_s_reach(today):
    keeper, clerk = a_user("keeper", "371002", role="security_admin"), a_user("clerk")
    client = Client()
    client.force_login(keeper)
    given = {"role": "town_clerk", "division": "371003001", "first_day": today, "last_day": ""}

    outside = client.post(reverse("console:user", args=[clerk.pk]), given)
    inside = client.post(reverse("console:user", args=[clerk.pk]), {**given, "division": TOWN})

    assert "只能在自己的辖区内授权" in outside.content.decode()
    assert inside.status_code == 302
    assert [row.division for row in clerk.grants.all()] == [TOWN]


def test_an_auditor_changes_no_row_whatever_a_page_does(today):
    person = a_person("王秀英", VILLAGE, serial=1)
    auditor = a_user("auditor", "371002", role="inspector")

    with reading_as(reader_for(auditor, today)), connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_person SET nation = '09' WHERE id = %s", [person.pk])
        changed = cursor.rowcount

    assert changed == 0


def test_a_role_that_sees_children_in_one_village_sees_none_where_it_does_not_hold(today):
    here, there = (
        a_person("赵小苗", VILLAGE, serial=1, level=3),
        a_person("钱小山", "371002002001", serial=2, level=3),
    )
    user = a_user("both", VILLAGE, role="child_director")
    actions.grant(by="test", user=user, division="371002002", role="town_clerk", first_day=date(2020, 1, 1))

    assert seen_by(user, today) == {here.pk}
    assert there.pk not in seen_by(user, today)


def test_the_login_role_of_the_web_process_owns_nothing_and_sees_nothing_by_itself():
    """Whoever takes over the web process and resets the role is still nobody."""
    a_person("王秀英", VILLAGE, serial=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'anmin_app'")
        assert cursor.fetchone() == (True, False, False)
        cursor.execute("SET LOCAL SESSION AUTHORIZATION anmin_app")
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT current_user, (SELECT count(*) FROM kernel_person)")
        assert cursor.fetchone() == ("anmin_app", 0)
        cursor.execute(
            "SELECT has_table_privilege('kernel_act', 'UPDATE'), has_table_privilege('kernel_person', 'DELETE')"
        )
        assert cursor.fetchone() == (False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = 'anmin_app'::regrole")
        assert cursor.fetchone() == (0,)


def test_family_acts_in_named_matters_until_it_is_taken_back(today):
    mother, son = a_person("王秀英", VILLAGE, serial=1), a_person("王强", VILLAGE, serial=2)
    client = Client()
    client.force_login(a_user("clerk", TOWN))
    address = reverse("console:delegations", args=[mother.pk])
    given = {
        "helper": a_number(2),
        "purposes": ["apply"],
        "channel": "paper",
        "first_day": today,
        "last_day": "",
    }

    assert "委托已登记" in client.post(address, given, follow=True).content.decode()

    assert may_act_for(son.pk, mother.pk, "apply", today)
    assert not may_act_for(son.pk, mother.pk, "money", today)
    row = delegations.Delegation.objects.get()
    client.post(reverse("console:delegation_revoke", args=[row.pk]), {"reason": "本人要求"})
    assert not may_act_for(son.pk, mother.pk, "apply", today)


def test_a_code_on_the_telephone_gives_the_delegation_once_and_five_wrong_ones_end_it(today, settings):
    mother, son = (
        a_person("王秀英", VILLAGE, serial=1, phone="19000000001"),
        a_person("王强", VILLAGE, serial=2),
    )
    clerk = a_user("clerk", TOWN)
    settings.DEMO = True
    wanted = {"person": mother.pk, "phone": mother.phone, "helper": son.pk, "purposes": ["progress"]}

    words = delegations.ask_code(by=clerk, first_day=today, **wanted)
    code = "".join(ch for ch in words if ch.isdigit())[:6]
    assert code not in PhoneCode.objects.get().code
    delegations.confirm_code(by=clerk, person=mother.pk, code=code)

    assert may_act_for(son.pk, mother.pk, "progress", today)
    with pytest.raises(delegations.DelegationProblem, match="不对或已过期"):
        delegations.confirm_code(by=clerk, person=mother.pk, code=code)
    words = delegations.ask_code(by=clerk, first_day=today, **wanted)
    code = "".join(ch for ch in words if ch.isdigit())[:6]
    for _ in range(5):
        with pytest.raises(delegations.DelegationProblem):
            delegations.confirm_code(by=clerk, person=mother.pk, code="x")
    with pytest.raises(delegations.DelegationProblem):
        delegations.confirm_code(by=clerk, person=mother.pk, code=code)


def test_without_a_program_for_messages_the_page_says_what_to_do_instead(today, settings):
    settings.DEMO, settings.SMS_COMMAND = False, ""
    mother = a_person("王秀英", VILLAGE, serial=1, phone="19000000001")
    a_person("王强", VILLAGE, serial=2)
    client = Client()
    client.force_login(a_user("clerk", TOWN))
    given = {
        "helper": a_number(2),
        "purposes": ["apply"],
        "channel": "phone",
        "first_day": today,
        "last_day": "",
    }

    answer = client.post(reverse("console:delegations", args=[mother.pk]), given)

    assert "还没有接通短信" in answer.content.decode()
    assert not PhoneCode.objects.exists()
