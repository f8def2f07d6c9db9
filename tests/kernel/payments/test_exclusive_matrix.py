"""E11: every two benefits that are paid by the month, in the hands of one person: held where a law excludes them, and only there."""

from datetime import date
from itertools import combinations

import pytest

from anmin.kernel.entitlements.queries import benefits_of_runs
from anmin.kernel.entitlements.years import is_yearly
from anmin.kernel.payments import placerules
from anmin.kernel.payments.checks import checking
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.screening.rulebooks import rulebook
from tests.kernel.payments.money import a_family, a_grant, a_run

pytestmark = pytest.mark.django_db
NOV = date(2026, 11, 1)
EXCLUDED = {
    frozenset(pair.split(" / "))
    for pair in (
        "assistance/tekun / assistance/dibao",
        "assistance/tekun / assistance/single_dibao",
        "assistance/tekun / disability/living_subsidy",
        "assistance/tekun / disability/care_subsidy",
        "children/orphan / disability/living_subsidy",
        "children/orphan / children/unsupported",
        "assistance/dibao / assistance/dibao_expenditure",
        "assistance/dibao / assistance/single_dibao",
        # By expenditure is dibao as well: who has it in the family has neither the single person's nor tekun.
        "assistance/tekun / assistance/dibao_expenditure",
        "assistance/dibao_expenditure / assistance/single_dibao",
        # 43号 §9: a child for whom the way of children was chosen is not tekun.
        "assistance/tekun / children/orphan",
        "assistance/tekun / children/unsupported",
        # 57号 §27 is for who is on dibao; what fades is paid after it.
        "assistance/tekun / assistance/uplift",
        "assistance/dibao / assistance/fade_out",
        "assistance/dibao_expenditure / assistance/fade_out",
    )
}
"""By the laws themselves (民发〔2021〕43号, 国发〔2015〕52号, 民发〔2019〕62号, 民发〔2021〕57号), beside what the code reads."""


def matrix():
    """A family for every pair; which pairs were held as exclusive."""
    keys = [key for key in benefits_of_runs() if not is_yearly(key)]
    homes = {}
    for serial, pair in enumerate(combinations(keys, 2), start=1):
        home, (head,) = a_family(f"H{serial}", serial=serial)
        homes[home.pk] = frozenset(pair)
        for benefit in pair:
            single = rulebook().benefits[benefit].unit == "person"
            a_grant(home, 100_00, NOV, benefit=benefit, person=head if single else None)
    run = a_run(NOV, benefits=keys)
    held = PayException.objects.filter(run=run, code="exclusive", state="open", line__state="held")
    return keys, {homes[home] for home in held.values_list("line__household", flat=True)}


def test_exactly_what_a_law_excludes_is_held():
    keys, held = matrix()

    assert held == {pair for pair in EXCLUDED if pair <= set(keys)}
    assert len(held) >= 6


def test_a_pair_that_was_forgotten_is_missed_by_the_matrix(monkeypatch):
    """The wrong variant: one law is not among the pairs."""
    short = placerules.pairs()[1:]
    monkeypatch.setattr(checking, "pairs", lambda: short)

    keys, held = matrix()

    assert held != {pair for pair in EXCLUDED if pair <= set(keys)}
