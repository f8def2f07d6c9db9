"""Every change of a person goes through a request with rules of its own, and leaves what was before with its days."""

from datetime import date

import pytest

from anmin.kernel.people.models import ChangeRequest, Death, Kin, Person
from anmin.kernel.people.places.queries import place_on, places_of
from anmin.kernel.people.queries import membership_on
from anmin.kernel.people.register import actions as register
from anmin.kernel.people.requests import actions
from anmin.kernel.people.requests.actions import ChangeRefused
from anmin.kernel.people.requests.differences import after_of, before_of
from anmin.kernel.people.requests.queries import deciders
from tests.make import a_household, a_number, a_person, a_user

pytestmark = pytest.mark.django_db
ON, BEFORE = date(2026, 11, 2), date(2026, 11, 1)
VILLAGE, OTHER_VILLAGE = "371002001001", "371002001003"


@pytest.fixture
def clerk():
    return a_user("clerk", "371002001")


@pytest.fixture
def approver():
    return a_user("approver", "371002")


@pytest.fixture
def person():
    return a_person("李秀兰", serial=2)


def asked(clerk, change, person=None, *, on=ON, household=None, **payload):
    return actions.ask(
        by=clerk,
        kind=change,
        on=on,
        division=VILLAGE,
        person=person,
        household=household,
        payload=payload,
        evidence="户口簿原件，本人到场",
    )


def refused(clerk, change, person=None, **what):
    open_before = ChangeRequest.objects.filter(state="open").count()
    with pytest.raises(ChangeRefused) as trouble:
        asked(clerk, change, person, **what)
    assert ChangeRequest.objects.filter(state="open").count() == open_before
    return [code for code, _words in trouble.value.found]


def done(clerk, approver, change, person=None, **what):
    row = actions.accept(by=approver, request=asked(clerk, change, person, **what))
    if person is not None:
        person.refresh_from_db()
    return row


def test_somebody_new_is_in_the_register_only_after_another_agreed(clerk, approver):
    home = a_household("H1", VILLAGE, a_person("王建国", serial=1))
    row = asked(
        clerk,
        "enter",
        household=home,
        name="王安",
        division=VILLAGE,
        sex=1,
        birth_day="2001-02-03",
        kind="resident",
        number=a_number(40, date(2001, 2, 3), 1),
        relation=2,
        former="王小安",
    )
    assert not Person.objects.filter(birth_day=date(2001, 2, 3)).exists()

    actions.accept(by=approver, request=row)

    new = Person.objects.get(birth_day=date(2001, 2, 3))
    row.refresh_from_db()
    assert (new.name, membership_on(new, ON).household, row.person) == ("王安", home, new)
    assert [one.name for one in new.former_names.all()] == ["王小安"]


def test_a_number_that_is_known_stops_a_second_record(clerk, person):
    what = {"name": "李秀兰", "division": VILLAGE, "kind": "resident"}

    assert refused(clerk, "enter", number=a_number(2), **what) == ["number_taken"]


def test_a_namesake_born_on_the_same_day_needs_a_word_that_somebody_looked(clerk, person):
    Person.objects.filter(pk=person.pk).update(birth_day=date(1950, 3, 2))
    what = {"name": "李秀兰", "division": VILLAGE, "birth_day": "1950-03-02"}

    assert refused(clerk, "enter", **what) == ["looks_known"]
    assert asked(clerk, "enter", **what, is_another=True).state == "open"


def test_a_new_household_begins_with_its_head(clerk, approver, person):
    done(clerk, approver, "home", person, number="H77", division=OTHER_VILLAGE, address="海滨路 8 号")

    here = membership_on(person, ON)
    assert (here.household.number, here.is_head, person.division) == ("H77", True, OTHER_VILLAGE)
    assert refused(clerk, "home", a_person("赵六", serial=9), number="H77", division=VILLAGE) == [
        "number_taken"
    ]


