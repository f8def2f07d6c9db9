"""Rows that tests need, made through the same actions as real ones."""

from datetime import date

from anmin.kernel.access import actions
from anmin.kernel.access.models import User


def a_user(username="li", *divisions, first_day=date(2020, 1, 1), last_day=None) -> User:
    """A user who may see some divisions."""
    user = actions.create_user(
        by="test", username=username, display_name=f"{username} 的姓名", password="一个足够长的口令2026"
    )
    for division in divisions:
        actions.grant(
            by="test", user=user, division=division, role="经办", first_day=first_day, last_day=last_day
        )
    return user
