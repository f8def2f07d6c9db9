"""The chain of a household is fed by every line: visits at the door and money in the account stand beside the cases."""

from datetime import date

import pytest

from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases.chain.queries import chain
from anmin.kernel.delivery.visits.actions import keep_visit
from tests.kernel.delivery.test_visits import ON, a_form, a_helper, an_elder
from tests.kernel.payments.banks.banking import a_return, received, sent
from tests.make import a_user

pytestmark = pytest.mark.django_db
NOW = date(2026, 11, 25)


def seen_by(name, division):
    return reader_for(a_user(name, division), NOW)


def test_a_visit_stands_on_the_chain_with_who_came_and_that_nobody_was_met():
    person, home = an_elder()
    keep_visit(by=a_helper(), form=a_form(home, person, met="missed", why_not="out"), on=ON)

    (link,) = chain(seen_by("clerk", "371002001"), home)

    assert (link.kind, link.on, link.words) == ("visit", ON, "没有见到人")
    assert "老年人探访" in link.title and link.by == "helper 的姓名"
    assert chain(seen_by("far", "371003"), home) == []


def test_money_stands_on_the_chain_once_the_bank_has_answered():
    file, _bank = sent(2)
    line = file.lines.get(seq=1).pay_line
    before = [row.kind for row in chain(seen_by("clerk", "371002001"), line.household)]
    received(file, a_return(file, ["returned", "paid"]))

    (money,) = [row for row in chain(seen_by("later", "371002001"), line.household) if row.kind == "payment"]

    assert "payment" not in before
    assert (money.on, money.fen, money.words) == (line.run.month, line.fen, "退票")
