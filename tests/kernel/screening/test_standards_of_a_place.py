"""A standard is proposed by one, confirmed by another, counts from its day on, and changes nothing that was decided before."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from anmin.kernel import ruletasks
from anmin.kernel.access.queries import reader_for
from anmin.kernel.audit.models import Act
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.entitlements.grounds import ground, replay
from anmin.kernel.entitlements.rerating.effects import affected, effects_of
from anmin.kernel.operations.checks import BROKEN, GOOD
from anmin.kernel.operations.installation import standards as doctor_look
from anmin.kernel.screening.rulebooks import rulebook
from anmin.kernel.screening.standards import actions, published
from anmin.kernel.screening.standards.actions import StandardProblem, confirm, decline, propose, withdraw
from anmin.kernel.screening.standards.models import StandardChange
from anmin.policy.evaluate import Household, evaluate
from anmin.policy.plan import make_plan
from tests.kernel.payments.money import COUNTY, DIBAO, VILLAGE, a_family
from tests.make import a_user

pytestmark = pytest.mark.django_db
NAME = "dibao_standard"
TODAY, OLD, NEW = date(2026, 11, 26), date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    """A data folder of its own: what is laid out here is read nowhere else."""
    settings.ANMIN_HOME = tmp_path
    return tmp_path


@pytest.fixture
def people():
    return {
        "officer": a_user("officer", "371000", role="city_officer"),
        "leader": a_user("leader", COUNTY, role="county_leader"),
        "clerk": a_user("clerk", "371002001"),
    }


def proposed(people, **more):
    given = {"rate": NAME, "division": COUNTY, "first_day": NEW, "urban": "1200", "law": "威民发〔2026〕9号"}
    return propose(by=people["officer"], on=TODAY, **{**given, **more})


def standard(on, **more):
    return rulebook(**more).rates.entry(NAME, VILLAGE, on).value(0)


def confirmed(people, capture, **more):
    row = proposed(people, **more)
    with capture(execute=True):
        return confirm(by=people["leader"], change=row, on=TODAY)


def sees(user):
    return reader_for(user, TODAY)


def granted(by, day=OLD):
    home, _people = a_family("HS1", "王秀英", "王秀兰", serial=71)
    seen = Household(home.number, VILLAGE, 0, {}, [{"birth_day": 19500302}] * 2, ["", ""])
    outcome = evaluate(make_plan(rulebook(), day, ["dibao_eligible", "dibao_amount"]), seen)
    fen = outcome.values["dibao_amount"]
    decision = entitlements.decide(
        by=by, case_number="CS1", matter="dibao", division=VILLAGE, household=home, outcome="grant", on=day,
        amount=fen, benefit=DIBAO, grounds=ground(outcome),
    )  # fmt: skip
    entitlements.begin(by=by, decision=decision, benefit=DIBAO, first_month=day, fen=fen)
    return decision


def test_a_proposal_counts_for_nothing_and_a_confirmed_one_from_its_day_on(
    people, django_capture_on_commit_callbacks
):
    before = standard(NEW)
    row = proposed(people)
    assert standard(NEW) == before != 120_000

    with django_capture_on_commit_callbacks(execute=True):
        confirm(by=people["leader"], change=row, on=TODAY)

    assert standard(NEW) == 120_000
    assert standard(date(2026, 11, 30)) == before
    assert rulebook().rates.entry(NAME, "371003001001", NEW).value(0) == before
    assert (
        Act.objects.filter(act__in=["screening.propose_standard", "screening.confirm_standard"]).count() == 2
    )


def test_an_old_decision_replays_to_the_same_bytes_also_under_a_standard_that_reaches_back(
    people, django_capture_on_commit_callbacks
):
    decision = granted(people["leader"])
    assert replay(decision).agrees

    confirmed(people, django_capture_on_commit_callbacks)
    confirmed(people, django_capture_on_commit_callbacks, first_day=date(2026, 10, 1), urban="1500")

    assert standard(OLD) == 150_000
    assert replay(decision).differences == ()
    assert decision.rates[NAME]["value"] != 150_000


def test_a_decision_taken_by_the_new_standard_replays_as_well(people, django_capture_on_commit_callbacks):
    confirmed(people, django_capture_on_commit_callbacks)

    decision = granted(people["leader"], NEW)

    assert decision.rates[NAME]["value"] == 120_000
    assert decision.amount == 240_000
    assert replay(decision).agrees


def test_nobody_confirms_what_he_proposed_nor_whoever_may_not(people):
    row = proposed(people)

    for who, code in (("officer", "by_two"), ("clerk", "no_power")):
        with pytest.raises(StandardProblem) as told:
            confirm(by=people[who], change=row, on=TODAY)
        assert told.value.code == code
    with pytest.raises(IntegrityError), transaction.atomic():
        StandardChange.objects.filter(pk=row.pk).update(decided_by=people["officer"])


def test_a_confirmed_standard_keeps_its_value_whatever_is_tried(people, django_capture_on_commit_callbacks):
    row = confirmed(people, django_capture_on_commit_callbacks)

    for attempt in (
        lambda: StandardChange.objects.filter(pk=row.pk).update(urban=1),
        lambda: StandardChange.objects.filter(pk=row.pk).update(state="proposed"),
        lambda: StandardChange.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            attempt()


def test_a_standard_is_taken_back_before_its_day_and_not_after(people, django_capture_on_commit_callbacks):
    before = standard(NEW)
    row = confirmed(people, django_capture_on_commit_callbacks)
    with pytest.raises(StandardProblem) as late:
        withdraw(by=people["leader"], change=row, reason="文件改了", on=NEW)
    with pytest.raises(StandardProblem) as own:
        withdraw(by=people["officer"], change=row, reason="文件改了", on=TODAY)

    with django_capture_on_commit_callbacks(execute=True):
        withdraw(by=people["leader"], change=row, reason="文件改了", on=TODAY)

    assert (late.value.code, own.value.code) == ("in_force", "by_two")
    assert standard(NEW) == before
    assert published.newest().stem == "000002"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"urban": "九百四"}, "value"),
        ({"urban": "-5"}, "value"),
        ({"urban": "940.005"}, "value"),
        ({"law": "  "}, "no_document"),
        ({"rate": "nothing"}, "rate_unknown"),
        ({"last_day": date(2026, 11, 30)}, "days"),
        ({"division": "110000"}, "no_power"),
    ],
)
def test_what_is_wrong_with_a_proposal_is_said_at_its_field(people, wrong, code):
    with pytest.raises(StandardProblem) as told:
        proposed(people, **wrong)

    assert told.value.code == code and told.value.field in wrong
    assert not StandardChange.objects.exists()


def test_a_day_takes_one_proposal_until_it_is_declined(people):
    row = proposed(people)
    with pytest.raises(StandardProblem) as told:
        proposed(people, urban="1300")
    decline(by=people["leader"], change=row, reason="数值与文件不符", on=TODAY)

    again = proposed(people, urban="1300")

    assert told.value.code == "twice"
    assert again.state == "proposed"


def test_the_difference_lists_who_gets_more_and_what_it_costs(people, django_capture_on_commit_callbacks):
    decision = granted(people["leader"])
    row = proposed(people)
    assert effects_of(row) is None

    ruletasks.work_out_standard(change=row.pk)

    row.refresh_from_db()
    found, (one,) = effects_of(row), affected(sees(a_user("near", COUNTY)), row, 0, 20)
    assert (found.households, found.benefits, found.fen) == (1, 1, 240_000 - decision.amount)
    assert (one.before, one.after, one.entitlement.household_id) == (
        decision.amount,
        240_000,
        decision.household_id,
    )
    assert affected(sees(a_user("far", "371003")), row, 0, 20) == []


def test_the_doctor_sees_what_the_rules_do_not_read_and_the_list_is_written_anew(
    people, django_capture_on_commit_callbacks
):
    assert doctor_look().state == GOOD
    confirmed(people, django_capture_on_commit_callbacks)
    published.newest().unlink()

    found = doctor_look()
    ruletasks.lay_out_standards()

    assert found.state == BROKEN and "--lay-out" in found.fix
    assert doctor_look().state == GOOD and standard(NEW) == 120_000
    assert actions.lay_out() == 1
