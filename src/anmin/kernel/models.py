"""Every table of the kernel, lowest package first, for Django's eyes only: nobody else imports this module."""

from anmin.kernel.access.messages.models import Message
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
from anmin.kernel.alerts.models import Alert, AlertHit, AlertStep
from anmin.kernel.alerts.offers.models import Offer
from anmin.kernel.alerts.sweeps.models import Sweep, SweepPart
from anmin.kernel.alerts.trials.models import AskedTrial
from anmin.kernel.audit.models import Act, ActHead, Read, RowHistory
from anmin.kernel.cases.deciding.models import Sample
from anmin.kernel.cases.intake.models import Application, CaseMaterial, CaseMember, Draft
from anmin.kernel.cases.models import AllowedStep, Case, CaseClock, ProcedureVersion, Step
from anmin.kernel.cases.publicity.models import Objection, Publicity
from anmin.kernel.cases.pushes.models import Push
from anmin.kernel.cases.relatives.models import StaffPerson
from anmin.kernel.cases.reserve.models import ReserveClosing, ReserveEntry
from anmin.kernel.cases.scans.models import Scan
from anmin.kernel.cases.table.models import SavedView
from anmin.kernel.cases.takeover.models import TakeoverBatch, TakeoverRow
from anmin.kernel.cases.verification.models import CaseFact
from anmin.kernel.cases.voices.models import Voice
from anmin.kernel.delivery.cards.models import CardEntry
from anmin.kernel.delivery.orders.models import Order
from anmin.kernel.delivery.plans.models import PhotoRule, VisitPlan
from anmin.kernel.delivery.reports.models import ReportCell
from anmin.kernel.delivery.sending.models import Sending
from anmin.kernel.delivery.visits.models import Visit, VisitPhoto
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
from anmin.kernel.payments.approvals.models import RunApproval
from anmin.kernel.payments.banks.models import (
    BankCall,
    BankStatement,
    PayFile,
    PayFileLine,
    Reconciliation,
    ReturnFile,
    ReturnLine,
)
from anmin.kernel.payments.budget.models import BudgetLine, BudgetMove, Fund
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.ledger.models import LedgerEntry, LedgerLine, PeriodClosing
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.payments.recovery.models import Recovery, RecoveryInstalment, RecoveryMonth
from anmin.kernel.payments.runs.models import (
    PayLine,
    PayPart,
    PayRun,
    PriceSubsidy,
    RateContinuation,
    RunFunding,
)
from anmin.kernel.payments.sentinels.models import Sentinel
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
from anmin.kernel.people.protection.models import HeldHome
from anmin.kernel.people.residents.models import PublicForm, ResidentCode, ResidentSession
from anmin.kernel.registers.models import RegisterIntake, RejectedRow
from anmin.kernel.screening.models import BrokenHousehold, DivisionSum, HouseholdResult, Run
from anmin.kernel.screening.standards.models import StandardChange

__all__ = [
    "Act",
    "ActHead",
    "Alert",
    "AlertHit",
    "AlertStep",
    "AllowedStep",
    "Amount",
    "Application",
    "AskedTrial",
    "Assignment",
    "BankCall",
    "BankStatement",
    "BreakGlass",
    "BrokenHousehold",
    "BudgetLine",
    "BudgetMove",
    "CardEntry",
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
    "Fund",
    "Grant",
    "HeldHome",
    "Household",
    "HouseholdResult",
    "Identifier",
    "ImportBatch",
    "JobFailure",
    "KeptAnswer",
    "Kin",
    "LedgerEntry",
    "LedgerLine",
    "MatchPair",
    "MatchRun",
    "Membership",
    "Merge",
    "Message",
    "NotSame",
    "Objection",
    "Offer",
    "Order",
    "Outgoing",
    "Paper",
    "Partner",
    "PartnerCall",
    "PartnerKey",
    "PartnerStaff",
    "PasswordHistory",
    "PayException",
    "PayFile",
    "PayFileLine",
    "PayLine",
    "PayPart",
    "PayRun",
    "PayeeAccount",
    "PeriodClosing",
    "Person",
    "PhoneCode",
    "PhotoRule",
    "PriceSubsidy",
    "ProcedureVersion",
    "PublicForm",
    "Publicity",
    "Push",
    "QuarantinedRow",
    "RateContinuation",
    "Read",
    "Reconciliation",
    "Recovery",
    "RecoveryInstalment",
    "RecoveryMonth",
    "RefusedFile",
    "RegisterIntake",
    "RejectedRow",
    "ReportCell",
    "ReserveClosing",
    "ReserveEntry",
    "Residence",
    "ResidentCode",
    "ResidentSession",
    "ReturnFile",
    "ReturnLine",
    "RoleConflict",
    "RowHistory",
    "Run",
    "RunApproval",
    "RunFunding",
    "Sample",
    "SavedView",
    "Scan",
    "Sender",
    "Sending",
    "Sentinel",
    "SetupSecret",
    "SharingRequest",
    "Slip",
    "SlipReview",
    "SourceBatch",
    "SourceQuarantine",
    "SourceSigner",
    "StaffPerson",
    "StandardChange",
    "Step",
    "Subscription",
    "Sweep",
    "SweepPart",
    "TakeoverBatch",
    "TakeoverRow",
    "Taking",
    "TakingAlarm",
    "TakingPermit",
    "Upkeep",
    "Upload",
    "User",
    "Visit",
    "VisitPhoto",
    "VisitPlan",
    "Voice",
]
