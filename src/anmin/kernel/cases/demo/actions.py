"""Let the demonstration's staff walk the demonstration's families, through the same actions as real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases.actions import take_step
from anmin.kernel.cases.deciding import actions as deciding
from anmin.kernel.cases.deciding.actions import Point
from anmin.kernel.cases.demo.plans import PLANS, Plan
from anmin.kernel.cases.demo.special import make_appeals, make_protected_child
from anmin.kernel.cases.intake import actions as intake
from anmin.kernel.cases.intake.forms import ApplicationForm
from anmin.kernel.cases.matters import procedure_for
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.publicity import actions as publicity
from anmin.kernel.cases.reserve import actions as reserve
from anmin.kernel.cases.reserve.limits import as_whole
from anmin.kernel.cases.reserve.queries import balance
from anmin.kernel.cases.transferring.actions import transfer
from anmin.kernel.cases.upkeep import actions as upkeep
from anmin.kernel.cases.verification import actions as verification
from anmin.kernel.cases.verification.actions import Said
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.exchange.consents.actions import record_consent
from anmin.kernel.exchange.consents.notices import notice_in_force
from anmin.kernel.people.models import Household, Membership
from anmin.kernel.people.queries import in_force
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.calendar import add_months

POSTS = {"clerk": "zhen1", "worker": "cun1", "checker": "hedui", "approver": "xian1", "leader": "fenguan1"}
"""Who walks the demonstration's cases, by log-in."""
YUAN = 100


@dataclass
class Walker:
    """One case and those who walk it; `day` moves on where the law wants time to pass."""

    case: Case
    staff: dict[str, User]
    day: date

    @property
    def seen(self) -> int:
        """The last step, as somebody who has just reloaded the page sees it."""
        self.case.refresh_from_db()
        return self.case.last_step

    def step(self, who: str, action: str, reason: str = "", beside: str = "") -> None:
        """A step without an action of its own."""
        take_step(
            by=self.staff[who],
            case=self.case,
            action=action,
            on=self.day,
            seen=self.seen,
            reason=reason,
            beside=self.staff[beside] if beside else None,
        )


@transaction.atomic
def make_demo_cases(*, by: str, town: str, ending: str, on: date) -> int:
    """Open the demonstration's cases in its first town; nothing is made twice. Returns how many there are now.

    Each family is walked in the days or weeks before `on`, so that clocks, publicity and decisions fall on lawful days.
    """
    users = {user.username: user for user in User.objects.filter(is_demo=True)}
    staff = {post: users[name + ending] for post, name in POSTS.items() if name + ending in users}
    if len(staff) < len(POSTS) or Case.objects.filter(token__startswith=f"demo{ending}-").exists():
        return Case.objects.filter(token__startswith=f"demo{ending}-").count()
    homes = _homes(town)
    if balance(town, on.year) == 0:
        reserve.put_in(
            by=staff["clerk"], town=town, fen=50_000 * YUAN, on=on.replace(month=1, day=5), note="年初预拨"
        )
    wanted = [plan for plan in PLANS for _ in range(plan.count)]
    for number, (plan, home) in enumerate(zip(wanted, homes, strict=False)):
        _walk(plan, home, staff, f"demo{ending}-{number}", on, by)
    make_appeals(staff, ending, on)
    director = users.get(f"ertong1{ending}")
    if director is not None:
        village = director.grants.order_by("pk").values_list("division", flat=True)[0]
        make_protected_child(director, village, f"demo{ending}-child", on)
    return Case.objects.filter(token__startswith=f"demo{ending}-").count()


def _homes(town: str) -> Iterator[Household]:
    """Families of a town with a grown-up at their head, small ones first, that have no case yet."""
    rows = Household.objects.filter(division__startswith=town, cases__isnull=True).order_by("number")
    for home in rows.iterator(chunk_size=200):
        head = home.memberships.filter(is_head=True).select_related("person").first()
        if head is not None and head.person.birth_day is not None and head.person.birth_day.year < 2000:
            yield home


def _walk(plan: Plan, home: Household, staff: dict[str, User], token: str, on: date, by: str) -> None:
    day = on - timedelta(plan.ago)
    members = list(
        Membership.objects.filter(in_force(day), household=home, is_double=False)
        .select_related("person")
        .order_by("-is_head", "relation", "pk")
    )
    said = _said(plan, home, members, on)
    _authorise(members, plan.matter, home, day, by)
    form = _form(plan, home, members, said, token, day)
    if plan.stop == "draft":
        intake.keep_draft(
            by=reader_for(staff["worker"], day),
            token=token,
            matter=plan.matter,
            division=home.division,
            household=home,
            content={f"{one.person or ''}:{one.name}": one.value for one in said[:4]},
        )
        return
    filer = staff["worker"] if plan.channel == "worker" else staff["clerk"]
    walker = Walker(intake.file_application(by=filer, form=form, on=day), staff, day)
    stops = _emergency(plan) if plan.matter == "temp_small" else _road(plan, said)
    for stop, go in stops:
        if stop == plan.stop:
            break
        go(walker)


