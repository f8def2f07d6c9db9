"""Five hundred names come back as they went in: through the form, the database, search, Excel and GB 18030."""

import csv
import random

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from anmin.console.changeforms import Subject
from anmin.console.personforms import Enter
from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.queries import reader_for
from anmin.kernel.people import queries
from anmin.kernel.people.matching.files import read_persons
from anmin.kernel.people.models import ChangeRequest, Person
from anmin.kernel.people.requests.actions import accept, ask
from anmin.lib.names import NameProblem, normalise_name, parse_name
from tests.kernel.people.test_search import ON
from tests.make import a_person, a_user

pytestmark = pytest.mark.django_db
BLOCKS = {
    "URO": (0x4E00, 0x9FA5),
    "Ext A": (0x3400, 0x4DB5),
    "Ext B": (0x20000, 0x2A6D6),
    "Ext C": (0x2A700, 0x2B734),
    "Ext D": (0x2B740, 0x2B81D),
    "Ext E": (0x2B820, 0x2CEA1),
    "Ext F": (0x2CEB0, 0x2EBE0),
    "Ext G": (0x30000, 0x3134A),
    "Ext H": (0x31350, 0x323AF),
}
SPECIAL = [
    "阿依古丽·买买提",
    "阿卜杜热合曼·阿卜杜克热木·买买提",
    "欧阳阿依努尔·买买提",
    "王𬱖",
    "林䶮",
    "㛃㐀",
    "𠅤𬭼",
    "Mary Anne O'Neill-Smith",
    "José García",
]


def five_hundred():
    dice = random.Random(18030)
    names = list(SPECIAL)
    while len(names) < 500:
        block = dice.choice(list(BLOCKS.values()))
        surname = dice.choice("王李张刘陈单仇查解曾")
        given = "".join(chr(dice.randint(*block)) for _ in range(dice.choice([1, 1, 2, 3, 14])))
        name = normalise_name(surname + given)
        if name not in names:
            names.append(name)
    return names


def test_five_hundred_names_survive_every_way(tmp_path):
    names = five_hundred()
    people = [a_person(name) for name in names]
    reader = reader_for(a_user("clerk", "371002"), ON)

    stored = {row.pk: row.name for row in Person.objects.all()}
    assert [stored[row.pk] for row in people] == names

    with reading_as(reader):
        for name in names:
            assert name in {row.name for row in queries.search(reader, name).people}, name

    book = xlsxwriter.Workbook(tmp_path / "names.xlsx")
    sheet = book.add_worksheet("names")
    for at, name in enumerate(names):
        sheet.write_string(at, 0, name)
    book.close()
    read = CalamineWorkbook.from_path(tmp_path / "names.xlsx").get_sheet_by_index(0).to_python()
    assert [row[0] for row in read] == names

    with (tmp_path / "names.csv").open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([name] for name in names)
    with (tmp_path / "names.csv").open(encoding="gb18030", newline="") as file:
        assert [row[0] for row in csv.reader(file)] == names
    assert b"?" not in (tmp_path / "names.csv").read_bytes()


def test_five_hundred_names_survive_a_request_and_a_list_to_be_matched(tmp_path):
    """The other ways a name goes: the form and its sealed request, and lists in GB 18030 with their proposals."""
    clerk, approver = a_user("asks", "371002001"), a_user("decides", "371002")
    reader, names = reader_for(clerk, ON), five_hundred()
    form = {
        "name": "",
        "sex": 1,
        "division": "371002001001",
        "settlement": 0,
        "on": "2026-11-02",
        "evidence": "证",
    }

    for name in names:
        filled = Enter({**form, "name": name}, subject=Subject(reader, ON))
        assert filled.is_valid(), (name, filled.errors)
        row = ask(
            by=clerk, kind="enter", on=ON, division="371002001001", payload=filled.payload(), evidence="证"
        )
        assert accept(by=approver, request=ChangeRequest.objects.get(pk=row.pk)).person.name == name

    with (tmp_path / "names.csv").open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([["姓名"], *([name] for name in names)])
    assert read_persons(tmp_path / "names.csv")["name"].to_pylist() == names


def test_the_old_codec_would_lose_rare_characters():
    """The wrong variant: GBK, which many exports still use."""
    lost = [name for name in five_hundred() if "?" in name.encode("gbk", "replace").decode("gbk")]

    assert len(lost) > 300


@pytest.mark.parametrize("dot", "•・．‧∙⋅･")
def test_every_dot_becomes_the_one_dot_and_can_be_searched(dot):
    a_person(f"阿依古丽{dot}买买提")
    reader = reader_for(a_user("clerk", "371002"), ON)

    with reading_as(reader):
        assert [row.name for row in queries.search(reader, f"阿依古丽{dot}买买提").people] == [
            "阿依古丽·买买提"
        ]


def test_characters_that_only_an_old_system_could_read_are_refused_and_not_mangled():
    with pytest.raises(NameProblem, match="自造字"):
        parse_name("王\ue001")


def test_a_compatibility_character_stays_what_it_is():
    assert parse_name("王\ufa0e") == "王\ufa0e"
