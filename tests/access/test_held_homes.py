"""Households of protected persons are kept by triggers: always what looking for them would find, also in a race."""

import random
import threading
from datetime import date, timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from anmin.kernel.access import actions as access
from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.models import Assignment, BreakGlass
from anmin.kernel.access.queries import reader_for
from anmin.kernel.access.rls import WEB_ROLE, in_hull, in_scope
from anmin.kernel.operations.installation import held_homes
from anmin.kernel.people.models import Household, Membership, Person
from anmin.kernel.people.protection.models import HeldHome
from tests.access.acting import no_history
from tests.access.world import HOMES, VILLAGE
from tests.make import a_household, a_person, a_user

ON = date(2026, 11, 24)

LOOKING = f"""
CREATE FUNCTION looked_for_homes() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT home.number FROM kernel_household AS home
    WHERE home.level >= 2 AND {in_hull("home.division")} AND NOT {in_scope("home.division", "home.level")}
    UNION
    SELECT home.number FROM kernel_person AS held
    JOIN kernel_membership AS member ON member.person_id = held.id
        AND (member.last_day IS NULL OR member.last_day >= anmin_day() - 366)
    JOIN kernel_household AS home ON home.id = member.household_id
    WHERE held.level >= 3 AND NOT coalesce({in_scope("held.division", "held.level")}, false)
      AND {in_hull("home.division")}
      AND held.id NOT IN (SELECT anmin_opened())
      AND NOT (held.level <= anmin_case_level() AND held.id IN (SELECT anmin_assigned()))
$$;
GRANT EXECUTE ON FUNCTION looked_for_homes() TO {WEB_ROLE};
"""
"""What the households are, found by looking through persons and memberships each time."""

TRIGGERS = [
    ("kernel_person", "kernel_person_held_changed"),
    ("kernel_household", "kernel_household_held_changed"),
    ("kernel_membership", "kernel_membership_held_added"),
    ("kernel_membership", "kernel_membership_held_changed"),
    ("kernel_membership", "kernel_membership_held_removed"),
]


class History:
    """A few persons and households to whom anything happens, by rows as bulk work and SQL by hand write them."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.people = [
            a_person(f"钱{one}", self.place(), serial=at) for at, one in enumerate("甲乙丙丁戊己庚辛壬癸")
        ]
        self.homes = [a_household(f"S{seed:02d}{at:02d}", self.place()) for at in range(6)]
        self.serial = 0

    def place(self):
        return self.dice.choice(HOMES)

    def step(self):
        kind = self.dice.choice(
            ["level", "level", "move", "home", "home level", "join", "join", "end", "go", "pass"]
        )
        person, home = self.dice.choice(self.people).pk, self.dice.choice(self.homes).pk
        if kind == "level":
            Person.objects.filter(pk=person).update(level=self.dice.choice([1, 2, 3, 3, 4]))
        elif kind == "move":
            Person.objects.filter(pk=person).update(division=self.place())
        elif kind == "home":
            self.serial += 1
            Household.objects.filter(pk=home).update(division=self.place(), number=f"{home}-{self.serial}")
        elif kind == "home level":
            Household.objects.filter(pk=home).update(level=self.dice.choice([1, 1, 2, 3]))
        elif kind == "join":
            first = ON - timedelta(days=self.dice.randrange(2_000))
            Membership.objects.create(
                person_id=person, household_id=home, relation=9, is_double=True, first_day=first
            )
        else:
            self._member(kind, person)

    def _member(self, kind, person):
        rows = list(Membership.objects.filter(person__in=self.people))
        if not rows:
            return
        row = self.dice.choice(rows)
        if kind == "end":
            day = max(row.first_day, ON - timedelta(days=self.dice.choice([0, 365, 366, 367, 1_000])))
            Membership.objects.filter(pk=row.pk).update(last_day=day)
        elif kind == "go":
            Membership.objects.filter(pk=row.pk).delete()
        else:  # as a merge does: what was one person's becomes another's
            Membership.objects.filter(pk=row.pk).update(person_id=person)


def the_readers(people):
    """Readers of every kind of sight: wide, narrow, of several places, narrowed to a caseload, with an exception."""
    wide = a_user("wide", "371000")
    narrow = a_user("narrow", "371002001")
    two = a_user("two", "371002001", role="child_director")
    access.grant(by="test", user=two, division="371003", role="county_approver", first_day=date(2020, 1, 1))
    keeper = a_user("keeper", "371002", role="child_protector")
    case = a_user("case")
    access.grant(
        by="test",
        user=case,
        division="371002001",
        role="child_director",
        first_day=date(2020, 1, 1),
        caseload="assigned",
    )
    access.grant(by="test", user=case, division="371002001", role="town_clerk", first_day=date(2020, 1, 1))
    Assignment.objects.create(user=case, person=people[0].pk, first_day=ON, reason="承办", given_by=keeper)
    BreakGlass.objects.create(
        user=narrow,
        person=people[1].pk,
        reason="孩子夜间走失，需联系家人",
        state="approved",
        approved_by=keeper,
        until=timezone.now() + timedelta(hours=3),
    )
    return [reader_for(user, ON) for user in (wide, narrow, two, keeper, case)]


def differences(readers):
    """Where the table and looking differ, for any of the readers."""
    found = []
    for reader in readers:
        with reading_as(reader), connection.cursor() as cursor:
            cursor.execute("SELECT anmin_hidden_homes() ORDER BY 1")
            kept = cursor.fetchall()
            cursor.execute("SELECT looked_for_homes() ORDER BY 1")
            looked = cursor.fetchall()
            cursor.execute(
                "SELECT anmin_hides(number), number IN (SELECT looked_for_homes()) FROM kernel_household"
            )
            each = [row for row in cursor.fetchall() if row[0] != row[1]]
        found += [(reader.user.username, kept, looked)] if kept != looked or each else []
    return found


def live(seed, steps=40):
    """A history, and every difference after any of its steps; how many households were hidden in all."""
    with connection.cursor() as cursor:
        cursor.execute(LOOKING)
    history = History(seed)
    readers = the_readers(history.people)
    found, hidden = [], 0
    for _ in range(steps):
        history.step()
        found += differences(readers)
        hidden += HeldHome.objects.count()
    return found, hidden


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(1, 9))
def test_whatever_happens_the_table_is_what_looking_finds(seed):
    found, hidden = live(seed)

    assert found == []
    assert hidden > 0


@pytest.mark.django_db
@pytest.mark.parametrize(("table", "trigger"), TRIGGERS)
def test_a_trigger_that_is_missing_is_noticed(table, trigger):
    """The wrong variants."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")

    found, _hidden = live(seed=3, steps=120)

    assert found != []


