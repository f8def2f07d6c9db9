"""Row history: what a row was, whoever changed it and however; ciphertext stays ciphertext; the web cannot write it."""

from datetime import date

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from anmin.kernel.access import actions as access
from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.models import Grant
from anmin.kernel.access.queries import reader_for
from anmin.kernel.audit.history import KEPT
from anmin.kernel.audit.models import RowHistory
from anmin.kernel.audit.queries import acts_of, history_of, rows_changed_by
from anmin.kernel.keys import actions as keys
from anmin.kernel.keys.fields import opened_text
from anmin.kernel.people.models import Person
from anmin.kernel.registers.declaring import BOOK
from tests.make import a_household, a_person, a_user

pytestmark = pytest.mark.django_db

NO_HISTORY = {
    "HeldHome": "derived by triggers from persons and memberships, whose own history is kept",
    "Act": "a book that is only added to",
    "ActHead": "the end of the book",
    "Read": "a book that is only added to",
    "RowHistory": "the history itself",
    "Taking": "counted once a day, then left alone",
    "PasswordHistory": "a book that is only added to",
    "SetupSecret": "opens once, holds nobody",
    "AllowedStep": "procedures are files; this is their copy",
    "ProcedureVersion": "procedures are files; this is their copy",
    "BrokenHousehold": "replaced whole by the next run",
    "HouseholdResult": "replaced whole by the next run",
    "DivisionSum": "replaced whole by the next run",
    "Run": "made once, with its results",
    "ImportBatch": "a file that was taken in; the file is kept",
    "QuarantinedRow": "a row of a file; the file is kept",
    "RegisterIntake": "a file that was taken in; the act keeps its counts",
    "RejectedRow": "a row of a file, never changed",
    "SourceBatch": "a delivery that was taken in; the file is kept",
    "SourceQuarantine": "a row of a file; the file is kept",
    "Paper": "made once; a trigger refuses every change but the sealing",
    "Upload": "pieces of a file on their way; its beginning and its end are acts",
    "RefusedFile": "a file that was not taken in",
    "Division": "dated rows, ended and never changed",
    "DivisionChange": "dated rows, never changed",
    "JobFailure": "about jobs, not people",
    "Upkeep": "a book that is only added to",
    "MatchRun": "made once",
    "Exchange": "what passed between two systems, kept as it was",
    "KeptAnswer": "what was answered, kept as it was",
    "Outgoing": "what was sent, kept as it was",
    "PartnerCall": "a book that is only added to",
    "Subscription": "a partner's wish; the acts keep it",
    "LedgerEntry": "a book that is only added to",
    "LedgerLine": "a book that is only added to",
    "BudgetMove": "never changed",
    "PayLine": "open until it is sealed; afterwards orders and answers, which are only added to, say what became of it",
    "PayPart": "as its line",
    "RunFunding": "replaced whole until the run is sealed",
    "RunApproval": "never changed",
    "PriceSubsidy": "never changed",
    "RateContinuation": "never changed",
    "PayFileLine": "changes by answers of the bank alone, which are only added to",
    "ReturnLine": "a book that is only added to",
    "BankStatement": "never changed",
    "Reconciliation": "never changed",
    "Message": "a text on its way; wiped and forgotten within a month",
    "PublicForm": "one form counted for a day; the form itself is written where it goes",
    "ResidentCode": "a code that opens once; forgotten within a month",
    "SavedView": "a view a person keeps for himself; kept and dropped as acts",
    "CardEntry": "a book that is only added to",
    "ReportCell": "a book that is only added to; the newest row holds",
    "Visit": "never changed; a mistake is put right by another row",
    "VisitPhoto": "never changed, as its visit",
    "Sending": "what a phone sent and was answered, kept as it was",
    "Sweep": "made once, with its parts",
    "SweepPart": "made once, with its sweep",
    "Errand": "asked, agreed and done as acts",
    "TakeoverRow": "as it came; what became of it stands in its decision, and a trigger keeps the rest",
    "StandardChange": "proposed, confirmed and taken back as acts; rows are never removed",
    "AskedTrial": "asked and tried as acts; it holds figures and nobody",
    "ResidentSession": "its beginning and its end are acts",
}
"""Tables that keep no history, and why."""