def _said(plan: Plan, home: Household, members: Sequence[Membership], on: date) -> list[Said]:
    """What the family declares: an income below the line, over every line, or between the two."""
    if plan.matter == "temp_small":
        return [Said("temporary_need", 2_600 * YUAN), Said("temporary_event", 3)]
    standard = as_whole(rulebook().rates.entry("dibao_standard", home.division, on).value(home.settlement))
    times = 6.0 if plan.over else 1.2 if plan.edge else 0.4
    wage = int(standard * 12 * len(members) * times) // YUAN * YUAN
    form = procedure_for(plan.matter, home.division, on).intake["form"]
    found = [Said(name, 1 if name == "homes" else 0) for name in form["household"]]
    for at, row in enumerate(members):
        found += [
            Said(name, wage if name == "wage_year" and at == 0 else 0, row.person_id)
            for name in form["person"]
        ]
    return found


def _authorise(members: Sequence[Membership], matter: str, home: Household, day: date, by: str) -> None:
    sources = procedure_for(matter, home.division, day).intake.get("sources", ())
    notice = notice_in_force("check", day)
    if not sources or notice is None:
        return
    for row in members:
        record_consent(
            by=by,
            person=row.person,
            purpose="check",
            sources=sources,
            first_day=day - timedelta(1),
            last_day=add_months(day, 12),
            channel="paper",
            signed_at=timezone.make_aware(datetime.combine(day, time(9))),
            notice=notice.key,
            witness="演示见证人",
        )


def _form(
    plan: Plan, home: Household, members: Sequence[Membership], said: Sequence[Said], token: str, day: date
) -> ApplicationForm:
    papers = procedure_for(plan.matter, home.division, day).intake.get("materials", ())
    given = {row["key"] for row in papers if not row.get("held_by")}
    return ApplicationForm(
        matter=plan.matter,
        household=home,
        applicant=members[0].person,
        members=tuple(members),
        said=tuple(said),
        channel=plan.channel,
        token=token,
        statement="家中收入少，日常开支困难，申请救助。",
        agrees_to_transfer=True,
        given=frozenset(given - {"declaration"} if plan.stop == "need_more" else given),
    )


Stops = list[tuple[str, Callable[[Walker], object]]]


def _road(plan: Plan, said: Sequence[Said]) -> Stops:
    """The stops of the main road, each with what leads on from it; where a plan leaves the road, its own turn."""

    def leave(stop: str, go: Callable[[Walker], object]) -> Stops:
        return [("", go), (plan.stop, lambda walker: None)] if plan.stop == stop else []

    def wait(walker: Walker) -> None:
        walker.day += timedelta(8)

    return [
        ("submitted", lambda walker: None),
        *leave(
            "need_more",
            lambda w: intake.ask_for_more(by=w.staff["clerk"], case=w.case, on=w.day, seen=w.seen),
        ),
        *leave("withdrawn", lambda w: w.step("clerk", "withdraw")),
        ("", lambda w: intake.accept(by=w.staff["clerk"], case=w.case, on=w.day, seen=w.seen)),
        ("accepted", lambda walker: None),
        ("", lambda w: _check(w, plan, said)),
        ("surveyed", lambda walker: None),
        *leave("terminated", _terminate),
        ("", lambda w: verification.adopt_undisputed(by=w.staff["clerk"], case=w.case, on=w.day)),
        ("", lambda w: deciding.opine(by=w.staff["leader"], case=w.case, on=w.day, seen=w.seen)),
        ("opined", _show),
        ("publicity", lambda walker: None),
        *leave("objection", _object),
        ("", wait),
        ("", lambda w: deciding.send_up(by=w.staff["clerk"], case=w.case, on=w.day, seen=w.seen)),
        ("confirming", lambda walker: None),
        *leave("returned", _return),
        *leave(
            "refused",
            lambda w: deciding.refuse(
                by=w.staff["approver"], case=w.case, on=w.day, seen=w.seen, reason="家庭收入高于标准"
            ),
        ),
        *leave("transferred", lambda w: transfer(by=w.staff["approver"], case=w.case, on=w.day, seen=w.seen)),
        ("", lambda w: deciding.confirm(by=w.staff["approver"], case=w.case, on=w.day, seen=w.seen)),
        ("approved", lambda walker: None),
        ("", _review),
        ("reviewing", lambda w: _decide_review(w, plan)),
        (plan.stop, lambda walker: None),
    ]


