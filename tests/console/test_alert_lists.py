"""Lists of alerts outside the screen: as a file with the reason for a purpose, on paper with it only for those who go and look."""

import pytest
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.alerts.raising.hits import Value
from anmin.kernel.audit.models import Act
from tests.kernel.alerts.desk import a_hit, raise_, staff
from tests.kernel.cases.road import a_family

pytestmark = pytest.mark.django_db
WHY = "王秀英今年 79 周岁。本地按月津贴从 100 周岁起发。"
CAUSE = "without:elderly/age_allowance"


@pytest.fixture
def client(client, db):
    """A village's clerk, with one household found by the reverse of the sweep."""
    a_family(("王秀英", 1946), ("王建国", 1985))
    people = staff()
    today = timezone.localdate()
    reason = Value("sweep_reason", 0, "演示", today.isoformat(), words=WHY)
    raise_(
        a_hit(
            rule="sweep/without/elderly/age_allowance", cause=CAUSE, direction="LESS", as_of=today,
            colour="yellow", weight=0, fen=40_000, values=(reason,),
        ),
        on=today,
    )  # fmt: skip
    client.force_login(people["clerk"], backend="anmin.kernel.access.login.backends.StaffBackend")
    return client


def test_the_list_says_which_condition_fails(client):
    page = client.get(reverse("console:alerts"), {"view": "all", "cause": "without"}).content.decode()

    assert WHY in page and "高龄津贴（按月）" in page


def test_a_file_is_for_a_purpose_and_has_the_reason_and_the_sum(client):
    address = f"{reverse('console:alert_file')}?view=all&cause=without"
    without = client.post(address, {"kind": "csv", "purpose": ""})
    file = client.post(address, {"kind": "csv", "purpose": "入户复核"})
    book = client.post(address, {"kind": "xlsx", "purpose": "入户复核"})

    assert without.status_code == 302 and "cause=without" in without["Location"]
    text = file.content.decode("utf-8-sig")
    assert WHY in text and "400.00" in text and "王秀英" in text
    assert book.content[:2] == b"PK"
    assert [act.purpose for act in Act.objects.filter(act="alerts.file")] == ["入户复核", "入户复核"]


def test_the_list_of_visits_has_the_reason_and_the_meeting_s_has_nobody_who_may_lose_something(client):
    visit = client.get(reverse("console:alert_print"), {"for": "visit", "view": "all"}).content.decode()
    meeting = client.get(reverse("console:alert_print")).content.decode()

    assert WHY in visit and "不得张贴" in visit
    assert WHY not in meeting and "王秀英" not in meeting
