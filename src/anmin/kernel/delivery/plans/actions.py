"""Make plans of visits by rule and by hand, suspend and end them; allow photographs and stop that."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import Reader, signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.delivery.plans.models import PhotoRule, VisitPlan
from anmin.kernel.delivery.plans.queries import OVER, is_of_age, photo_rules, wanted
from anmin.kernel.delivery.plans.states.actions import PlanProblem, first_due, put_in_state, take_on
from anmin.kernel.delivery.services import Service, service, services
from anmin.kernel.people.models import Household, Person
from anmin.kernel.people.queries import membership_on

SHORTEST = 5
MAY_ALLOW = "register.decide"
State = VisitPlan.State


def make_plans(*, by: Any, on: date, division: str = "") -> dict[str, int]:
    """Make, change and end plans as the rules of every service ask on a day (按规则生成走访计划).

    Gives how many plans were made, changed and ended. Plans made by hand are left to whoever made them; nobody is
    planned for twice.
    """
    told = {"made": 0, "changed": 0, "ended": 0}
    for declared in services().values():
        for what, number in _make(by, declared, on, division).items():
            told[what] += number
    return told


@transaction.atomic
def _make(by: Any, declared: Service, on: date, division: str) -> dict[str, int]:
    rows = VisitPlan.objects.select_for_update(of=("self",)).filter(
        service=declared.key, division__startswith=division
    )
    # Who refused by signature is not planned for again by a rule: only their own word, a later row, changes that.
    held = {(row.household_id, row.person_id): row for row in rows.exclude(state=State.ENDED).order_by("pk")}
    fresh, changed, wanted_keys = [], 0, set()
    for found in wanted(declared, on, division):
        wanted_keys.add(found.key)
        row = held.get(found.key)
        if row is None:
            fresh.append(new_plan(declared, found.household, found.person, found.tier, on, by_rule=True))
        elif row.by_rule and row.state != State.REFUSED:
            changed += _follow(row, declared, found.tier, on)
    VisitPlan.objects.bulk_create(fresh, batch_size=1000)
    ended = [
        row
        for key, row in held.items()
        if row.by_rule and row.state == State.ACTIVE and key not in wanted_keys
    ]
    for row in ended:
        row.state, row.last_day = State.ENDED, max(on, row.first_day)
        row.save(update_fields=["state", "last_day"])
    told = {"made": len(fresh), "changed": changed, "ended": len(ended)}
    if any(told.values()):
        audit.record(
            by=signature(by),
            act="delivery.make_plans",
            subject=declared.key,
            after={**told, "on": on},
            division=division,
        )
    return told


def new_plan(
    declared: Service, home: Household, person: Person | None, tier: str, on: date, *, by_rule: bool
) -> VisitPlan:
    """A plan that is not stored yet, with the rhythm of its place."""
    rhythm = declared.rhythm(tier, home.division, on)
    return VisitPlan(
        service=declared.key,
        tier=tier,
        household=home,
        person=person,
        division=home.division,
        level=max(home.level, person.level if person is not None else 1),
        every_days=rhythm.days,
        law=rhythm.law,
        is_verified=rhythm.verified,
        by_rule=by_rule,
        first_day=on,
        next_due=first_due(rhythm.days, on),
    )


def _follow(row: VisitPlan, declared: Service, tier: str, on: date) -> int:
    """A plan follows its rule: another tier, another rhythm, another place, a record held more closely."""
    rhythm = declared.rhythm(tier, row.household.division, on)
    level = max(row.household.level, row.person.level if row.person is not None else 1)
    new = (tier, rhythm.days, row.household.division, level)
    if (row.tier, row.every_days, row.division, row.level) == new:
        return 0
    if row.last_seen is not None and rhythm.days != row.every_days:
        row.next_due = row.last_seen + timedelta(days=rhythm.days)
    row.tier, row.every_days, row.division, row.level = new
    row.law, row.is_verified = rhythm.law, rhythm.verified
    row.save()
    return 1


@transaction.atomic
def plan_by_hand(
    *, by: Reader, service_key: str, person: Person, tier: str, on: date, reason: str
) -> VisitPlan:
    """Plan visits to somebody whom no rule finds, because one knows them (列入走访).

    Raises:
        PlanProblem: without the power, a household, a reason, or where the tier is not for them.
    """
    declared, user = service(service_key), user_of(by)
    here = membership_on(person, on)
    if here is None:
        raise PlanProblem(_("这个人没有登记在哪一户，请先在“人员”里登记。"))
    if user is None or not by.may(declared.power, here.household.division):
        raise PlanProblem(_("您的岗位不能安排这项走访。"))
    if len(reason.strip()) < SHORTEST:
        raise PlanProblem(_("请写明为什么列入（至少 %(n)d 个字）。") % {"n": SHORTEST})
    if not is_of_age(person, declared.tier(tier), on):
        raise PlanProblem(_("年龄不符合“%(what)s”。") % {"what": declared.tier(tier).title})
    who = person if declared.unit == "person" else None
    before = VisitPlan.objects.select_for_update().filter(
        service=declared.key, household=here.household, person=who
    )
    row = before.exclude(state__in=OVER).first()
    if row is not None and row.tier == tier:
        raise PlanProblem(_("已经在走访计划里了。"))
    fresh = new_plan(declared, here.household, who, tier, on, by_rule=False)
    if row is not None:
        fresh = take_on(row, fresh)
        fresh.by_rule = False
    fresh.reason = reason.strip()
    fresh.save()
    audit.record(
        by=signature(by),
        act="delivery.plan_by_hand",
        subject=fresh,
        after={"service": declared.key, "tier": tier},
        division=fresh.division,
    )
    return fresh


@transaction.atomic
def change_state(*, by: Reader, plan: VisitPlan, state: str, on: date, reason: str) -> VisitPlan:
    """Suspend a plan (住院、外出), take it up again, write down a signed refusal, or end it; always with a reason.

    A plan that is taken up again is a new row from that day on; the old one keeps the days on which it held.

    Raises:
        PlanProblem: without the power or a reason, and where it has ended already.
    """
    row = VisitPlan.objects.select_for_update().get(pk=plan.pk)
    if not by.may(service(row.service).power, row.division):
        raise PlanProblem(_("您的岗位不能安排这项走访。"))
    if len(reason.strip()) < SHORTEST:
        raise PlanProblem(_("请写明原因（至少 %(n)d 个字）。") % {"n": SHORTEST})
    if row.state in OVER or state not in State.values or state == row.state:
        raise PlanProblem(_("这份走访计划已经变过了，请刷新页面。"))
    return put_in_state(by=by, row=row, state=state, on=on, reason=reason)


@transaction.atomic
def allow_photos(
    *, by: Reader, service_key: str, division: str, words: str, first_day: date, last_day: date
) -> PhotoRule:
    """Let photographs be taken for a service in a place until a day (启用拍照), with why it cannot be done without.

    Raises:
        PlanProblem: without the power, the necessity or an end.
    """
    user, declared = user_of(by), service(service_key)
    if user is None or not isinstance(user, User) or not by.may(MAY_ALLOW, division):
        raise PlanProblem(_("只有镇街或县级负责人能启用拍照。"))
    if len(words.strip()) < SHORTEST * 2:
        raise PlanProblem(
            _("请写明为什么非拍不可（至少 %(n)d 个字），走访的人会看到这段话。") % {"n": SHORTEST * 2}
        )
    if last_day < first_day or last_day - first_day > timedelta(days=366):
        raise PlanProblem(_("请写明到哪一天为止，最长一年。"))
    if any(row.service == service_key and row.division == division for row in photo_rules(first_day)):
        raise PlanProblem(_("这里已经启用了拍照。"))
    row = PhotoRule.objects.create(
        service=declared.key,
        division=division,
        words=words.strip(),
        first_day=first_day,
        last_day=last_day,
        set_by=user,
    )
    audit.record(
        by=user,
        act="delivery.allow_photos",
        subject=row,
        after={"service": declared.key, "until": last_day},
        reason=words.strip(),
        division=division,
    )
    return row


@transaction.atomic
def stop_photos(*, by: Reader, rule: PhotoRule, on: date) -> PhotoRule:
    """Take no more photographs from today on (停用拍照); the row stays."""
    if not by.may(MAY_ALLOW, rule.division):
        raise PlanProblem(_("只有镇街或县级负责人能停用拍照。"))
    row = PhotoRule.objects.select_for_update().get(pk=rule.pk)
    row.last_day = max(row.first_day, on - timedelta(days=1))
    row.save(update_fields=["last_day"])
    audit.record(by=signature(by), act="delivery.stop_photos", subject=row, division=row.division)
    return row
