"""Keys of partners: within a legal basis, for a time, kept as a hash, counted over a whole line of rotated ones."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from anmin.kernel.access import actions as access
from anmin.kernel.access.models import TakingAlarm
from anmin.kernel.access.queries import reader_for
from anmin.kernel.access.taking.actions import TakingStopped
from anmin.kernel.audit.models import Act
from anmin.kernel.partners import actions, queries
from anmin.kernel.partners.actions import PartnerProblem
from anmin.kernel.partners.models import PartnerKey
from anmin.kernel.partners.queries import Refused, key_by_token, persons_today
from anmin.kernel.partners.staff import actions as staff
from anmin.kernel.partners.staff.queries import partner_of, reading_for
from tests.api.partners import a_key
from tests.make import a_user

pytestmark = pytest.mark.django_db


def today():
    return timezone.localdate()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": " "}, "名称和用途"),
        ({"powers": ["everything"]}, "没有这些接口权限"),
        ({"divisions": []}, "辖区"),
        ({"basis": "medical_premium"}, "不适用于"),
        ({"fields": ["bank.card"]}, "银行卡号"),
        ({"per_day": 10**9}, "每天人数"),
        ({"first_day": None, "last_day": None}, "最长给一年"),
    ],
)
def test_a_key_that_goes_too_far_is_not_made(wrong, words):
    if "first_day" in wrong:
        wrong = {"first_day": today(), "last_day": today() + timedelta(400)}

    with pytest.raises(PartnerProblem, match=words):
        a_key(**wrong)


def test_a_rotated_key_counts_its_people_together_with_the_one_before(monkeypatch):
    """E33: a new key is no new allowance."""
    fresh, _client = a_key(per_day=3)
    actions.take_persons(by="test", key=fresh.key, person_ids=[1, 2], on=today())
    newer = actions.rotate_key(by="test", key=fresh.key, on=today()).key

    actions.take_persons(by="test", key=newer, person_ids=[2, 3], on=today())
    with pytest.raises(TakingStopped):
        actions.take_persons(by="test", key=newer, person_ids=[4], on=today())

    assert persons_today(newer, today()) == persons_today(fresh.key, today()) == 3
    assert TakingAlarm.objects.get().via == f"key/{fresh.key.pk}"
    assert Act.objects.filter(act="partners.too_many_persons").count() == 1


def test_counting_each_key_by_itself_would_be_a_way_round(monkeypatch):
    """The wrong variant of E33."""
    monkeypatch.setattr(actions, "family_of", lambda key: key.pk)
    fresh, _client = a_key(per_day=1)
    actions.take_persons(by="test", key=fresh.key, person_ids=[1], on=today())
    newer = actions.rotate_key(by="test", key=fresh.key, on=today()).key

    actions.take_persons(by="test", key=newer, person_ids=[2], on=today())


def test_the_old_key_works_for_a_week_and_then_ends():
    fresh, _client = a_key()
    actions.rotate_key(by="test", key=fresh.key, on=today())

    assert isinstance(key_by_token(fresh.token, today() + timedelta(7)), PartnerKey)
    assert key_by_token(fresh.token, today() + timedelta(8)).why == "expired"


def test_a_key_widened_by_sql_opens_nothing_at_all():
    fresh, _client = a_key()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_partnerkey SET divisions = '[\"370000\"]' WHERE id = %s", [fresh.key.pk]
        )

    found = key_by_token(fresh.token, today())

    assert isinstance(found, Refused) and found.why == "edited"


def test_a_key_never_reaches_protected_persons_not_even_by_sql():
    fresh, _client = a_key()

    with pytest.raises(DatabaseError, match="partner_key_below_protected"), transaction.atomic():
        PartnerKey.objects.filter(pk=fresh.key.pk).update(clearance=3)


def test_partners_staff_read_as_far_as_their_keys_and_hold_no_other_role():
    fresh, _client = a_key(powers=("slips",), divisions=("371002",))
    row = staff.add_staff(
        by="test",
        partner=fresh.key.partner,
        username="canlian",
        display_name="林芳",
        password="往来单位的长口令Ab2026",
        division="371000",
        on=today(),
    )
    reader = reader_for(row.user, today())

    assert partner_of(reader) == fresh.key.partner
    assert (reader.scope.codes, reader.clearance) == ((), -1)
    assert reading_for(reader, fresh.key.partner, "slips").scope.codes == ("371002",)
    assert reading_for(reader, fresh.key.partner, "registry").scope.codes == ()
    with pytest.raises(access.GrantProblem, match="不相容"):
        access.grant(by="test", user=row.user, division="371002", role="county_approver", first_day=today())


def test_staff_whose_row_was_edited_by_sql_belong_to_nobody():
    fresh, _client = a_key()
    row = staff.add_staff(
        by="test",
        partner=fresh.key.partner,
        username="canlian",
        display_name="林芳",
        password="往来单位的长口令Ab2026",
        division="371000",
        on=today(),
    )
    other = actions.add_partner(by="test", key="hrss", name="人社局")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_partnerstaff SET partner_id = %s", [other.pk])

    assert partner_of(reader_for(row.user, today())) is None


def test_nobody_else_is_a_partner_s():
    a_key()

    assert partner_of(reader_for(a_user("wang", "371002"), today())) is None


def test_calls_that_were_turned_away_for_being_too_many_do_not_keep_the_door_shut():
    fresh, client = a_key(per_minute=2)
    for _ in range(5):
        client.get("/api/v1/calls")

    assert queries.calls_in_last_minute(fresh.key, timezone.now()) == 2
    assert queries.calls_with(fresh.key).filter(status=429).count() == 3