def _check(walker: Walker, plan: Plan, said: Sequence[Said]) -> None:
    walker.day += timedelta(2)
    walker.step("checker", "start_check")
    wages = [one for one in said if one.name == "wage_year"]
    if plan.disputed:
        wages = [Said(one.name, one.value + 3_600 * YUAN, one.person) for one in wages[:1]]
    verification.state_checked(
        by=walker.staff["checker"],
        case=walker.case,
        said=wages,
        source="人力资源和社会保障局",
        as_of=walker.day - timedelta(1),
        on=walker.day,
    )
    walker.step("checker", "record_check")
    walker.step("clerk", "start_survey")
    walker.day += timedelta(1)
    verification.record_survey(
        by=walker.staff["clerk"],
        beside=walker.staff["worker"],
        case=walker.case,
        said=[Said("homes", 1)],
        on=walker.day,
        seen=walker.seen,
        present=walker.case.applicant_id,
    )


def _terminate(walker: Walker) -> None:
    deciding.terminate(
        by=walker.staff["leader"],
        case=walker.case,
        on=walker.day,
        seen=walker.seen,
        reason="经两次书面告知，申请人不配合提供赡养人情况",
    )


def _show(walker: Walker) -> None:
    walker.case.refresh_from_db()
    last = walker.case.steps.order_by("-number").first()
    if last is not None and last.details.get("publicity") == "due":
        publicity.publish(by=walker.staff["clerk"], case=walker.case, on=walker.day, seen=walker.seen)


def _object(walker: Walker) -> None:
    walker.day += timedelta(3)
    publicity.object_to(
        by=walker.staff["clerk"],
        case=walker.case,
        words="反映家中有人长期在外务工",
        on=walker.day,
        seen=walker.seen,
    )


def _return(walker: Walker) -> None:
    head = walker.case.applicant_id
    deciding.send_for_fixing(
        by=walker.staff["approver"],
        case=walker.case,
        points=[Point("medical_paid_year", "请补近 12 个月门诊自付票据合计", head)],
        on=walker.day,
        seen=walker.seen,
    )


def _review(walker: Walker) -> None:
    row = Entitlement.objects.filter(household=walker.case.household, benefit="assistance/dibao").first()
    if row is None:
        return
    walker.case = upkeep.open_upkeep(by="系统", entitlement=row, on=walker.day, reason="动态复核")
    walker.step("clerk", "start")


def _decide_review(walker: Walker, plan: Plan) -> None:
    wages = walker.case.facts.filter(name="wage_year", declared__gt=0).first()
    if wages is None or wages.declared is None:
        return
    more = wages.declared * (5 if plan.stop == "fading" else 1) + 2_400 * YUAN
    verification.state_checked(
        by=walker.staff["checker"],
        case=walker.case,
        said=[Said("wage_year", more, wages.person_id)],
        source="人力资源和社会保障局",
        as_of=walker.day,
        on=walker.day,
    )
    walker.step("clerk", "record_survey", beside="worker")
    verification.adopt_undisputed(by=walker.staff["clerk"], case=walker.case, on=walker.day)
    verification.adopt(
        by=walker.staff["leader"],
        case=walker.case,
        name="wage_year",
        person=wages.person_id,
        basis="checked",
        on=walker.day,
    )
    walker.step("leader", "propose", reason="家庭成员工资增加")
    walker.step("clerk", "tell", reason="已上门告知拟调整的金额和理由")
    walker.day += timedelta(8)
    upkeep.decide_change(
        by=walker.staff["approver"],
        case=walker.case,
        outcome="fade" if plan.stop == "fading" else "reduce",
        on=walker.day,
        seen=walker.seen,
        reason="家庭成员工资增加，按核对结果调整",
    )


def _emergency(plan: Plan) -> Stops:
    def pay(walker: Walker) -> None:
        walker.step("clerk", "record_survey", beside="worker")
        reserve.pay_first(
            by=walker.staff["clerk"],
            beside=walker.staff["worker"],
            case=walker.case,
            fen=600 * YUAN,
            on=walker.day,
            seen=walker.seen,
            reason="突发重病住院，先行救助",
        )

    return [("submitted", pay), (plan.stop, lambda walker: None)]
