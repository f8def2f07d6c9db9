"""The pages about partners: registered, keyed, rotated and revoked by the security administrator; a partner's own page."""

from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.access.queries import operator
from anmin.kernel.audit.models import Act
from anmin.kernel.audit.queries import reads_of
from anmin.kernel.exchange.sharing import actions as sharing
from anmin.kernel.exchange.sharing.models import SharingRequest
from anmin.kernel.exchange.slips import actions as slips
from anmin.kernel.exchange.slips.models import Slip
from anmin.kernel.facts.batches.models import SourceBatch
from anmin.kernel.partners import actions
from anmin.kernel.partners.models import Partner, PartnerKey, PartnerStaff, Sender
from anmin.kernel.partners.staff import actions as staff
from tests.api.partners import a_key
from tests.api.test_partner_api import batch_of, send
from tests.make import a_household, a_number, a_person, a_user

pytestmark = pytest.mark.django_db
PASSWORD = "往来单位的长口令Ab2026"


@pytest.fixture(autouse=True)
def plain_static_files(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.ANMIN_HOME = tmp_path


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def keeper():
    """The security administrator."""
    return client_of(a_user("anquan", "371000", role="security_admin"))


@pytest.fixture
def officer():
    return a_user("shi", "371000", role="city_officer")


def a_partner():
    return Partner.objects.filter(key="cdpf").first() or actions.add_partner(
        by="test", key="cdpf", name="残联"
    )


@pytest.fixture
def clerk():
    """Somebody of the disabled persons' federation."""
    row = staff.add_staff(
        by="test",
        partner=a_partner(),
        username="canlian",
        display_name="林芳",
        password=PASSWORD,
        division="371000",
        on=timezone.localdate(),
    )
    row.user.must_change_password = False
    row.user.save()
    return row.user


def text(response):
    return response.content.decode()


def key_form(**more):
    today = timezone.localdate()
    return {
        "title": "两补系统",
        "purpose": "两项补贴资格核对",
        "powers": ["status.read"],
        "basis": "disability_subsidies",
        "fields_": ["person.registered", "status.receives"],
        "divisions": "371002",
        "first_day": today.isoformat(),
        "last_day": (today + timedelta(90)).isoformat(),
        "per_day": "100",
        "per_minute": "60",
        **more,
    }


def test_a_partner_is_registered_and_the_empty_page_says_what_comes_first(keeper):
    assert "还没有往来单位" in text(keeper.get(reverse("console:partners")))

    answer = keeper.post(reverse("console:partners"), {"key": "cdpf", "name": "残联"}, follow=True)
    again = keeper.post(reverse("console:partners"), {"key": "cdpf", "name": "残联"})

    assert "还没有密钥" in text(answer)
    assert "已经有代号为 cdpf 的单位" in text(again)
    assert Act.objects.filter(act="partners.add_partner").count() == 1


def test_a_key_is_shown_once_and_opens_what_was_ticked(keeper):
    a_partner()

    answer = keeper.post(reverse("console:partner_key_new", args=["cdpf"]), key_form())

    row = PartnerKey.objects.get()
    token = text(answer).split('class="token">')[1].split("<")[0]
    assert token.startswith(f"anmin_{row.prefix}_")
    assert answer["Cache-Control"] == "no-store"
    assert (row.fields, row.divisions, row.per_day) == (
        ["person.registered", "status.receives"],
        ["371002"],
        100,
    )
    page = text(keeper.get(reverse("console:partner_key", args=[row.pk])))
    assert token.split("_")[2] not in page
    assert "是否正在享受" in page and "国发〔2015〕52号" in page and "这把密钥还没有用过" in page
    assert Client(headers={"authorization": f"Bearer {token}"}).get("/api/v1/calls").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"basis": ""}, "没有依据不能提供数据"),
        ({"fields_": ["person.name"]}, "超出"),
        ({"last_day": "2099-01-01"}, "最长给一年"),
        ({"last_day": "2020-01-01"}, "早于第一天"),
        ({"divisions": "9"}, "9"),
        ({"per_day": "0"}, "每天最多查多少人"),
        ({"powers": []}, "接口权限"),
    ],
)
def test_a_key_beyond_its_basis_is_refused_and_says_why(keeper, wrong, words):
    a_partner()

    answer = text(keeper.post(reverse("console:partner_key_new", args=["cdpf"]), key_form(**wrong)))

    assert "没有提交成功" in answer and words in answer
    assert not PartnerKey.objects.exists()


def test_a_key_is_rotated_with_an_overlap_and_revoked_with_a_reason(keeper):
    fresh, client = a_key()
    shown = text(keeper.post(reverse("console:partner_key_rotate", args=[fresh.key.pk])))
    token = shown.split('class="token">')[1].split("<")[0]
    other = Client(headers={"authorization": f"Bearer {token}"})
    assert [one.get("/api/v1/calls").status_code for one in (client, other)] == [200, 200]

    unsaid = keeper.post(
        reverse("console:partner_key_revoke", args=[fresh.key.pk]), {"reason": ""}, follow=True
    )
    keeper.post(reverse("console:partner_key_revoke", args=[fresh.key.pk]), {"reason": "疑似泄露"})

    assert "要写原因" in text(unsaid)
    assert [one.get("/api/v1/calls").status_code for one in (client, other)] == [401, 200]
    assert {"partners.rotate_key", "partners.revoke_key", "partners.refused_key"} <= set(
        Act.objects.values_list("act", flat=True)
    )
    assert "疑似泄露" in text(keeper.get(reverse("console:partner_key", args=[fresh.key.pk])))


