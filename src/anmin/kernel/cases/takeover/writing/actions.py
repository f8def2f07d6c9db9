"""Write what confirmed rows become, in the transaction of their chunk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection

from anmin.kernel.cases.takeover.columns import benefits
from anmin.kernel.cases.takeover.finding import Claim, claims_of
from anmin.kernel.cases.takeover.judging import target_of
from anmin.kernel.cases.takeover.models import TakeoverBatch, TakeoverRow
from anmin.kernel.cases.takeover.words import told
from anmin.kernel.entitlements.takingover.actions import Former, take_over
from anmin.kernel.payments.payees.actions import KnownAccount, take_over_accounts
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.people.queries import in_force
from anmin.policy.codes import Layer

TAKEN = """
UPDATE kernel_takeoverrow AS one SET state = 'taken', entitlement_id = new.entitlement, decision_id = new.decision,
    account_id = new.account
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) AS new(id, entitlement, decision, account)
WHERE one.id = new.id
"""
"""What became of each row of a chunk, in one statement."""
LAYERS = {
    "dibao_eligible": Layer.DIBAO,
    "dibao_expenditure_eligible": Layer.DIBAO_EXPENDITURE,
    "is_edge": Layer.EDGE,
    "is_rigid": Layer.RIGID,
    "is_watched": Layer.WATCHED,
}
"""The layer that a benefit says a family belongs to."""


def write(batch: TakeoverBatch, rows: Sequence[TakeoverRow], on: date) -> None:
    """Begin what some rows of a confirmed list say, and mark them as taken; in the caller's transaction."""
    assert batch.confirmed_by is not None
    claims = claims_of(rows)
    formers = [_former(row, claim) for row, claim in zip(rows, claims, strict=True)]
    begun = take_over(by=batch.confirmed_by, formers=formers, on=on)
    accounts = _accounts(batch, claims, on)
    made = [accounts.pop(target_of(claim), None) for claim in claims]
    with connection.cursor() as cursor:
        cursor.execute(
            TAKEN,
            [
                [row.pk for row in rows],
                [one.pk for one in begun],
                [one.begun_by_id for one in begun],
                [None if one is None else one.pk for one in made],
            ],
        )


def _former(row: TakeoverRow, claim: Claim) -> Former:
    return Former(
        household=claim.home,
        person=claim.person,
        benefit=claim.benefit,
        layer=LAYERS.get(benefits()[claim.benefit].eligible),
        fen=claim.fen,
        since=claim.since,
        first_month=claim.first_month,
        number=row.old_number,
        reason=told(row),
        review_due=row.review_on,
    )


def _accounts(
    batch: TakeoverBatch, claims: Sequence[Claim], on: date
) -> dict[tuple[int | None, int | None], PayeeAccount]:
    """The accounts of rows whose household or person has none on the books yet, by whose they are."""
    assert batch.confirmed_by is not None
    wanted = {target_of(one): one for one in claims if one.account is not None}
    first_day = on.replace(day=1)
    stands = PayeeAccount.objects.filter(in_force(on), confirmed_at__isnull=False)
    for home in stands.filter(household__in=[home for home, _person in wanted if home]).values_list(
        "household", flat=True
    ):
        wanted.pop((home, None), None)
    own = stands.filter(household__isnull=True, person__in=[pk for _home, pk in wanted if pk])
    for person in own.values_list("person", flat=True):
        wanted.pop((None, person), None)
    known = [_known(claim) for claim in wanted.values()]
    made = take_over_accounts(
        by=batch.confirmed_by,
        recorded_by=batch.made_by,
        accounts=known,
        first_day=first_day,
    )
    return dict(zip(wanted, made, strict=True))


def _known(claim: Claim) -> KnownAccount:
    assert claim.account is not None
    person = claim.person or claim.receiver
    return KnownAccount(
        person=person,
        household=claim.home if claim.person is None else None,
        division=person.division,
        account=claim.account,
    )