def by_sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_every_table_of_people_and_rights_keeps_its_history():
    """A new table fails here until it is kept, or named above with a reason."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'keeps_history'")
        kept = {row[0] for row in cursor.fetchall()}
    models = {
        model._meta.db_table: model.__name__
        for app in ("kernel", "domains")
        for model in apps.get_app_config(app).get_models()
    }
    registers = {row.model._meta.db_table for row in BOOK.rows.values()}

    assert {table for table in kept if table.startswith("kernel_")} == set(KEPT)
    assert registers <= kept
    assert {name for table, name in models.items() if table not in kept} - set(NO_HISTORY) == set()


def test_a_change_by_sql_leaves_what_was_before():
    person = a_person(birth_day=date(1950, 3, 2))

    by_sql("UPDATE kernel_person SET birth_day = '1960-01-01', nation = '02' WHERE id = %s", person.pk)

    (row,) = history_of("kernel_person", person.pk).filter(old__has_key="birth_day")
    assert row.old == {"birth_day": "1950-03-02", "nation": ""}
    assert (row.change, row.person, row.division) == ("U", person.pk, "371002001001")


def test_a_change_of_many_rows_at_once_is_kept_for_each():
    people = [a_person(f"王小{letter}", serial=at) for at, letter in enumerate("一二三")]
    before = RowHistory.objects.count()

    Person.objects.update(nation="02")

    assert RowHistory.objects.count() - before == len(people)


def test_a_row_that_was_removed_is_kept_whole():
    home = a_household("H1", "371002001001", a_person())
    (member,) = home.memberships.all()

    by_sql("DELETE FROM kernel_membership WHERE id = %s", member.pk)

    (row,) = history_of("kernel_membership", member.pk)
    assert (row.change, row.old["household_id"], row.old["is_head"]) == ("D", home.pk, True)


def test_what_changes_nothing_leaves_nothing():
    person = a_person()
    before = RowHistory.objects.count()

    by_sql("UPDATE kernel_person SET nation = nation, tokens = '{}' WHERE id = %s", person.pk)

    assert RowHistory.objects.count() == before


def test_secrets_and_tokens_are_not_kept():
    user = a_user("li")
    user.set_password("别的口令Ab1234567")
    user.save()
    by_sql("DELETE FROM kernel_person")
    by_sql("UPDATE kernel_user SET display_name = '改名' WHERE id = %s", user.pk)

    kept = {name for row in RowHistory.objects.filter(table_name="kernel_user") for name in row.old}

    assert "display_name" in kept
    assert kept.isdisjoint({"password", "row_code", "last_login"})


def test_a_sealed_value_stays_sealed_and_opens_in_its_old_place():
    person = a_person("王秀英")
    person.name = "王秀兰"
    person.save()

    row = history_of("kernel_person", person.pk).filter(old__has_key="name").first()

    assert "王" not in str(row.old)
    raw = bytes.fromhex(row.old["name"].removeprefix("\\x"))
    assert opened_text(raw, "kernel_person", "name", person.pk) == "王秀英"


def test_the_history_says_who_and_leads_to_the_act():
    grant = Grant.objects.get(user=a_user("li", "371002"))
    boss = a_user("zhao", "371000", role="security_admin")

    with reading_as(reader_for(boss, date(2026, 11, 24))):
        access.end_grant(by=boss, grant=grant, last_day=date(2026, 11, 24), reason="调离")

    act = acts_of(grant).last()
    (row,) = [row for row in rows_changed_by(act) if "last_day" in row.old]
    assert (row.by_id, row.table_name, row.old["last_day"]) == (boss.pk, "kernel_grant", None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel_rowhistory SET old = '{}'",
        "DELETE FROM kernel_rowhistory",
        "TRUNCATE kernel_rowhistory",
    ],
)
def test_the_history_is_only_added_to(statement):
    a_household("H1", "371002001001", a_person())
    by_sql("UPDATE kernel_person SET nation = '02'")

    with pytest.raises(DatabaseError, match="只能增加"), transaction.atomic():
        by_sql(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO kernel_rowhistory SELECT * FROM kernel_rowhistory",
        "UPDATE kernel_rowhistory SET old = '{}'",
        "DELETE FROM kernel_rowhistory",
    ],
)
def test_the_web_role_cannot_write_it(statement):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        by_sql("SET LOCAL ROLE anmin_web")
        by_sql(statement)


def test_the_web_role_cannot_switch_it_off():
    reader = reader_for(a_user("li", "371002"), date(2026, 11, 24))
    person = a_person()
    before = RowHistory.objects.count()

    with reading_as(reader):
        by_sql("SELECT set_config('anmin.history', 'off', true)")
        by_sql("UPDATE kernel_person SET nation = '02' WHERE id = %s", person.pk)
        by_sql("SELECT set_config('anmin.history', '', true)")

    assert RowHistory.objects.count() == before + 1


def test_a_reader_sees_the_history_of_persons_in_scope_only():
    here, there = a_person("王一", "371002001001"), a_person("王二", "371003001001")
    Person.objects.update(nation="02")
    reader = reader_for(a_user("li", "371002"), date(2026, 11, 24))

    with reading_as(reader):
        seen = set(RowHistory.objects.values_list("person", flat=True))

    assert seen == {here.pk}
    assert RowHistory.objects.filter(person=there.pk).exists()


def test_partitions_cannot_be_reached_past_their_parent():
    a_person()
    Person.objects.update(nation="02")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent::regclass::text"
            " IN ('kernel_rowhistory', 'kernel_act', 'kernel_read')"
        )
        parts = [row[0] for row in cursor.fetchall()]

    assert len(parts) >= 15
    for part in parts:
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            by_sql("SET LOCAL ROLE anmin_web")
            by_sql(f"SELECT count(*) FROM {part}")


def test_rotation_leaves_no_history_and_takes_the_history_along(settings, tmp_path, monkeypatch):
    settings.ANMIN_HOME = tmp_path
    person = a_person("王秀英")
    person.name = "王秀兰"
    person.save()
    before = RowHistory.objects.count()

    keys.new_key()
    places = {name for name, _done in keys.reseal()}

    assert "kernel_rowhistory.old" in places
    assert RowHistory.objects.count() == before
    assert keys.in_use(1) == 0
    row = history_of("kernel_person", person.pk).filter(old__has_key="name").first()
    raw = bytes.fromhex(row.old["name"].removeprefix("\\x"))
    assert raw[1:5] == (2).to_bytes(4, "big")
    assert opened_text(raw, "kernel_person", "name", person.pk) == "王秀英"