def test_last_use_and_every_call_stand_on_the_page(keeper):
    fresh, client = a_key()
    client.post("/api/v1/status", {"number": "1"}, "application/json")

    page = text(keeper.get(reverse("console:partner_key", args=[fresh.key.pk])))

    assert "POST /api/v1/status" in page and "not_readable" in page


def test_a_sender_and_a_log_in_are_made_and_ended(keeper):
    a_key(powers=("registry",))
    partner = Partner.objects.get()
    key = PartnerKey.objects.get()
    asked = {
        "key": key.pk,
        "sender_id": "cdpf-1",
        "algorithm": "SM2",
        "public_key": "ab",
        "callback_hosts": "",
    }

    wrong = keeper.post(reverse("console:sender_add", args=["cdpf"]), asked, follow=True)
    keeper.post(reverse("console:sender_add", args=["cdpf"]), {**asked, "public_key": "ab" * 64})
    keeper.post(
        reverse("console:staff_add", args=["cdpf"]),
        {"username": "canlian", "display_name": "林芳", "password": PASSWORD, "division": "371000"},
    )

    assert "128 位" in text(wrong)
    sender, member = Sender.objects.get(), PartnerStaff.objects.get()
    assert (member.partner, member.user.username) == (partner, "canlian")
    keeper.post(reverse("console:sender_end", args=["cdpf", sender.pk]), {"reason": "系统下线"})
    keeper.post(reverse("console:staff_end", args=["cdpf", member.pk]), {"reason": "调离"})
    member.refresh_from_db()
    assert not Sender.objects.get().is_active
    assert not member.user.is_active and member.last_day == timezone.localdate()


def test_a_partner_that_is_closed_opens_nothing(keeper):
    _fresh, client = a_key()

    keeper.post(reverse("console:partner_close", args=["cdpf"]), {"reason": "机构撤并"})

    assert client.get("/api/v1/calls").status_code == 401
    assert "已停止往来" in text(keeper.get(reverse("console:partner", args=["cdpf"])))


def test_the_city_s_officers_look_and_change_nothing(officer):
    fresh, _client = a_key()
    client = client_of(officer)

    assert client.get(reverse("console:partner", args=["cdpf"])).status_code == 200
    assert client.get(reverse("console:partner_key_new", args=["cdpf"])).status_code == 403
    assert client.post(reverse("console:partner_key_revoke", args=[fresh.key.pk])).status_code == 403


def test_somebody_of_a_partner_sees_the_own_page_and_nothing_else(clerk):
    a_key()
    client = client_of(clerk)

    page = client.get("/", follow=True)

    assert page.redirect_chain == [(reverse("console:own"), 302)]
    assert "两项补贴核对" in text(page) and "密钥能做什么" in text(page)
    for name in ("households", "rules", "simulation", "runs"):
        assert client.get(reverse(f"console:{name}"))["Location"] == reverse("console:own")
    for name in ("people", "changes", "partners", "sharings", "access", "audit"):
        assert client.get(reverse(f"console:{name}")).status_code == 403
    menu = text(page).split("wide-nav")[1].split("</nav>")[0]
    assert "本单位" in menu and "住户" not in menu


def test_a_log_in_whose_department_has_ended_is_told_so(clerk):
    actions.close_partner(by="test", partner=Partner.objects.get(), reason="机构撤并")

    assert "没有对应的往来单位" in text(client_of(clerk).get(reverse("console:own")))


def test_one_s_own_batches_are_corrected_on_the_page_and_nobody_else_s_are_seen(clerk):
    _fresh, api = a_key(powers=("batches.send",), fields=(), basis="", sources=("pensions",))
    number = send(api, batch_of(30, bad=(5, 9))).json()["batch"]
    other = actions.add_partner(by="test", key="hrss", name="人社局")
    today = timezone.localdate()
    foreign = actions.create_key(
        by="test",
        partner=other,
        title="报送",
        powers=["batches.send"],
        sources=["pensions"],
        divisions=["371002"],
        purpose="报送",
        first_day=today,
        last_day=today,
    )
    theirs = send(
        Client(headers={"authorization": f"Bearer {foreign.token}"}), batch_of(31), period="2026-08"
    ).json()["batch"]
    client = client_of(clerk)

    page = text(client.get(reverse("console:own_batch", args=[number])))
    taken = client.get(reverse("console:own_batch_rows", args=[number]))
    rows = taken.content.decode("utf-8-sig")
    fixed = SimpleUploadedFile("fixed.csv", rows.replace("很多", "100").encode(), "text/csv")
    done = client.post(reverse("console:own_batch", args=[number]), {"file": fixed}, follow=True)

    assert "not_a_number" in page
    assert "（canlian）" in unquote(taken["X-Watermark"]) and "canlian" in taken["Content-Disposition"]
    assert "（canlian）" in Act.objects.get(act="facts.quarantine.export").after["watermark"]
    assert rows.count("很多") == 2
    assert "改正的 2 行已并入" in text(done)
    correction = SourceBatch.objects.get(corrects=number)
    assert correction.by_name == "残联·林芳"
    assert f"#{number}" in text(client.get(reverse("console:own")))
    assert client.get(reverse("console:own_batch", args=[theirs])).status_code == 404
    assert client.get(reverse("console:own_batch_rows", args=[theirs])).status_code == 404


