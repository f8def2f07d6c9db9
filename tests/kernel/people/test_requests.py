"""Change requests: asked by one, decided by another, refused with what to do, and nothing lost."""

from datetime import date

import pytest

from anmin.kernel.audit.models import Act
from anmin.kernel.people.models import ChangeRequest, Household, Membership
from anmin.kernel.people.queries import membership_on
from anmin.kernel.people.register import actions as register
from anmin.kernel.people.requests import actions
from anmin.kernel.people.requests.actions import ChangeRefused
from tests.make import a_household, a_person, a_user

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 2)
EVIDENCE = "户口簿原件，本人到场"


@pytest.fixture
def clerk():
    return a_user("clerk", "371002001")


@pytest.fixture
def approver():
    return a_user("approver", "371002")


@pytest.fixture
def family():
    people = [a_person(name, serial=at) for at, name in enumerate(["王建国", "李秀兰", "王小明"], 1)]
    return a_household("H1", "371002001001", *people), people


def asked(clerk, kind, **what):
    return actions.ask(by=clerk, kind=kind, on=ON, division="371002001001", evidence=EVIDENCE, **what)


def codes(trouble):
    return [code for code, _words in trouble.value.found]


def test_a_move_changes_the_household_and_everybody_in_it(clerk, approver, family):
    home, people = family
    row = asked(clerk, "move", household=home, payload={"division": "371002001003", "address": "海滨路 8 号"})

    actions.accept(by=approver, request=row)

    home.refresh_from_db()
    assert (home.division, home.address) == ("371002001003", "海滨路 8 号")
    assert {type(p).objects.get(pk=p.pk).division for p in people} == {"371002001003"}


def test_whoever_asked_does_not_decide(clerk, family):
    row = asked(clerk, "leave", person=family[1][2], household=family[0])

    with pytest.raises(ChangeRefused) as trouble:
        actions.accept(by=clerk, request=row)

    assert codes(trouble) == ["same_person"]
    row.refresh_from_db()
    assert row.state == ChangeRequest.State.OPEN


def test_a_refusal_at_the_counter_stands_in_the_book_and_says_what_to_do(clerk, family):
    with pytest.raises(ChangeRefused, match="先办理变更户主") as trouble:
        asked(clerk, "leave", person=family[1][0], household=family[0])

    assert codes(trouble) == ["head_leaves"]
    assert Act.objects.get(act="people.ask_leave.refused").after == {"codes": ["head_leaves"]}
    assert not ChangeRequest.objects.exists()


def test_a_new_head_takes_over_from_a_day_on(clerk, approver, family):
    home, (old, wife, _child) = family
    actions.accept(
        by=approver, request=asked(clerk, "head", person=wife, household=home, payload={"old_relation": 1})
    )

    assert [row.person for row in register.heads_on(home, ON)] == [wife]
    assert [row.person for row in register.heads_on(home, date(2026, 11, 1))] == [old]
    assert membership_on(old, ON).relation == 1


def test_a_split_makes_a_second_household(clerk, approver, family):
    home, (_old, wife, child) = family
    payload = {"members": [wife.pk, child.pk], "head": wife.pk, "number": "H2"}

    actions.accept(by=approver, request=asked(clerk, "split", household=home, payload=payload))

    new = Household.objects.get(number="H2")
    assert {membership_on(row, ON).household for row in (wife, child)} == {new}
    assert Membership.objects.filter(household=new, is_head=True).get().person == wife
    assert membership_on(wife, date(2026, 11, 1)).household == home


def test_a_death_ends_the_membership_and_passes_the_headship(clerk, approver, family):
    home, (old, wife, _child) = family

    actions.accept(by=approver, request=asked(clerk, "die", person=old, payload={"source": "family"}))

    old.refresh_from_db()
    assert old.died_on == ON
    assert membership_on(old, date(2026, 11, 3)) is None
    assert [row.person for row in register.heads_on(home, date(2026, 11, 3))] == [wife]


def test_the_earliest_trusted_death_counts_and_doubtful_ones_do_not(family):
    person = family[1][0]
    register.record_death(by="test", person=person, source="police", day=date(2026, 6, 30))
    register.record_death(by="test", person=person, source="cremation", day=date(2026, 6, 12))
    register.record_death(by="test", person=person, source="family", day=date(2026, 6, 1), is_trusted=False)

    person.refresh_from_db()
    assert person.died_on == date(2026, 6, 12)


