"""The pages of the register: finding people, a person and a household on a day, a change from its menu to its decision."""

import re
from datetime import date

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from anmin.console.changewords import KINDS
from anmin.console.personforms import NUMBER_KINDS, TIES
from anmin.console.views.changes import ALL_FORMS
from anmin.kernel.audit.models import Read
from anmin.kernel.people.merging.actions import merge, tell_apart
from anmin.kernel.people.models import ChangeRequest, Identifier, Kin, Person
from anmin.kernel.people.queries import membership_on
from anmin.kernel.people.register import actions as register
from tests.make import a_household, a_number, a_person, a_user

pytestmark = pytest.mark.django_db
VILLAGE = "371002001001"
EVIDENCE = "户口簿原件，本人到场"


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def client_of(user):
    client = Client()
    client.force_login(user, backend="anmin.kernel.access.login.backends.StaffBackend")
    return client


@pytest.fixture
def clerk(db):
    return client_of(a_user("clerk", "371002001"))


@pytest.fixture
def approver(db):
    return client_of(a_user("approver", "371002"))


@pytest.fixture
def family():
    people = [a_person(name, serial=at) for at, name in enumerate(["王建国", "李秀兰", "王小明"], 1)]
    return a_household("H1", VILLAGE, *people), people


def text(answer, status=200):
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def searched(client, words):
    answer = client.post("/people/", {"q": words})
    assert answer.status_code == 302
    return answer["Location"], text(client.get(answer["Location"]))


def test_a_search_never_puts_what_was_typed_into_an_address_or_in_clear_into_the_session(clerk, family):
    address, page = searched(clerk, a_number(2))

    assert "李秀兰" in page and a_number(2)[-4:] not in address and "…" + a_number(2)[-4:] in page
    kept = "".join(str(row.get_decoded()) for row in Session.objects.all())
    assert "searches" in kept and a_number(2) not in kept


def test_recent_searches_are_the_sessions_own_and_can_be_cleared(clerk, approver, family):
    address, _page = searched(clerk, "秀兰")

    assert "秀兰" in text(clerk.get("/people/"))
    stranger = text(approver.get(address))
    assert "这次查找已经过期" in stranger and "李秀兰" not in stranger
    clerk.post("/people/", {"q": "", "what": "forget"})
    assert "秀兰" not in text(clerk.get("/people/"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("查无此人", "没有找到"),
        ("王", "请再多写一点"),
        ("秀兰", "李秀兰"),
        ("lxl", "李秀兰"),
        ("H1XXX", "没有找到"),
    ],
)
def test_a_search_says_what_it_found_or_what_to_do(clerk, family, words, said):
    assert said in searched(clerk, words)[1]


def test_too_many_say_how_to_narrow_the_search(clerk):
    for serial in range(1, 53):
        a_person("张伟", serial=serial)

    assert "只列出前 50 位" in searched(clerk, "张伟")[1]


def test_a_person_is_shown_as_they_were_on_a_day(clerk, family):
    _home, (_head, wife, _child) = family
    register.tie(by="test", person=family[1][0], other=wife, kind="spouse", first_day=date(2024, 5, 1))

    before, after = (text(clerk.get(f"/people/{wife.pk}/?on={day}")) for day in ("2019-01-01", "2026-01-01"))

    assert (
        "王建国 是本人的配偶" in after.split("沿革")[0]
        and "王建国 是本人的配偶" not in before.split("沿革")[0]
    )
    assert "H1 · 子女" in after.split("沿革")[0] and "H1 · 子女" not in before.split("沿革")[0]


def test_a_household_is_shown_as_it_was_on_a_day_with_its_history(clerk, approver, family):
    _home, people = family
    answer = clerk.post(
        "/changes/ask/move/?household=H1",
        {"division": "371002001003", "address": "海滨路 8 号", "on": "2026-11-02", "evidence": EVIDENCE},
    )
    approver.post(f"{answer['Location']}decide/", {"what": "accept"})

    was, now = (text(clerk.get(f"/homes/H1/?on={day}")) for day in ("2026-11-01", "2026-11-02"))

    assert was.split("<form")[1:] and now != was
    assert "2026-11-01" in now.split("沿革")[1] and "至今" in now.split("沿革")[1]
    assert Person.objects.get(pk=people[0].pk).division == "371002001003"


