"""Let the demonstration's sweep become alerts, and its staff look into some of them, by the same actions as real ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import reader_for
from anmin.kernel.alerts.handling.actions import dispatch, escalate, take_step
from anmin.kernel.alerts.models import Alert
from anmin.kernel.alerts.offers.actions import APPROVE, approve, find_offers, note_answer
from anmin.kernel.alerts.offers.models import Offer
from anmin.kernel.alerts.sweeps.actions import sweep
from anmin.kernel.alerts.sweeps.models import Sweep
from anmin.kernel.payments.parties import DECIDE
from anmin.kernel.payments.payees import actions as payees
from anmin.kernel.payments.payees.queries import account_on
from anmin.kernel.screening.models import Run
from anmin.lib.cards import luhn_digit

ROADS = (
    ("accept", "contact", "visit", "verify:told_to_apply", "close"),
    ("accept",),
    ("accept", "contact"),
    ("accept", "contact", "visit", "verify:no_difficulty", "close"),
    (),
    ("accept", "contact", "visit", "verify:told_to_apply", "close"),
    ("accept", "contact", "visit"),
    ("accept", "contact", "visit", "verify:delivered"),
    ("accept", "verify:data_wrong", "close"),
    ("accept", "try"),
    (),
    ("accept", "contact", "verify:refused", "close"),
)
WITHOUT_ROADS = (("accept", "contact", "verify:still_eligible", "close"), ("accept", "contact"), ())
WORDS = {
    "contact": "电话联系上本人，约好上门时间",
    "visit": "两人上门，看了住房和收入证明",
    "verify": "情况已经核对，见上门记录",
    "try": "电话三次没有人接，请邻居带话",
}
AGO = 12
ANSWERS = (("silent", "电话三次没有人接，改天再问"), ("refused", "本人说儿子每月给钱，暂时不要"))
"""What the first of those who were asked about a benefit without application said."""
AGREED = "当面问过本人，愿意领取，账户已经核对"
AGREEING, GRANTED = 6, 1
"""Whom an account is recorded for, so that some agree; of them one is approved, the others wait for it or to be asked."""


def make_demo_alerts(*, by: str, run: Run, town: str, on: date) -> int:
    """Sweep the demonstration's run, give the alerts out, walk some of the first town's. Made once; how many there are."""
    if Sweep.objects.filter(run=run).exists():
        return Alert.objects.count()
    day = on - timedelta(AGO)
    sweep(by=by, run=run, on=day)
    dispatch(by=by, on=day)
    rows = Alert.objects.filter(division__startswith=town, state="dispatched").select_related("taker")
    rows = rows.exclude(pk__in=_kept(rows))
    for kind, roads in (("missed:", ROADS), ("without:", WITHOUT_ROADS)):
        for row, road in zip(rows.filter(cause__startswith=kind).order_by("pk"), roads, strict=False):
            _walk(row, road, day)
    escalate(by=by, on=on)
    find_offers(by=by, run=run, on=day, division=town)
    _ask(town, day)
    return Alert.objects.count()


def _kept(rows: Iterable[Alert]) -> list[int]:
    """The last alert of everybody who has several: it waits to be accepted, so that each desk has something to begin."""
    mine: dict[int | None, list[int]] = defaultdict(list)
    for row in rows:
        mine[row.taker_id].append(row.pk)
    return [max(keys) for keys in mine.values() if len(keys) > 1]


def _ask(town: str, day: date) -> None:
    """Somebody does not answer, somebody refuses, some agree, one of these is approved; the others wait to be asked."""
    clerk = Alert.objects.filter(division__startswith=town, taker__isnull=False).first()
    waiting = list(Offer.objects.filter(division__startswith=town, state=Offer.State.READY).order_by("pk"))
    if clerk is None or clerk.taker is None:
        return
    asking = reader_for(clerk.taker, day)
    for row, (answer, words) in zip(waiting, ANSWERS, strict=False):
        note_answer(by=asking, offer=row, answer=answer, on=day, words=words)
    approver = _approver(town, clerk.taker, day)
    if approver is None:
        return
    agreed = [
        note_answer(by=asking, offer=row, answer="agreed", on=day, words=AGREED, seen_alive=True)
        for serial, row in enumerate(waiting[len(ANSWERS) : len(ANSWERS) + AGREEING])
        if _account(row, approver, serial, day)
    ]
    granted = 0
    for row in agreed:
        if granted < GRANTED:
            granted += len(approve(by=approver, offers=[row], on=day).granted)


def _approver(town: str, asking: User, day: date) -> User | None:
    """Somebody of the demonstration who approves here and did not ask."""
    rows = User.objects.filter(is_demo=True).exclude(pk=asking.pk).order_by("pk")
    return next(
        (row for row in rows if all(reader_for(row, day).may(power, town) for power in (APPROVE, DECIDE))),
        None,
    )


def _account(offer: Offer, approver: User, serial: int, day: date) -> bool:
    """A card of whoever is asked, recorded by one and confirmed by another; False where nobody heads the family."""
    head = offer.household.memberships.filter(is_head=True, last_day__isnull=True).first()
    person = offer.person or (head.person if head is not None else None)
    if person is None or account_on(person.pk, offer.household_id, day) is not None:
        return person is not None
    number = f"62220201{int(offer.division[:6]):06d}{serial:04d}"
    account = payees.record_account(
        by="演示数据",
        person=person,
        account=payees.NewAccount("social", "演示银行", number + luhn_digit(number)),
        first_day=date(day.year, 1, 1),
        on=day,
        source="社会保障卡（演示）",
    )
    payees.confirm_account(by=approver, account=account, on=day)
    return True


def _walk(alert: Alert, road: tuple[str, ...], day: date) -> None:
    taker: User | None = alert.taker
    if taker is None:
        return
    for at, one in enumerate(road):
        action, _colon, result = one.partition(":")
        alert.refresh_from_db()
        on = day + timedelta(at)
        take_step(
            by=reader_for(taker, on),
            alert=alert,
            action=action,
            on=on,
            seen=alert.last_step,
            words=WORDS.get(action, ""),
            result=result,
        )
