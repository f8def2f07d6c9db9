"""Members pasted from a spreadsheet: mended where that is safe, told where not, good rows saved beside bad ones (T2)."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from anmin.console.pasting import pasted
from anmin.kernel.cases.intake.models import Draft
from anmin.kernel.screening.rulebooks import rulebook
from tests.console.counter import begun, form_of, logged_in
from tests.kernel.cases.road import DAY, a_family, town_staff
from tests.make import a_number

ON = date(2026, 3, 25)
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def with_x(from_serial):
    """A number that ends in X."""
    return next(a_number(n) for n in range(from_serial, from_serial + 60) if a_number(n).endswith("X"))


def twenty_rows():
    """Twenty rows as Excel copies them: seventeen can be saved after mending, three cannot."""
    rows = [[f"王{word}", a_number(200 + at), "子女", "0"] for at, word in enumerate("甲乙丙丁戊己庚辛壬癸")]
    number = with_x(300)
    rows.append(["赵小写", number.lower(), "子女", "0"])
    rows.append(["钱全角", a_number(231).translate(WIDE), "子女", "１，２００"])
    rows.append(
        [" 孙 空格 ", f" {a_number(232)[:6]} {a_number(232)[6:14]} {a_number(232)[14:]} ", "妻子", "1,200.50"]
    )
    rows.append(["阿依古丽•买买提", a_number(233), "配偶", "0"])
    rows.append(["李撇号", f"'{a_number(234)}", "女儿", "￥300元"])
    rows.append(["周户主", a_number(235), "户主", ""])
    rows.append(["吴父亲", a_number(236), "父亲", "—"])
    wrong = a_number(237)
    rows.append(["郑科学", "3.50104E+17", "子女", "0"])
    rows.append(["冯校验", wrong[:17] + ("0" if wrong[17] != "0" else "1"), "子女", "0"])
    rows.append(["陈金额", a_number(238), "子女", "一千二"])
    return rows


def as_text(rows, head=True):
    lines = ["\t".join(row) for row in rows]
    return "\r\n".join((["姓名\t身份证号\t与申请人关系\t工资性收入（年）"] if head else []) + lines) + "\r\n"


def wages():
    return [rulebook().facts["wage_year"]]


def test_of_twenty_rows_seventeen_can_be_saved_and_three_say_why():
    found = pasted(as_text(twenty_rows()), wages(), on=ON)

    assert (len(found.rows), len(found.good), len(found.bad)) == (20, 17, 3)
    told = {row.value("name"): [cell.trouble for cell in row.cells if cell.trouble] for row in found.bad}
    (scientific,) = told["郑科学"]
    assert "Excel 把证号变成了科学计数，请在 Excel 中设为文本" in scientific
    (digit,) = told["冯校验"]
    assert "第 18 位" in digit and f"应为 {a_number(237)[17]}" in digit
    assert "金额写元" in told["陈金额"][0]


def test_what_can_be_mended_is_mended():
    rows = {row.value("name"): row for row in pasted(as_text(twenty_rows()), wages(), on=ON).rows}

    assert rows["赵小写"].value("number").endswith("X")
    assert rows["钱全角"].value("number") == a_number(231) and rows["钱全角"].value("wage_year") == "1200"
    assert rows["孙空格"].value("number") == a_number(232) and rows["孙空格"].value("wage_year") == "1200.50"
    assert "·" in next(name for name in rows if name.startswith("阿依古丽"))
    assert rows["阿依古丽·买买提"].value("relation") == "配偶"
    assert rows["李撇号"].value("number") == a_number(234) and rows["李撇号"].value("wage_year") == "300"


def test_without_heads_the_columns_go_by_the_order_of_the_grid():
    found = pasted(as_text(twenty_rows(), head=False), wages(), on=ON)

    assert len(found.good) == 17


def test_columns_nobody_asked_for_are_left_out_and_lines_beyond_fifty_are_told():
    text = "序号\t姓名\t身份证号\t与户主关系\t备注\n" + "\n".join(
        f"{at}\t王某\t{a_number(at)}\t子女\t好人" for at in range(60)
    )

    found = pasted(text, wages(), on=ON)

    assert [key for key, _title in found.columns] == ["name", "number", "relation"]
    assert (len(found.rows), found.is_cut) == (50, True)


def test_the_same_number_twice_is_told():
    rows = [["王一", a_number(1), "子女", "0"], ["王一一", a_number(1), "子女", "0"]]

    found = pasted(as_text(rows), wages(), on=ON)

    assert found.rows[1].problem == "与第 1 行是同一个证件号码"


@pytest.mark.django_db
def test_good_rows_are_saved_while_others_stay_red(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"
    with time_machine.travel(f"{DAY}T02:00:00Z", tick=False):
        clerk = logged_in(town_staff()["clerk"])
        _home, people = a_family(("王桂兰", 1950), ("王强", 1980), serial=500)
        token = begun(clerk, people[0])
        address = reverse("console:intake_form", args=[token])
        number = people[1].identifiers.get().value
        text = as_text([["王强", number, "子女", "24,000"], *twenty_rows()[-3:]])

        clerk.post(address, form_of(token, what="paste", paste=text))
        kept = Draft.objects.get(token=token).content
        cells = {
            f"row-{at}-{key}": cell
            for at, row in enumerate(kept["rows"], start=1)
            for key, cell in zip(kept["columns"], row, strict=True)
        }
        page = clerk.post(address, form_of(token, what="take", **cells)).content.decode()

    content = Draft.objects.get(token=token).content
    assert content["said"][f"f-{people[1].pk}-wage_year"] == "24000"
    assert len(content["rows"]) == 3 and "请改红色的格子" in page and "设为文本" in page