def test_a_slip_is_answered_on_the_page_and_the_looking_is_noted_with_the_person(clerk, officer):
    a_key(powers=("slips",))
    person = a_person("王秀英", serial=1)
    home = a_household("H1", "371002001001", person)
    slip = slips.send_slip(
        by=operator(timezone.localdate()),
        partner=Partner.objects.get(),
        source="disability",
        field="disability_level",
        ours="二级",
        theirs="三级",
        evidence="残疾人证原件",
        on=timezone.localdate(),
        person=person,
        household=home,
    )
    client = client_of(clerk)
    address = reverse("console:own_slip", args=[slip.pk])

    page = text(client.get(address))
    unsaid = text(client.post(address, {"answer": "error"}))
    client.post(address, {"answer": "error", "corrected": "二级"})

    assert "王秀英" in page and a_number(1) in page
    assert "请写更正后的值" in unsaid
    row = Slip.objects.get()
    assert (row.state, row.answered_by) == ("answered", "残联·林芳")
    assert "核对校核单" in {read.purpose for read in reads_of(person.pk)}


def test_a_slip_out_of_the_keys_divisions_is_not_there(clerk):
    a_key(powers=("slips",), divisions=("371003",))
    person = a_person("王秀英", serial=1)
    slip = slips.send_slip(
        by=operator(timezone.localdate()),
        partner=Partner.objects.get(),
        source="disability",
        field="x",
        ours="1",
        theirs="2",
        evidence="证",
        on=timezone.localdate(),
        person=person,
    )

    assert client_of(clerk).get(reverse("console:own_slip", args=[slip.pk])).status_code == 404


def asked(client, **more):
    today = timezone.localdate()
    return client.post(
        reverse("console:own_ask"),
        {
            "basis": "disability_subsidies",
            "fields_": ["person.registered", "status.receives"],
            "matter": "两项补贴资格核对",
            "purpose": "按月核对",
            "contact": "林芳 0631-0000000",
            "first_day": today.isoformat(),
            "last_day": (today + timedelta(180)).isoformat(),
            **more,
        },
        follow=True,
    )


def test_a_request_for_data_is_asked_found_in_order_granted_and_made_a_key(clerk, officer, keeper):
    """P1."""
    beyond = asked(client_of(clerk), fields_=["person.registered", "person.name"])
    asked(client_of(clerk))
    row = SharingRequest.objects.get()
    client, decide = client_of(officer), reverse("console:sharing_decide", args=[row.pk])

    too_soon = client.post(decide, {"what": "grant"}, follow=True)
    client.post(decide, {"what": "accept"})
    client.post(decide, {"what": "grant"})
    row.refresh_from_db()
    form = text(keeper.get(reverse("console:partner_key_new", args=["cdpf"]) + f"?request={row.pk}"))

    assert "超出" in text(beyond)
    assert "先做合规性审查" in text(too_soon)
    assert (row.state, row.decider) == ("granted", officer)
    assert f'value="{row.last_day.isoformat()}"' in form
    assert 'value="两项补贴资格核对"' in form and form.count("checked") == 3
    assert "同意共享" in text(client_of(clerk).get(reverse("console:own")))


def test_a_refusal_needs_a_reason_and_silence_is_reported_not_granted(clerk, officer):
    asked(client_of(clerk))
    row = SharingRequest.objects.get()
    client, decide = client_of(officer), reverse("console:sharing_decide", args=[row.pk])

    unsaid = client.post(decide, {"what": "refuse", "reason": ""}, follow=True)
    sharing.escalate_silent(by="系统", on=row.answer_due + timedelta(1))

    assert "要说明理由" in text(unsaid)
    page = text(client.get(reverse("console:sharings")))
    assert "已上报" in page
    row.refresh_from_db()
    assert row.state == "open"
    client.post(decide, {"what": "refuse", "reason": "系统里已有此项"})
    assert "系统里已有此项" in text(client_of(clerk).get(reverse("console:own")))


def test_the_guide_shows_calls_that_can_be_copied(clerk):
    a_key()

    page = text(client_of(clerk).get(reverse("console:own_guide")))

    assert "http://testserver/api/v1/status" in page and "银行账户只用于发放" in page
