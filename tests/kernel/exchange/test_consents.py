"""An authorisation holds from its first to its last day, for its purpose and its sources, until it is withdrawn."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anmin.kernel.access.queries import reader_for
from anmin.kernel.audit.models import Act
from anmin.kernel.exchange.consents import queries
from anmin.kernel.exchange.consents.actions import ConsentProblem, withdraw_consent
from anmin.kernel.exchange.consents.models import Consent
from tests.kernel.exchange.world import ON, at_noon, consent
from tests.make import a_person, a_user

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no finding."""
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def test_an_authorisation_says_who_for_what_until_when_and_who_saw_it(family):
    row = consent(family.husband, sources=["tax", "pensions", "tax"])

    assert row.sources == ["pensions", "tax"]
    assert Consent.objects.get().witness == "张见证"
    act = Act.objects.get(act="exchange.record_consent")
    assert act.after["person"] == family.husband.pk
    assert "张见证" not in str(act.after)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"sources": []}, "至少选一个"),
        ({"sources": ["utilities"]}, "不能用于核对"),
        ({"sources": ["nothing"]}, "不能用于核对"),
        ({"last_day": date(2026, 10, 31)}, "早于第一天"),
        ({"signed_at": timezone.now() + timedelta(days=400), "last_day": date(2029, 1, 1)}, "将来"),
        ({"signed_at": at_noon(date(2025, 12, 31)), "first_day": date(2025, 12, 1)}, "版本"),
        ({"notice": "exchange/2026-01"}, "版本"),
        ({"notice": ""}, "版本"),
        ({"witness": "  "}, "见证人"),
        ({"channel": "desk", "witness": ""}, "见证人"),
        ({"channel": "telepathy"}, "列表"),
        ({"purpose": "fun"}, "列表"),
        ({"first_day": date(2026, 10, 1), "last_day": date(2026, 10, 31)}, "从来没有生效"),
    ],
)
def test_what_cannot_be_an_authorisation_is_refused_and_nothing_is_kept(family, changed, said):
    with pytest.raises(ConsentProblem, match=said):
        consent(family.husband, **changed)

    assert not Consent.objects.exists()


def test_a_withdrawn_authorisation_ends_at_once_and_stays_on_record(family):
    row = consent(family.husband)
    today = timezone.localdate()
    assert list(Consent.objects.filter(queries.live(today))) == [row]

    withdraw_consent(by="test", consent=row, reason="本人到窗口提出")

    assert not Consent.objects.filter(queries.live(today)).exists()
    assert Consent.objects.get().withdrawn_reason == "本人到窗口提出"
    assert Act.objects.filter(act="exchange.withdraw_consent").exists()
    with pytest.raises(ConsentProblem, match="撤回过了"):
        withdraw_consent(by="test", consent=row, reason="再来一次")


def test_a_withdrawal_says_why(family):
    with pytest.raises(ConsentProblem, match="原因"):
        withdraw_consent(by="test", consent=consent(family.husband), reason=" ")


def test_several_authorisations_add_up_and_other_purposes_do_not(family):
    consent(family.husband, sources=["pensions"])
    consent(family.husband, sources=["tax"])
    consent(family.husband, sources=["some_partner"], purpose="exchange", notice="exchange/2026-01")

    assert queries.missing_of([family.husband.pk], ["pensions", "tax"], ON) == []
    (missing,) = queries.missing_of([family.husband.pk], ["pensions", "banks"], ON)
    assert missing.sources == ("banks",)
    assert queries.live_for([family.husband.pk], "some_partner", ON) == {family.husband.pk}
    assert queries.live_for([family.husband.pk], "pensions", ON) == set()


def test_adults_are_those_of_age_alive_and_in_the_household_that_day(family):
    both = [family.husband.pk, family.wife.pk]

    assert queries.adults_of(family.home, ON) == both
    assert queries.adults_of(family.home, date(2034, 4, 30)) == both
    assert queries.adults_of(family.home, date(2034, 5, 1)) == [*both, family.child.pk]


def test_a_guardian_signs_for_somebody_else_never_for_themselves(family):
    from django.db import IntegrityError, transaction

    row = consent(family.wife, signer=family.husband)
    assert (row.person, row.signer) == (family.wife, family.husband)
    with pytest.raises(IntegrityError), transaction.atomic():
        consent(family.wife, signer=family.wife)


def test_authorisations_are_seen_within_the_readers_scope_only(family):
    row = consent(family.husband)
    stranger = a_person("赵六", "350203001001", serial=50)
    other = consent(stranger)
    elsewhere = reader_for(a_user("xm", "350203001"), ON)

    assert list(queries.consents_within(family.clerk)) == [row]
    assert queries.consent_numbered(family.clerk, other.pk) is None
    assert queries.consents_of(family.clerk, stranger) == []
    assert list(queries.consents_within(elsewhere)) == [other]


@pytest.mark.django_db
@PATIENT
@given(first=DAYS, length=st.integers(0, 400), asked=DAYS, signed_before=st.integers(0, 30))
def test_live_is_between_the_first_and_the_last_day_and_never_before_the_signature(
    first, length, asked, signed_before
):
    last = first + timedelta(days=length)
    signed = max(date(2026, 1, 1), first - timedelta(days=signed_before))
    Consent.objects.all().delete()
    row = Consent(
        person=a_person("王建国"),
        purpose="check",
        sources=["tax"],
        first_day=first,
        last_day=last,
        channel="paper",
        signed_at=at_noon(signed),
        witness="张见证",
        notice="check/2026-01",
        recorded_by="test",
    )
    row.save()

    is_live = Consent.objects.filter(queries.live(asked)).exists()

    assert is_live == (first <= asked <= last and signed <= asked)


@pytest.mark.django_db
@PATIENT
@given(withdrawn=DAYS, asked=DAYS)
def test_from_the_day_of_withdrawal_on_nothing_may_be_asked(withdrawn, asked):
    Consent.objects.all().delete()
    row = consent(
        a_person("王建国"),
        first_day=date(2026, 1, 1),
        last_day=date(2027, 12, 31),
        signed_at=at_noon(date(2026, 1, 1)),
    )
    Consent.objects.filter(pk=row.pk).update(withdrawn_at=at_noon(withdrawn))

    assert Consent.objects.filter(queries.live(asked)).exists() == (asked < withdrawn)
