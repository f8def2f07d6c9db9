"""Every table of the kernel, lowest package first, for Django's eyes only: nobody else imports this module."""

from anmin.kernel.access.models import (
    BreakGlass,
    Delegation,
    FactorReset,
    Grant,
    PasswordHistory,
    RoleConflict,
    SetupSecret,
    Taking,
    TakingAlarm,
    TakingPermit,
    User,
)
from anmin.kernel.audit.models import Act, ActHead, Read, RowHistory
from anmin.kernel.cases.models import AllowedStep, Case, CaseClock, ProcedureVersion, Step
from anmin.kernel.divisions.models import Division, DivisionChange
from anmin.kernel.entitlements.models import Amount, Decision, Entitlement
from anmin.kernel.exchange.checks.models import CheckAnswer, CheckOrder
from anmin.kernel.exchange.consents.models import Consent
from anmin.kernel.exchange.sharing.models import SharingRequest
from anmin.kernel.exchange.slips.models import Slip, SlipReview
from anmin.kernel.facts.batches.models import (
    RefusedFile,
    SourceBatch,
    SourceQuarantine,
    SourceSigner,
    Upload,
)
from anmin.kernel.facts.models import ImportBatch, QuarantinedRow
from anmin.kernel.operations.models import JobFailure, Upkeep
from anmin.kernel.partners.models import (
    Exchange,
    KeptAnswer,
    Outgoing,
    Partner,
    PartnerCall,
    PartnerKey,
    PartnerStaff,
    Sender,
    Subscription,
)
from anmin.kernel.people.matching.models import MatchPair, MatchRun
from anmin.kernel.people.models import (
    ChangeRequest,
    Death,
    FormerName,
    Household,
    Identifier,
    Kin,
    Membership,
    Merge,
    NotSame,
    Person,
    Residence,
)
from anmin.kernel.screening.models import BrokenHousehold, DivisionSum, HouseholdResult, Run

__all__ = [
    "Act",
    "ActHead",
    "AllowedStep",
    "Amount",
    "BreakGlass",
    "BrokenHousehold",
    "Case",
    "CaseClock",
    "ChangeRequest",
    "CheckAnswer",
    "CheckOrder",
    "Consent",
    "Death",
    "Decision",
    "Delegation",
    "Division",
    "DivisionChange",
    "DivisionSum",
    "Entitlement",
    "Exchange",
    "FactorReset",
    "FormerName",
    "Grant",
    "Household",
    "HouseholdResult",
    "Identifier",
    "ImportBatch",
    "JobFailure",
    "KeptAnswer",
    "Kin",
    "MatchPair",
    "MatchRun",
    "Membership",
    "Merge",
    "NotSame",
    "Outgoing",
    "Partner",
    "PartnerCall",
    "PartnerKey",
    "PartnerStaff",
    "PasswordHistory",
    "Person",
    "ProcedureVersion",
    "QuarantinedRow",
    "Read",
    "RefusedFile",
    "Residence",
    "RoleConflict",
    "RowHistory",
    "Run",
    "Sender",
    "SetupSecret",
    "SharingRequest",
    "Slip",
    "SlipReview",
    "SourceBatch",
    "SourceQuarantine",
    "SourceSigner",
    "Step",
    "Subscription",
    "Taking",
    "TakingAlarm",
    "TakingPermit",
    "Upkeep",
    "Upload",
    "User",
]
