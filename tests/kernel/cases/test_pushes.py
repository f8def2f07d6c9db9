"""Departments are told of a recognition once, and what they answer stands in the household's chain."""

from datetime import date, timedelta

import pytest

from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases.chain.queries import chain
from anmin.kernel.cases.pushes.actions import PushProblem, note_return, push_recognised
from anmin.kernel.cases.pushes.models import Push
from anmin.kernel.cases.pushes.queries import overdue
from tests.kernel.cases.road import Road, a_family, earns, town_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return town_staff()


@pytest.fixture
def granted(staff):
    home, people = a_family(("王秀英", 1950), ("王小宝", 2014))
    road = Road.begin(home, staff, said=[earns(people[0], 9_000)])
    road.to_confirming()
    road.confirm()
    return home, road.day


def test_a_recognition_is_told_once_to_those_whom_it_concerns(granted):
    _home, day = granted

    assert push_recognised(by="系统", on=day) == 3
    assert push_recognised(by="系统", on=day + timedelta(1)) == 0

    assert set(Push.objects.values_list("department", flat=True)) == {"medical", "education", "housing"}


def test_the_answer_stands_in_the_chain_with_its_sum(granted, staff):
    home, day = granted
    push_recognised(by="系统", on=day)
    reader = reader_for(staff["clerk"], day)
    row = Push.objects.get(department="education")

    note_return(by=reader, push=row, outcome="given", on=day, words="发放国家助学金，李老师", fen=150_000)

    links = [link for link in chain(reader, home) if link.kind == "push"]
    assert len(links) == 4 and max(link.fen or 0 for link in links) == 150_000
    with pytest.raises(PushProblem, match="已经反馈"):
        note_return(by=reader, push=row, outcome="not_wanted", on=day, words="又来一次")


def test_who_has_no_such_post_notes_nothing_and_silence_shows_as_overdue(granted, staff):
    _home, day = granted
    push_recognised(by="系统", on=day)
    leader = reader_for(staff["leader"], day)

    with pytest.raises(PushProblem, match="岗位"):
        note_return(by=leader, push=Push.objects.first(), outcome="given", on=day, words="已经给了")
    assert overdue(leader, day).count() == 0
    assert overdue(leader, date(day.year, 12, 31)).count() == 3