def test_a_second_paper_of_a_kind_ends_the_first_and_both_are_kept(clerk, approver, person):
    done(clerk, approver, "number", person, kind="resident", number=a_number(50))

    old, new = person.identifiers.order_by("pk")
    assert (old.last_day, new.last_day, new.value) == (BEFORE, None, a_number(50))


def test_somebody_else_s_number_is_refused_and_a_shared_bank_card_is_not(clerk, person):
    other = a_person("王建国", serial=1)
    register.add_number(by="test", person=other, kind="bank", number="6222021000000123454")

    assert refused(clerk, "number", person, kind="resident", number=a_number(1)) == ["number_taken"]
    assert asked(clerk, "number", person, kind="bank", number="6222021000000123454").state == "open"


def test_a_paper_ends_and_the_number_is_free_again(clerk, approver, person):
    held = person.identifiers.get()

    done(clerk, approver, "number_end", person, identifier=held.pk)

    held.refresh_from_db()
    assert held.last_day == ON
    assert refused(clerk, "number_end", person, identifier=held.pk) == ["no_number"]
    assert a_person("真正的持有人", serial=2).identifiers.get().value == a_number(2)


def test_a_former_name_is_kept_once(clerk, approver, person):
    done(clerk, approver, "former", person, name="李小兰")

    assert refused(clerk, "former", person, name="李小兰") == ["known_name"]
    assert refused(clerk, "former", person, name="李秀兰") == ["same_name"]


def test_registration_changes_from_a_day_and_the_past_stays(clerk, approver, person):
    done(clerk, approver, "hukou", person, hukou_division="371002001003", hukou_kind="town", settlement=0)
    done(clerk, approver, "hukou", person, on=date(2026, 12, 1), hukou_division="371002001004", settlement=1)

    kinds = [(row.hukou_division, row.settlement, row.last_day) for row in places_of(person)]
    assert kinds == [
        ("", 0, BEFORE),
        ("371002001003", 0, date(2026, 11, 30)),
        ("371002001004", 1, None),
    ]
    assert place_on(person, date(2026, 11, 15)).hukou_division == "371002001003"


def test_a_household_that_moved_is_found_where_it_was_on_a_day(clerk, approver, person):
    home = a_household("H1", VILLAGE, person)

    done(clerk, approver, "move", household=home, division=OTHER_VILLAGE, address="海滨路 8 号")

    home.refresh_from_db()
    was, now = place_on(home, BEFORE), place_on(home, ON)
    assert (was.division, was.address) == (VILLAGE, "幸福路 1 号")
    assert (now.division, now.address) == (OTHER_VILLAGE, "海滨路 8 号")
    person.refresh_from_db()
    assert (place_on(person, BEFORE).division, place_on(person, ON).division) == (VILLAGE, OTHER_VILLAGE)


def test_a_guardian_is_of_age_and_a_guardianship_ends(clerk, approver):
    child = a_person("王小明", serial=3, birth_day=date(2018, 5, 1))
    brother = a_person("王大明", serial=4, birth_day=date(2010, 5, 1))
    aunt = a_person("王建英", serial=5, birth_day=date(1980, 5, 1))
    assert refused(clerk, "tie", child, kind="guardian", other=brother.pk) == ["minor_guardian"]

    done(clerk, approver, "tie", child, kind="guardian", other=aunt.pk)
    held = Kin.objects.get(person=aunt, other=child, kind="guardian")
    done(clerk, approver, "untie", child, on=date(2026, 11, 20), tie=held.pk)

    held.refresh_from_db()
    assert (held.first_day, held.last_day) == (ON, date(2026, 11, 20))


def test_one_mother_who_is_older_and_two_parents_may_wait_together(clerk):
    child = a_person("王小明", serial=3, birth_day=date(1980, 5, 1))
    mother = a_person("刘桂英", serial=6, birth_day=date(1955, 5, 1))
    father = a_person("王建国", serial=7, birth_day=date(1953, 5, 1))
    younger = a_person("刘小英", serial=8, birth_day=date(1990, 5, 1))
    register.tie(by="test", person=mother, other=child, kind="mother")

    assert refused(clerk, "tie", child, kind="mother", other=younger.pk) == [
        "one_of_a_kind",
        "younger_parent",
    ]
    asked(clerk, "tie", child, kind="father", other=father.pk)
    asked(clerk, "tie", child, kind="supporter", other=mother.pk)
    assert child.change_requests.filter(kind="tie", state="open").count() == 2


