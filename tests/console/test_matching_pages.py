"""The clerks' queue of probable pairs: scoped, masked, without protected children, decided with a reason by a person."""

import pyarrow as pa
import pytest
from django.test import Client

from anmin.kernel.audit.models import Act, Read
from anmin.kernel.people.matching.engine import Matching
from anmin.kernel.people.matching.fields import FIELDS
from anmin.kernel.people.matching.loading import queue_proposals
from anmin.kernel.people.matching.models import MatchPair
from anmin.kernel.people.merging.queries import are_told_apart
from anmin.kernel.people.models import ChangeRequest, Level
from anmin.kernel.people.register import actions as register
from tests.make import a_household, a_number, a_person, a_user

pytestmark = pytest.mark.django_db
TOWN, OTHER_TOWN = "371002001001", "371002002001"


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def client_of(username, division, role="town_clerk"):
    client = Client()
    user = a_user(username, division, role=role)
    client.force_login(user, backend="anmin.kernel.access.login.backends.StaffBackend")
    return client


def proposed(*pairs):
    """Pairs as the engine proposes them, by name and birth date, with invented weights."""
    agreement = {
        "name": "same",
        "birth": "same",
        "sex": "same",
        "place": "village",
        "phone": "other",
        "number": "unknown",
    }
    weights = {"name": 9.5, "birth": 12.1, "sex": 1.0, "place": 2.0, "phone": -4.2, "number": 0.0}
    return pa.Table.from_pylist(
        [
            {
                "left_key": left,
                "right_key": right,
                "step": "probable",
                "verdict": "review",
                "reason": "untied",
                "how": "",
                "probability": 0.987,
                **{one.name: agreement[one.name] for one in FIELDS},
                **{f"weight_{one.name}": weights[one.name] for one in FIELDS},
            }
            for left, right in pairs
        ]
    )


def queued(*people):
    """A run within the register that found each two neighbours alike."""
    pairs = proposed(*((str(a.pk), str(b.pk)) for a, b in zip(people[::2], people[1::2], strict=True)))
    found = Matching(pairs, len(people), len(people), 10)
    left = pa.Table.from_pylist([{"key": str(row.pk), "name": row.name} for row in people])
    return queue_proposals(by="测试", source="人员库查重", found=found, left=left, within_register=True)


def two(name="王秀英", division=TOWN, **known):
    return a_person(name, division, phone="13900001111", **known), a_person(
        name, division, phone="13900002222"
    )


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_pair_stands_side_by_side_with_what_agrees_what_differs_and_how_much_it_weighs():
    one, other = two(serial=7)
    a_household("H7", TOWN, one)
    run = queued(one, other)
    client = client_of("clerk", "371002001")

    page = text(client.get(f"/matching/{run.pairs.get().pk}/"))

    assert "同名同日生的人很常见" in page and "98.700%" in page
    assert (
        "有力支持（是同一人的可能性增至 724 倍）" in page and "有力反对（是同一人的可能性降到 1/18）" in page
    )
    assert "139****1111" in page and "13900001111" not in page
    assert a_number(7) not in page and "幸福路 1 号" not in page
    assert "同一村（社区）" in page


def test_what_is_masked_is_shown_for_a_purpose_and_written_down():
    one, other = two(serial=7)
    pair = queued(one, other).pairs.get()
    client = client_of("clerk", "371002001")

    refused = text(client.post(f"/matching/{pair.pk}/show/"))
    shown = text(client.post(f"/matching/{pair.pk}/show/", {"purpose": "correct"}))

    assert "请先选择查阅目的" in refused and a_number(7) not in refused
    assert a_number(7) in shown and "13900002222" in shown
    reads = Read.objects.filter(purpose="更正登记信息")
    assert {key for row in reads for key in row.persons} == {one.pk, other.pk}


def test_both_divisions_must_be_the_readers():
    one, other = a_person("王秀英", TOWN), a_person("王秀英", OTHER_TOWN)
    pair = queued(one, other).pairs.get()

    of_one, of_both = client_of("clerk", "371002001"), client_of("county", "371002", "county_checker")

    assert of_one.get(f"/matching/{pair.pk}/").status_code == 404
    assert "没有等着核对的" in text(of_one.get("/matching/")) and "还没有比对过" in text(
        of_one.get("/matching/runs/")
    )
    assert of_both.get(f"/matching/{pair.pk}/").status_code == 200
    assert "人员库查重" in text(of_both.get("/matching/runs/"))


def test_a_pair_follows_its_people_when_they_move_away():
    one, other = two()
    pair = queued(one, other).pairs.get()
    client = client_of("clerk", "371002001")
    assert client.get(f"/matching/{pair.pk}/").status_code == 200

    type(one).objects.filter(pk=one.pk).update(division=OTHER_TOWN)

    assert client.get(f"/matching/{pair.pk}/").status_code == 404


