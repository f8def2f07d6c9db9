"""Numbers of cards: one wrong digit and most swaps are noticed."""

import pytest

from anmin.lib.cards import account_number, card_number, luhn_digit


def test_a_known_number_passes_however_it_is_typed():
    assert card_number("6222 0200 0000 0000 007".replace("007", "00") + luhn_digit("6222020000000000" + "00"))
    assert card_number("4539 1488 0343 6467") == "4539148803436467"
    assert card_number("4539-1488-0343-6467") == "4539148803436467"


@pytest.mark.parametrize("place", range(16))
def test_one_wrong_digit_is_noticed(place):
    good = "4539148803436467"
    wrong = good[:place] + str((int(good[place]) + 1) % 10) + good[place + 1 :]

    assert card_number(wrong) is None


@pytest.mark.parametrize(
    "text", ["", "1234567", "4539148803436467x", "４５３９１４８８０３４３６４６７", "9" * 31]
)
def test_what_is_no_number_is_none(text):
    assert account_number(text) is None
    assert card_number(text) is None