@pytest.mark.django_db
def test_readers_cannot_read_nor_write_where_protected_persons_live():
    child = a_person("赵小苗", VILLAGE, serial=1, level=3)
    a_household("P00001", VILLAGE, child)
    reader = reader_for(a_user("keeper", "371002", role="child_protector"), ON)

    with reading_as(reader), connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(has_table_privilege('anmin_web', 'kernel_heldhome', what))"
            " FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS what"
        )
        (may,) = cursor.fetchone()

    assert HeldHome.objects.count() == 1
    assert not may


@pytest.mark.django_db
def test_the_doctor_says_that_a_home_is_missing_from_those_kept():
    a_household("P00001", VILLAGE, a_person("赵小苗", VILLAGE, serial=1, level=3))
    assert held_homes().state == "good"

    HeldHome.objects.all().delete()

    check = held_homes()
    assert (check.state, check.found) == ("broken", "0 条中有 1 条与登记不一致")
    with connection.cursor() as cursor:
        cursor.execute(check.fix.removeprefix("用 psql 执行："))
    assert held_homes().state == "good"


def at_once(first, second):
    """Begin `first` and leave its transaction open while `second` runs in a session of its own; then end both."""
    begun, may_end = threading.Event(), threading.Event()

    def one():
        with transaction.atomic():
            first()
            begun.set()
            may_end.wait(10)
        connections.close_all()

    def two():
        begun.wait(10)
        with transaction.atomic():
            second()
        connections.close_all()

    threads = [threading.Thread(target=one), threading.Thread(target=two)]
    for thread in threads:
        thread.start()
    threads[1].join(0.5)  # long enough to be done, if nothing makes it wait
    may_end.set()
    for thread in threads:
        thread.join(10)


def races(child, home, other):
    """Pairs of which each alone would not see the other."""

    def join():
        Membership.objects.create(person_id=child, household_id=home, relation=2, first_day=date(2020, 1, 1))

    def hold():
        Person.objects.filter(pk=child).update(level=3)

    def leave():
        Household.objects.filter(pk=home).update(division=other)

    return {
        "join, hold": (join, hold),
        "hold, join": (hold, join),
        "join, leave": (join, leave),
        "leave, join": (leave, join),
    }


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """A person and a household whom other connections see; they go away again."""
    with django_db_blocker.unblock(), no_history():
        child, home = (
            Person.objects.create(name="赵小苗", division=VILLAGE),
            Household.objects.create(number="RACE", division=VILLAGE, first_day=date(2020, 1, 1)),
        )
        yield child.pk, home.pk
        Membership.objects.filter(household_id=home.pk).delete()
        Household.objects.filter(pk=home.pk).delete()
        Person.objects.filter(pk=child.pk).delete()


@pytest.mark.parametrize("which", ["join, hold", "hold, join", "join, leave", "leave, join"])
def test_two_changes_at_once_leave_nothing_out(committed, which):
    child, home = committed
    Person.objects.filter(pk=child).update(level=3 if "leave" in which else 1)

    at_once(*races(child, home, HOMES[1])[which])

    (row,) = HeldHome.objects.all()
    assert (row.person, row.household, row.held_level) == (child, home, 3)
    assert row.division == Household.objects.get(pk=home).division


def test_triggers_that_do_not_wait_for_each_other_are_noticed(committed):
    """The wrong variant: the same triggers without their locks."""
    child, home = committed
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('anmin_held_membership_changes'::regproc)")
        (was,) = cursor.fetchone()
        cursor.execute(was.replace("FOR KEY SHARE", "").replace("%", "%%"))
    try:
        at_once(*races(child, home, HOMES[1])["join, hold"])

        assert HeldHome.objects.count() == 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute(was)
