"""What a user may see: dated grants of divisions, and nothing else."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from anmin.kernel.access import actions
from anmin.kernel.access.models import User
from anmin.kernel.access.queries import Scope, scope_of
from anmin.kernel.audit.models import Act
from tests.make import a_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def test_a_user_sees_the_granted_divisions_and_all_below():
    scope = scope_of(a_user("li", "371002"), TODAY)

    assert scope.contains("371002001003")
    assert not scope.contains("371003")
    assert not scope.contains("371000")
    assert not scope.contains("no code")


def test_a_grant_holds_on_its_first_and_its_last_day_only():
    user = a_user("li", "371002", first_day=date(2026, 1, 1), last_day=date(2026, 6, 30))

    assert scope_of(user, date(2025, 12, 31)) == Scope()
    assert scope_of(user, date(2026, 1, 1)).codes == ("371002",)
    assert scope_of(user, date(2026, 6, 30)).codes == ("371002",)
    assert scope_of(user, date(2026, 7, 1)) == Scope()


def test_a_user_without_grants_or_switched_off_sees_nothing():
    nobody = a_user("nobody")
    off = a_user("off", "371000")
    off.is_active = False

    assert not scope_of(nobody, TODAY).contains("371002")
    assert not scope_of(off, TODAY).contains("371002")


def test_a_narrow_grant_inside_a_wide_one_adds_nothing():
    assert scope_of(a_user("li", "371000", "371002", "350203"), TODAY).codes == ("350203", "371000")


def test_a_scope_touches_what_it_contains_and_what_contains_it():
    scope = Scope(("371002",))

    assert scope.touches("371000")
    assert scope.touches("371002001")
    assert not scope.touches("371003")


def test_a_grant_may_not_end_before_it_begins():
    user = a_user("li")

    with pytest.raises(IntegrityError, match="grant_ends_after_it_begins"), transaction.atomic():
        actions.grant(
            by="test",
            user=user,
            division="371002",
            role="county_approver",
            first_day=date(2026, 2, 1),
            last_day=date(2026, 1, 31),
        )

    assert user.grants.count() == 0


def test_ending_a_grant_keeps_the_row_and_says_why():
    user = a_user("li", "371002")
    row = user.grants.get()

    actions.end_grant(by=user, grant=row, last_day=date(2026, 11, 23), reason="调离")

    assert scope_of(user, TODAY) == Scope()
    act = Act.objects.order_by("-pk").first()
    assert (act.act, act.reason, act.by) == ("access.end_grant", "调离", user)


def test_a_weak_password_creates_nobody():
    with pytest.raises(ValidationError):
        actions.create_user(by="test", username="li", display_name="李", password="123456")

    assert User.objects.count() == 0


def test_demonstration_log_ins_exist_in_demonstration_mode_only(settings):
    places = [("shi", "市级", "371000", "city_officer")]
    settings.DEMO = False
    with pytest.raises(actions.DemoOnly):
        actions.create_demo_staff(by="test", places=places, on=TODAY)
    settings.DEMO = True

    (user,) = actions.create_demo_staff(by="test", places=places, on=TODAY)
    (again,) = actions.create_demo_staff(by="test", places=places, on=TODAY)

    assert user == again
    assert user.check_password("anmin")
    assert scope_of(user, TODAY).codes == ("371000",)