def test_the_dead_do_not_join(clerk, family):
    stranger = a_person("赵六", serial=9)
    register.record_death(by="test", person=stranger, source="police", day=date(2026, 10, 1))

    with pytest.raises(ChangeRefused, match="2026-10-01") as trouble:
        asked(clerk, "join", person=stranger, household=family[0])

    assert codes(trouble) == ["dead"]


def test_one_joins_a_second_household_only_after_leaving_the_first(clerk, approver, family):
    home, (_old, _wife, child) = family
    aunt = a_person("王建英", serial=8)
    other = a_household("H9", "371002001002", aunt)
    with pytest.raises(ChangeRefused, match="H1") as trouble:
        asked(clerk, "join", person=child, household=other)
    assert codes(trouble) == ["in_another_household"]

    actions.accept(by=approver, request=asked(clerk, "leave", person=child, household=home))
    row = actions.ask(
        by=clerk,
        kind="join",
        on=date(2026, 11, 3),
        division="371002001002",
        person=child,
        household=other,
        payload={"relation": 8},
        evidence=EVIDENCE,
    )
    actions.accept(by=approver, request=row)

    assert membership_on(child, date(2026, 11, 3)).household == other


def test_two_open_requests_of_a_kind_for_one_person_are_refused(clerk, family):
    child = family[1][2]
    asked(clerk, "leave", person=child, household=family[0])

    with pytest.raises(ChangeRefused) as trouble:
        asked(clerk, "leave", person=child, household=family[0])

    assert codes(trouble) == ["already_asked"]


def test_a_request_that_nothing_supports_is_refused(clerk, family):
    with pytest.raises(ChangeRefused) as trouble:
        actions.ask(
            by=clerk, kind="leave", on=ON, division="371002001001", person=family[1][2], household=family[0]
        )

    assert codes(trouble) == ["no_evidence"]


def test_a_move_to_nowhere_is_refused(clerk, family):
    with pytest.raises(ChangeRefused, match="999999") as trouble:
        asked(clerk, "move", household=family[0], payload={"division": "999999"})

    assert codes(trouble) == ["unknown_division"]


def test_a_correction_keeps_the_former_name_and_finds_both(clerk, approver, family):
    person = family[1][1]

    actions.accept(by=approver, request=asked(clerk, "correct", person=person, payload={"name": "李秀蘭"}))

    person.refresh_from_db()
    assert person.name == "李秀蘭"
    assert [row.name for row in person.former_names.all()] == ["李秀兰"]
    assert person.version == 2


def test_a_correction_cannot_reach_what_has_a_way_of_its_own(clerk, approver, family):
    row = asked(clerk, "correct", person=family[1][1], payload={"level": 0})

    with pytest.raises(ChangeRefused, match="level"):
        actions.accept(by=approver, request=row)

    row.refresh_from_db()
    assert row.state == ChangeRequest.State.OPEN


def test_a_birth_makes_a_person_in_the_household(clerk, approver, family):
    row = asked(clerk, "birth", household=family[0], payload={"name": "王安", "sex": 1, "relation": 2})

    actions.accept(by=approver, request=row)

    child = Membership.objects.get(household=family[0], cause="birth").person
    assert (child.name, child.birth_day, child.sex) == ("王安", ON, 1)


def test_a_refusal_needs_a_reason_and_a_decided_request_is_done_with(clerk, approver, family):
    row = asked(clerk, "leave", person=family[1][2], household=family[0])
    with pytest.raises(ChangeRefused, match="理由"):
        actions.refuse(by=approver, request=row, answer=" ")

    actions.refuse(by=approver, request=row, answer="材料与本人说法不一致")

    with pytest.raises(ChangeRefused, match="已经办过"):
        actions.accept(by=approver, request=row)
    assert Act.objects.filter(act="people.leave.refused").get().reason == "材料与本人说法不一致"


def test_only_one_s_own_open_request_is_withdrawn(clerk, approver, family):
    row = asked(clerk, "leave", person=family[1][2], household=family[0])
    with pytest.raises(ChangeRefused):
        actions.withdraw(by=approver, request=row)

    actions.withdraw(by=clerk, request=row)

    assert asked(clerk, "leave", person=family[1][2], household=family[0]).state == "open"


def test_a_number_belongs_to_one_person(family):
    taken = family[1][0].identifiers.get().value

    with pytest.raises(register.RegisterProblem, match="另一个人名下"):
        a_person("冒名者", number=taken)


def test_a_replaced_number_is_kept_and_ended(family):
    person = family[1][0]

    register.add_number(
        by="test", person=person, kind="resident", number="990000195003020097", first_day=date(2026, 5, 1)
    )

    old, new = person.identifiers.order_by("pk")
    assert old.last_day == date(2026, 4, 30)
    assert new.last_day is None
