"""What a demonstration should not lack: an appeal, a complaint, a reported change, and a protected child whom few may see."""

from __future__ import annotations

from datetime import date, timedelta

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases.actions import take_step
from anmin.kernel.cases.appeals.actions import file_appeal
from anmin.kernel.cases.changes.actions import report_change
from anmin.kernel.cases.intake import actions as intake
from anmin.kernel.cases.intake.forms import ApplicationForm
from anmin.kernel.cases.matters import procedure_for
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.verification.actions import Said
from anmin.kernel.people.models import Household, Level, Membership, Person
from anmin.kernel.people.queries import in_force
from anmin.kernel.people.register.actions import set_level
from anmin.policy.codes import ParentState

CHILD = 14
"""Years below which somebody of the demonstration is taken for its protected child."""
MATTER = "unsupported"
AGO = 3
"""Days before the day of the demonstration on which these things happened: well within their limits."""


def make_appeals(staff: dict[str, User], ending: str, on: date) -> None:
    """A refused family asks to check again; neighbours complain about a case under way; a paid family found work."""
    rows = Case.objects.filter(token__startswith=f"demo{ending}-").order_by("pk")
    day = on - timedelta(AGO)
    refused, running, paid = (
        rows.filter(state=state).last() for state in ("refused", "accepted", "approved")
    )
    if refused is not None:
        words = "去年的工资算重了，人已经不在那个厂干了。"
        file_appeal(by=staff["clerk"], case=refused, matter="recheck", words=words, on=day)
    if running is not None:
        words = "有人反映他家在镇上还有一间门面在出租。"
        file_appeal(by=staff["clerk"], case=running, matter="complaint", words=words, on=day)
    if paid is not None:
        report_change(
            by=reader_for(staff["clerk"], on),
            home=paid.household,
            kind="work",
            day=day,
            on=on,
            person=paid.applicant,
            words="本月到镇上的服装厂上班了，工资还没有发。",
        )


def make_protected_child(director: User, village: str, token: str, on: date) -> Case | None:
    """A child whom nobody supports in fact: its home is hidden from whoever is not cleared, its case is the protectors'."""
    found = _child_of(village, on)
    if found is None:
        return None
    home, child = found
    set_level(by=director, person=child, level=Level.PROTECTED, reason="事实无人抚养儿童，信息保护")
    members = tuple(
        Membership.objects.filter(in_force(on), household=home, is_double=False)
        .select_related("person")
        .order_by("-is_head", "relation", "pk")
    )
    papers = procedure_for(MATTER, home.division, on).intake.get("materials", ())
    day = on - timedelta(AGO)
    case = intake.file_application(
        by=director,
        form=ApplicationForm(
            matter=MATTER,
            household=home,
            applicant=members[0].person,
            members=members,
            said=_parents(child.pk),
            channel=Case.Channel.FOUND,
            token=token,
            statement="父亲在服刑，母亲走了以后一直联系不上，孩子跟着家里老人过。",
            given=frozenset(row["key"] for row in papers if not row.get("held_by")),
        ),
        on=day,
    )
    intake.accept(by=director, case=case, on=day, seen=case.last_step)
    case.refresh_from_db()
    take_step(by=director, case=case, action="record_check", on=on, seen=case.last_step)
    return case


def _child_of(village: str, on: date) -> tuple[Household, Person] | None:
    """A child of the village beside a grown-up, in a family that has no case."""
    rows = Membership.objects.filter(
        in_force(on),
        household__division=village,
        household__cases__isnull=True,
        is_head=False,
        is_double=False,
        person__birth_day__gt=on - timedelta(CHILD * 365),
    ).select_related("household", "person")
    row = rows.order_by("-household__number", "pk").first()
    return (row.household, row.person) if row is not None else None


def _parents(child: int) -> tuple[Said, ...]:
    """The father in prison for two years, the mother out of contact for more than one (民发〔2019〕62号)."""
    return (
        Said("father_state", ParentState.PRISON, child),
        Said("father_state_months", 24, child),
        Said("mother_state", ParentState.LOST_CONTACT, child),
        Said("mother_state_months", 14, child),
    )
