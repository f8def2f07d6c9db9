"""Our own books as a source of the snapshot: today's layers, landed once, taken up by increments, and no file in their place."""

from datetime import date, timedelta

import pytest

from anmin.kernel.alerts.arriving.actions import watch_day
from anmin.kernel.alerts.arriving.ownbooks import SOURCE, land_own_books
from anmin.kernel.facts.batches import actions as batches
from anmin.kernel.facts.batches.models import SourceBatch
from anmin.kernel.facts.queries import snapshot_named
from anmin.kernel.people.models import Household
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.codes import Layer
from anmin.policy.errors import PolicyError
from tests.kernel.alerts.landing import ON, a_bill, one_rule, town
from tests.kernel.payments.money import a_grant

__all__ = ["one_rule", "town"]
pytestmark = pytest.mark.django_db
MONTH = date(2026, 10, 1)


def layers(watched):
    """The layer of each household in the snapshot of an evaluation."""
    table = snapshot_named(watched.manifest["snapshot"]).household_table(0, ["household", "recognised_layer"])
    return dict(zip(table["household"].to_pylist(), table["recognised_layer"].to_pylist(), strict=True))


def test_a_household_in_a_layer_stands_in_the_snapshot_of_its_day_and_a_change_is_an_increment(town):
    a_bill(town)
    homes = {one.number: one for one in Household.objects.all()}
    a_grant(homes["H1"], 0, MONTH, benefit="assistance/edge")
    first = watch_day(by="系统", on=ON).watched
    assert layers(first) == {"H1": Layer.EDGE, "H2": None}

    a_grant(homes["H2"], 70_000, MONTH, benefit="assistance/dibao")
    then = watch_day(by="系统", on=ON).watched

    assert layers(then) == {"H1": Layer.EDGE, "H2": Layer.DIBAO} and then.manifest["changed"] == 1
    assert SourceBatch.objects.filter(source=SOURCE).count() == 2


def test_books_that_say_the_same_land_once_and_empty_books_never(town):
    assert land_own_books(by="系统", on=ON) is None

    a_grant(Household.objects.get(number="H1"), 0, MONTH, benefit="assistance/edge")
    landed = land_own_books(by="系统", on=ON)

    assert landed.landed == 1 and land_own_books(by="系统", on=ON + timedelta(1)) is None


def test_no_file_is_taken_for_our_own_books(town):
    path = town / "own.csv"
    path.write_text("身份证号,姓名\n", "utf-8")

    with pytest.raises(PolicyError, match="不收文件"):
        batches.take_in(by="x", source=SOURCE, period="2026-11-20", path=path, facts=rulebook().facts, on=ON)
