"""A thousand canaries go through every feature of an installation: `python -m tests.faults.canaries FILE`."""

import csv
import json
import sys
from datetime import date, timedelta
from pathlib import Path
from random import Random

from anmin.lib.identifiers import check_digit

ON = date(2026, 11, 2)
VILLAGE, OTHER = "371002001001", "371002001003"
PEOPLE = 400
RARE = [chr(code) for code in range(0x4F00, 0x9F00, 7)]


def canaries(seed=20261124):
    """Numbers, telephones, bank cards and names that belong to nobody and stand nowhere else."""
    dice = Random(seed)
    people = []
    for serial in range(PEOPLE):
        birth = (
            date(2012, 1, 1) + timedelta(days=serial)
            if serial % 2
            else date(1951, 1, 1) + timedelta(days=serial)
        )
        first = f"9901{serial % 90 + 10}{birth:%Y%m%d}{dice.randrange(500) * 2:03d}"
        person = {"number": first + check_digit(first), "birth": birth.isoformat()}
        person["name"] = "欧阳" + "".join(dice.sample(RARE, 2))
        if serial % 2:
            person["is_child"] = True
        else:
            person["phone"] = f"190{dice.randrange(10**8):08d}"
            person["card"] = with_luhn(f"621799{dice.randrange(10**12):012d}")
        people.append(person)
    return people


def texts(people):
    """What nobody may find: 400 numbers, 200 telephones, 200 cards, 200 names of children."""
    return [
        *(person["number"] for person in people),
        *(person[key] for person in people for key in ("phone", "card") if key in person),
        *(person["name"] for person in people if "is_child" in person),
    ]


def with_luhn(digits):
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if at % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def main(path):
    import django

    django.setup()
    from anmin.kernel.access.middleware import reading_as
    from anmin.kernel.access.queries import reader_for
    from anmin.kernel.people.models import Household
    from tests.faults.canaryroad import walk
    from tests.make import a_user

    people = json.loads(Path(path).read_text("utf-8"))
    clerk, approver = a_user("clerk", "371002001"), a_user("approver", "371002")
    rows = register(people)
    with reading_as(reader_for(approver, ON)):
        changes(people, rows, clerk, approver)
    merges(people, rows, approver)
    pages(people, rows, approver)
    pages(people, rows, clerk)
    exchange(people, clerk)
    casework(people, clerk, approver)
    walk(Household.objects.get(number="C00043"), people[40], people[41])
    interfaces(people)
    files(people, Path(path).parent)
    keys()


def register(people):
    """Everybody in households of four, with cards, former names and ties."""
    from anmin.kernel.people.register import actions
    from tests.make import a_household, a_person

    rows = []
    for at, person in enumerate(people):
        row = a_person(
            person["name"],
            VILLAGE if at % 3 else OTHER,
            number=person["number"],
            phone=person.get("phone", ""),
            birth_day=date.fromisoformat(person["birth"]),
            former_names=(people[at - 1]["name"],) if at % 5 == 0 and at else (),
        )
        if "card" in person:
            actions.add_number(by="test", person=row, kind="bank", number=person["card"], source="银行")
        rows.append(row)
        if at % 4 == 3:
            a_household(f"C{at:05d}", VILLAGE, *rows[-4:])
            actions.tie(by="test", person=rows[-2], other=rows[-1], kind="mother")
    return rows


def changes(people, rows, clerk, approver):
    """Requests whose content names canaries: accepted, refused, withdrawn, refused at the counter."""
    from anmin.kernel.people.requests import actions
    from anmin.kernel.people.requests.actions import ChangeRefused

    for at in range(0, 80, 4):
        person, other = rows[at + 2], people[at + 3]
        payload = {"name": other["name"], "phone": people[at]["phone"]}
        evidence = f"户口簿 {people[at]['number']}，电话 {people[at]['phone']}"
        try:
            request = actions.ask(
                by=clerk,
                kind="correct",
                on=ON,
                division=VILLAGE,
                person=person,
                payload=payload,
                evidence=evidence,
            )
        except ChangeRefused:
            continue
        if at % 12 == 0:
            answer = f"{other['name']}的材料不全，请{people[at]['phone']}补齐"
            actions.refuse(by=approver, request=request, answer=answer)
        elif at % 12 == 4:
            actions.withdraw(by=clerk, request=request)
        else:
            actions.accept(by=approver, request=request)


