"""The kit: one file declares a register, and every page, file, mask, check, history and right of it is there."""

import io
import sys
from datetime import date
from importlib import import_module
from pathlib import Path

import openpyxl
import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from anmin.kernel.access.datamap import queries as datamap
from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.queries import reader_for
from anmin.kernel.audit.models import Act, RowHistory
from anmin.kernel.registers import actions, queries
from anmin.kernel.registers.declaring import BOOK, RegisterProblem, declared
from anmin.kernel.registers.models import RejectedRow
from tests.make import a_user

pytestmark = pytest.mark.django_db
NAME = "tests.console.teahouses"
TOWN, OTHER = "371002001", "371002002"
ON = date(2026, 11, 25)
KEY = ["assistance", "teahouses"]


@pytest.fixture
def teahouses():
    """The file as a line of business would have it; afterwards Django knows nothing of it any more."""
    module = import_module(NAME)
    if module.TEAHOUSES.key not in BOOK.rows:
        declared(module.TEAHOUSES)
        apps.all_models["domains"]["teahouse"] = module.Teahouse
        apps.clear_cache()
    with connection.schema_editor() as editor:
        editor.create_model(module.Teahouse)
    yield module.TEAHOUSES
    BOOK.rows.pop(module.TEAHOUSES.key)
    apps.all_models["domains"].pop("teahouse")
    apps.clear_cache()


def at(user):
    client = Client()
    client.force_login(user)
    return client


def address(name, *more):
    return reverse(f"console:{name}", args=[*KEY, *more])


def given(**values):
    return {
        "division": TOWN,
        "name": "老茶馆",
        "kind": "story",
        "seats": "12",
        "first_day": "2026-01-01",
    } | values


def entered(register, user, **values):
    return actions.enter(by=reader_for(user, ON), register=register, raw=given(**values), on=ON)


def test_the_file_is_all_there_is_and_it_is_short(teahouses):
    path = Path(sys.modules[NAME].__file__)

    assert len(path.read_text("utf-8").splitlines()) <= 60


def test_an_entry_is_made_found_corrected_changed_and_ended_on_the_pages(teahouses):
    clerk = at(a_user("clerk", TOWN))
    assert "这本名册还没有条目" in clerk.get(address("register")).content.decode()

    page = clerk.post(
        address("register_new"), given(phone="13812345678", opened="on"), follow=True
    ).content.decode()
    entry = sys.modules[NAME].Teahouse.objects.get()
    assert "已登记" in page and entry.number in page and "13812345678" not in page
    clerk.post(
        address("register_correct", entry.number),
        given(seats="20", reason="原来数错", seen="1", opened="on"),
    )
    clerk.post(
        address("register_change", entry.number),
        {
            "name": "新茶馆",
            "kind": "story",
            "seats": "30",
            "from_day": "2026-06-01",
            "reason": "改名扩建",
            "seen": "2",
        },
    )
    page = clerk.get(address("register_entry", entry.number)).content.decode()

    assert "12 → 20" in page and "原来数错" in page and "改名扩建" in page and "沿革" in page
    old, new = sys.modules[NAME].Teahouse.objects.order_by("first_day")
    assert (old.seats, old.last_day, new.seats, new.number) == (20, date(2026, 5, 31), 30, old.number)
    clerk.post(
        address("register_end", entry.number), {"last_day": "2026-11-01", "reason": "歇业", "seen": "1"}
    )
    new.refresh_from_db()
    assert new.last_day == date(2026, 11, 1)
    assert "没有符合条件的条目" not in clerk.get(address("register"), {"held": "ended"}).content.decode()
    assert [row.act for row in Act.objects.filter(act__startswith="registers.").order_by("number")] == [
        "registers.enter",
        "registers.correct",
        "registers.change",
        "registers.end",
    ]
    assert RowHistory.objects.filter(table_name="domains_teahouse").count() == 3


