"""Four families of the second county with a benefit, and the staff who pay them: the first county's are the demonstration's.

Run as a program on the demonstration's data.
"""

import json
import sys
from datetime import date, timedelta

COUNTY, VILLAGE = "371003", "371003001001"
STAFF = (
    ("caiwu-wd", "文登 · 财务", COUNTY, "county_finance"),
    ("shen-wd", "文登 · 审核确认", COUNTY, "county_approver"),
    ("juzhang-wd", "文登 · 分管局长", COUNTY, "county_leader"),
)
HOMES = (("MZ1", "王发放"), ("MZ2", "李到账"), ("MZ3", "张退票"), ("MZ4", "赵无卡"))
FEN = (732_00, 815_50, 644_00, 700_00)


def make():
    """Households with grants since last month, the last without a card; nobody else in the county is paid."""
    from django.utils import timezone

    from anmin.kernel.access.actions import create_demo_staff
    from anmin.kernel.access.models import User
    from tests.kernel.payments.money import a_family, a_grant

    create_demo_staff(by="test", places=list(STAFF), on=date(2020, 1, 1))
    today = timezone.localdate()
    before = (today.replace(day=1) - timedelta(1)).replace(day=1)
    decider = User.objects.get(username="shen-wd")
    made = []
    for at, ((number, name), fen) in enumerate(zip(HOMES, FEN, strict=True)):
        card = number != "MZ4"
        home, people = a_family(number, name, serial=55_000 + at, division=VILLAGE, card=card)
        people[0].phone = f"1900000700{at}"
        people[0].save()
        a_grant(home, fen, before, by=decider, on=before - timedelta(20))
        made.append({"number": number, "person": people[0].pk, "fen": fen})
    return made


if __name__ == "__main__":
    import django

    django.setup()
    json.dump(make(), sys.stdout, ensure_ascii=False)
