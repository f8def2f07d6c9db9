"""Record an account, confirm it as somebody else, end it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.keys.queries import blind_index
from anmin.kernel.payments.parties import DECIDE, PREPARE, must, signer
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.payments.problems import PaymentProblem, refusals_told
from anmin.kernel.people.models import Household, Kin, Membership, Person
from anmin.kernel.people.queries import in_force
from anmin.lib.cards import account_number, card_number

TAKEN_OVER = "takeover"
"""Where accounts came from that an older system paid into."""
BLIND = "bank"
"""The kind under which numbers are indexed: the same as that of bank cards in the register."""


@dataclass(frozen=True)
class NewAccount:
    """An account as it is recorded. `way` is one of `PayeeAccount.Way`; cash and goods have neither bank nor number."""

    way: str
    bank: str = ""
    number: str = ""
    holder: str = ""


@transaction.atomic
def record_account(
    *,
    by: Any,
    person: Person,
    account: NewAccount,
    first_day: date,
    on: date,
    household: Household | None = None,
    holder_person: Person | None = None,
    source: str = "",
) -> PayeeAccount:
    """Record where somebody, or their household, is paid (登记收款账户). It pays nothing until somebody else confirms it.

    `holder_person` is who owns the account when it is not the person: a member of the household or a guardian.

    Raises:
        PaymentProblem: `card_wrong` for a number that is none, `holder_foreign` for somebody else's account.
    """
    must(by, PREPARE, person.division, on)
    cashless = account.way not in ("cash", "kind")
    reads = account_number if account.way == "book" else card_number
    number = reads(account.number) if cashless else ""
    if cashless and (number is None or not account.bank.strip()):
        raise PaymentProblem(
            "card_wrong", _("账号不对：应为 8 至 30 位数字，卡号还要通过校验位核对；并请填写开户银行")
        )
    if (
        holder_person is not None
        and holder_person.pk != person.pk
        and not _may_receive(person, holder_person, on)
    ):
        raise PaymentProblem("holder_foreign", _("账户持有人不是家庭成员或监护人，不能代领"))
    row = PayeeAccount(
        person=person,
        household=household,
        division=person.division,
        level=max(person.level, household.level if household is not None else 0),
        way=account.way,
        bank=account.bank.strip() if cashless else "",
        number=number or "",
        blind=blind_index(BLIND, number) if number else None,
        holder=account.holder.strip() or person.name,
        last_four=(number or "")[-4:],
        first_day=first_day,
        source=source,
        recorded_by=user_of(by),
    )
    row.save()
    after = {"way": row.way, "bank": row.bank, "last_four": row.last_four, "person": person.pk}
    audit.record(
        by=signature(by), act="payments.record_account", subject=row, after=after, division=row.division
    )
    return row


@dataclass(frozen=True)
class KnownAccount:
    """An account that an older system paid into: whose, and for the household where it takes what is paid to that."""

    person: Person
    household: Household | None
    division: str
    account: NewAccount


@transaction.atomic
def take_over_accounts(
    *, by: User, recorded_by: User, accounts: Sequence[KnownAccount], first_day: date
) -> list[PayeeAccount]:
    """Take over accounts that are paid into already (收款账户转入), in their order: one person proposed them, another confirms.

    Numbers were checked when the list was read. The caller writes the act that says so.

    Raises:
        PaymentProblem: `account_confirmed_by_another`; `account_confirmed` where there is one already.
    """
    if recorded_by.pk == by.pk:
        raise PaymentProblem("account_confirmed_by_another", _("登记账户的人不能自己复核，请由另一人复核"))
    rows = [
        PayeeAccount(
            person=one.person,
            household=one.household,
            division=one.division,
            level=max(one.person.level, one.household.level if one.household is not None else 0),
            way=one.account.way,
            bank=one.account.bank,
            number=one.account.number,
            blind=blind_index(BLIND, one.account.number) if one.account.number else None,
            holder=one.account.holder or one.person.name,
            last_four=one.account.number[-4:],
            first_day=first_day,
            source=TAKEN_OVER,
            recorded_by=recorded_by,
            confirmed_by=by,
            confirmed_at=timezone.now(),
        )
        for one in accounts
    ]
    told = _("这几天已有一个经复核的账户，请先停用或改起始日期")
    with refusals_told(account_of_person_once_a_day=told, account_of_household_once_a_day=told):
        return PayeeAccount.objects.bulk_create(rows, batch_size=500)


@transaction.atomic
def confirm_account(*, by: Any, account: PayeeAccount, on: date) -> PayeeAccount:
    """Confirm an account that somebody else recorded (账户复核); the one before it ends the day before.

    Raises:
        PaymentProblem: `account_confirmed_by_another`, `account_confirmed`, `account_own` for one's own or a near relative's.
    """
    row = PayeeAccount.objects.select_for_update().get(pk=account.pk)
    user = (
        signer(by, DECIDE, row.division, on)
        if not _may_prepare(by, row, on)
        else signer(by, PREPARE, row.division, on)
    )
    if row.recorded_by_id == user.pk:
        raise PaymentProblem("account_confirmed_by_another", _("登记账户的人不能自己复核，请由另一人复核"))
    if row.confirmed_at is not None:
        raise PaymentProblem("account_confirmed", _("这个账户已经复核过"))
    if _is_theirs(user, row):
        raise PaymentProblem("account_own", _("这是您本人、家庭或近亲属的收款账户，须回避，请由另一人复核"))
    former = PayeeAccount.objects.filter(confirmed_at__isnull=False, household=row.household)
    former = former if row.household_id else former.filter(person=row.person)
    for one in former.filter(last_day__isnull=True, first_day__lt=row.first_day):
        one.last_day = row.first_day - timedelta(1)
        one.save(update_fields=["last_day"])
    row.confirmed_by, row.confirmed_at = user, timezone.now()
    told = _("这几天已有一个经复核的账户，请先停用或改起始日期")
    with refusals_told(account_of_person_once_a_day=told, account_of_household_once_a_day=told):
        row.save()
    audit.record(
        by=user,
        act="payments.confirm_account",
        subject=row,
        after={"last_four": row.last_four},
        division=row.division,
    )
    return row


@transaction.atomic
def end_account(*, by: Any, account: PayeeAccount, last_day: date, on: date, reason: str) -> PayeeAccount:
    """End an account on a day (停用账户), with the reason."""
    row = PayeeAccount.objects.select_for_update().get(pk=account.pk)
    must(by, PREPARE, row.division, on)
    if not reason.strip() or last_day < row.first_day:
        raise PaymentProblem("no_reason", _("请写明停用的理由，停用日期不能早于起始日期"))
    row.last_day = last_day
    row.save(update_fields=["last_day"])
    audit.record(
        by=signature(by),
        act="payments.end_account",
        subject=row,
        after={"last_day": last_day},
        reason=reason,
        division=row.division,
        about=(row.person.name,),
    )
    return row


def _is_theirs(user: User, row: PayeeAccount) -> bool:
    """Whether an account takes somebody's own money or that of theirs, also where they cannot see who that is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT anmin_is_their_account(%s, %s)", [user.pk, row.pk])
        return bool(cursor.fetchone()[0])


def _may_prepare(by: Any, row: PayeeAccount, on: date) -> bool:
    try:
        must(by, PREPARE, row.division, on)
    except PaymentProblem:
        return False
    return True


def _may_receive(person: Person, holder: Person, on: date) -> bool:
    """Whether somebody lives with a person or guards them (民法典 §§27–28)."""
    homes = Membership.objects.filter(in_force(on), person=person).values("household")
    if Membership.objects.filter(in_force(on), person=holder, household__in=homes).exists():
        return True
    ties = Kin.objects.filter(person=holder, other=person, last_day__isnull=True)
    return ties.filter(kind__in=["guardian", "father", "mother"]).exists()
