"""Search: by everything people say at a counter, inside the reader's divisions, with nothing readable at rest."""

from datetime import date

import pytest
from django.db import connection

from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.queries import reader_for
from anmin.kernel.people import queries
from anmin.kernel.people.models import Level
from anmin.kernel.people.register import actions as register
from tests.make import a_household, a_number, a_person, a_user

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)


def found(user, text):
    reader = reader_for(user, ON)
    with reading_as(reader):
        return [row.name for row in queries.search(reader, text).people]


@pytest.fixture
def clerk():
    return a_user("zhao", "371002")


@pytest.fixture
def widow():
    person = a_person("欧阳秀英", serial=7, phone="13900001234")
    a_household("H20260001", "371002001001", person)
    register.add_number(by="test", person=person, kind="disability", number="99000019500302001X43")
    return person


@pytest.mark.parametrize(
    "text",
    [
        "欧阳秀英",
        "秀英",
        "阳秀",
        "oyxy",
        "oy",
        "ouyangxiuying",
        a_number(7),
        a_number(7).lower(),
        a_number(7)[-4:],
        "1234",
        "13900001234",
        "139 0000 1234",
        "H20260001",
        "h20260001",
        "99000019500302001X43",
    ],
)
def test_everything_people_say_finds_her(clerk, widow, text):
    assert found(clerk, text) == ["欧阳秀英"]


@pytest.mark.parametrize(
    "text", ["", " ", "英", "x", "不存在的人", "9999", a_number(8), "' OR 1=1 --", "%", "\\"]
)
def test_what_is_nobody_finds_nobody(clerk, widow, text):
    assert found(clerk, text) == []


def test_a_fifteen_digit_number_finds_the_eighteen_digit_one(clerk):
    person = a_person("李建国", number="990001490312302")

    assert found(clerk, "990001194903123020"[:17] + person.identifiers.get().value[-1]) == ["李建国"]
    assert found(clerk, "990001490312302") == ["李建国"]


def test_a_former_name_finds_the_person(clerk):
    person = a_person("陈招娣", serial=3)
    person.former_names.model(person=person, name="陈盼弟").save()
    register.refresh_tokens(person)

    assert found(clerk, "陈盼弟") == ["陈招娣"]


def test_a_name_with_a_dot_is_found_with_and_without(clerk):
    a_person("阿依古丽·买买提", serial=9)

    assert found(clerk, "阿依古丽•买买提") == ["阿依古丽·买买提"]
    assert found(clerk, "阿依古丽买买提") == ["阿依古丽·买买提"]
    assert found(clerk, "古丽") == ["阿依古丽·买买提"]


def test_a_reader_of_another_county_finds_nobody(widow):
    assert found(a_user("qian", "371003"), "欧阳秀英") == []
    assert found(a_user("sun", "371002001"), "欧阳秀英") == ["欧阳秀英"]
    assert found(a_user("li", "371002002"), "欧阳秀英") == []


def test_a_protected_child_is_found_by_its_protectors_only(clerk):
    a_person("周小雨", serial=12, level=Level.PROTECTED)
    protector = a_user("wu", "371002", role="child_protector")

    assert found(clerk, "周小雨") == []
    assert found(protector, "周小雨") == ["周小雨"]


def test_without_a_reader_the_function_finds_nothing(widow):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM anmin_search(%s::bigint[], 10)", [widow.tokens[:1]])
        assert cursor.fetchone() == (0,)


def test_nothing_that_people_say_lies_readable_in_the_table(widow):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT row_to_json(p)::text FROM kernel_person p UNION ALL SELECT row_to_json(i)::text FROM kernel_identifier i"
        )
        rows = " ".join(row[0] for row in cursor.fetchall())

    assert "欧阳" not in rows
    assert "秀英".encode().hex() not in rows
    assert a_number(7) not in rows
    assert "13900001234" not in rows


def test_a_search_that_finds_more_than_it_shows_says_so(clerk):
    for serial in range(6):
        a_person("王伟", serial=20 + serial)
    reader = reader_for(clerk, ON)

    with reading_as(reader):
        some = queries.search(reader, "王伟", limit=4)

    assert len(some.people) == 4
    assert some.is_more
