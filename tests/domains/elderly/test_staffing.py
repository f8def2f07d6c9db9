"""One or two elder-help workers to each community, and not too many elders to one of them."""

from datetime import date

from anmin.domains.elderly.visits.staffing import staffing

TODAY = date(2026, 11, 25)


def test_communities_without_or_with_three_helpers_and_with_too_many_elders_are_flagged():
    where = "350203001001"

    assert staffing(where, 0, 10, TODAY).problem == "没有助老员"
    assert staffing(where, 1, 400, TODAY).problem == ""
    assert staffing(where, 2, 800, TODAY).problem == ""
    assert "401" in staffing(where, 2, 801, TODAY).problem
    assert "3 名" in staffing(where, 3, 10, TODAY).problem
