"""Three families of the first town with a benefit and a card, for the journeys through a month; run as a program on its data."""

import json
import sys
from datetime import timedelta

HOMES = (("MZ1", "王发放"), ("MZ2", "李到账"), ("MZ3", "张退票"))
FEN = (732_00, 815_50, 644_00)


def make():
    """Households with grants since last month; nobody else in the county is paid."""
    from django.utils import timezone

    from anmin.kernel.access.models import User
    from tests.kernel.payments.money import a_family, a_grant

    today = timezone.localdate()
    before = (today.replace(day=1) - timedelta(1)).replace(day=1)
    decider = User.objects.get(username="xian1")
    made = []
    for at, ((number, name), fen) in enumerate(zip(HOMES, FEN, strict=True)):
        home, people = a_family(number, name, serial=7_000 + at)
        people[0].phone = f"1900000700{at}"
        people[0].save()
        a_grant(home, fen, before, by=decider, on=before - timedelta(20))
        made.append({"number": number, "person": people[0].pk, "fen": fen})
    return made


if __name__ == "__main__":
    import django

    django.setup()
    json.dump(make(), sys.stdout, ensure_ascii=False)