def test_what_is_wrong_is_said_at_its_column_and_nothing_is_written(teahouses):
    clerk = at(a_user("clerk", TOWN))

    page = clerk.post(address("register_new"), given(kind="opera", seats="3")).content.decode()
    empty = clerk.post(address("register_new"), given(name="", seats="十二")).content.decode()

    assert "戏曲茶馆至少要有 10 个座位。" in page and 'id="id_seats_error"' in page
    assert 'id="id_name_error"' in empty and 'id="id_seats_error"' in empty
    assert sys.modules[NAME].Teahouse.objects.count() == 0


def test_whoever_was_slower_overwrites_nothing(teahouses):
    user = a_user("clerk", TOWN)
    entry = entered(teahouses, user)
    reader = reader_for(user, ON)
    actions.correct(
        by=reader, register=teahouses, entry=entry, raw={"seats": "20"}, reason="一", seen=1, on=ON
    )

    with pytest.raises(actions.EntryRefused, match="别人已经改过"):
        actions.correct(
            by=reader, register=teahouses, entry=entry, raw={"seats": "21"}, reason="二", seen=1, on=ON
        )

    entry.refresh_from_db()
    assert entry.seats == 20


def test_a_list_is_scoped_by_the_page_and_by_the_database(teahouses):
    mine, theirs = a_user("mine", TOWN), a_user("theirs", OTHER)
    entry = entered(teahouses, mine, name="我的茶馆")
    entered(teahouses, theirs, name="别处茶馆", division=OTHER)

    page = at(mine).get(address("register")).content.decode()
    with reading_as(reader_for(mine, ON)):
        seen = list(sys.modules[NAME].Teahouse.objects.values_list("name", flat=True))

    assert "我的茶馆" in page and "别处茶馆" not in page
    assert seen == ["我的茶馆"]
    assert at(theirs).get(address("register_entry", entry.number)).status_code == 404
    with pytest.raises(actions.EntryRefused, match="不归您登记"):
        entered(teahouses, mine, division=OTHER)


def test_without_the_guard_a_declaration_is_refused_and_the_database_would_show_everything(teahouses):
    """The wrong variant: a model that leaves the constraints of its base behind."""
    model = sys.modules[NAME].Teahouse
    kept, model._meta.constraints = model._meta.constraints, model._meta.constraints[:2]
    try:
        with pytest.raises(RegisterProblem, match="要继承"):
            BOOK.add(teahouses)
    finally:
        model._meta.constraints = kept


def test_readers_write_nothing_and_others_open_nothing(teahouses):
    clerk, reader = a_user("clerk", TOWN), at(a_user("reader", TOWN, role="town_leader"))
    entry = entered(teahouses, clerk)

    assert reader.get(address("register_entry", entry.number)).status_code == 200
    assert reader.get(address("register_new")).status_code == 403
    assert reader.post(address("register_end", entry.number), {}).status_code == 403
    assert at(a_user("none", TOWN, role="elder_helper")).get(address("register")).status_code == 403


