"""Months with a bank that misbehaves, looked at on the pages: every figure of money is what an independent sum over the ledger
gives, for a county, its city and a town; every number is as long as its list; every day and every run comes out even (B14)."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from lxml import html

from anmin.kernel.entitlements.queries import title_of_benefit
from anmin.kernel.payments.banks.models import PayFile, PayFileLine
from anmin.kernel.payments.banks.reconciling import actions as reconciling
from anmin.kernel.payments.banks.reissuing import actions as reissuing
from anmin.kernel.payments.budget import actions as budget
from anmin.kernel.payments.ledger import actions as ledger
from anmin.kernel.payments.ledger.actions import Posting
from anmin.kernel.payments.reserve import actions as reserve
from anmin.kernel.payments.reserve.actions import Relief
from anmin.kernel.payments.runs.models import PayLine, PayRun
from anmin.kernel.people.models import Household
from anmin.lib.calendar import add_months
from tests.console.moneydesk import at, get
from tests.faults import months
from tests.faults.months import START, Months
from tests.kernel.payments.money import COUNTY, DIBAO, TOWN, VILLAGE, a_run, approved
from tests.make import a_user

pytestmark = pytest.mark.django_db
CITY, OTHER_VILLAGE, OTHER_TOWN = "371000", "371002002001", "371002002"
TURNS = 3
COLUMNS = {
    "可用": "available",
    "冻结": "blocked",
    "在途": "transit",
    "支出": "spent",
    "退票待处理": "returned",
}


@pytest.fixture
def played(monkeypatch):
    """Three months of a hard bank over two towns, with allotments, a reserve, a claim, a payment given up and a run under way."""
    family = months.a_family
    monkeypatch.setattr(
        months,
        "a_family",
        lambda number, *names, serial: family(
            number, *names, serial=serial, division=OTHER_VILLAGE if serial % 2 else VILLAGE
        ),
    )
    played = Months(11, hard=True)
    played.run(TURNS)
    day = played.bank.day
    county = played.fund.budget_lines.get(division=COUNTY)
    city, town = (
        budget.open_line(by="test", fund=played.fund, division=place, year=2026, use="assistance/*", on=day)
        for place in (CITY, TOWN)
    )
    budget.appropriate(by="test", line=city, fen=9_000_00, document="省1号", on=day)
    budget.allot(by="test", line=city, to_line=county, fen=7_000_00, document="市1号", on=day)
    budget.allot(by="test", line=county, to_line=town, fen=5_000_00, document="县1号", on=day)
    budget.take_back(by="test", line=county, to_line=town, fen=1_000_00, document="县2号", on=day)
    reserve.fill(by="test", town=TOWN, fen=800_00, benefits=[DIBAO], on=day, source="r:1")
    home = Household.objects.filter(division=VILLAGE).first()
    relief = Relief("C-1", home.pk, home.division, home.level, DIBAO)
    reserve.pay_out(by="test", town=TOWN, fen=123_45, relief=relief, on=day, source="r:2")
    ledger.post(
        by="test",
        division=COUNTY,
        on=day,
        kind="notice",
        source="n:1",
        lines=[
            Posting("receivable", 33_33, county.pk, DIBAO, home.division, home.level, home.pk),
            Posting("spent", -33_33, county.pk, DIBAO, home.division, home.level, home.pk),
        ],
    )
    month = add_months(played.month, 1)
    run = approved(a_run(month, on=month))
    line = run.lines.filter(state="due").first()
    reissuing.give_up(by=played.one, beside=played.two.user, line=line, reason="本人放弃", on=day)
    return played


def asked(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def by_account(budget_line):
    rows = asked(
        "SELECT account, sum(fen)::bigint FROM kernel_ledgerline WHERE budget_line_id = %s GROUP BY 1",
        budget_line,
    )
    return dict(rows)


def rows_of(page):
    """The rows of the tables of a page: the text and link of the head, and the cells by the name of their column."""
    found = []
    for row in html.fromstring(page).iterfind(".//tbody/tr"):
        head = row.find("th")
        link = head.find(".//a")
        cells = {cell.get("data-name"): cell.text_content().strip() for cell in row.iterfind("td")}
        found.append((head.text_content().strip(), link.get("href") if link is not None else "", cells))
    return found


def fen(text):
    return int(text.replace("−", "-").replace(",", "").replace(".", ""))


def money(value):
    return f"{'−' if value < 0 else ''}{abs(value) // 100:,}.{abs(value) % 100:02d}"


def desk(place, role):
    return at(a_user(f"{role}{place}", place, role=role))


@pytest.mark.parametrize(
    ("place", "role", "seen"),
    [
        (COUNTY, "county_finance", {COUNTY, TOWN}),
        (CITY, "city_officer", {CITY, COUNTY, TOWN}),
        (TOWN, "town_clerk", {TOWN}),
        (OTHER_TOWN, "town_clerk", set()),
    ],
)
def test_execution_is_the_sum_over_the_ledger_for_whoever_looks(played, place, role, seen):
    client = desk(place, role)

    page = get(client, "money_funds", year=2026)

    rows = [row for row in rows_of(page) if "/money/budget/" in row[1]]
    lines = {int(href.rstrip("/").split("/")[-1]): cells for _head, href, cells in rows}
    wanted = {row.pk: row.division for row in played.fund.budget_lines.filter(year=2026)}
    assert set(lines) == {key for key, division in wanted.items() if division in seen}
    own_by_place = {}
    for key, cells in lines.items():
        sums = by_account(key)
        assert {name: fen(cells[name]) for name in COLUMNS} == {
            name: sums.get(account, 0) for name, account in COLUMNS.items()
        }
        came = asked(
            "SELECT coalesce(sum(CASE kind WHEN 'take_back' THEN -fen WHEN 'allot' THEN fen END), 0)::bigint"
            " FROM kernel_budgetmove WHERE to_line_id = %s",
            key,
        )[0][0]
        own = -sums.get("appropriation", 0) - sums.get("allotted", 0)
        assert fen(cells["下达"]) - fen(cells["分配下级"]) == own
        assert fen(cells["下达"]) == came - sums.get("appropriation", 0)
        assert own == sum(fen(cells[name]) for name in (*COLUMNS, "备用金和追回"))
        own_by_place[wanted[key]] = own
    if len(seen) > 1:
        by_place = {
            href.rsplit("=", 1)[1]: cells for _head, href, cells in rows_of(page) if "division=" in href
        }
        assert {code: fen(cells["本级可支配"]) for code, cells in by_place.items()} == own_by_place


def test_a_households_account_is_the_sum_over_its_lines_of_the_ledger(played):
    clerk, below = desk(COUNTY, "county_finance"), desk(TOWN, "town_clerk")
    for home in Household.objects.filter(pay_lines__isnull=False).distinct():
        sums = dict(
            asked(
                "SELECT account, sum(fen)::bigint FROM kernel_ledgerline WHERE household_id = %s GROUP BY 1",
                home.pk,
            )
        )
        lines = {
            state: (number, total)
            for state, number, total in asked(
                "SELECT line.state, count(*), sum(line.fen)::bigint FROM kernel_payline AS line JOIN kernel_payrun AS run"
                " ON run.id = line.run_id WHERE household_id = %s AND run.state <> 'void' GROUP BY 1",
                home.pk,
            )
        }
        for client in (clerk, below) if home.division.startswith(TOWN) else (clerk,):
            page = get(client, "money_home", home.number)
            ((_head, _href, cells), *_rest) = rows_of(page)
            waiting = sum(lines.get(one, (0, 0))[1] for one in ("due", "filed", "unknown"))
            assert fen(cells["已到账（元）"]) == sums.get("spent", 0)
            assert fen(cells["应收追回（元）"]) == sums.get("receivable", 0)
            assert fen(cells["退票（元）"]) == lines.get("returned", (0, 0))[1]
            assert fen(cells["待发和在途（元）"]) == waiting
            listed = [row for row in rows_of(page) if "状态" in row[2]]
            assert len(listed) == sum(number for number, _total in lines.values())


def test_the_life_of_a_payment_is_the_same_for_its_town(played):
    clerk, below = desk(COUNTY, "county_finance"), desk(TOWN, "town_clerk")
    line = PayLine.objects.filter(division__startswith=TOWN, state="paid").first()

    told = [
        [
            moment.text_content().split()
            for moment in html.fromstring(get(client, "money_line", line.pk)).iterfind(".//ol/li")
        ]
        for client in (clerk, below)
    ]

    assert len(told[0]) > 4 and told[0][-1] == told[1][-1]
    assert f'"/money/{line.run_id}/"' not in get(below, "money_line", line.pk)
    assert f'"/money/{line.run_id}/"' in get(clerk, "money_line", line.pk)


def test_what_came_back_is_counted_and_listed_alike_for_county_and_town(played):
    """One payment of each town comes back: the county has both, a town its own."""
    for place in (VILLAGE, OTHER_VILLAGE):
        key = (
            PayFileLine.objects.filter(state="paid", pay_line__division=place)
            .values_list("key", flat=True)
            .first()
        )
        played.receive(f"bounce-{key}", played.bank.bounce(key), played.bank.day)

    for place, role, number in ((COUNTY, "county_finance", 2), (TOWN, "town_clerk", 1)):
        client = desk(place, role)
        (block,) = [
            figure
            for figure in html.fromstring(get(client, "money")).iterfind(".//a[@class='figure']")
            if "退票待处理" in figure.text_content()
        ]
        assert int(block.find("span[@class='big']").text_content()) == number
        page = client.get(block.get("href")).content.decode()
        assert (
            len(
                {
                    row.get("href")
                    for row in html.fromstring(page).iterfind(".//a")
                    if "/money/lines/" in row.get("href", "")
                }
            )
            == number
        )


def test_a_town_sees_its_own_households_and_no_others(played):
    clerk = desk(TOWN, "town_clerk")

    for home in Household.objects.filter(pay_lines__isnull=False).distinct():
        client_sees = clerk.get(f"/money/homes/{home.number}/").status_code
        assert client_sees == (200 if home.division.startswith(TOWN) else 404)
    for line in PayLine.objects.select_related("household"):
        found = clerk.get(f"/money/lines/{line.pk}/").status_code
        assert found == (200 if line.division.startswith(TOWN) else 404)


def test_each_number_of_the_month_desk_and_of_a_run_is_as_long_as_its_list(played):
    clerk = desk(COUNTY, "county_finance")
    page = html.fromstring(get(clerk, "money"))
    for figure in page.iterfind(".//a[@class='figure']"):
        number = int(figure.find("span[@class='big']").text_content().replace(",", ""))
        assert number > 0
    rows = [row for row in rows_of(get(clerk, "money")) if "/money/" in row[1]]
    assert len(rows) == PayRun.objects.count()
    for _head, href, cells in rows:
        run = PayRun.objects.get(pk=int(href.rstrip("/").split("/")[-1]))
        if run.state == "void":
            continue
        lines = asked(
            "SELECT count(*), sum(fen)::bigint FROM kernel_payline WHERE run_id = %s AND budget_line_id IS NOT NULL",
            run.pk,
        )[0]
        assert (int(cells["笔数"]), fen(cells["金额（元）"])) == lines
        for title, link, told in rows_of(get(clerk, "money_run", run.pk)):
            if "lines/?benefit=" in link:
                listed = lists(clerk, link)
                assert len(listed) == int(told["笔数"]), title
                assert sum(listed) == fen(told["金额（元）"]), title
        for link in html.fromstring(get(clerk, "money_run", run.pk)).iterfind(".//ul/li/a"):
            if "lines/?state=" in link.get("href"):
                assert len(lists(clerk, link.get("href"))) == int(link.text_content().split()[-1]), link.get(
                    "href"
                )


def lists(client: Client, link):
    """The sums of the payments in a list."""
    page = client.get(link).content.decode()
    return [fen(cells["金额（元）"]) for _head, href, cells in rows_of(page) if "金额（元）" in cells]


def test_the_book_of_the_county_is_the_ledger(played):
    clerk = desk(COUNTY, "county_finance")
    month = START

    page = get(clerk, "money_books", month=f"{month:%Y-%m}")

    *told, (_sum, _link, both) = [row for row in rows_of(page) if "借方余额（元）" in row[2]]
    sides = [(fen(row[2]["借方余额（元）"]), fen(row[2]["贷方余额（元）"])) for row in told]
    sums = asked(
        "SELECT sum(fen)::bigint FROM kernel_ledgerline WHERE division LIKE %s GROUP BY account HAVING sum(fen) <> 0",
        f"{COUNTY}%",
    )
    assert sorted(left - right for left, right in sides if left != right) == sorted(
        total for (total,) in sums
    )
    assert sum(left for left, _right in sides) == sum(right for _left, right in sides)
    assert fen(both["借方余额（元）"]) == fen(both["贷方余额（元）"]) == sum(left for left, _right in sides)
    entries = asked(
        'SELECT count(*) FROM kernel_ledgerentry WHERE division = %s AND "on" >= %s AND "on" < %s',
        COUNTY,
        month,
        add_months(month, 1),
    )[0][0]
    assert len([row for row in rows_of(page) if "凭证" in row[2]]) == min(entries, 50)


def test_every_day_and_every_run_of_the_months_comes_out_even_and_the_months_close(played):
    """What really moved at the bank is beside what its answers said, day by day; then roster, files, answers and books."""
    bank, balance = played.bank, 10**9
    days = sorted({day for day, _key, _fen in bank.booked})
    for day in days:
        lines = bank.statement(day)
        moved = sum(value for _key, value in lines)
        reconciling.take_statement(
            by="test",
            form="one_card",
            division=COUNTY,
            day=day,
            opening=balance,
            closing=balance - moved,
            lines=lines,
            on=bank.day,
        )
        balance -= moved
        assert reconciling.statement_differences(COUNTY, "one_card", day) == [], day
    assert 10**9 - balance == sum(value for _key, value in bank.paid)

    for run in PayRun.objects.filter(state__in=["settled", "closed"]):
        made = reconciling.reconcile(by="test", run=run, on=bank.day)
        assert made.differences == []
        assert made.roster_fen == made.paid_fen == made.ledger_fen
    assert set(PayFile.objects.values_list("state", flat=True)) == {"reconciled"}
    closing = ledger.close_period(
        by=played.one,
        beside=played.two.user,
        division=COUNTY,
        month=START,
        on=bank.day,
    )
    until = add_months(START, 1)
    assert closing.sums == dict(
        asked(
            "SELECT line.account, sum(line.fen)::bigint FROM kernel_ledgerline AS line JOIN kernel_ledgerentry AS entry"
            ' ON entry.id = line.entry_id WHERE entry.division = %s AND entry."on" < %s GROUP BY 1',
            COUNTY,
            until,
        )
    )
    assert date(2026, 1, 1) == START and title_of_benefit(DIBAO)
