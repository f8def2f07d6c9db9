"""The rule engine: plain typed functions, dated rates, findings, and one source for three executions.

What a rule file may import is named here and nowhere else. Units: money is integer fen, ratios are
integer basis points, days are integers of the form yyyymmdd.
"""

from anmin.policy.alerts import Alert
from anmin.policy.benefits import Benefit
from anmin.policy.errors import PolicyError
from anmin.policy.rules import household, person
from anmin.policy.types import BasisPoints, Day, Each, Fen, Months, Table

__all__ = [
    "Alert",
    "BasisPoints",
    "Benefit",
    "Day",
    "Each",
    "Fen",
    "Months",
    "PolicyError",
    "Table",
    "household",
    "person",
]