def test_every_kind_of_change_has_a_form_words_and_a_way_to_it(clerk, family):
    assert set(ALL_FORMS) == set(KINDS) == set(ChangeRequest.Kind.values)
    assert {key for key, _ in NUMBER_KINDS} == set(Identifier.Kind.values)
    assert {key for key, _ in TIES} == set(Kin.Kind.values)
    home, (head, wife, child) = family
    single = a_person("赵六", serial=9)
    register.record_death(by="test", person=child, source="family", day=date(2026, 11, 1))
    double = a_person("赵六儿")
    merge(by=a_user("x", "371002"), kept=single, gone=double, on=date(2026, 11, 2), reason="同一人")
    pages = [f"/people/{row.pk}/" for row in (head, wife, child, single)] + ["/homes/H1/", "/people/"]

    linked = "".join(text(clerk.get(page)) for page in pages)

    assert [kind for kind in KINDS if f"/changes/ask/{kind}/" not in linked] == []
    for kind in KINDS:
        subject = f"household={home.number}" if kind in ("split", "birth") else f"person={single.pk}"
        subject = f"person={wife.pk}" if kind in ("leave", "head") else subject
        subject = f"person={child.pk}" if kind == "undie" else "" if kind == "enter" else subject
        assert "依据" in text(clerk.get(f"/changes/ask/{kind}/?{subject}")), kind


def test_a_newcomer_walks_from_the_form_through_a_second_person_into_the_register(clerk, approver, family):
    form = {
        "name": "阿依古丽•买买提",
        "sex": 2,
        "birth_day": "",
        "division": VILLAGE,
        "settlement": 1,
        "kind": "resident",
        "number": a_number(60, date(1988, 1, 2), 2).lower(),
        "on": "2026-11-02",
        "evidence": EVIDENCE,
    }
    answer = clerk.post("/changes/ask/enter/", form)
    assert answer.status_code == 302, text(answer)
    page = text(clerk.get(answer["Location"]))
    assert (
        "阿依古丽·买买提" in page and "1988-01-02" in page and a_number(60, date(1988, 1, 2), 2) not in page
    )
    assert "approver 的姓名" in page and "同意办理" not in page

    assert "同意办理" in text(approver.get(answer["Location"]))
    approver.post(f"{answer['Location']}decide/", {"what": "accept"})

    new = Person.objects.get(birth_day=date(1988, 1, 2))
    assert (new.name, new.settlement) == ("阿依古丽·买买提", 1)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_day_is_filled_in_as_browsers_take_it(clerk, family, language):
    clerk.cookies["django_language"] = language
    page = text(clerk.get(f"/changes/ask/former/?person={family[1][1].pk}"))

    assert re.search(r'type="date" name="on" value="\d{4}-\d\d-\d\d"', page)


def test_a_wrong_number_and_a_contradicting_birth_date_are_said_at_the_field(clerk):
    form = {
        "name": "王安",
        "sex": 1,
        "division": VILLAGE,
        "settlement": 0,
        "kind": "resident",
        "on": "2026-11-02",
    }
    good = a_number(61, date(1990, 1, 2), 1)

    wrong = text(
        clerk.post(
            "/changes/ask/enter/",
            {**form, "number": good[:-1] + ("0" if good[-1] != "0" else "1"), "evidence": "x"},
        )
    )
    other = text(
        clerk.post(
            "/changes/ask/enter/", {**form, "number": good, "birth_day": "1991-01-02", "evidence": "x"}
        )
    )

    assert "没有提交成功" in wrong and "没有提交成功" in other
    assert "与证件号码里的出生日期 1990-01-02 不一致" in other
    assert 'value="王安"' in other and not ChangeRequest.objects.exists()


def test_a_village_is_named_by_its_name_and_one_of_several_by_its_code(clerk, family):
    page = text(
        clerk.post(
            "/changes/ask/move/?household=H1",
            {"division": "没有这个村", "on": "2026-11-02", "evidence": EVIDENCE},
        )
    )

    assert "附近没有叫“没有这个村”的村（社区）" in page