def test_protected_children_are_in_no_pair_even_when_protected_later():
    child, double = two("王小明", level=Level.PROTECTED)
    assert not queued(child, double).pairs.exists()
    one, other = two("李小红")
    pair = queued(one, other).pairs.get()
    client = client_of("clerk", "371002001")

    register.set_level(by="test", person=other, level=Level.PROTECTED, reason="强制报告")

    assert client.get(f"/matching/{pair.pk}/").status_code == 404
    assert "李小红" not in text(client.get("/matching/"))


def test_saying_the_same_only_asks_for_a_merge_that_somebody_else_decides():
    one, other = two(serial=7)
    pair = queued(one, other).pairs.get()
    client = client_of("clerk", "371002001")

    answer = client.post(
        f"/matching/{pair.pk}/decide/", {"state": "same", "reason": "电话核实为同一人"}, follow=True
    )

    request = ChangeRequest.objects.get()
    assert "等另一位工作人员审核" in text(answer)
    assert (request.kind, request.person, request.payload) == ("merge", one, {"gone": other.pk})
    assert not type(one).objects.filter(merged_into__isnull=False).exists()
    assert Act.objects.get(act="matching.decide_same").reason == "电话核实为同一人"


def test_saying_different_is_remembered_and_never_proposed_again():
    one, other = two()
    pair = queued(one, other).pairs.get()
    client = client_of("clerk", "371002001")

    client.post(f"/matching/{pair.pk}/decide/", {"state": "different", "reason": "双胞胎，见户口簿"})

    assert are_told_apart(one.pk, other.pk)
    assert queued(one, other).counts["queued"] == 0
    assert "双胞胎，见户口簿" in text(client.get("/matching/?state=different"))


def test_later_needs_no_reason_and_leaves_the_pair_to_be_decided():
    one, other = two()
    pair = queued(one, other).pairs.get()
    client = client_of("clerk", "371002001")

    client.post(f"/matching/{pair.pk}/decide/", {"state": "unsure"})

    pair.refresh_from_db()
    assert pair.state == MatchPair.State.UNSURE
    assert "以后再看" in text(client.get("/matching/?state=unsure"))
    client.post(f"/matching/{pair.pk}/decide/", {"state": "different", "reason": "电话核实"})
    pair.refresh_from_db()
    assert pair.state == MatchPair.State.DIFFERENT


def test_a_decision_without_a_reason_changes_nothing_and_says_what_is_missing():
    pair = queued(*two()).pairs.get()
    client = client_of("clerk", "371002001")

    page = text(client.post(f"/matching/{pair.pk}/decide/", {"state": "different", "reason": " "}))

    assert "请写明判断的理由" in page
    pair.refresh_from_db()
    assert pair.state == MatchPair.State.OPEN


def test_what_cannot_be_merged_keeps_the_pair_open_and_says_what_to_do_first():
    one, other = two(serial=7)
    a_household("H1", TOWN, one)
    a_household("H2", TOWN, other)
    pair = queued(one, other).pairs.get()
    client = client_of("clerk", "371002001")

    page = text(client.post(f"/matching/{pair.pk}/decide/", {"state": "same", "reason": "电话核实"}))

    assert "先办理其中一条离开家庭" in page
    pair.refresh_from_db()
    assert pair.state == MatchPair.State.OPEN


def test_the_next_pair_follows_and_progress_counts():
    queued(*two("王秀英"), *two("李建国"))
    first, second = MatchPair.objects.order_by("pk")
    client = client_of("clerk", "371002001")

    answer = client.post(
        f"/matching/{first.pk}/decide/", {"state": "different", "reason": "两个人"}, follow=True
    )

    assert answer.redirect_chain == [(f"/matching/{second.pk}/", 302)]
    page = text(client.get("/matching/"))
    assert "<b>1</b> / 2（50%）" in page and "李建国" in page


def test_whoever_may_not_decide_pairs_has_no_page():
    pair = queued(*two()).pairs.get()
    client = client_of("village", TOWN, "village_worker")

    assert client.get("/matching/").status_code == 403
    assert client.post(f"/matching/{pair.pk}/decide/", {"state": "same", "reason": "试试"}).status_code == 403


def test_a_merged_record_leaves_the_waiting_pairs():
    one, other = two(serial=7)
    pair = queued(one, other).pairs.get()
    type(other).objects.filter(pk=other.pk).update(merged_into=one)

    client = client_of("clerk", "371002001", "town_clerk")

    assert client.get(f"/matching/{pair.pk}/").status_code == 404