def merges(people, rows, approver):
    """A second record of somebody, merged and come apart again."""
    from anmin.kernel.people.merging.actions import merge, take_back_apart, tell_apart, unmerge
    from tests.make import a_person

    double = a_person(people[1]["name"], VILLAGE, phone=people[0]["phone"])
    merged = merge(by=approver, kept=rows[1], gone=double, on=ON, reason=f"{people[1]['name']}两次建档")
    unmerge(by=approver, merged=merged, reason=f"核对后{people[1]['number']}不是同一人")
    said = f"{people[1]['name']}与{people[5]['name']}不是同一人，见{people[1]['number']}"
    apart = tell_apart(by=approver, one=rows[1], other=rows[5], reason=said)
    take_back_apart(by=approver, row=apart, reason=said)


def pages(people, rows, reader):
    """The console, with canaries in addresses, forms and mistakes; what breaks is logged."""
    from django.test import Client

    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    client.force_login(reader, backend="anmin.kernel.access.login.backends.StaffBackend")
    for at in range(0, 60, 3):
        for text in (people[at]["number"], people[at]["name"], people[at].get("phone", "190")):
            client.get("/people/", {"q": text})
            client.get("/people/", {"q": f"{text}\x00", "page": text})
            client.get(f"/households/{text}/")
            client.get(f"/homes/{text}/", {"on": text})
            client.get("/audit/", {"act": text, "day": text})
        client.get(f"/people/{rows[at].pk}/")
        client.post(f"/people/{rows[at].pk}/show/", {"field": "number", "purpose": "受理申请"})
        client.post(
            f"/changes/ask/correct/?person={rows[at].pk}",
            {"name": people[at]["name"], "on": people[at]["number"]},
        )
        client.get(f"/people/{people[at]['number']}/")
    stranger = Client(raise_request_exception=False, SERVER_NAME="localhost")
    stranger.post("/login/", {"username": people[0]["number"], "password": people[0]["phone"]})
    client.get("/no/such/page/" + people[2]["number"])


def exchange(people, clerk):
    """Authorisations, checks and slips through their pages: recorded, refused for a field, withdrawn; free texts name canaries."""
    from django.test import Client
    from django.utils import timezone

    from anmin.kernel.exchange.consents.models import Consent
    from anmin.kernel.people.models import Household

    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    client.force_login(clerk, backend="anmin.kernel.access.login.backends.StaffBackend")
    today = timezone.localdate()
    for at, home in enumerate(Household.objects.order_by("pk")[:12]):
        one, child, adults = (
            people[at * 4],
            people[at * 4 + 1],
            [row.person_id for row in home.memberships.order_by("pk")],
        )
        said = f"{child['name']}的{one['name']} {one['number']} {one['phone']}"
        client.get(f"/homes/{home.number}/authorise/print/")
        for adult in adults:
            for witness in (said, ""):
                client.post(
                    f"/homes/{home.number}/authorise/",
                    {
                        "person": adult,
                        "sources": ["pensions"],
                        "first_day": today.isoformat(),
                        "last_day": (today + timedelta(180)).isoformat(),
                        "channel": "paper",
                        "signed_at": f"{today}T00:01",
                        "witness": witness,
                        "signer": "",
                    },
                )
        for page in ("check", "slip"):
            client.get(f"/homes/{home.number}/{page}/")
            client.post(
                f"/homes/{home.number}/{page}/",
                {
                    "reason": said,
                    "purpose": said,
                    "person": said,
                    "source": "pensions",
                    "said": said,
                    "found": said,
                },
            )
        client.get(f"/authorisations/?q={one['number']}")
    for row in Consent.objects.order_by("pk")[:6]:
        client.get(f"/authorisations/{row.pk}/")
        client.post(
            f"/authorisations/{row.pk}/withdraw/",
            {"reason": f"{people[1]['name']}的家人 {people[0]['number']} 要求"},
        )
    for address in ("checks", "slips"):
        client.get(f"/{address}/", {"q": people[2]["number"]})


