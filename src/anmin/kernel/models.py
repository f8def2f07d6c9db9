"""Every table of the kernel, lowest package first, for Django's eyes only: nobody else imports this module."""

from anmin.kernel.access.models import (
    Assignment,
    BreakGlass,
    Delegation,
    FactorReset,
    Grant,
    PasswordHistory,
    PhoneCode,
    RoleConflict,
    SetupSecret,
    Taking,
    TakingAlarm,
    TakingPermit,
    User,
)
from anmin.kernel.audit.models import Act, ActHead, Read, RowHistory
from anmin.kernel.cases.deciding.models import Sample
from anmin.kernel.cases.intake.models import Application, CaseMaterial, CaseMember, Draft
from anmin.kernel.cases.models import AllowedStep, Case, CaseClock, ProcedureVersion, Step
from anmin.kernel.cases.publicity.models import Objection, Publicity
from anmin.kernel.cases.relatives.models import StaffPerson
from anmin.kernel.cases.reserve.models import ReserveClosing, ReserveEntry
from anmin.kernel.cases.scans.models import Scan
from anmin.kernel.cases.verification.models import CaseFact
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
from anmin.kernel.papers.models import Paper
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
from anmin.kernel.people.merging.models import Merge, NotSame
from anmin.kernel.people.models import (
    ChangeRequest,
    Death,
    FormerName,
    FormerPlace,
    Household,
    Identifier,
    Kin,
    Membership,
    Person,
    Residence,
)
from anmin.kernel.screening.models import BrokenHousehold, DivisionSum, HouseholdResult, Run

__all__ = [
    "Act",
    "ActHead",
    "AllowedStep",
    "Amount",
    "Application",
    "Assignment",
    "BreakGlass",
    "BrokenHousehold",
    "Case",
    "CaseClock",
    "CaseFact",
    "CaseMaterial",
    "CaseMember",
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
    "Draft",
    "Entitlement",
    "Exchange",
    "FactorReset",
    "FormerName",
    "FormerPlace",
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
    "Objection",
    "Outgoing",
    "Paper",
    "Partner",
    "PartnerCall",
    "PartnerKey",
    "PartnerStaff",
    "PasswordHistory",
    "Person",
    "PhoneCode",
    "ProcedureVersion",
    "Publicity",
    "QuarantinedRow",
    "Read",
    "RefusedFile",
    "ReserveClosing",
    "ReserveEntry",
    "Residence",
    "RoleConflict",
    "RowHistory",
    "Run",
    "Sample",
    "Scan",
    "Sender",
    "SetupSecret",
    "SharingRequest",
    "Slip",
    "SlipReview",
    "SourceBatch",
    "SourceQuarantine",
    "SourceSigner",
    "StaffPerson",
    "Step",
    "Subscription",
    "Taking",
    "TakingAlarm",
    "TakingPermit",
    "Upkeep",
    "Upload",
    "User",
]
