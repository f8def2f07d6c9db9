"""A list of running benefits is checked row by row: what is right waits, what is not comes back with column, code and reason."""

from datetime import date

import pytest

from anmin.kernel.cases.relatives.actions import declare_staff_person
from anmin.kernel.cases.takeover import actions
from anmin.kernel.cases.takeover.actions import TakeoverProblem
from anmin.kernel.cases.takeover.columns import template
from anmin.kernel.cases.takeover.models import TakeoverBatch, TakeoverRow
from anmin.kernel.cases.takeover.queries import cells_of, figures, rejected
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.people.models import Death
from anmin.kernel.people.register import actions as register
from anmin.policy.errors import PolicyError
from tests.kernel.cases.takeover.lists import (
    AGE,
    LIVING,
    YEARLY,
    a_file,
    a_line,
    a_measuring,
    gives,
    sender,
    taken_in,
    with_card,
)
from tests.kernel.payments.money import COUNTY, TODAY, TOWN, a_family, a_grant, an_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return sender()


def codes(batch):
    return [(row.row, row.column, row.code) for row in batch.rows.filter(state="rejected").order_by("row")]


def code_of(folder, line, by, **more):
    batch = taken_in(folder, line, by=by, **more)
    return batch.rows.get().code


def test_a_right_row_waits_and_nobody_has_been_granted_anything(tmp_path, by):
    home, (person,) = a_family(card=False)

    batch = taken_in(tmp_path, a_line(), by=by)

    row = batch.rows.get()
    assert (row.state, row.fen, row.household, row.person, row.receiver) == (
        "accepted",
        86_000,
        home,
        None,
        person,
    )
    assert (row.last_paid, row.since, row.office) == (date(2026, 10, 1), date(2019, 4, 1), "环翠区民政局")
    assert not Decision.objects.exists() and not Entitlement.objects.exists()


def test_the_same_list_a_second_time_changes_nothing(tmp_path, by):
    a_family(card=False)
    first = taken_in(tmp_path, a_line(), by=by)

    again = taken_in(tmp_path, a_line(), by=by)

    assert again == first and TakeoverBatch.objects.count() == 1 and TakeoverRow.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"identity": "3.71E+17"}, "证件号码", "id_scientific"),
        ({"identity": "990001195003020012"}, "证件号码", "id_check"),
        ({"name": "王秀芳"}, "姓名", "name_differs"),
        ({"home": "H9"}, "户编号", "other_household"),
        ({"benefit": "小额快救"}, "待遇", "unknown_benefit"),
        ({"benefit": "低保渐退金"}, "待遇", "unknown_benefit"),
        ({"review_class": "D"}, "类别", "unknown_code"),
        ({"fen": "860.005"}, "金额（元）", "too_precise"),
        ({"fen": "=A1"}, "金额（元）", "formula"),
        ({"fen": "0"}, "金额（元）", "zero"),
        ({"fen": "10320"}, "金额（元）", "over_rule"),
        ({"period": "年"}, "发放周期", "period"),
        ({"period": "季"}, "发放周期", "unknown_code"),
        ({"benefit": "高龄津贴（按年）", "fen": "100"}, "发放周期", "period"),
        ({"benefit": YEARLY, "period": "年", "fen": "5000"}, "金额（元）", "over_rule"),
        ({"since": "2027-01-01"}, "享受起始日", "odd_day"),
        ({"since": "昨天"}, "享受起始日", "bad_date"),
        ({"old_on": "1949-10-01"}, "原决定日期", "odd_day"),
        ({"old_number": ""}, "原决定文号", "missing"),
        ({"last_paid": "2027-03"}, "已发至", "odd_month"),
        ({"last_paid": "2025-11"}, "已发至", "long_unpaid"),
        ({"last_paid": "十月"}, "已发至", "bad_month"),
        ({"since": "2026-11-20", "last_paid": "2026-09"}, "已发至", "odd_month"),
        ({"review_asked": "2040-01-01"}, "下次复核日", "odd_day"),
        ({"bank": "威海银行", "account": "6222020000000001"}, "账号", "card_wrong"),
        ({"bank": "威海银行"}, "账号", "account_half"),
        (with_card(holder="不相干"), "户名", "holder_foreign"),
        ({"benefit": "低保边缘家庭认定"}, "金额（元）", "pays_nothing"),
    ],
)
def test_a_wrong_cell_sends_its_row_back_and_names_it(tmp_path, by, change, column, code):
    a_family(card=False)

    batch = taken_in(tmp_path, a_line(**change), by=by)

    assert codes(batch) == [(2, column, code)]


