"""A file in pieces from the browser: it goes on after a cut line or is thrown away; nothing lands before it is whole."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as live
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.audit.models import Act
from anmin.kernel.facts.batches import queries
from anmin.kernel.facts.batches.models import RefusedFile, SourceBatch, Upload
from anmin.kernel.facts.batches.uploads import actions as uploads
from anmin.kernel.facts.lake.places import lake_home
from anmin.policy.errors import PolicyError
from tests.kernel.facts.test_batches import rows, written
from tests.make import a_number, a_user

pytestmark = pytest.mark.django_db
PIECE = 700


@pytest.fixture(autouse=True)
def a_home_of_its_own(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"


@pytest.fixture
def checker(db):
    client = Client()
    client.force_login(a_user("checker", "371002", role="county_checker"))
    return client


@pytest.fixture
def content(tmp_path):
    return written(tmp_path / "ylj_202610.csv", rows(60)).read_bytes()


def begin(client, content, **changed):
    given = {
        "source": "pensions",
        "period": "2026-10",
        "name": "ylj_202610.csv",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return client.post(reverse("console:upload_begin"), given | changed)


def piece(client, at, content, offset, length=PIECE):
    address = reverse("console:upload_piece", args=[at["id"]]) + f"?offset={offset}"
    body = content[offset : offset + length]
    return client.post(address, body, content_type="application/octet-stream")


def send(client, content, until=None):
    at = begin(client, content).json()
    while at["received"] < (until or at["size"]):
        at = piece(client, at, content, at["received"]).json()
    return at


def finish(client, at, **more):
    return client.post(reverse("console:upload_finish", args=[at["id"]]), more)


def test_a_file_in_pieces_lands_like_one_in_one_go(checker, content):
    answer = finish(checker, send(checker, content))

    batch = SourceBatch.objects.get()
    assert answer.json() == {"address": reverse("console:batch", args=[batch.pk])}
    assert (batch.landed, batch.file_name) == (60, "ylj_202610.csv")
    assert Upload.objects.get().batch == batch
    assert [act.act for act in Act.objects.filter(act__startswith="facts.").order_by("number")] == [
        "facts.upload.begin",
        "facts.batch",
        "facts.upload.close",
    ]


def test_after_a_cut_line_it_goes_on_where_it_stopped(checker, content):
    half = send(checker, content, until=PIECE * 2)
    assert half["received"] == PIECE * 2
    assert not SourceBatch.objects.exists() and not lake_home().exists()

    again = begin(checker, content).json()
    repeated = piece(checker, again, content, 0).json()

    assert again["id"] == half["id"] and again["received"] == repeated["received"] == PIECE * 2
    assert finish(checker, send(checker, content)).status_code == 200
    assert SourceBatch.objects.get().landed == 60


def test_a_half_file_is_not_taken_in_and_can_still_go_on(checker, content):
    half = send(checker, content, until=PIECE)

    answer = finish(checker, half)

    assert answer.status_code == 422
    assert f"{PIECE}/{len(content)}" in answer.json()["what"] and "继续上传" in answer.json()["todo"]
    assert not SourceBatch.objects.exists()
    assert Upload.objects.get().state == "open"


def test_a_half_file_is_thrown_away_with_one_clear_answer(checker, content):
    half = send(checker, content, until=PIECE)
    page = checker.get(reverse("console:batches")).content.decode()
    assert "没传完的文件" in page and "ylj_202610.csv" in page

    told = checker.post(reverse("console:upload_drop", args=[half["id"]]), follow=True)

    assert "没有落库任何数据" in told.content.decode()
    assert (Upload.objects.get().state, SourceBatch.objects.count()) == ("dropped", 0)
    assert piece(checker, half, content, PIECE).json()["what"] == "这次上传已经结束"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"source": "nothing"}, "来源"),
        ({"size": 0}, "空的"),
        ({"size": "many"}, "空的"),
        ({"size": 5 * 1024**3}, "4 GB"),
        ({"sha256": "x"}, "SHA-256"),
    ],
)
def test_what_cannot_be_announced_is_refused(checker, content, changed, said):
    answer = begin(checker, content, **changed)

    assert answer.status_code == 422 and said in answer.json()["what"]
    assert not Upload.objects.exists()


def test_a_piece_that_does_not_follow_is_told_how_far_the_file_has_come(checker, content):
    at = send(checker, content, until=PIECE)

    answer = piece(checker, at, content, PIECE * 2)

    assert answer.status_code == 422
    assert answer.json()["received"] == PIECE and f"第 {PIECE} 字节" in answer.json()["todo"]
    assert piece(checker, at, content + b"x" * 99, len(content), 99).status_code == 422


def test_a_file_that_is_not_what_was_announced_does_not_land(checker, content):
    at = begin(checker, content).json()
    other = content.replace(b"12000.50", b"92000.50")
    while at["received"] < at["size"]:
        at = piece(checker, at, other, at["received"]).json()

    answer = finish(checker, at)

    assert answer.status_code == 422 and "不一致" in answer.json()["what"]
    assert not SourceBatch.objects.exists()


def test_a_refused_file_is_gone_and_its_refusal_stays(checker, content):
    drifted = content.replace("姓名".encode(), "名字".encode())

    answer = finish(checker, send(checker, drifted))

    assert "改了列名" in answer.json()["what"]
    assert (Upload.objects.get().state, RefusedFile.objects.count()) == ("dropped", 1)


def test_nobody_goes_on_with_somebody_elses_file(checker, content):
    at = send(checker, content, until=PIECE)
    other = Client()
    other.force_login(a_user("other", "371002", role="county_checker"))

    assert piece(other, at, content, PIECE).status_code == 404
    assert finish(other, at).status_code == 404


def test_pieces_at_rest_are_readable_to_nobody_and_changed_ones_are_noticed(checker, content):
    at = send(checker, content)
    kept = sorted((Path(live.ANMIN_HOME) / "uploads" / str(at["id"])).iterdir())
    number = a_number(1).encode()
    assert number in content and not any(number in path.read_bytes() for path in kept)
    kept[1].write_bytes(kept[0].read_bytes())

    answer = finish(checker, at)

    assert "损坏" in answer.json()["what"]
    assert not SourceBatch.objects.exists()


def test_what_nobody_went_on_with_for_two_days_is_thrown_away(checker, content):
    send(checker, content, until=PIECE)
    now = timezone.now()

    assert uploads.drop_forgotten(by="test", now=now + timedelta(hours=47)) == []
    assert len(uploads.drop_forgotten(by="test", now=now + timedelta(hours=49))) == 1
    assert not queries.open_uploads().exists()


def test_two_sizes_for_one_file_are_refused(checker, content):
    send(checker, content, until=PIECE)

    assert "两个不同的大小" in begin(checker, content, size=len(content) + 1).json()["what"]
    with pytest.raises(PolicyError):
        uploads.begin_upload(
            by="x", source="pensions", period="2026-10", file_name="a", size=1, sha256="A" * 64
        )
