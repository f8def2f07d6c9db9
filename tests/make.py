"""Rows that tests need, made through the same actions as real ones."""

from datetime import date

from anmin.kernel.access import actions
from anmin.kernel.access.models import User
from anmin.lib.divisions import DivisionLevel, canonical, level_of

ROLES = {
    DivisionLevel.COUNTY: "county_approver",
    DivisionLevel.TOWN: "town_clerk",
    DivisionLevel.VILLAGE: "village_worker",
}


def a_user(username="li", *divisions, role=None, first_day=date(2020, 1, 1), last_day=None) -> User:
    """A user who may see some divisions, in the usual role of each level."""
    user = actions.create_user(
        by="test", username=username, display_name=f"{username} 的姓名", password="一个足够长的口令2026"
    )
    for division in divisions:
        usual = ROLES.get(level_of(canonical(division)), "city_officer")
        actions.grant(
            by="test",
            user=user,
            division=division,
            role=role or usual,
            first_day=first_day,
            last_day=last_day,
        )
    return user
