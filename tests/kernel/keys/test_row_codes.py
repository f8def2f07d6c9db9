"""Rows of rights: every column edited by SQL is named by row, opens nothing, and an older state does not pass for new."""

from datetime import date

import pytest
from django.db import connection

from anmin.kernel.access import actions
from anmin.kernel.access.login.backends import StaffBackend
from anmin.kernel.access.models import Grant, User
from anmin.kernel.access.queries import reader_for, scope_of
from anmin.kernel.audit.queries import rows_against_the_book
from anmin.kernel.keys.rows import broken_rows, coded_models
from tests.make import a_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
WORD = "一个足够长的口令Ab2026"


def by_sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE kernel_grant DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE kernel_grant ENABLE TRIGGER USER")


GRANT = {
    "user_id": "(SELECT max(id) FROM kernel_user)",
    "division": "'370000'",
    "role": "'county_approver'",
    "caseload": "'x'",
    "clearance": "4",
    "first_day": "first_day - 1",
    "last_day": "'2099-12-31'",
    "given_by": "'nobody'",
    "row_version": "row_version + 1",
    "row_code": "NULL",
}
ACCOUNT = {
    "username": "'mallory'",
    "password": "(SELECT password FROM kernel_user WHERE username = 'zhao')",
    "is_active": "NOT is_active",
    "is_demo": "NOT is_demo",
    "must_change_password": "NOT must_change_password",
}


@pytest.mark.parametrize("column", GRANT)
def test_a_grant_edited_by_sql_gives_nothing_and_is_named(column):
    user = a_user("li", "371002001001")
    a_user("zhao")
    grant = Grant.objects.get(user=user)

    by_sql(f"UPDATE kernel_grant SET {column} = {GRANT[column]} WHERE id = %s", grant.pk)

    assert [(row.table, row.key) for row in broken_rows()] == [("kernel_grant", grant.pk)]
    assert scope_of(user, TODAY).codes == ()


@pytest.mark.parametrize("column", ACCOUNT)
def test_an_account_edited_by_sql_opens_nothing_and_is_named(column):
    user = a_user("li", "371002001001")
    a_user("zhao")
    other = User.objects.get(username="zhao")
    other.set_password("另一个人知道的口令Ab99")
    other.save()

    by_sql(f"UPDATE kernel_user SET {column} = {ACCOUNT[column]} WHERE id = %s", user.pk)

    assert [(row.table, row.key) for row in broken_rows()] == [("kernel_user", user.pk)]
    assert StaffBackend().get_user(user.pk) is None
    for name in ("li", "mallory"):
        for word in (WORD, "另一个人知道的口令Ab99"):
            assert StaffBackend().authenticate(None, username=name, password=word) is None


def test_every_column_of_a_right_stands_under_its_code():
    """What is left out is left out by name: keys, times, and what gives no right."""
    free = "id row_version row_code created_at last_login display_name password_changed_at asked_at"
    free = {*free.split(), "registered_at", "title", "created_by", "replaces_id"}
    open_columns = {
        f"{model.__name__}.{field.attname}"
        for model in coded_models()
        for field in model._meta.concrete_fields
        if field.attname not in {*model.CODED, *free}
    }

    assert open_columns == set()


def test_a_grant_written_by_sql_alone_gives_nothing():
    user = a_user("li", "371002001001")

    by_sql(
        "INSERT INTO kernel_grant (user_id, division, role, caseload, first_day, given_by, row_version, row_code)"
        " SELECT user_id, '371002', 'town_clerk', '', first_day, given_by, row_version, row_code FROM kernel_grant"
    )

    assert reader_for(user, TODAY).scope.codes == ("371002001001",)
    assert len(list(broken_rows())) == 1


def test_an_older_state_put_back_whole_is_known_from_the_book():
    """The code alone would pass it: the wrong variant of this check is the code without the book."""
    grant = Grant.objects.get(user=a_user("li", "371002001001"))
    old = (grant.row_version, grant.row_code)
    actions.end_grant(by="test", grant=grant, last_day=TODAY, reason="调离")
    assert list(rows_against_the_book()) == []

    by_sql(
        "UPDATE kernel_grant SET last_day = NULL, row_version = %s, row_code = %s WHERE id = %s",
        *old,
        grant.pk,
    )

    assert list(broken_rows()) == []
    (found,) = rows_against_the_book()
    assert (found.table, found.key) == ("kernel_grant", grant.pk)
    assert "旧" in found.problem


def test_a_row_taken_away_by_sql_is_known_from_the_book():
    grant = Grant.objects.get(user=a_user("li", "371002001001"))

    by_sql("DELETE FROM kernel_grant WHERE id = %s", grant.pk)

    (found,) = rows_against_the_book()
    assert (found.table, found.key) == ("kernel_grant", grant.pk)
    assert "不在" in found.problem


def test_rows_written_by_actions_hold():
    user = a_user("li", "371002", "371003")
    actions.disable_user(by="test", user=user, reason="退休")

    assert list(broken_rows()) == []
    assert list(rows_against_the_book()) == []
    assert User.objects.get().is_coded
