"""A family bed from request to closure, what each step asks, and what is counted as built."""

from datetime import date, timedelta

import pytest

from anmin.domains.elderly.registers.beds import FamilyBed
from anmin.kernel.registers.actions import EntryRefused
from tests.domains.elderly.made import TODAY, an_elder, assessed, entered, staff, step, the_number

pytestmark = pytest.mark.django_db
LATER = {"contract": "XY-1", "contract_until": "2027-11-24", "services_month": "4"}


def to_contract(readers, bed):
    officer = readers["elder_officer"]
    step(officer, "beds", bed, "assess")
    step(officer, "beds", bed, "survey", surveyed_on="2026-11-25")
    step(officer, "beds", bed, "plan", plan="装呼叫器、扶手，每周上门一次", provider="安心养老院")
    step(officer, "beds", bed, "contract", **LATER)


def a_bed(readers, serial=1, total=40):
    person = an_elder(serial)
    assessed(readers["elder_assessor"], person, total=total)
    return entered(readers["elder_officer"], "beds", person=the_number(serial), address="幸福路 1 号")


def an_open_bed(readers, serial=1):
    bed = a_bed(readers, serial)
    to_contract(readers, bed)
    entered(
        readers["elder_officer"],
        "devices",
        bed=bed.number,
        kind="call",
        serial=f"SN{serial}",
        division=bed.division,
    )
    step(readers["elder_approver"], "beds", bed, "accept", accepted_on="2026-11-25", worker="周护理")
    return bed


def test_a_bed_goes_from_request_to_closure():
    readers = staff()
    bed = an_open_bed(readers)

    bed.refresh_from_db()
    assert (bed.state, bed.accepted_on, bed.assessment.final) == ("open", TODAY, 3)

    step(
        readers["elder_officer"],
        "beds",
        bed,
        "close",
        closed_because="institution",
        reason="已入住社会福利院",
    )
    bed.refresh_from_db()
    assert (bed.state, bed.last_day, bed.closed_because) == ("closed", TODAY, "institution")


def test_without_an_assessment_or_below_the_level_no_bed_is_set_up():
    readers = staff()
    an_elder(1)
    none = entered(readers["elder_officer"], "beds", person=the_number(1), address="一")
    mild = a_bed(readers, 2, total=70)

    with pytest.raises(EntryRefused, match="没有有效的能力评估"):
        step(readers["elder_officer"], "beds", none, "assess")
    with pytest.raises(EntryRefused, match="轻度失能"):
        step(readers["elder_officer"], "beds", mild, "assess")
    done = step(readers["elder_approver"], "beds", mild, "refuse", reason="评估为轻度失能")
    assert (done.state, done.closed_because) == ("refused", "refused")


def test_one_open_bed_to_a_person():
    readers = staff()
    a_bed(readers)

    with pytest.raises(EntryRefused, match="已经有一张"):
        entered(readers["elder_officer"], "beds", person=the_number(1), address="二", on=TODAY - timedelta(1))


def test_fewer_services_than_the_place_asks_for_are_no_contract():
    readers = staff()
    bed = a_bed(readers)
    officer = readers["elder_officer"]
    step(officer, "beds", bed, "assess")
    step(officer, "beds", bed, "survey", surveyed_on="2026-11-25")
    step(officer, "beds", bed, "plan", plan="方案", provider="安心养老院")

    with pytest.raises(EntryRefused, match="每月至少 4 次"):
        step(officer, "beds", bed, "contract", **{**LATER, "services_month": "3"})
    with pytest.raises(EntryRefused, match="今天以后"):
        step(officer, "beds", bed, "contract", **{**LATER, "contract_until": "2026-11-25"})
    bed.refresh_from_db()
    assert bed.state == "planned"


def test_acceptance_needs_devices_another_person_and_the_power():
    readers = staff()
    bed = a_bed(readers)
    to_contract(readers, bed)
    given = {"accepted_on": "2026-11-25", "worker": "周护理"}

    with pytest.raises(PermissionError):
        step(readers["elder_officer"], "beds", bed, "accept", **given)
    with pytest.raises(EntryRefused, match="设备"):
        step(readers["elder_approver"], "beds", bed, "accept", **given)


def test_whoever_surveyed_does_not_accept_even_with_both_powers():
    """Roles that exclude one another keep this apart; the step itself does so too."""
    from anmin.kernel.access import actions as access
    from anmin.kernel.access.queries import reader_for

    readers = staff()
    bed = a_bed(readers)
    to_contract(readers, bed)
    user = readers["elder_officer"].user
    for grant in list(user.grants.all()):
        access.end_grant(by="test", grant=grant, last_day=TODAY, reason="换岗")
    tomorrow = TODAY + timedelta(1)
    access.grant(by="test", user=user, division="371002", role="elder_approver", first_day=tomorrow)

    with pytest.raises(EntryRefused, match="两个人办理"):
        step(
            reader_for(user, tomorrow),
            "beds",
            bed,
            "accept",
            on=tomorrow,
            accepted_on="2026-11-26",
            worker="周",
        )


def test_a_step_out_of_turn_or_on_an_old_screen_changes_nothing():
    from anmin.kernel.registers.steps import PROCEDURES, take_step

    readers = staff()
    bed = a_bed(readers)

    with pytest.raises(EntryRefused, match="现在的状态不能办理"):
        step(readers["elder_officer"], "beds", bed, "survey", surveyed_on="2026-11-25")
    with pytest.raises(EntryRefused, match="别人已经改过"):
        take_step(
            by=readers["elder_officer"],
            procedure=PROCEDURES["elderly/beds"],
            entry=bed,
            step="assess",
            raw={},
            on=TODAY,
            seen=bed.version - 1,
        )
    assert FamilyBed.objects.get().state == "asked"


def test_a_bed_of_another_county_is_out_of_reach():
    readers, others = staff(), staff(county="371003")
    bed = a_bed(readers)

    with pytest.raises(PermissionError):
        step(others["elder_officer"], "beds", bed, "assess")


def test_a_disputed_assessment_opens_no_bed():
    readers = staff()
    person = an_elder(1)
    row = assessed(readers["elder_assessor"], person, on=date(2026, 11, 1))
    bed = entered(readers["elder_officer"], "beds", person=the_number(1), address="幸福路 1 号")
    step(readers["elder_assessor"], "assessments", row, "dispute", dispute="评低了")

    with pytest.raises(EntryRefused, match="异议"):
        step(readers["elder_officer"], "beds", bed, "assess")
