"""What is seen of banks: only of one's own places, what came back with whom to call, one payment's life."""

import pytest

from anmin.kernel.access.queries import operator, reader_for
from anmin.kernel.payments.banks import queries
from tests.kernel.payments.banks.banking import a_return, received, sent
from tests.kernel.payments.money import TODAY, finance
from tests.make import a_user

pytestmark = pytest.mark.django_db


def elsewhere():
    return reader_for(a_user("bieren", "371003", role="county_finance"), TODAY)


def test_what_came_back_says_why_and_whom_to_call():
    file, _bank = sent(2)
    received(file, a_return(file, ["returned", "paid"]))
    person = file.lines.get(seq=1).pay_line.person
    person.phone = "13900000001"
    person.save()

    (one,) = queries.returned(finance())

    assert (one.name, one.phone) == (person.name, "13900000001")
    assert (one.code.title, one.code.mend) == ("账户已销户", "account")
    assert list(queries.returned(elsewhere())) == []


def test_open_orders_and_files_are_seen_in_their_place_only():
    file, _bank = sent(2)
    received(file, b"nonsense")

    here, there = finance(), elsewhere()

    assert queries.orders_open(here).count() == 2
    assert queries.file_named(here, file.batch) == file
    assert queries.quarantined(here).count() == 1
    assert queries.orders_open(there).count() == 0
    assert queries.file_named(there, file.batch) is None
    assert queries.quarantined(there).count() == 0


def test_one_payments_life_is_told_from_its_file_to_its_answer():
    file, _bank = sent(1)
    received(file, a_return(file, "returned"))

    life = queries.life_of(operator(TODAY), file.lines.get().pay_line)

    assert [moment.code for moment in life] == ["filed", "sent", "returned"]
    assert life[-1].told["why"] == "账户已销户"
