"""E22 for residents: the database lets nobody see another family, change the register, or keep what was taken back."""

import itertools

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from anmin.kernel.access.delegations.actions import revoke
from anmin.kernel.access.models import Delegation
from anmin.kernel.cases.models import Case
from anmin.kernel.people.models import Person
from anmin.kernel.people.residents.door import as_resident
from tests.make import a_household, a_person
from tests.portal.world import ON, a_world, as_reader, lets_act

pytestmark = pytest.mark.django_db
OWN = {
    "kernel_person": "id",
    "kernel_identifier": "person_id",
    "kernel_membership": "person_id",
    "kernel_household": "id",
    "kernel_case": "id",
    "kernel_application": "case_id",
    "kernel_casemember": "case_id",
    "kernel_casefact": "case_id",
    "kernel_casematerial": "case_id",
    "kernel_step": "case_id",
    "kernel_consent": "person_id",
    "kernel_rowhistory": "row_id",
    "kernel_delegation": "person",
}


def keys_seen(resident):
    with as_resident(resident), connection.cursor() as cursor:
        found = {}
        for table, column in OWN.items():
            cursor.execute(f"SELECT {column} FROM {table}")
            found[table] = {row[0] for row in cursor.fetchall()}
    return found


def what_is_theirs(world, resident):
    """The oracle, written apart: what each of the three may see."""
    helps = resident.helps.get("apply", frozenset())
    family = {world.mother.pk, world.son.pk}
    acting = {world.daughter.pk} if Delegation.objects.exists() else set()
    if resident.person == world.mother.pk:
        return family | acting, {world.home.pk}, {world.road.case.pk}, {resident.person}
    if resident.person in family:
        return family, {world.home.pk}, {world.road.case.pk}, {resident.person}
    if resident.person == world.neighbour.pk:
        return {world.neighbour.pk}, {world.next_door.pk}, {world.other.case.pk}, {world.neighbour.pk}
    own = {world.daughter.pk}
    if world.mother.pk in helps:
        home = Person.objects.get(pk=world.daughter.pk).memberships.get().household_id
        return own | family, {home, world.home.pk}, {world.road.case.pk}, own | {world.mother.pk}
    home = Person.objects.get(pk=world.daughter.pk).memberships.get().household_id
    return own, {home}, set(), own


def leaks(world, resident):
    people, homes, cases, own = what_is_theirs(world, resident)
    seen = keys_seen(resident)
    wrong = []
    for table, keys in seen.items():
        if table in ("kernel_identifier",):
            may = own
        elif table == "kernel_rowhistory":
            may = set()
        elif table == "kernel_person":
            may = people
        elif table in ("kernel_membership", "kernel_consent", "kernel_delegation"):
            may = people - ({world.daughter.pk} - own)
        elif table == "kernel_household":
            may = homes
        else:
            may = cases
        wrong += [(table, key) for key in keys - may]
    missing = [
        (name, key)
        for name, keys in (("kernel_case", cases), ("kernel_person", people))
        for key in keys - seen[name]
    ]
    return wrong, missing


def test_each_sees_the_own_family_and_whoever_lets_them_act():
    world = a_world()
    lets_act(world)

    for person in (world.mother, world.son, world.daughter, world.neighbour):
        wrong, missing = leaks(world, as_reader(person))
        assert (wrong, missing) == ([], []), person.name


def test_a_helper_sees_nothing_any_more_once_it_is_taken_back():
    world = a_world()
    row = lets_act(world)
    before = keys_seen(as_reader(world.daughter))

    revoke(by=world.staff["clerk"], delegation=row, reason="本人收回")

    assert world.road.case.pk in before["kernel_case"]
    assert keys_seen(as_reader(world.daughter))["kernel_case"] == set()
    assert keys_seen(as_reader(world.daughter))["kernel_person"] == {world.daughter.pk}


def test_a_delegation_edited_by_sql_gives_nothing():
    world = a_world()
    row = lets_act(world)
    Delegation.objects.filter(pk=row.pk).update(helper=world.neighbour.pk)

    assert as_reader(world.neighbour).everybody == {world.neighbour.pk}


def test_nobody_logged_in_sees_no_row_at_all():
    a_world()

    assert set(itertools.chain(*keys_seen(None).values())) == set()


def test_a_protected_child_of_the_family_is_on_no_page():
    child = a_person("吴小宇", serial=11, level=3)
    granny = a_person("吴奶奶", serial=12)
    a_household("HP1", "371002001001", granny, child)

    seen = keys_seen(as_reader(granny))

    assert seen["kernel_person"] == {granny.pk}
    with as_resident(as_reader(granny)), connection.cursor() as cursor:
        cursor.execute("SELECT anmin_home_has_hidden(household_id) FROM kernel_membership")
        assert cursor.fetchall() == [(True,)]


@pytest.mark.parametrize("table", ["kernel_case", "kernel_person", "kernel_identifier", "kernel_rowhistory"])
def test_a_policy_taken_away_is_noticed(table):
    """The wrong variants: one lock of the database less."""
    world = a_world()
    world.road.step("clerk", "withdraw")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    wrong, _missing = leaks(world, as_reader(world.neighbour))

    assert [row for row in wrong if row[0] == table] != []


CHANGES = [
    "UPDATE kernel_person SET level = 0",
    "UPDATE kernel_membership SET relation = 3",
    "UPDATE kernel_household SET settlement = 1",
    "DELETE FROM kernel_membership",
    "UPDATE kernel_amount SET fen = 1",
    "UPDATE kernel_entitlement SET state = 'ended'",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_a_resident_changes_neither_register_nor_decisions(statement):
    world = a_world()

    with as_resident(as_reader(world.mother)), connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount == 0


def test_a_resident_takes_no_step_of_staff():
    world = a_world()
    clerk = world.staff["clerk"].pk
    taken = (
        'INSERT INTO kernel_step (case_id, number, action, from_state, to_state, "on", by_id, by_name, reason, details, at)'
        " VALUES (%s, 2, 'accept', 'submitted', 'accepted', %s, %s, 'x', '', '{}', %s)"
    )

    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        as_resident(as_reader(world.mother)),
        connection.cursor() as cursor,
    ):
        cursor.execute(taken, [world.road.case.pk, ON, clerk, timezone.now()])
    assert Case.objects.get(pk=world.road.case.pk).state == "submitted"


def test_no_function_takes_a_resident_for_the_operator():
    """Functions that tell the operator by the role know the residents' role too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE prosrc LIKE %s", ["%current_setting('role') <> 'anmin_web'%"]
        )
        assert cursor.fetchall() == []