def casework(people, clerk, approver):
    """Words typed into a draft of an application and into the reason of a decision."""
    from anmin.kernel.access.queries import reader_for
    from anmin.kernel.cases.intake.actions import keep_draft
    from anmin.kernel.entitlements.actions import decide
    from anmin.kernel.people.models import Household

    for at, home in enumerate(Household.objects.order_by("pk")[:6]):
        one, child = people[at * 4], people[at * 4 + 1]
        said = f"{child['name']}的家人{one['number']}，电话{one['phone']}"
        keep_draft(
            by=reader_for(clerk, ON),
            token=f"canary-{at}",
            matter="dibao",
            division=VILLAGE,
            content={"statement": said, "contact": one["phone"]},
            household=home,
        )
        decide(
            by=approver,
            case_number=f"X{at}",
            matter="dibao",
            division=VILLAGE,
            household=home,
            outcome="refuse",
            on=ON,
            reason=f"{said}，收入高于标准",
        )


def interfaces(people):
    """Partners' machines: the partner API and the exchange standard, with good, strange and broken messages."""
    from django.test import Client

    from tests.api.partners import a_key
    from tests.api.spdci import BASE, criteria, envelope, request_of

    _key, client = a_key(per_minute=6_000)
    stranger = Client(raise_request_exception=False, SERVER_NAME="localhost")
    client.raise_request_exception = False
    for person in people[:60:3]:
        wanted = criteria("idtype-value", {"type": "UIN", "value": person["number"]})
        for body in (
            json.dumps(envelope(request_of(wanted))),
            json.dumps(envelope(request_of(wanted)))[:-40],
        ):
            for caller in (client, stranger):
                for way in ("sync", "async"):
                    caller.post(f"{BASE}/registry/{way}/search", body, "application/json")
        for caller in (client, stranger):
            caller.post("/api/v1/persons", json.dumps({"number": person["number"]}), "application/json")
            caller.get(f"/api/v1/persons/{person['number']}", {"name": person["name"]})


def files(people, folder):
    """A department's file with good and bad rows, one refused whole, and the old import of households."""
    from anmin.kernel.facts.batches import actions
    from anmin.kernel.facts.intake.actions import import_population
    from anmin.kernel.screening.rulebooks import rulebook
    from anmin.policy.errors import PolicyError

    facts = rulebook().facts
    heading = ["身份证号", "姓名", "职工养老金（年）", "城乡居民养老金（月）"]
    good = [[person["number"], person["name"], "12000", "220"] for person in people]
    bad = [
        [person["number"][:-1] + "?", person["name"], person.get("card", "x"), "y"] for person in people[:50]
    ]
    actions.take_in(
        by="test",
        source="pensions",
        period="2026-10",
        path=written(folder / "a.csv", heading, good + bad),
        facts=facts,
        on=ON,
    )
    drifted = [people[6]["number"], people[7]["name"], people[8]["phone"]]
    try:
        actions.take_in(
            by="test",
            source="pensions",
            period="2026-09",
            path=written(folder / "b.csv", drifted, good),
            facts=facts,
            on=ON,
        )
    except PolicyError as trouble:
        print("refused:", trouble.code, file=sys.stderr)
    homes = [["户编号", "行政区划代码", "城乡类别"]] + [
        [f"C{at:05d}", VILLAGE, "农村"] for at in range(3, PEOPLE, 4)
    ]
    members = [
        [
            f"C{at // 4 * 4 + 3:05d}",
            person["name"],
            person["number"] if at % 9 else person["number"] + "7",
            "本人" if at % 4 == 0 else "子女",
        ]
        for at, person in enumerate(people)
    ]
    try:
        import_population(
            by="test",
            households=written(folder / "homes.csv", homes[0], homes[1:]),
            persons=written(folder / "people.csv", ["户编号", "姓名", "证件号码", "与户主关系"], members),
            facts=facts,
            on=ON,
        )
    except PolicyError as trouble:
        print("import refused:", trouble.code, trouble, file=sys.stderr)


def written(path, heading, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(heading)
        out.writerows(rows)
    return path


def keys():
    from anmin.kernel.keys import actions

    actions.new_key()
    for _place, _done in actions.reseal():
        pass


if __name__ == "__main__":
    main(sys.argv[1])
