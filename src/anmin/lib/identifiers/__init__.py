"""Identifiers (证件号码): resident IDs, permits, credit codes, cards, telephones, and what is wrong with one.

Every check either gives a value or raises `IdentifierProblem` with a stable code and a sentence for a person.
Checks that may fail on a genuine number (a bank card's Luhn digit, a region code) are warnings, not errors.
"""

from anmin.lib.identifiers.cards import bank_card, disability_card
from anmin.lib.identifiers.foreign import ForeignId, parse_foreign_id
from anmin.lib.identifiers.organisations import parse_credit_code
from anmin.lib.identifiers.phones import landline, mobile
from anmin.lib.identifiers.problems import IdentifierProblem
from anmin.lib.identifiers.residents import (
    Identity,
    IdentityKind,
    Sex,
    check_digit,
    parse_identity,
    parse_resident_id,
    upgraded,
)

__all__ = [
    "ForeignId",
    "IdentifierProblem",
    "Identity",
    "IdentityKind",
    "Sex",
    "bank_card",
    "check_digit",
    "disability_card",
    "landline",
    "mobile",
    "parse_credit_code",
    "parse_foreign_id",
    "parse_identity",
    "parse_resident_id",
    "upgraded",
]