def test_a_residence_permit_has_its_days(clerk, approver, person):
    assert refused(clerk, "reside", person, division=VILLAGE, until="2026-01-01") == ["ends_before_it_begins"]

    done(clerk, approver, "reside", person, division=OTHER_VILLAGE, until="2027-11-01")

    held = person.residences.get()
    assert (held.division, held.first_day, held.last_day) == (OTHER_VILLAGE, ON, date(2027, 11, 1))


def test_nobody_dies_before_what_shows_that_they_lived(clerk, person):
    register.add_residence(
        by="test", person=person, division=VILLAGE, first_day=date(2026, 11, 10), last_day=None, source="x"
    )

    with pytest.raises(ChangeRefused, match="2026-11-10 登记居住证") as trouble:
        asked(clerk, "die", person, source="family")

    assert [code for code, _ in trouble.value.found] == ["seen_later"]


def test_a_wrong_word_of_death_is_taken_back_and_the_other_source_counts(clerk, approver, person):
    register.record_death(by="test", person=person, source="family", day=date(2026, 6, 1))
    register.record_death(by="test", person=person, source="police", day=date(2026, 6, 9))

    done(clerk, approver, "undie", person, source="family")
    assert person.died_on == date(2026, 6, 9)
    done(clerk, approver, "undie", person, source="police")

    assert person.died_on is None
    assert Death.objects.filter(person=person, is_trusted=False).count() == 2


def test_a_merge_is_taken_back_by_a_request_that_another_decides(clerk, approver, person):
    double = a_person("李秀蘭", phone="13900001111")
    done(clerk, approver, "merge", person, gone=double.pk)
    double.refresh_from_db()
    assert double.merged_into == person
    merge = person.merges_kept.get()

    row = asked(clerk, "unmerge", person, merge=merge.pk)
    with pytest.raises(ChangeRefused, match="另一人审核"):
        actions.accept(by=clerk, request=row)
    actions.accept(by=approver, request=row)

    double.refresh_from_db()
    assert double.merged_into is None
    assert refused(clerk, "unmerge", person, merge=merge.pk) == ["undone"]


def test_a_request_keeps_what_stood_before_and_what_it_asks_for(clerk, approver, person):
    row = asked(clerk, "correct", person, name="李秀蘭", phone="13900001111")
    assert before_of(row) == {"name": "李秀兰", "phone": ""}

    actions.accept(by=approver, request=row)
    person.name = "又改了"
    person.save()

    row.refresh_from_db()
    assert row.before == {"name": "李秀兰", "phone": ""}
    assert after_of(row) == {"name": "李秀蘭", "phone": "13900001111"}


def test_who_may_decide_is_named_nearest_first_and_never_who_asked(clerk, approver, person):
    leader = a_user("leader", "371002001", role="town_leader")
    a_user("elsewhere", "371003", role="county_approver")
    a_user("gone", "371002", role="county_approver", last_day=date(2026, 1, 1))

    assert deciders(asked(clerk, "correct", person, name="李秀蘭"), ON) == [leader, approver]
    assert deciders(asked(leader, "former", person, name="李小兰"), ON) == [approver]


def test_a_change_before_the_household_was_there_is_refused(clerk, person):
    home = a_household("H1", VILLAGE, a_person("王建国", serial=1), first_day=date(2026, 11, 5))

    assert refused(clerk, "join", person, household=home, relation=2) == ["before_household"]


def test_joining_earlier_than_a_later_membership_is_refused(clerk, person):
    a_household("H1", VILLAGE, person, first_day=date(2026, 11, 20))
    other = a_household("H2", VILLAGE, a_person("王建国", serial=1))

    assert refused(clerk, "join", person, household=other, relation=2) == ["joined_later"]
