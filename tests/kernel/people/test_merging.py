"""Merging: two records become one and come apart again to the last link, in any order that makes sense."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anmin.kernel.people.merging import obstacles
from anmin.kernel.people.merging.actions import merge, tell_apart, unmerge
from anmin.kernel.people.merging.queries import are_told_apart
from anmin.kernel.people.models import (
    Death,
    FormerName,
    FormerPlace,
    Identifier,
    Kin,
    Membership,
    Person,
    Residence,
)
from anmin.kernel.people.register import actions as register
from anmin.kernel.people.register.actions import RegisterProblem
from anmin.kernel.people.requests import actions as requests
from anmin.kernel.people.requests.actions import ChangeRefused
from tests.make import a_household, a_person, a_user

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 2)
TABLES = [Identifier, FormerName, FormerPlace, Membership, Residence, Kin, Death]


def picture():
    """Every row about persons, as it stands, apart from what only counts up."""
    rows = {model.__name__: sorted(model.objects.values_list()) for model in TABLES}
    people = Person.objects.order_by("pk")
    rows["Person"] = [
        (p.pk, p.name, p.division, p.died_on, p.merged_into_id, p.tokens, p.level) for p in people
    ]
    return rows


@pytest.fixture
def approver():
    return a_user("approver", "371002")


def test_numbers_names_and_ties_follow_the_record_that_stays(approver):
    kept, gone = a_person("王建国", serial=1), a_person("王建囯", phone="13900001111")
    mother = a_person("刘桂英", serial=5)
    register.tie(by="test", person=mother, other=gone, kind="mother")
    register.record_death(by="test", person=gone, source="police", day=date(2026, 6, 30))

    merge(by=approver, kept=kept, gone=gone, on=ON, reason="同一人两次建档")

    kept.refresh_from_db()
    gone.refresh_from_db()
    assert gone.merged_into == kept
    assert kept.died_on == date(2026, 6, 30)
    assert Kin.objects.get().other == kept


def test_unmerging_restores_every_row(approver):
    kept, gone = a_person("王建国", serial=1), a_person("王建囯", phone="13900001111")
    mother = a_person("刘桂英", serial=5)
    register.tie(by="test", person=mother, other=gone, kind="mother")
    register.tie(by="test", person=mother, other=kept, kind="mother")
    register.add_number(by="test", person=gone, kind="disability", number="99000019500302001X43")
    register.record_death(by="test", person=gone, source="police", day=date(2026, 6, 30))
    before = picture()

    row = merge(by=approver, kept=kept, gone=gone, on=ON, reason="同一人")
    assert picture() != before
    unmerge(by=approver, merged=row, reason="查明是两个人")

    assert picture() == before


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pairs=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=5),
    extras=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=8),
)
def test_any_chain_of_merges_comes_apart_in_reverse(django_user_model, pairs, extras):
    """Merges into records that were merged into others, undone newest first, end where they began."""
    user = django_user_model.objects.filter(username="chain").first() or a_user("chain", "371002")
    stamp = Person.objects.count() * 10
    people = [
        a_person(f"赵{letter}明", phone=f"1390000{stamp + at:04d}"[:11])
        for at, letter in enumerate("一二三四五")
    ]
    for whose, what in extras:
        person = people[whose]
        if what == 0:
            register.add_number(
                by="test",
                person=person,
                kind="passport",
                number=f"E{stamp}{whose}{len(extras)}{person.identifiers.count()}",
            )
        elif what == 1:
            FormerName(person=person, name=f"赵旧{'甲乙丙丁戊'[whose]}").save()
            register.refresh_tokens(person)
        elif what == 2:
            register.record_death(by="test", person=person, source="hospital", day=date(2026, 1, 1 + whose))
        else:
            register.tie(by="test", person=person, other=people[(whose + 1) % 5], kind="sibling")
    before, done = picture(), []
    for one, other in pairs:
        try:
            done.append(merge(by=user, kept=people[one], gone=people[other], on=ON, reason="试"))
        except RegisterProblem:
            continue
        except Exception as trouble:  # the same record twice is refused by the database
            assert one == other, trouble

    for row in reversed(done):
        unmerge(by=user, merged=row, reason="撤销")

    assert picture() == before


def test_an_older_merge_waits_for_the_newer_one(approver):
    one, two, three = a_person("王一", serial=1), a_person("王二"), a_person("王三")
    first = merge(by=approver, kept=one, gone=two, on=ON, reason="同一人")
    second = merge(by=approver, kept=one, gone=three, on=ON, reason="同一人")

    with pytest.raises(RegisterProblem, match="先撤销后来的"):
        unmerge(by=approver, merged=first, reason="错")
    unmerge(by=approver, merged=second, reason="错")
    unmerge(by=approver, merged=first, reason="错")

    with pytest.raises(RegisterProblem, match="已经撤销"):
        unmerge(by=approver, merged=first, reason="错")


def test_two_different_valid_numbers_are_two_persons(approver):
    with pytest.raises(RegisterProblem) as trouble:
        merge(
            by=approver,
            kept=a_person("王伟", serial=1),
            gone=a_person("王伟", serial=2),
            on=ON,
            reason="同名",
        )

    assert trouble.value.code == "two_numbers"


def test_somebody_in_two_households_leaves_one_first(approver):
    one, two = a_person("王伟", serial=1), a_person("王伟")
    a_household("H1", "371002001001", one)
    a_household("H2", "371002001001", two)

    with pytest.raises(RegisterProblem) as trouble:
        merge(by=approver, kept=one, gone=two, on=ON, reason="同一人")

    assert trouble.value.code == "two_households"


def test_what_other_packages_know_stands_against_a_merge(approver, monkeypatch):
    """Open payments, for instance: whoever holds rows about persons registers a check."""
    monkeypatch.setattr(
        obstacles, "CHECKS", [*obstacles.CHECKS, lambda kept, gone, on: [("open_payments", "有待发资金")]]
    )

    with pytest.raises(RegisterProblem, match="有待发资金"):
        merge(by=approver, kept=a_person("王伟", serial=1), gone=a_person("王伟"), on=ON, reason="同一人")

    assert not Person.objects.filter(merged_into__isnull=False).exists()


def test_told_apart_is_remembered_and_respected(approver):
    clerk = a_user("clerk", "371002001")
    one, two = a_person("王伟", serial=1), a_person("王伟")

    tell_apart(by=approver, one=two, other=one, reason="电话核实，两人相差十岁")
    tell_apart(by=approver, one=one, other=two, reason="再次核实")

    assert are_told_apart(two.pk, one.pk)
    with pytest.raises(ChangeRefused, match="不是同一个人"):
        requests.ask(
            by=clerk,
            kind="merge",
            on=ON,
            division="371002001001",
            person=one,
            payload={"gone": two.pk},
            evidence="看着像",
        )
