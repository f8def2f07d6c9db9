"""Numbers of bank cards and accounts (银行账号): digits only, and for cards the check digit of ISO/IEC 7812."""

from __future__ import annotations

SHORTEST, LONGEST = 8, 30


def account_number(text: str) -> str | None:
    """The digits of an account number however it was typed; None for what can be none."""
    digits = text.replace(" ", "").replace("-", "").replace("\u3000", "")
    return digits if digits.isascii() and digits.isdigit() and SHORTEST <= len(digits) <= LONGEST else None


def luhn_digit(digits: str) -> str:
    """The last digit that makes a card number out of the digits before it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * 2 if place % 2 == 0 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def card_number(text: str) -> str | None:
    """The digits of a card number whose check digit holds; None for any other text."""
    digits = account_number(text)
    return digits if digits and digits[-1] == luhn_digit(digits[:-1]) else None
