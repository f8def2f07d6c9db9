"""Registers about persons: seen as the person is seen, counted and written down as looks at persons are."""

from datetime import date

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client
from django.urls import reverse

from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.queries import reader_for
from anmin.kernel.audit.models import Act, Read
from anmin.kernel.keys.fields import SealedText
from anmin.kernel.registers import actions
from anmin.kernel.registers.declaring import BOOK, Register, declared
from anmin.kernel.registers.entries import PersonEntry
from tests.make import a_number, a_person, a_user

pytestmark = pytest.mark.django_db
TOWN = "371002001"
ON = date(2026, 11, 25)
KEY = ["assistance", "chess"]


@pytest.fixture
def chess():
    class ChessPlayer(PersonEntry):
        """A chess player (棋手)."""

        grade = models.PositiveIntegerField("段位")
        note = SealedText("备注", blank=True)

        class Meta(PersonEntry.Meta):
            app_label = "domains"

    register = declared(
        Register(
            ChessPlayer,
            key="assistance/chess",
            title="棋手",
            english="Chess players",
            columns=("person", "grade"),
            read=("case.read",),
            write=("case.accept",),
            purpose="登记棋手",
            law="试验",
            classes={"note": "sensitive hidden"},
        )
    )
    with connection.schema_editor() as editor:
        editor.create_model(ChessPlayer)
    yield register
    BOOK.rows.pop(register.key)
    apps.all_models["domains"].pop("chessplayer")
    apps.clear_cache()


def test_an_entry_is_found_by_the_persons_number_and_held_as_the_person_is(chess):
    a_person("王秀英", serial=1)
    a_person("赵小苗", serial=2, level=3)
    user = a_user("clerk", TOWN)
    client = Client()
    client.force_login(user)
    new = reverse("console:register_new", args=KEY)
    form = {"person": a_number(1), "grade": "3", "note": "左手下棋", "first_day": "2026-01-01"}

    page = client.post(new, form, follow=True).content.decode()
    unseen = client.post(new, form | {"person": a_number(2)}).content.decode()

    row = chess.model.objects.get()
    assert (row.division, row.level, row.note) == ("371002001001", 1, "左手下棋")
    assert "王秀英" in page and "左手下棋" not in page and a_number(1) not in page
    assert "没有找到证件号码是这个的人员" in unseen
    assert Read.objects.filter(reader=user.pk, fields="register", persons=[row.person_id]).exists()
    assert "左手" not in str(Act.objects.get(act="registers.enter").after)


def test_a_protected_child_is_in_no_list_of_who_may_not_see_it(chess):
    protector = a_user("guard", "371002", role="child_protector")
    child = a_person("赵小苗", serial=2, level=3)
    row = chess.model(person=child, division=child.division, level=3, number="Q1", first_day=ON, grade=1)
    row.save()
    clerk = a_user("clerk", TOWN)

    seen = {}
    for user in (clerk, protector):
        with reading_as(reader_for(user, ON)):
            seen[user.username] = chess.model.objects.count()
    client = Client()
    client.force_login(clerk)

    assert seen == {"clerk": 0, "guard": 1}
    assert "赵小苗" not in client.get(reverse("console:register", args=KEY)).content.decode()


def test_a_file_names_persons_by_their_number(chess):
    a_person("王秀英", serial=1)
    reader = reader_for(a_user("clerk", TOWN), ON)

    entry = actions.enter(
        by=reader, register=chess, raw={"person": a_number(1), "grade": "5", "first_day": "2026-01-01"}, on=ON
    )

    assert entry.person.name == "王秀英"
