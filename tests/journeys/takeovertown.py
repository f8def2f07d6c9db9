"""Three families of the fourth county that an older system pays, and the staff who take them over; run as a program on its data."""

import json
import sys

COUNTY, TOWN, VILLAGE = "371083", "371083001", "371083001001"
STAFF = (
    ("jingban-rs", "乳山 · 镇街经办", TOWN, "town_clerk"),
    ("shen-rs", "乳山 · 审核确认", COUNTY, "county_approver"),
)
HOMES = (("ZR1", "王转入"), ("ZR2", "李在册"), ("ZR3", "张更正"))
SERIAL = 56_000


def make():
    """Households without a benefit here; the numbers by which the list names their heads."""
    from django.utils import timezone

    from anmin.kernel.access.actions import create_demo_staff
    from tests.kernel.payments.money import a_family
    from tests.make import a_number

    create_demo_staff(by="test", places=list(STAFF), on=timezone.localdate().replace(year=2020, day=1))
    made = []
    for at, (number, name) in enumerate(HOMES):
        a_family(number, name, serial=SERIAL + at, division=VILLAGE, card=False)
        made.append({"number": number, "name": name, "identity": a_number((SERIAL + at) * 10)})
    return made


if __name__ == "__main__":
    import django

    django.setup()
    json.dump(make(), sys.stdout, ensure_ascii=False)
