"""生成演示城市、测算并创建演示账号；数据已在且相同时很快结束。"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.utils import timezone

from anmin.cli.running import out, progress_bar
from anmin.domains.elderly.demo.actions import make_demo_care
from anmin.domains.placenames.demo.actions import make_demo_names
from anmin.kernel.access.actions import create_demo_staff
from anmin.kernel.access.models import User
from anmin.kernel.access.queries import Scope, demo_accounts, reader_for
from anmin.kernel.alerts.demo.actions import make_demo_alerts
from anmin.kernel.cases.demo.actions import make_demo_cases
from anmin.kernel.cases.demo.residents import demo_residents, find_residents, keep_residents
from anmin.kernel.delivery.plans.actions import make_plans, plan_by_hand
from anmin.kernel.divisions.catalogue import Catalogue
from anmin.kernel.facts.batches.actions import take_in
from anmin.kernel.facts.demo.batches import write_batches
from anmin.kernel.facts.demo.city import LARGE, SMALL, build_city
from anmin.kernel.facts.demo.lists import misspelt_list
from anmin.kernel.facts.demo.places import places_of
from anmin.kernel.facts.demo.register import homes_of
from anmin.kernel.facts.queries import snapshots_home
from anmin.kernel.partners import actions as partners
from anmin.kernel.partners.queries import keys_of, partner_named
from anmin.kernel.partners.staff import actions as staff_of_partners
from anmin.kernel.payments.demo.actions import make_demo_month
from anmin.kernel.people.loading import Home, load_population
from anmin.kernel.people.matching.engine import match
from anmin.kernel.people.matching.loading import queue_proposals
from anmin.kernel.people.matching.queries import register_table, run_of
from anmin.kernel.people.queries import household_named, membership_on
from anmin.kernel.people.queries import persons as people_of
from anmin.kernel.screening.actions import screen_city
from anmin.kernel.screening.queries import run_by
from anmin.kernel.screening.rulebooks import outputs, rulebook
from anmin.kernel.screening.truths import report_on_truths
from anmin.policy.citywide import fingerprint
from anmin.policy.errors import PolicyError
from anmin.policy.plan import make_plan
from anmin.policy.snapshots import Snapshot

DAY = date(2026, 11, 1)
USUAL_CITY = "371000"
SEED = 20261124
DEMO_CHILDREN = 4
VERSION = 4
"""Raised when the generator changes, so that an old demonstration city is made anew."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo-data")(demo_data)


def demo_data(
    city: Annotated[str, typer.Option(help="放在哪个市：371000 350200 460100 610600")] = USUAL_CITY,
    large: Annotated[bool, typer.Option("--large", help="290 万人（默认 6 万人）")] = False,
    seed: Annotated[int, typer.Option(help="随机种子，同一种子生成同一座城市")] = SEED,
    on: Annotated[str, typer.Option("--on", help="规则日期")] = DAY.isoformat(),
    accounts: Annotated[
        bool | None, typer.Option("--accounts/--no-accounts", help="只列出演示账号，或不列出")
    ] = None,
) -> None:
    """生成演示城市、测算并创建演示账号；数据已在且相同时很快结束。"""
    if not accounts:
        _make(city, LARGE if large else SMALL, seed, date.fromisoformat(on))
    if accounts is False:
        return
    for account in demo_accounts():
        typer.echo(f"  账号 {account.username:<12} 密码 {account.password}   {account.place}")
    for one in demo_residents():
        typer.echo(
            f"  居民 {one.name}  身份证号 {one.number}   {one.words}（/residents/，验证码显示在页面上）"
        )


