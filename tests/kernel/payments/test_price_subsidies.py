"""A price subsidy starts at its lines; what is learned later of a month that was paid adds whom it lacked, and nobody twice."""

from datetime import date

import pytest

from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.differences import differences, total_before
from anmin.kernel.people.register import actions as register
from tests.kernel.payments.money import COUNTY, DIBAO, TODAY, a_family, a_grant, a_run, a_signer, decided
from tests.kernel.payments.test_edges_of_a_month import CITY, a_subsidy, subsidies
from tests.make import a_person, a_user

pytestmark = pytest.mark.django_db
OCT, NOV = date(2026, 10, 1), date(2026, 11, 1)
TEKUN = "assistance/tekun"
BOTH = (DIBAO, TEKUN)


@pytest.fixture
def paid():
    """A family of two whose subsidy of October was paid: 41 yuan each."""
    home, people = a_family("H1", "张甲", "张乙")
    row = a_grant(home, 100_00, OCT)
    a_subsidy(OCT, 41_00, CITY)
    assert subsidies(a_run(OCT, benefits=BOTH, checked=False)) == {(row.pk, OCT): 82_00}
    return home, people, row


def november():
    return a_run(NOV, benefits=BOTH, checked=False)


def test_who_was_counted_in_the_family_is_not_paid_again_for_a_benefit_of_their_own_that_reaches_back(paid):
    home, (_head, uncle), _row = paid
    a_grant(home, 900_00, OCT, benefit=TEKUN, person=uncle, on=date(2026, 11, 2))

    assert subsidies(november()) == {}


def test_a_child_that_is_registered_later_is_made_up_for(paid):
    home, _people, row = paid
    child = a_person("张丙", serial=99, birth_day=date(2026, 10, 20))
    register.add_member(
        by="test", household=home, person=child, relation=2, is_head=False, first_day=date(2026, 10, 20)
    )

    run = november()

    assert subsidies(run) == {(row.pk, OCT): 41_00}
    assert sum(one.fen for one in differences(run)) == run.total - total_before(run)
    assert subsidies(a_run(date(2026, 12, 1), benefits=BOTH, checked=False)) == {}


@pytest.mark.parametrize(("fen", "more"), [(45_00, {OCT: 8_00}), (41_00, {}), (30_00, {})])
def test_another_figure_of_a_nearer_place_brings_the_difference_and_takes_nothing_back(paid, fen, more):
    _home, _people, row = paid
    a_subsidy(OCT, fen, COUNTY)

    assert subsidies(november()) == {(row.pk, month): fen for month, fen in more.items()}


def test_whose_own_benefit_is_taken_back_for_a_month_is_not_counted_in_the_family_a_second_time():
    home, (_head, uncle) = a_family("H1", "张甲", "张乙")
    family = a_grant(home, 100_00, OCT)
    own = a_grant(home, 900_00, OCT, benefit=TEKUN, person=uncle)
    a_subsidy(OCT, 41_00)
    assert subsidies(a_run(OCT, benefits=BOTH, checked=False)) == {
        (family.pk, OCT): 41_00,
        (own.pk, OCT): 41_00,
    }
    gone = decided(home, "stop", date(2026, 11, 2), benefit=TEKUN, person=uncle)
    entitlements.end(by="test", decision=gone, entitlement=own, first_month=OCT)

    assert subsidies(november()) == {}


def test_who_has_a_benefit_of_their_own_and_belongs_to_no_family_has_the_subsidy():
    home, (old, _other) = a_family("H1", "张甲", "张乙")
    own = a_grant(home, 900_00, OCT, benefit=TEKUN, person=old)
    home.memberships.filter(person=old).update(last_day=date(2026, 8, 31))
    a_subsidy(OCT, 41_00)

    assert subsidies(a_run(OCT, benefits=BOTH, checked=False)) == {(own.pk, OCT): 41_00}


def test_no_price_subsidy_starts_below_both_lines():
    """X-79: 3.4 % and 5.9 % start nothing, 3.5 % or 6 % do."""
    given = {
        "by": a_signer("shen1", "county_approver"),
        "beside": a_user("li", COUNTY),
        "division": COUNTY,
        "benefits": [DIBAO],
        "urban_fen": 41_00,
        "rural_fen": 34_00,
        "document": "威发改〔2026〕9号",
        "on": TODAY,
    }

    with pytest.raises(PaymentProblem) as refused:
        runs.start_price_subsidy(**given, month=NOV, rates={"cpi": 340, "food": 590, "index": 390})

    assert refused.value.code == "price_line"
    assert "3.5%" in str(refused.value)
    runs.start_price_subsidy(**given, month=NOV, rates={"cpi": 350, "food": 0, "index": 390})
    runs.start_price_subsidy(**given, month=OCT, rates={"cpi": 100, "food": 600, "index": 390})
