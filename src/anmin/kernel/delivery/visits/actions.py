"""Write a visit down, once, with what follows from it: the plan moves on, help is ordered, the card is filled."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader, signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.delivery.cards.actions import say
from anmin.kernel.delivery.cards.merging import Standing
from anmin.kernel.delivery.orders.actions import ask_for_help
from anmin.kernel.delivery.orders.models import Order
from anmin.kernel.delivery.orders.powers import PROTECT
from anmin.kernel.delivery.plans.models import VisitPlan
from anmin.kernel.delivery.plans.queries import OVER, photo_rule
from anmin.kernel.delivery.services import Service, service
from anmin.kernel.delivery.visits.answers import Checked, FormProblem, VisitForm, checked
from anmin.kernel.delivery.visits.models import Visit, VisitPhoto
from anmin.kernel.keys.fields import next_keys
from anmin.kernel.people.models import Household, Person
from anmin.kernel.people.queries import households, persons
from anmin.lib.jpegs import PictureProblem, without_marks

LATEST = timedelta(days=60)
MOST_PHOTOS = 3
LARGEST = 300 * 1024


@dataclass(frozen=True)
class Kept:
    """A visit that is stored, the fields of the card that several people changed, and the help that was ordered."""

    visit: Visit
    checked: Checked
    card: dict[str, Standing]
    orders: tuple[Order, ...]
    is_new: bool

    @property
    def disputed(self) -> dict[str, Standing]:
        """Fields for which a person must choose."""
        return {key: row for key, row in self.card.items() if row.is_disputed}


@transaction.atomic
def keep_visit(*, by: Reader, form: VisitForm, on: date) -> Kept:
    """Write one visit down (登记走访). The same `key` is stored once, whatever arrives.

    Raises:
        FormProblem: by question; nothing was stored.
    """
    user = user_of(by)
    declared = service(form.service)
    home = households(by).filter(number=form.household).first()
    if user is None or home is None or not by.may(declared.power, home.division):
        raise FormProblem({"household": _("这一户不在您负责的范围里，或者已经迁走了。请刷新“今天”。")})
    person = _person(by, form, declared)
    before = Visit.objects.filter(key=form.key).first()
    found = checked(declared, form.answers, form.version)
    if before is not None:
        return Kept(before, found, {}, tuple(before.orders.all()), is_new=False)
    happened, recorded = _times(form)
    plan = _plan(declared, home, person)
    (pk,) = next_keys(Visit, 1)
    row = Visit(
        pk=pk,
        number=f"ZF{on:%y%m%d}-{pk}",
        key=form.key,
        service=declared.key,
        plan=plan,
        household=home,
        person=person,
        division=home.division,
        level=max(home.level, person.level if person is not None else 1),
        by=user,
        happened_on=timezone.localdate(happened),
        happened_at=happened,
        recorded_at=recorded,
        form_version=form.version,
        way=found.way,
        is_met=found.is_met,
        worst=found.worst,
        answers={**found.answers, **({"_besides": found.besides} if found.besides else {})},
        note=found.note,
        next_on=form.next_on,
    )
    row.save(force_insert=True)
    if plan is not None:
        _move_on(plan, row, form.next_on)
    kinds = [*found.many("help"), *([PROTECT] if found.answers.get("report") else [])]
    orders = tuple(ask_for_help(by=by, visit=row, kind=kind, on=on) for kind in kinds)
    card = say(by=by, household=home, key=form.key, values=found.card, base=form.base, said_at=recorded)
    audit.record(
        by=signature(by),
        act="delivery.keep_visit",
        subject=row,
        after={
            "service": row.service,
            "happened_on": row.happened_on,
            "is_met": row.is_met,
            "worst": row.worst,
        },
        division=row.division,
    )
    return Kept(row, found, card, orders, is_new=True)


@transaction.atomic
def keep_photo(*, by: Reader, visit: Visit, picture: bytes, on: date) -> VisitPhoto:
    """Keep a photograph of a visit (走访照片): only where the place allows them, small, without any place in it.

    Raises:
        FormProblem: where photographs are not allowed, or it is none.
    """
    if photo_rule(visit.service, visit.division, on) is None:
        raise FormProblem({"photo": _("这里没有启用拍照，照片没有保存。")})
    digest = hashlib.sha256(picture).hexdigest()
    before = visit.photos.filter(sha256=digest).first()
    if before is not None:
        return before
    if visit.by_id != getattr(user_of(by), "pk", None) or visit.photos.count() >= MOST_PHOTOS:
        raise FormProblem({"photo": _("一次走访最多三张照片，由登记的人上传。")})
    try:
        clean = without_marks(picture)
    except PictureProblem as trouble:
        raise FormProblem({"photo": _("这不是一张完整的 JPEG 照片，请重拍。")}) from trouble
    if len(clean) > LARGEST:
        raise FormProblem({"photo": _("照片超过 300 KB，请让手机先压缩。")})
    row = VisitPhoto(
        visit=visit,
        division=visit.division,
        level=visit.level,
        sha256=digest,
        bytes=len(clean),
        picture=base64.b64encode(clean).decode(),
    )
    row.save()
    audit.record(by=signature(by), act="delivery.keep_photo", subject=visit, division=visit.division)
    return row


def _person(by: Reader, form: VisitForm, declared: Service) -> Person | None:
    if declared.unit == "household" and form.person is None:
        return None
    found = persons(by).filter(pk=form.person or 0).first()
    if found is None:
        raise FormProblem({"person": _("没有这个人，或者不在您能看的范围内。请刷新“今天”。")})
    return found


def _times(form: VisitForm) -> tuple[datetime, datetime]:
    """When it happened and was written down; a phone whose clock runs ahead is put right, later entry is normal."""
    now = timezone.now()
    ahead = max(form.recorded_at - now, timedelta(0))
    recorded = form.recorded_at - ahead
    happened = min(form.happened_at - ahead, recorded)
    if now - happened > LATEST:
        raise FormProblem({"happened_at": _("发生时间超过 60 天，请核对手机的日期。")})
    return happened, recorded


def _plan(declared: Service, home: Household, person: Person | None) -> VisitPlan | None:
    rows = VisitPlan.objects.select_for_update().filter(service=declared.key, household=home, person=person)
    return rows.exclude(state__in=OVER).first()


def _move_on(plan: VisitPlan, visit: Visit, next_on: date | None) -> None:
    """The next day of a plan. Visits arrive in any order: only the latest one that met somebody counts."""
    if not visit.is_met:
        if plan.last_seen is None or visit.happened_on > plan.last_seen:
            plan.missed += 1
            plan.next_due = max(plan.next_due, visit.happened_on)
            plan.save(update_fields=["missed", "next_due"])
        return
    if plan.last_seen is not None and visit.happened_on < plan.last_seen:
        return
    latest = visit.happened_on + timedelta(days=plan.every_days)
    asked = next_on if next_on is not None and visit.happened_on < next_on <= latest else latest
    plan.last_seen, plan.next_due, plan.missed = visit.happened_on, asked, 0
    plan.save(update_fields=["last_seen", "next_due", "missed"])