def test_a_split_names_its_head_and_what_the_others_are_to_them(clerk, approver, family):
    _home, (_head, wife, child) = family
    form = {
        "members": [wife.pk, child.pk],
        "head": wife.pk,
        "number": "H2",
        "on": "2026-11-02",
        "evidence": EVIDENCE,
    }
    assert "请选择与新户主的关系" in text(clerk.post("/changes/ask/split/?household=H1", form))

    answer = clerk.post("/changes/ask/split/?household=H1", {**form, f"relation_{child.pk}": 2})
    page = text(clerk.get(answer["Location"]))
    approver.post(f"{answer['Location']}decide/", {"what": "accept"})

    assert "李秀兰、王小明" in page
    assert (
        membership_on(wife, date(2026, 11, 2)).relation,
        membership_on(child, date(2026, 11, 2)).relation,
    ) == (0, 2)


def test_a_request_shows_before_and_after_masked_until_a_purpose_is_given(clerk, approver, family):
    wife = family[1][1]
    answer = clerk.post(
        f"/changes/ask/correct/?person={wife.pk}",
        {"name": "李秀蘭", "phone": "13900001111", "on": "2026-11-02", "evidence": EVIDENCE},
    )
    address = answer["Location"]
    page = text(approver.get(address))
    assert (
        "李秀兰" in page and "<b>李秀蘭</b>" in page and "139****1111" in page and "13900001111" not in page
    )

    assert "请先选择查阅目的" in text(approver.post(f"{address}show/"))
    assert "13900001111" in text(approver.post(f"{address}show/", {"purpose": "correct"}))
    assert Read.objects.filter(fields="change", purpose="更正登记信息").exists()


def test_what_cannot_be_done_is_refused_at_the_form_and_nothing_typed_is_lost(clerk, family):
    _home, (head, *_rest) = family

    page = text(
        clerk.post(f"/changes/ask/leave/?person={head.pk}", {"on": "2026-11-02", "evidence": EVIDENCE})
    )

    assert "先办理变更户主" in page and EVIDENCE in page
    assert not ChangeRequest.objects.exists()


def test_nobody_asks_for_changes_where_they_hold_no_power(family):
    client = client_of(a_user("reader", "371002", role="county_approver"))

    assert client.get(f"/changes/ask/correct/?person={family[1][0].pk}").status_code == 403


def test_an_undone_merge_shows_what_goes_back_before_it_is_asked_for(clerk, approver, family):
    wife, user = family[1][1], a_user("x", "371002")
    double = a_person("李秀蘭", phone="13900001111")
    register.add_number(by="test", person=double, kind="disability", number="99000019500302001X43")
    merge(by=user, kept=wife, gone=double, on=date(2026, 11, 2), reason="同一人")

    page = text(clerk.get(f"/changes/ask/unmerge/?person={wife.pk}"))
    assert "撤销后分开的两条记录" in page and "证件号码" in page
    answer = clerk.post(
        f"/changes/ask/unmerge/?person={wife.pk}", {"on": "2026-11-02", "evidence": "残联核实是两个人"}
    )
    approver.post(f"{answer['Location']}decide/", {"what": "accept"})

    double.refresh_from_db()
    assert double.merged_into is None and double.identifiers.count() == 1


def test_not_the_same_person_is_shown_and_taken_back_on_the_page(clerk, approver, family):
    one, other = family[1][0], a_person("王建国")
    row = tell_apart(by=a_user("x", "371002"), one=one, other=other, reason="相差十岁")

    assert "已核实不是同一人" in text(clerk.get(f"/people/{one.pk}/"))
    approver.post(f"/people/{one.pk}/apart/{row.pk}/undo/", {"reason": "户口簿上只有一人"})

    row.refresh_from_db()
    assert row.undone_reason == "户口簿上只有一人"
    assert "已核实不是同一人" not in text(clerk.get(f"/people/{one.pk}/"))


def test_ones_own_and_decided_requests_have_their_lists(clerk, approver, family):
    answer = clerk.post(
        f"/changes/ask/former/?person={family[1][1].pk}",
        {"name": "李小兰", "on": "2000-01-01", "evidence": EVIDENCE},
    )
    assert "补记曾用名" in text(clerk.get("/changes/?view=mine"))
    approver.post(f"{answer['Location']}decide/", {"what": "refuse", "answer": "没有户口簿佐证"})

    assert "没有等待审核的变更" in text(clerk.get("/changes/"))
    assert "不予办理" in text(clerk.get("/changes/?view=done"))
    assert "没有户口簿佐证" in text(clerk.get(answer["Location"]))
