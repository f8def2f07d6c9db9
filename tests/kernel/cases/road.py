"""A family on its road through a case, made through the same actions as real ones."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from anmin.kernel.cases.actions import take_step
from anmin.kernel.cases.deciding import actions as deciding
from anmin.kernel.cases.intake import actions as intake
from anmin.kernel.cases.intake.forms import ApplicationForm
from anmin.kernel.cases.matters import procedure_for
from anmin.kernel.cases.publicity import actions as publicity
from anmin.kernel.cases.verification import actions as verification
from anmin.kernel.cases.verification.actions import Said
from anmin.kernel.exchange.consents.actions import record_consent
from anmin.kernel.exchange.consents.notices import notice_in_force
from anmin.kernel.people.models import Membership
from tests.make import a_household, a_person, a_user

TOWN, VILLAGE, COUNTY = "371002001", "371002001001", "371002"
DAY = date(2026, 3, 25)
FEN = 100


def town_staff():
    """The people of a county and a town who walk cases, each in one post."""
    return {
        "clerk": a_user("clerk", TOWN),
        "second": a_user("second", TOWN),
        "leader": a_user("leader", TOWN, role="town_leader"),
        "checker": a_user("checker", COUNTY, role="county_checker"),
        "approver": a_user("approver", COUNTY, role="county_approver"),
        "other": a_user("other", COUNTY, role="county_approver"),
    }


def a_family(*members, serial=1, division=VILLAGE, number="H1"):
    """A household of persons given by name, birth year and relation; the first is the head."""
    people = [
        a_person(name, division, serial=serial + at, birth_day=date(year, 5, 6))
        for at, (name, year) in enumerate(members)
    ]
    return a_household(number, division, *people), people


def authorise(home, matter, on=DAY):
    """Every adult agrees to the check that the matter asks for."""
    procedure = procedure_for(matter, home.division, on)
    sources = procedure.intake.get("sources", ())
    notice = notice_in_force("check", on)
    for row in Membership.objects.filter(household=home).select_related("person"):
        if sources and notice is not None:
            record_consent(
                by="test",
                person=row.person,
                purpose="check",
                sources=sources,
                first_day=on - timedelta(1),
                last_day=on + timedelta(400),
                channel="paper",
                signed_at=datetime(on.year, on.month, on.day, 9, tzinfo=ZoneInfo("Asia/Shanghai")),
                notice=notice.key,
                witness="见证人",
            )


def a_form(home, matter="dibao", token="form-1", said=(), **more):
    """The application of a whole household, every paper handed over."""
    members = tuple(home.memberships.select_related("person").order_by("-is_head", "pk"))
    given = frozenset(
        row["key"] for row in procedure_for(matter, home.division, DAY).intake.get("materials", ())
    )
    return ApplicationForm(
        matter=matter,
        household=home,
        applicant=more.pop("applicant", members[0].person),
        members=members,
        said=tuple(said),
        channel=more.pop("channel", "counter"),
        token=token,
        given=given,
        **more,
    )


@dataclass
class Road:
    """One case and the people who walk it; `day` moves on where the law wants time to pass."""

    case: object
    staff: dict
    day: date = DAY
    taken: list = field(default_factory=list)

    @classmethod
    def begin(cls, home, staff, matter="dibao", said=(), day=DAY, **more):
        """Hand the application in, with every authorisation and paper there."""
        authorise(home, matter, day)
        case = intake.file_application(
            by=staff["clerk"], form=a_form(home, matter, said=said, **more), on=day
        )
        return cls(case, staff, day)

    @property
    def seen(self):
        self.case.refresh_from_db()
        return self.case.last_step

    def step(self, who, action, **more):
        """One step without an action of its own."""
        by = self.staff.get(who, who)
        return take_step(by=by, case=self.case, action=action, on=self.day, seen=self.seen, **more)

    def accept(self, **more):
        return intake.accept(by=self.staff["clerk"], case=self.case, on=self.day, seen=self.seen, **more)

    def check(self, *said, source="人力资源和社会保障局"):
        self.step("checker", "start_check")
        if said:
            verification.state_checked(
                by=self.staff["checker"],
                case=self.case,
                said=said,
                source=source,
                as_of=self.day,
                on=self.day,
            )
        self.step("checker", "record_check")

    def survey(self, *said):
        self.step("clerk", "start_survey")
        self.survey_again(*said)

    def survey_again(self, *said):
        verification.record_survey(
            by=self.staff["clerk"],
            beside=self.staff["second"],
            case=self.case,
            said=said,
            on=self.day,
            seen=self.seen,
        )

    def adopt_all(self):
        verification.adopt_undisputed(by=self.staff["leader"], case=self.case, on=self.day)

    def opine(self, **more):
        return deciding.opine(by=self.staff["leader"], case=self.case, on=self.day, seen=self.seen, **more)

    def publish(self):
        publicity.publish(by=self.staff["clerk"], case=self.case, on=self.day, seen=self.seen)

    def send_up(self):
        deciding.send_up(by=self.staff["clerk"], case=self.case, on=self.day, seen=self.seen)

    def to_opinion(self, *checked, seen_at_home=()):
        self.accept()
        self.check(*checked)
        self.survey(*seen_at_home)
        self.adopt_all()
        self.opine()

    def to_confirming(self, *checked, seen_at_home=()):
        self.to_opinion(*checked, seen_at_home=seen_at_home)
        if self.case.steps.order_by("-number").first().details["publicity"] == "due":
            self.publish()
            self.day += timedelta(8)
        self.send_up()

    def confirm(self, who="approver", **more):
        return deciding.confirm(by=self.staff[who], case=self.case, on=self.day, seen=self.seen, **more)

    def refuse(self, who="approver", reason="收入超过标准"):
        return deciding.refuse(by=self.staff[who], case=self.case, on=self.day, seen=self.seen, reason=reason)


def earns(person, yuan_a_year):
    """A member's wages a year."""
    return Said("wage_year", int(yuan_a_year * FEN), person.pk)
