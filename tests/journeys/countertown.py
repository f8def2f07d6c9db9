"""Families of the first town for the counter's journeys, walked by the demonstration's staff; run as a program on its data."""

import json
import sys
from datetime import timedelta

RARE = ("林䶮", "欧阳阿依努尔·买买提")
VILLAGE = "371002001001"


def make():
    """Known, refused before; twelve to be shown, one with a child; one to be verified; two with rare and long names."""
    from django.utils import timezone

    from anmin.kernel.access.models import User
    from anmin.kernel.cases.matters import procedure_for
    from anmin.kernel.cases.verification.actions import Said
    from tests.kernel.cases.road import Road, a_family, earns

    users = {user.username: user for user in User.objects.all()}
    staff = {
        "clerk": users["zhen1"],
        "second": users["cun1"],
        "leader": users["fenguan1"],
        "checker": users["hedui"],
        "approver": users["xian1"],
    }
    today = timezone.localdate()
    form = procedure_for("dibao", VILLAGE, today).intake["form"]

    def everything(people, wage):
        """What the form of dibao asks, all of it known."""
        shared = [Said(name, 1 if name == "homes" else 0) for name in form["household"]]
        own = [Said(name, 0, one.pk) for one in people for name in form["person"] if name != "wage_year"]
        wages = [earns(one, wage if at == 0 else 0) for at, one in enumerate(people)]
        return [*shared, *own, *wages]

    def family(number, serial, *members):
        return a_family(*members, serial=serial, number=number, division=VILLAGE)

    def walked(number, serial, *members, wage=3_000, day=today - timedelta(12)):
        home, people = family(number, serial, *members)
        road = Road.begin(home, staff, said=everything(people, wage), token=f"road-{number}", day=day)
        return road, people

    road, people = walked(
        "JK1", 60_001, ("周重来", 1951), ("周小来", 1982), wage=90_000, day=today - timedelta(60)
    )
    road.to_confirming()
    road.refuse()
    known, refused = people[0].identifiers.get().value, road.case.number

    shown = []
    for at in range(12):
        child = (f"童小{'甲乙丙丁戊己庚辛壬癸子丑'[at]}", 2016) if at == 3 else (f"孙女{at}"[:2] + "某", 1985)
        road, _people = walked(
            f"JS{at}", 60_100 + at * 10, (f"郑{'甲乙丙丁戊己庚辛壬癸子丑'[at]}", 1952), child
        )
        road.to_opinion()
        shown.append(road.case.number)

    road, people = walked("JV1", 60_300, ("吴核实", 1953), ("吴小实", 1983), wage=18_000)
    road.accept()
    road.check()
    road.survey(earns(people[0], 22_200))

    papers = {}
    for at, name in enumerate(RARE):
        road, _people = walked(f"JP{at}", 60_400 + at * 10, (name, 1954))
        road.accept()
        papers[name] = road.case.number

    from tests.kernel.cases.road import authorise

    home, people = family("JN1", 60_500, ("冯缺件", 1955), ("冯小缺", 1985))
    authorise(home, "dibao", today - timedelta(1))
    people[0].phone = "19000000077"
    people[0].save()
    return {
        "known": known,
        "refused": refused,
        "shown": shown,
        "verify": CASE("JV1"),
        "papers": papers,
        "lacking": people[0].identifiers.get().value,
        "children": ["童小丁"],
    }


def CASE(number):
    """The number of the case of a household."""
    from anmin.kernel.cases.models import Case

    return Case.objects.get(household__number=number).number


if __name__ == "__main__":
    import django

    django.setup()
    json.dump(make(), sys.stdout, ensure_ascii=False)
