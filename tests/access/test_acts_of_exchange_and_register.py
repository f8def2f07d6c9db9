"""E26 over partners, departments' files, authorisations, checks, slips, sharing and changes of the register."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from anmin.kernel.exchange.checks import actions as checks
from anmin.kernel.exchange.sharing import actions as sharing
from anmin.kernel.exchange.slips import actions as slips
from anmin.kernel.facts.batches.uploads import actions as uploads
from anmin.kernel.partners.senders import actions as senders
from anmin.kernel.partners.staff import actions as staff
from anmin.kernel.people.merging.actions import tell_apart
from anmin.kernel.people.requests import actions as requests
from tests.access.acting import check_broken_book, check_done, check_refused
from tests.api.partners import a_key
from tests.console.test_exchange_pages import sheet
from tests.console.test_partner_pages import key_form
from tests.kernel.exchange.world import VILLAGE, Family, numbers
from tests.make import a_household, a_person, a_user

pytestmark = pytest.mark.django_db
REGISTRY = yaml.safe_load((Path(__file__).parent / "acts.yaml").read_text("utf-8"))["console"]
TABLES = (
    *(
        "partner",
        "partnerkey",
        "partnerstaff",
        "sender",
        "sharingrequest",
        "user",
        "grant",
        "upload",
        "sourcebatch",
    ),
    *(
        "consent",
        "checkorder",
        "checkanswer",
        "slip",
        "changerequest",
        "person",
        "identifier",
        "notsame",
        "refusedfile",
    ),
)
FILE = "身份证号,姓名,职工养老金（年）,城乡居民养老金（月）\n" + "".join(
    f"{number},王建国,1000,\n" for number in numbers()
)
PASSWORD = "往来单位的长口令Ab2026"


@pytest.fixture(autouse=True)
def a_home_of_its_own(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"


class World(Family):
    """A family, a partner with everything that a partner can have, and whoever may do something about them."""

    def __init__(self):
        super().__init__()
        self.today = timezone.localdate()
        self.nobody = a_user("nobody")
        self.keeper = a_user("keeper", "371000", role="security_admin")
        self.officer = a_user("officer", "371000", role="city_officer")
        self.leader = a_user("leader", "371002001", role="town_leader")
        self.key = a_key(powers=("registry",))[0].key
        self.partner = self.key.partner
        self.sender = senders.register_sender(
            by="test", key=self.key, sender_id="old-1", is_stub_allowed=True, callback_hosts=["127.0.0.1"]
        )
        self.member = staff.add_staff(
            by="test",
            partner=self.partner,
            username="canlian",
            display_name="林芳",
            password=PASSWORD,
            division="371000",
            on=self.today,
        )
        self.upload = self.half_upload()
        self.consent = self.agree(self.husband, self.wife, last_day=self.today + timedelta(100))[0]
        self.neighbours = [a_person("赵大山", VILLAGE, serial=21), a_person("钱大江", VILLAGE, serial=22)]
        self.agree(*self.neighbours, last_day=self.today + timedelta(100))
        homes = [a_household(f"H{at}", VILLAGE, one) for at, one in enumerate(self.neighbours, 2)]
        self.order, self.started = self.an_order(self.home), self.an_order(homes[0])
        checks.start_check(by=self.checker, order=self.started, on=self.today)
        self.waiting = self.started.answers.filter(state="waiting").first()
        self.slip, self.answered = self.a_slip("2"), self.a_slip("3")
        slips.answer_slip(
            by=self.checker, slip=self.answered, answer="error", corrected="0", note="", on=self.today
        )
        self.sharing, self.conforming = self.a_request(), self.a_request()
        sharing.accept_sharing(by=self.keeper, request=self.conforming, on=self.today)
        self.apart = tell_apart(by=self.officer, one=self.husband, other=self.wife, reason="夫妻两人")
        self.changes = [self.a_change(person) for person in (self.husband, self.wife, self.child)]

    def half_upload(self):
        content = FILE.encode()
        row = uploads.begin_upload(
            by=self.officer,
            source="pensions",
            period="2026-10",
            file_name="a.csv",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        return uploads.add_piece(by=self.officer, upload=row, offset=0, piece=content)

    def an_order(self, home):
        return checks.ask_check(
            by=self.clerk,
            household=home,
            matter="低保申请 1 号",
            sources=["pensions", "real_estate"],
            on=self.today,
        )

    def a_slip(self, theirs):
        return slips.send_slip(
            by=self.checker,
            partner=self.partner,
            source="vehicles",
            field="机动车数",
            ours="1",
            theirs=theirs,
            evidence="回收证明",
            on=self.today,
            person=self.husband,
        )

    def a_request(self):
        return sharing.ask_sharing(
            by="残联",
            partner=self.partner,
            matter="两项补贴资格核对",
            basis="disability_subsidies",
            fields=["person.registered"],
            purpose="两项补贴资格核对",
            contact="康复部",
            first_day=self.today,
            last_day=self.today + timedelta(90),
            on=self.today,
        )

    def a_change(self, person):
        return requests.ask(
            by=self.clerk_user,
            kind="former",
            on=self.today,
            division=person.division,
            person=person,
            payload={"name": "王旧名"},
            evidence="看过户口簿",
        )


CASES = {
    "partners": lambda w: (w.keeper, [], {"key": "tax", "name": "税务局"}),
    "partner_key_new": lambda w: (w.keeper, ["cdpf"], key_form()),
    "partner_key_rotate": lambda w: (w.keeper, [w.key.pk], {}),
    "partner_key_revoke": lambda w: (w.keeper, [w.key.pk], {"reason": "疑似泄露"}),
    "partner_close": lambda w: (w.keeper, ["cdpf"], {"reason": "机构撤并"}),
    "sender_add": lambda w: (
        w.keeper,
        ["cdpf"],
        {
            "key": w.key.pk,
            "sender_id": "cdpf-2",
            "algorithm": "SM2",
            "public_key": "ab" * 64,
            "callback_hosts": "",
        },
    ),
    "sender_end": lambda w: (w.keeper, ["cdpf", w.sender.pk], {"reason": "系统下线"}),
    "staff_add": lambda w: (
        w.keeper,
        ["cdpf"],
        {"username": "xinren", "display_name": "新人", "password": PASSWORD, "division": "371000"},
    ),
    "staff_end": lambda w: (w.keeper, ["cdpf", w.member.pk], {"reason": "调离"}),
    "sharing_decide/accept": lambda w: (w.officer, [w.sharing.pk], {"what": "accept"}),
    "sharing_decide/grant": lambda w: (w.officer, [w.conforming.pk], {"what": "grant"}),
    "sharing_decide/refuse": lambda w: (w.officer, [w.sharing.pk], {"what": "refuse", "reason": "超出依据"}),
    "batches": lambda w: (
        w.officer,
        [],
        {"source": "pensions", "period": "2026-09", "file": SimpleUploadedFile("a.csv", FILE.encode())},
    ),
    "upload_begin": lambda w: (
        w.officer,
        [],
        {"source": "pensions", "period": "2026-08", "name": "b.csv", "size": "9", "sha256": "a" * 64},
    ),
    "upload_finish": lambda w: (w.officer, [w.upload.pk], {}),
    "upload_drop": lambda w: (w.officer, [w.upload.pk], {}),
    "consent_new": lambda w: (w.clerk_user, ["H1"], sheet(w.husband)),
    "consent_withdraw": lambda w: (w.clerk_user, [w.consent.pk], {"reason": "本人到窗口提出"}),
    "check_new": lambda w: (w.clerk_user, ["H3"], {"matter": "低保申请 8 号", "sources": ["pensions"]}),
    "check_step/start": lambda w: (w.checker_user, [w.order.pk], {"step": "start"}),
    "check_answer": lambda w: (
        w.checker_user,
        [w.started.pk, w.waiting.pk],
        {
            "document": "复函 3 号",
            "as_of": "2026-11-01",
            "person1": w.neighbours[0].pk,
            "title1": "坐落",
            "value1": "幸福路",
        },
    ),
    "slip_new": lambda w: (
        w.checker_user,
        ["H1"],
        {
            "partner": w.partner.pk,
            "source": "vehicles",
            "field": "机动车数",
            "theirs": "9",
            "ours": "0",
            "evidence": "回收证明",
            "batch": "",
        },
    ),
    "slip_step/answer": lambda w: (
        w.checker_user,
        [w.slip.pk],
        {"step": "answer", "answer": "error", "corrected": "0", "note": ""},
    ),
    "slip_step/close": lambda w: (w.checker_user, [w.answered.pk], {"step": "close", "outcome": "已更正"}),
    "change_decide/accept": lambda w: (w.leader, [w.changes[0].pk], {"what": "accept", "answer": ""}),
    "change_decide/refuse": lambda w: (w.leader, [w.changes[1].pk], {"what": "refuse", "answer": "依据不足"}),
    "change_decide/withdraw": lambda w: (w.clerk_user, [w.changes[2].pk], {"what": "withdraw"}),
    "undo_apart": lambda w: (w.leader, [w.husband.pk, w.apart.pk], {"reason": "重新核对后可能是一人"}),
}


@pytest.mark.parametrize("case", CASES)
def test_an_act_that_is_done_leaves_one_row_with_who_what_and_when(case):
    check_done(CASES, case, World(), REGISTRY)


@pytest.mark.parametrize("case", CASES)
def test_an_act_that_is_refused_leaves_one_row_and_changes_nothing(case):
    check_refused(CASES, case, World(), TABLES)


@pytest.mark.parametrize("case", CASES)
def test_a_book_that_cannot_be_written_to_refuses_the_act(case):
    check_broken_book(CASES, case, World(), TABLES)


def test_acts_that_nobody_writes_down_are_noticed(monkeypatch):
    """The wrong variant."""
    monkeypatch.setattr("anmin.kernel.partners.actions.audit.record", lambda **_given: None)

    with pytest.raises(AssertionError):
        check_done(CASES, "partner_key_revoke", World(), REGISTRY)
