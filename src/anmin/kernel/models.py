"""Every table of the kernel, lowest package first, for Django's eyes only: nobody else imports this module."""

from anmin.kernel.access.models import Grant, User
from anmin.kernel.audit.models import Act
from anmin.kernel.divisions.models import Division, DivisionChange
from anmin.kernel.facts.models import ImportBatch, QuarantinedRow
from anmin.kernel.operations.models import JobFailure, Upkeep
from anmin.kernel.screening.models import BrokenHousehold, DivisionSum, HouseholdResult, Run

__all__ = [
    "Act",
    "BrokenHousehold",
    "Division",
    "DivisionChange",
    "DivisionSum",
    "Grant",
    "HouseholdResult",
    "ImportBatch",
    "JobFailure",
    "QuarantinedRow",
    "Run",
    "Upkeep",
    "User",
]
