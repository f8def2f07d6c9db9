"""What the two people of place names find when they come in: their own steps, as many as the list behind, the late ones marked."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from anmin.kernel.access.queries import reader_for
from anmin.kernel.registers.waiting import goes_on, waiting
from tests.domains.placenames.test_naming import COUNTY, PROCEDURE, applied, approved, step
from tests.make import a_user

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 20)


@pytest.fixture
def officer():
    return reader_for(a_user("jingban", COUNTY, role="placename_officer"), ON)


@pytest.fixture
def approver():
    return reader_for(a_user("shenpi", COUNTY, role="placename_approver"), ON)


def found(reader, on=ON):
    return {(one.register.name, one.state): (one.number, one.late) for one in waiting(reader, on)}


def test_each_of_the_two_sees_the_steps_that_are_theirs_and_what_is_late(officer, approver):
    applied(officer)
    argued = applied(officer, proper="海韵")
    step(officer, argued, "accept", on=date(2026, 2, 2))
    said = {"expert_opinion": "同意", "public_opinion": "无异议", "assessment": "风险低"}
    step(officer, argued, "argue", on=date(2026, 2, 20), **said)
    approved(officer, approver, applied(officer, proper="海晏"))

    assert found(officer) == {("namings", "new"): (1, 0), ("namings", "approved"): (1, 1)}
    assert found(approver) == {("namings", "argued"): (1, 0)}
    assert found(officer, date(2026, 3, 17))["namings", "approved"] == (1, 0)


def test_leaving_the_way_is_nothing_that_waits(officer, approver):
    """A refusal is open to the approver from the acceptance on: counting it would call everything due."""
    assert goes_on(PROCEDURE, "argued", approver) and not goes_on(PROCEDURE, "accepted", approver)
    assert any("accepted" in one.sources and "placenames.approve" in one.powers for one in PROCEDURE.steps)


def test_each_number_at_the_entrance_is_the_length_of_the_list_it_opens(officer):
    for proper in ("海悦", "海韵", "海晏"):
        applied(officer, proper=proper)
    client = Client()
    client.force_login(officer.user)

    page = client.get(reverse("console:city")).content.decode()
    (address,) = re.findall(r'href="([^"]*state=new)"', page)
    listed = client.get(address.replace("&amp;", "&")).content.decode()

    assert re.search(r"地名命名更名 · 已登记</a></th>\s*<td class=\"num\"><b>3</b>", page)
    assert len(re.findall(r'<th scope="row"><a href="/registers/placenames/namings/of/', listed)) == 3
    assert reverse("console:register_new", args=["placenames", "namings"]) in page
    assert "住户" not in page and ">试算<" not in page
