"""What the tests of the casework pages share: a day that pages believe in, families on their road, pages as text."""

import re
from datetime import date

from tests.kernel.cases.road import DAY, Road, a_family, earns, town_staff

BACKEND = "anmin.kernel.access.login.backends.StaffBackend"
TODAY = {"day": DAY}


def believe(monkeypatch, day: date = DAY) -> None:
    """Pages take the day from the clock; roads are walked in spring 2026."""
    TODAY["day"] = day
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: TODAY["day"])


def as_(client, staff, who, day=None):
    """Somebody of the staff at the desk, on a day."""
    client.force_login(staff[who], backend=BACKEND)
    TODAY["day"] = day or TODAY["day"]
    return client


def text_of(answer):
    """A page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def families(number, staff=None, yuan=6_000, to="accept", first=1, **more):
    """So many families of three on their road, each in a household of its own."""
    staff = staff or town_staff()
    roads = []
    for at in range(first, first + number):
        home, people = a_family(
            (f"陈国{'甲乙丙丁戊己庚辛壬癸'[at % 10]}", 1970), serial=at * 10, number=f"H{at}", **more
        )
        road = Road.begin(home, staff, said=[earns(people[0], yuan)], token=f"form-{at}")
        if to == "accept":
            road.accept()
        elif to == "confirming":
            road.to_confirming(earns(people[0], yuan))
        roads.append(road)
    return roads, staff