def test_whoever_is_dead_or_unknown_or_lives_elsewhere_is_not_taken_over(tmp_path, by):
    a_family("H1", serial=1, card=False)
    _, (dead,) = a_family("H2", "李建国", serial=2, card=False)
    a_family("H3", "张桂兰", serial=3, division="371003001001", card=False)
    Death.objects.create(person=dead, source="police", day=date(2026, 9, 1))

    batch = taken_in(
        tmp_path, a_line(10), a_line(20, "李建国"), a_line(30, "张桂兰"), a_line(77, "没有登记"), by=by
    )

    assert codes(batch) == [
        (3, "证件号码", "dead"),
        (4, "证件号码", "elsewhere"),
        (5, "证件号码", "unknown_person"),
    ]


def test_a_clerk_takes_over_in_the_own_town_alone(tmp_path):
    clerk = sender("zhenban", TOWN, "town_clerk")
    a_family("H1", serial=1, division="371002002001", card=False)

    with pytest.raises(TakeoverProblem) as refused:
        taken_in(tmp_path, a_line(), by=clerk, division=COUNTY)

    assert refused.value.code == "no_power"
    assert code_of(tmp_path, a_line(), clerk, division=TOWN) == "elsewhere"


def test_what_runs_already_or_waits_in_another_list_is_not_taken_over_twice(tmp_path, by):
    home, _ = a_family("H1", serial=1, card=False)
    a_family("H2", "李建国", serial=2, card=False)
    a_grant(home, 73_200, date(2026, 10, 1))
    taken_in(tmp_path, a_line(20, "李建国"), by=by)

    batch = taken_in(
        tmp_path, a_line(10), a_line(20, "李建国", fen="900"), a_line(20, "李建国", fen="901"), by=by
    )

    assert codes(batch) == [(2, "待遇", "receiving"), (3, "待遇", "waiting"), (4, "待遇", "waiting")]


def test_the_second_of_two_rows_about_the_same_benefit_names_the_first(tmp_path, by):
    a_family(card=False)

    batch = taken_in(tmp_path, a_line(), a_line(fen="900"), by=by)

    row = batch.rows.get(state="rejected")
    assert (row.row, row.code) == (3, "repeated") and "第 2 行" in row.reason


def test_both_of_an_exclusive_pair_are_not_taken_over_in_one_list_nor_beside_the_books(tmp_path, by):
    """The pairs of the month's checks: a disability subsidy beside tekun; tekun in a family on dibao."""
    home, (person,) = a_family("H1", serial=1, card=False)
    a_family("H2", "李建国", serial=2, card=False)
    a_grant(home, 138_100, date(2026, 10, 1), benefit="assistance/tekun", person=person)

    batch = taken_in(
        tmp_path,
        a_line(10, benefit=LIVING, fen="160"),
        a_line(20, "李建国"),
        a_line(20, "李建国", benefit="特困人员供养金", fen="1381"),
        by=by,
    )

    assert codes(batch) == [(2, "待遇", "exclusive"), (4, "待遇", "exclusive")]
    assert "第 3 行" in batch.rows.get(row=4).reason


def test_benefits_that_go_together_are_taken_over_together(tmp_path, by):
    """The wrong variant of the pairs."""
    a_family(card=False)

    batch = taken_in(tmp_path, a_line(), a_line(benefit=LIVING, fen="160"), by=by)

    assert figures(by, batch).accepted == 2


def test_nobody_hands_in_what_the_own_family_receives(tmp_path, by):
    _, (mother,) = a_family("H1", serial=1, card=False)
    _, (daughter,) = a_family("H2", "李建国", serial=2, card=False)
    register.tie(by="test", person=mother, other=daughter, kind="mother")
    declare_staff_person(by="test", user=by.user, person=daughter, on=TODAY)

    batch = taken_in(tmp_path, a_line(10), a_line(20, "李建国"), by=by)

    assert [row.code for row in batch.rows.order_by("row")] == ["relative", "relative"]