def test_rows_of_a_file_are_entered_or_come_back_with_row_column_code_and_reason(teahouses):
    client = at(a_user("clerk", TOWN))
    head = "编号,地区代码,名称,类型,座位数,电话,对外开放,起始日,终止日\n"
    rows = [
        f"A1,{TOWN},一号茶馆,评书,12,,是,2026-01-01,",
        f"A2,{TOWN},二号茶馆,棋牌,12,,是,2026-01-01,",
        f"A3,{OTHER},三号茶馆,戏曲,3,,是,2026/1/1,",
        f"A1,{TOWN},又一号,评书,12,,是,2026-01-01,",
    ]
    sent = SimpleUploadedFile("茶馆.csv", (head + "\n".join(rows)).encode("gb18030"))

    page = client.post(address("register_in"), {"file": sent}, follow=True).content.decode()

    assert "登记了 1 行，退回 3 行" in page
    found = [(row.row, row.column, row.code) for row in RejectedRow.objects.order_by("row", "column")]
    assert found == [(3, "kind", "choice"), (4, "division", "out_of_reach"), (5, "first_day", "twice")]
    intake = RejectedRow.objects.first().intake_id
    file = client.get(address("register_rejected", intake)).content
    sheet = openpyxl.load_workbook(io.BytesIO(file)).active
    assert [cell.value for cell in sheet[2]][:4] == ["3", "A2", TOWN, "二号茶馆"]

    sheet["E2"], sheet["J2"] = "评书", None
    sheet.delete_rows(3, 2)
    out = io.BytesIO()
    sheet.parent.save(out)
    again = SimpleUploadedFile("改正.xlsx", out.getvalue())
    page = client.post(
        address("register_in"), {"file": again, "corrects": intake}, follow=True
    ).content.decode()

    assert "登记了 1 行，退回 0 行" in page and "全部登记了" in page
    names = sys.modules[NAME].Teahouse.objects.order_by("number").values_list("name", flat=True)
    assert list(names) == ["一号茶馆", "二号茶馆"]


def test_a_file_goes_out_with_purpose_watermark_and_masks(teahouses):
    user = a_user("clerk", TOWN)
    entered(teahouses, user, phone="13812345678")
    client = at(user)

    without = client.post(
        address("register_file"), {"kind": "csv", "purpose": ""}, follow=True
    ).content.decode()
    text = client.post(address("register_file"), {"kind": "csv", "purpose": "上报"}).content.decode()

    assert "请先写明导出做什么用" in without
    assert "老茶馆" in text and "13812345678" not in text and "仅限办理业务使用" in text
    act = Act.objects.get(act="registers.file")
    assert (act.purpose, act.after["rows"]) == ("上报", 1)


def test_its_columns_are_in_the_data_map_and_its_page_in_the_menu(teahouses):
    assert datamap.unmapped() == []
    mapped = {
        one.column: (one.klass, one.mask) for one in datamap.entries() if one.table == "domains_teahouse"
    }
    page = at(a_user("clerk", TOWN)).get(reverse("console:registers")).content.decode()

    assert mapped["phone"] == ("sensitive", "phone") and mapped["seats"] == ("internal", "")
    assert address("register") in page


def test_it_speaks_english_too(teahouses):
    user = a_user("clerk", TOWN)
    entered(teahouses, user)
    client = at(user)
    client.cookies["django_language"] = "en"

    page = client.get(address("register")).content.decode()

    assert "Teahouses" in page and "Seats" in page and "座位数" not in page


def test_search_and_filters_narrow_the_list_and_its_count(teahouses):
    user = a_user("clerk", TOWN)
    for name, kind in (("东茶馆", "story"), ("西茶馆", "opera"), ("西戏楼", "opera")):
        entered(teahouses, user, name=name, kind=kind)
    reader = reader_for(user, ON)

    found = queries.sought(reader, teahouses, queries.Sought(text="西", filters={"kind": "opera"}), ON)

    assert [row.name for row in found] == ["西戏楼", "西茶馆"]
    assert "<b>2</b>" in at(user).get(address("register"), {"q": "西"}).content.decode()


def test_a_word_that_finds_very_many_says_so_and_a_whole_number_finds_its_entry(teahouses, monkeypatch):
    user = a_user("clerk", TOWN)
    numbers = [entered(teahouses, user, name=f"老茶馆{serial}").number for serial in range(3)]
    monkeypatch.setattr(queries.first_found, "__defaults__", (2,))

    many = at(user).get(address("register"), {"q": "老茶馆"}).content.decode()
    one = at(user).get(address("register"), {"q": numbers[0]}).content.decode()

    assert "多于 <b>2</b> 条" in many
    assert "老茶馆2" in many and "老茶馆0" not in many
    assert "老茶馆0" in one and "老茶馆1" not in one and "多于" not in one