def _make(city: str, persons: int, seed: int, on: date) -> None:
    if not settings.DEMO:
        raise PolicyError(
            "demo_only",
            what="演示数据只能在演示模式下生成",
            todo="运行 python3 run.py demo，或设置 ANMIN_DEMO=1",
        )
    book = rulebook()
    name = f"demo-{city}-{persons}-{seed}-{on.isoformat()}-v{VERSION}"
    with progress_bar() as progress:
        if not (snapshots_home() / name / "manifest.json").exists():
            places = places_of(city, on)
            build_city(
                snapshots_home() / name, places, book, on=on, persons=persons, seed=seed, progress=progress
            )
        snapshot = Snapshot.open(snapshots_home() / name)
        run = run_by(name, fingerprint(make_plan(book, on, outputs(book))))
        if run is None:
            run = screen_city(
                by="anmin demo-data", snapshot=snapshot, on=on, city=city, book=book, progress=progress
            )
        if household_named(snapshot.household_table(0, ["household"])["household"][0].as_py()) is None:
            progress("登记人员和家庭", 0, 1)
            load_population(
                by="anmin demo-data",
                homes=homes_of(snapshot, on, seed),
                first_day=date(2020, 1, 1),
                source="演示数据",
            )
            progress("登记人员和家庭", 1, 1)
            # What departments sent is of the last months before today: a fresh demonstration has no late source.
            _take_in_batches(homes_of(snapshot, on, seed), max(timezone.localdate(), on))
    staff = _staff(city, on)
    create_demo_staff(by="anmin demo-data", places=staff, on=date(2020, 1, 1))
    _make_partner(city, on, "" if city == USUAL_CITY else f"-{city}")
    cases = alerts = 0
    # Work is of today, so that its clocks read as a clerk's do; next year's standards are not known yet.
    today = min(max(timezone.localdate(), on), date(on.year, 12, 31))
    for _username, _title, place, role in staff:
        if role == "town_clerk":
            _match_a_list(homes_of(snapshot, on, seed), place, on)
            cases = make_demo_cases(
                by="anmin demo-data", town=place, ending="" if city == USUAL_CITY else f"-{city}", on=today
            )
            alerts = make_demo_alerts(by="anmin demo-data", run=run, town=place, on=today)
    _plan_visits(staff, today)
    care = sum(
        make_demo_care(
            by="anmin demo-data", county=place, ending="" if city == USUAL_CITY else f"-{city}", on=today
        )
        for _username, _title, place, role in staff
        if role == "elder_officer"
    )
    names = _name_places(city, staff, on, today)
    paid = _pay_a_month(city, staff, on, today)
    keep_residents(find_residents("" if city == USUAL_CITY else f"-{city}"))
    report = report_on_truths(run, Scope.nation())
    out.print(f"演示城市：{run.households:,} 户、{run.persons:,} 人（演示数据，不是任何真实的人）")
    out.print(f"演示办件：{cases} 件，停在受理、核查、公示、确认等各个环节")
    out.print(f"演示预警：{alerts} 条，来自应享未享比对，有的办结，有的超期")
    if paid:
        out.print(f"演示发放：上月 {paid} 笔，一笔退票、一笔银行没说清；本月批次停在校验，有待处理的异常")
    if care:
        out.print(f"演示养老服务：{care} 条登记")
    if names:
        out.print(f"演示地名：{names} 条登记，命名申请停在受理、待批准、待备案（逾期）、已公告，有门楼牌证明")
    out.print(f"预埋的 {report.planted} 户已知答案：{report.right} 户测算一致，{len(report.wrong)} 户不一致")
    for line in report.wrong[:10]:
        out.print(f"[red]{line}[/red]")


def _pay_a_month(city: str, staff: list[tuple[str, str, str, str]], on: date, today: date) -> int:
    """Last month's money of the first county, for families of its second town: the cases of the first stay as they are."""
    towns = (
        Catalogue.load().towns_of(place, on=on)
        for _username, _title, place, role in staff
        if role == "county_finance"
    )
    return sum(
        make_demo_month(
            by="anmin demo-data",
            county=rows[1].code[:6],
            town=rows[1].code,
            ending="" if city == USUAL_CITY else f"-{city}",
            on=today,
        )
        for rows in map(list, towns)
        if len(rows) > 1
    )


def _name_places(city: str, staff: list[tuple[str, str, str, str]], on: date, today: date) -> int:
    """Names, plates and signs of the first county's first town, with its neighbour across the boundary."""
    catalogue = Catalogue.load()
    counties = [one.code for one in catalogue.counties_of(city, on=on)]
    return sum(
        make_demo_names(
            county=place,
            neighbour=counties[1] if len(counties) > 1 else counties[0],
            town=next(iter(catalogue.towns_of(place, on=on))).code,
            ending="" if city == USUAL_CITY else f"-{city}",
            on=today,
        )
        for _username, _title, place, role in staff
        if role == "placename_officer"
    )


def _make_partner(city: str, on: date, ending: str) -> None:
    """The disabled persons' federation with a log-in and a key whose secret nobody knows; made once."""
    by, name = "anmin demo-data", Catalogue.load().lookup(city, on=on).name
    partner = partner_named("cdpf") or partners.add_partner(
        by=by, key="cdpf", name="残疾人联合会（演示）", is_demo=True
    )
    staff_of_partners.add_demo_staff(
        by=by,
        partner=partner,
        username=f"canlian{ending}",
        display_name=f"{name}残联 · 往来单位",
        division=city,
        on=date(2020, 1, 1),
    )
    title, today = f"两项补贴系统（{name}）", timezone.localdate()
    if not keys_of(partner).filter(title=title).exists():
        partners.create_key(
            by=by,
            partner=partner,
            title=title,
            purpose="残疾人两项补贴资格核对",
            powers=["status.read", "slips", "batches.send"],
            fields=["person.registered", "status.receives"],
            sources=["disability"],
            basis="disability_subsidies",
            divisions=[city],
            first_day=today,
            last_day=today + timedelta(days=180),
        )


