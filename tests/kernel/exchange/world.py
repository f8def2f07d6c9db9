"""A family, its worker at the counter and the county's checker, and what departments know about the family."""

import csv
from datetime import date, datetime, timedelta

from django.utils import timezone

from anmin.kernel.access.queries import reader_for
from anmin.kernel.exchange.consents.actions import record_consent
from anmin.kernel.facts.batches import actions as batches
from anmin.kernel.screening.rulebooks import rulebook
from tests.make import a_household, a_number, a_person, a_user

ON = date(2026, 11, 24)
VILLAGE, TOWN, COUNTY = "371002001001", "371002001", "371002"
HEADINGS = {
    "pensions": ["身份证号", "姓名", "职工养老金（年）", "城乡居民养老金（月）"],
    "real_estate": ["身份证号", "姓名", "住房套数", "非住宅类房产数"],
}


class Family:
    """A couple and a child of ten; `clerk` and `checker` are readers."""

    def __init__(self):
        self.clerk_user = a_user("clerk", TOWN)
        self.checker_user = a_user("checker", COUNTY, role="county_checker")
        self.husband = a_person("王建国", VILLAGE, serial=1)
        self.wife = a_person("李秀兰", VILLAGE, serial=2)
        self.child = a_person("王小明", VILLAGE, serial=3, birth_day=date(2016, 5, 1))
        self.home = a_household("H1", VILLAGE, self.husband, self.wife, self.child)

    @property
    def clerk(self):
        return reader_for(self.clerk_user, ON)

    @property
    def checker(self):
        return reader_for(self.checker_user, ON)

    def agree(self, *persons, sources=("pensions", "real_estate"), last_day=date(2027, 6, 30), **more):
        """Record an authorisation of each of some persons."""
        return [consent(one, sources=sources, last_day=last_day, **more) for one in persons]


def at_noon(day):
    """Noon of a day."""
    return timezone.make_aware(datetime.combine(day, datetime.min.time()) + timedelta(hours=12))


def consent(person, **changed):
    """An authorisation signed on paper, with something changed."""
    given = {
        "purpose": "check",
        "sources": ["pensions"],
        "first_day": date(2026, 11, 1),
        "last_day": date(2027, 6, 30),
        "channel": "paper",
        "signed_at": at_noon(date(2026, 11, 1)),
        "notice": "check/2026-01",
        "witness": "张见证",
    }
    return record_consent(by="test", person=person, **(given | changed))


def a_batch(folder, source, rows, period="2026-10", **more):
    """A department's batch as it came."""
    path = folder / f"{source}-{period}-{len(rows)}-{len(more)}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADINGS[source])
        out.writerows(rows)
    found = batches.take_in(
        by="test", source=source, period=period, path=path, facts=rulebook().facts, on=ON, **more
    )
    return found.batch


def numbers():
    """The identity numbers of husband and wife."""
    return a_number(1), a_number(2)
