"""What waits for somebody at the door: a survey to make, something sent back with its words, and only for whose it is."""

from datetime import date

import pytest

from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases.deciding import actions as deciding
from anmin.kernel.cases.deciding.actions import Point
from anmin.kernel.cases.fieldwork.queries import case_tasks
from anmin.kernel.cases.upkeep import actions as upkeep
from anmin.kernel.entitlements.models import Entitlement
from tests.kernel.cases.road import Road, a_family, earns, town_staff
from tests.kernel.cases.test_every_matter_to_its_benefit import a_grandmothers_family, unsupported

pytestmark = pytest.mark.django_db
SEPTEMBER = date(2026, 9, 14)


def tasks(user, on):
    return [(one.subject, str(one.title), one.note) for one in case_tasks(reader_for(user, on), on)]


def test_what_was_sent_back_waits_with_the_first_words_of_the_reviewer_until_it_is_mended():
    """R4 for whoever goes there: the point that is missing stands on the list itself."""
    home, (head, _) = a_family(("陈国栋", 1970), ("吴秀英", 1972))
    staff = town_staff()
    road = Road.begin(home, staff, said=[earns(head, 1_200)])
    road.to_confirming()
    assert tasks(staff["clerk"], road.day) == []

    deciding.send_for_fixing(
        by=staff["approver"],
        case=road.case,
        points=[Point("consent", "授权书缺吴秀英签名")],
        on=road.day,
        seen=road.seen,
    )

    assert tasks(staff["clerk"], road.day) == [(road.case.number, "退回补正", "授权书缺吴秀英签名")]
    deciding.send_back(by=staff["clerk"], case=road.case, on=road.day, seen=road.seen)
    assert tasks(staff["clerk"], road.day) == []


def test_the_review_of_a_child_waits_for_its_directors_and_for_nobody_else():
    staff = town_staff()
    home, people = a_grandmothers_family()
    unsupported(home, staff, people[1])
    paid = Entitlement.objects.get()
    road = Road(upkeep.open_upkeep(by="系统", entitlement=paid, on=SEPTEMBER), staff, SEPTEMBER)
    road.step("director", "start")

    assert [one[:2] for one in tasks(staff["director"], SEPTEMBER)] == [(road.case.number, "入户调查")]
    assert tasks(staff["clerk"], SEPTEMBER) == tasks(staff["approver"], SEPTEMBER) == []

    road.step("director", "record_survey", beside=staff["visitor"])

    assert tasks(staff["director"], SEPTEMBER) == []