def _plan_visits(staff: list[tuple[str, str, str, str]], today: date) -> None:
    """Plans of visits as they have been for a week, so that some visits are late, some of today and some to come."""
    since = today - timedelta(days=7)
    make_plans(by="anmin demo-data", on=since)
    for username, _title, place, role in staff:
        if role != "child_director":
            continue
        director = reader_for(User.objects.get(username=username), today)
        born = since.replace(year=since.year - 15, day=1)
        children = people_of(director).filter(division=place, birth_day__gt=born, died_on__isnull=True)
        for child in children.order_by("pk")[:DEMO_CHILDREN]:
            if child.visit_plans.exists() or membership_on(child, since) is None:
                continue
            plan_by_hand(
                by=director,
                service_key="child_visit",
                person=child,
                tier="left_behind",
                on=since,
                reason="父母在外务工（演示）",
            )


def _match_a_list(homes: Iterator[Home], town: str, on: date) -> None:
    """A department's list with errors, matched with the register: pairs wait in 疑似同一人. Done once."""
    source = f"残联持证人员名单（演示）{town}"
    if run_of(source) is not None:
        return
    rows = misspelt_list(homes, town, on)
    found = match(rows, register_table(on))
    queue_proposals(by="anmin demo-data", source=source, found=found, left=rows)


def _take_in_batches(homes: Iterator[Home], on: date) -> None:
    """Land the demonstration's batches; the files themselves, with numbers in clear, are not kept."""
    with tempfile.TemporaryDirectory() as folder:
        for one in write_batches(Path(folder), homes, on):
            take_in(
                by="anmin demo-data",
                source=one.source,
                period=one.period,
                path=one.path,
                facts=rulebook().facts,
                on=on,
            )


def _staff(city: str, on: date) -> list[tuple[str, str, str, str]]:
    """One person for each post of the demonstration: city, counties, a town, a village, and three administrators.

    Log-ins of another city than the usual one end in its code, so that several cities can stand side by side.
    """
    catalogue = Catalogue.load()
    counties = catalogue.counties_of(city, on=on)[:3]
    ending = "" if city == USUAL_CITY else f"-{city}"
    name = catalogue.lookup(city, on=on).name
    staff = [(f"shi{ending}", f"{name}民政局 · 市级业务", city, "city_officer")]
    staff += [
        (f"xian{number}{ending}", f"{county.name}民政局 · 审核确认", county.code, "county_approver")
        for number, county in enumerate(counties, 1)
    ]
    if counties:
        first = counties[0]
        staff.append((f"hedui{ending}", f"{first.name}民政局 · 信息核对", first.code, "county_checker"))
        staff.append((f"ertong{ending}", f"{first.name} · 未成年人保护", first.code, "child_protector"))
        staff.append((f"caiwu{ending}", f"{first.name}民政局 · 财务", first.code, "county_finance"))
        staff.append((f"juzhang{ending}", f"{first.name}民政局 · 分管局长", first.code, "county_leader"))
        for login, title, role in (
            ("yanglao", "养老服务经办", "elder_officer"),
            ("yangshen", "养老服务审核", "elder_approver"),
            ("pinggu", "能力评估员", "elder_assessor"),
            ("diming", "地名管理经办", "placename_officer"),
            ("dishen", "地名管理审批", "placename_approver"),
        ):
            staff.append((f"{login}{ending}", f"{first.name} · {title}", first.code, role))
        for town in catalogue.towns_of(first.code, on=on)[:1]:
            staff.append((f"zhen1{ending}", f"{first.name}{town.name} · 镇街经办", town.code, "town_clerk"))
            staff.append(
                (f"fenguan1{ending}", f"{first.name}{town.name} · 分管领导", town.code, "town_leader")
            )
            for village in catalogue.villages_of(town.code, on=on)[:1]:
                title = f"{town.name}{village.name} · 村居协理"
                staff.append((f"cun1{ending}", title, village.code, "village_worker"))
                staff.append((f"cun1{ending}", title, village.code, "elder_helper"))
                title = f"{town.name}{village.name} · 儿童主任"
                staff.append((f"ertong1{ending}", title, village.code, "child_director"))
    for username, title, role in (
        ("xitong", "系统管理员", "system_admin"),
        ("anquan", "安全管理员", "security_admin"),
        ("shenji", "审计管理员", "audit_admin"),
    ):
        staff.append((f"{username}{ending}", f"{name}民政局 · {title}", city, role))
    return staff