def test_an_account_other_than_the_one_on_the_books_is_settled_first(tmp_path, by):
    home, (person,) = a_family(card=False)
    an_account(person, 5, household=home)

    assert code_of(tmp_path, a_line(**with_card(6)), by) == "account_differs"
    assert code_of(tmp_path, a_line(fen="861", **with_card(5)), by) == ""


def test_rows_come_back_as_a_file_that_can_be_corrected_and_sent_again(tmp_path, by):
    a_family("H1", serial=1, card=False)
    a_family("H2", "李建国", serial=2, card=False)
    batch = taken_in(tmp_path, a_line(10), a_line(20, "李建国", last_paid="十月"), by=by)
    head, ((number, *cells),) = cells_of(rejected(by, batch))
    path = tmp_path / "改正.csv"
    line = [cell.replace("十月", "2026-10") for cell in cells]
    path.write_text("\n".join(",".join(row) for row in (head, [number, *line])), "utf-8")

    again = actions.take_list(by=by, division=COUNTY, path=path, name=path.name, on=TODAY, corrects=batch)

    assert number == "3" and "已发至：" in cells[-1]
    assert again.corrects == batch and figures(by, again).accepted == 1


def test_identity_numbers_and_names_of_rows_that_came_back_do_not_stand_in_clear(tmp_path, by):
    batch = taken_in(tmp_path, a_line(identity="990001195003020012"), by=by)

    row = batch.rows.get()
    assert "990001195003020012" not in row.reason
    assert "990001195003020012" in row.given["cells"] and "990001195003020012" in row.given["reason"]


def test_a_file_with_other_columns_is_refused_whole(tmp_path, by):
    path = a_file(tmp_path, a_line(), leave_out=("last_paid", "office"))

    with pytest.raises(PolicyError, match="缺少列：原决定机关、已发至"):
        actions.take_list(by=by, division=COUNTY, path=path, name=path.name, on=TODAY)

    assert not TakeoverBatch.objects.exists()


def test_the_template_itself_can_be_sent_in_and_its_example_is_nobody(tmp_path, by):
    path = tmp_path / "模板.xlsx"
    path.write_bytes(template(with_example=True))

    batch = actions.take_list(by=by, division=COUNTY, path=path, name=path.name, on=TODAY)

    assert codes(batch) == [(2, "证件号码", "unknown_person")]


def test_each_amount_is_set_beside_what_the_rules_make_of_the_facts_of_the_day(tmp_path, by):
    for at, name in enumerate(("王秀英", "李建国", "张桂兰", "刘玉珍"), 1):
        a_family(f"H{at}", name, serial=at, card=False)
    a_measuring(H1=gives(86_000), H2=gives(90_000), H3={"people": {"0": {"age_allowance_amount": 0}}})

    batch = taken_in(
        tmp_path,
        *(a_line(at * 10, name) for at, name in enumerate(("王秀英", "李建国", "张桂兰", "刘玉珍"), 1)),
        by=by,
    )

    found = [(row.found, row.found_fen, row.difference) for row in batch.rows.order_by("row")]
    assert found == [
        ("equal", 86_000, 0),
        ("differs", 90_000, 4_000),
        ("differs", 0, -86_000),
        ("missing", None, 0),
    ]
    assert "快照里没有这一户" in batch.rows.get(row=5).missing


def test_without_a_run_nothing_is_said_of_any_amount(tmp_path, by):
    a_family(card=False)

    row = taken_in(tmp_path, a_line(), by=by).rows.get()

    assert row.found == "missing" and "还没有测算过" in row.missing


def test_an_allowance_of_one_person_is_that_persons(tmp_path, by):
    home, (person,) = a_family(card=False)

    row = taken_in(tmp_path, a_line(benefit=AGE, fen="300"), by=by).rows.get()

    assert (row.person, row.household, row.benefit) == (person, home, "elderly/age_allowance")
