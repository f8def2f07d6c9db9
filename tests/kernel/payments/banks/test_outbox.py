"""Files of a run: made once, under the seal, and handed over exactly once; of what is not known, only the bank is asked."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from anmin.kernel.audit.models import Act
from anmin.kernel.payments.banks.contents import FileProblem
from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.models import PayFile, PayFileLine
from anmin.kernel.payments.banks.outbox import actions as outbox
from anmin.kernel.payments.banks.ports import ABSENT, ACCEPTED, PENDING
from anmin.kernel.payments.banks.ports.folder import FolderPort
from anmin.kernel.payments.banks.ports.simulated import Temper
from anmin.kernel.payments.banks.storage import bank_home, content_of
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs.models import PayLine
from anmin.kernel.payments.sentinels import actions as sentinels
from tests.kernel.payments.banks.banking import (
    AT,
    LATER,
    a_bank,
    an_approved_run,
    by_force,
    call_of,
    filed,
    sent,
)
from tests.kernel.payments.money import COUNTY, TODAY, approver, finance, leader

pytestmark = pytest.mark.django_db
ALWAYS = 1000


def test_a_file_holds_every_line_of_the_run_with_its_key_and_the_money_is_on_its_way():
    run = an_approved_run(3)

    (file,) = filing.make_files(by=finance(), run=run, on=TODAY).files

    orders = PayFileLine.objects.filter(file=file).order_by("seq")
    assert [order.key for order in orders] == [f"{order.pay_line_id}-1" for order in orders]
    assert (file.lines_number, file.fen) == (3, run.total)
    assert set(PayLine.objects.values_list("state", flat=True)) == {"filed"}
    run.refresh_from_db()
    assert run.state == "filed"
    assert trial_balance(COUNTY)["transit"] == run.total
    assert trial_balance(COUNTY)["blocked"] == 0
    assert Act.objects.filter(act="payments.make_file").count() == 1


def test_files_lie_sealed_and_open_only_as_they_were_written():
    (file,) = filed()
    path = bank_home() / file.path
    content = content_of(file)

    lying = path.read_bytes()

    assert "王秀英".encode("gb18030") in content or "李建国".encode("gb18030") in content
    assert content[:40] not in lying
    path.write_bytes(lying[:-1] + bytes([lying[-1] ^ 1]))
    with pytest.raises(PaymentProblem, match="改动过"):
        content_of(file)


def test_files_are_made_once():
    run = an_approved_run()
    filing.make_files(by="test", run=run, on=TODAY)

    with pytest.raises(PaymentProblem) as refused:
        filing.make_files(by="test", run=run, on=TODAY)

    assert refused.value.code == "nothing_due"
    assert PayFile.objects.count() == 1


def test_a_run_that_is_not_approved_has_no_files():
    run = an_approved_run()
    by_force("kernel_payrun", "UPDATE kernel_payrun SET state = 'submitted'")

    with pytest.raises(PaymentProblem, match="审批完成后"):
        filing.make_files(by="test", run=run, on=TODAY)


def test_a_roster_changed_after_approval_gets_no_file():
    run = an_approved_run()
    by_force(
        "kernel_payline",
        "UPDATE kernel_payline SET fen = fen + 100 WHERE id = (SELECT min(id) FROM kernel_payline)",
    )

    with pytest.raises(PaymentProblem) as refused:
        filing.make_files(by="test", run=run, on=TODAY)

    assert refused.value.code == "pay_run_changed"
    assert not PayFile.objects.exists()


def test_a_roster_changed_after_the_file_keeps_the_file_from_leaving():
    (file,) = filed()
    bank = a_bank(file)
    by_force("kernel_payline", "UPDATE kernel_payline SET account_id = NULL")

    with pytest.raises(PaymentProblem, match="没有发出"):
        outbox.deliver(by="test", call=call_of(file), at=AT, port=bank)

    assert bank.files == {}
    assert call_of(file).state == "waiting"


def test_a_name_that_the_bank_cannot_take_stops_all_files_or_is_left_out_and_told(monkeypatch):
    run = an_approved_run(3)
    account = run.lines.first().account
    account.holder = "王\U00031350英"
    account.save()

    with pytest.raises(FileProblem) as refused:
        filing.make_files(by="test", run=run, on=TODAY)
    assert [one.line for one in refused.value.lines] == [run.lines.first().pk]
    assert not PayFile.objects.exists()
    done = filing.make_files(by="test", run=run, on=TODAY, leave_out=True)

    assert [(one.pay_line, one.code) for one in done.left] == [(run.lines.first().pk, "letter")]
    assert done.files[0].lines_number == 2
    assert sorted(run.lines.values_list("state", flat=True)) == ["due", "filed", "filed"]


def test_a_sentinel_after_approval_holds_the_line_before_the_file():
    run = an_approved_run(3)
    line = run.lines.first()
    sentinels.record(
        by=finance(),
        person=line.person,
        kind="death",
        first_day=TODAY,
        source="殡仪馆",
        note="火化登记",
        on=TODAY,
    )

    done = filing.make_files(by="test", run=run, on=TODAY)

    assert [(one.pay_line, one.code) for one in done.left] == [(line.pk, "sentinel")]
    line.refresh_from_db()
    assert line.state == "due"
    assert done.files[0].lines_number == 2


def test_a_file_is_handed_over_and_the_receipt_kept():
    file, bank = sent()

    assert list(bank.files) == [file.batch]
    assert (file.state, file.bank_reference) == ("accepted", f"REF{file.batch}")
    assert call_of(file).state == "done"


def test_handing_over_again_sends_nothing():
    file, bank = sent()
    held = bank.files[file.batch]

    outbox.deliver(by="test", call=call_of(file), at=AT + LATER, port=bank)

    assert bank.files[file.batch] is held


@pytest.mark.parametrize("fault", ["lost_after", "slow"])
def test_where_the_answer_is_lost_the_bank_is_asked_and_nothing_sent_again(fault):
    file, bank = sent(temper=Temper({fault: ALWAYS}, dedupes=False))
    assert call_of(file).state == "unsure"
    bank.temper = Temper(dedupes=False)
    bank.turn(TODAY)

    outbox.deliver_due(by="test", at=AT + LATER, port=bank)

    assert call_of(file).state == "done"
    bank.turn(TODAY)
    assert len(bank.paid) == 3 == len(set(bank.paid))


def test_nobody_asks_while_the_sender_may_still_be_waiting():
    file, bank = sent(temper=Temper({"lost_after": ALWAYS}))

    outbox.deliver(by="test", call=call_of(file), at=AT + timedelta(minutes=1), port=bank)

    assert call_of(file).state == "unsure"


def test_a_file_that_was_never_received_goes_again_only_by_two_people_with_their_reason():
    file, bank = sent(temper=Temper({"lost_before": ALWAYS}))
    one, other = finance(), approver()
    bank.temper = Temper()
    with pytest.raises(PaymentProblem, match="未收到"):
        outbox.resend(by=one, beside=other.user, call=call_of(file), evidence="电话查询", at=AT)
    for hours in range(1, 73, 8):
        outbox.deliver_due(by="test", at=AT + timedelta(hours=hours), port=bank)
    assert bank.files == {}
    assert json.loads(call_of(file).answer)["word"] == ABSENT

    later = AT + timedelta(hours=80)
    for trouble in ({"beside": one.user}, {"evidence": " "}):
        with pytest.raises(PaymentProblem):
            outbox.resend(
                **{
                    "by": one,
                    "beside": other.user,
                    "call": call_of(file),
                    "evidence": "银行书面答复",
                    "at": later,
                }
                | trouble
            )
    outbox.resend(by=one, beside=other.user, call=call_of(file), evidence="银行书面答复", at=later)
    outbox.deliver_due(by="test", at=later, port=bank)

    assert call_of(file).state == "done"
    assert call_of(file).tries == 2
    assert len(bank.files) == 1


def test_the_same_answer_twice_is_one():
    file, bank = sent()
    before = Act.objects.count()

    outbox.ask(by="test", call=call_of(file), at=AT + LATER, port=bank)
    outbox.deliver_due(by="test", at=AT + LATER, port=bank)

    assert Act.objects.count() == before


def test_a_bank_that_refuses_the_file_sends_every_line_back():
    (file,) = filed()
    bank = a_bank(file)
    bank.send = lambda key, content: outbox.Answer("refused", reason="格式不符")

    outbox.deliver(by="test", call=call_of(file), at=AT, port=bank)

    assert set(PayLine.objects.values_list("state", flat=True)) == {"returned"}
    assert set(PayFileLine.objects.values_list("code", flat=True)) == {"99"}
    file.refresh_from_db()
    assert trial_balance(COUNTY)["returned"] == file.fen
    assert trial_balance(COUNTY)["transit"] == 0


def test_a_bank_is_never_told_without_power():
    (file,) = filed()

    with pytest.raises(PaymentProblem, match="权限"):
        outbox.deliver(by=leader(), call=call_of(file), at=AT, port=a_bank(file))


def test_the_folder_of_a_front_end_machine_takes_a_file_once(tmp_path):
    port = FolderPort(tmp_path)

    assert port.ask("B-01").word == ABSENT
    assert port.send("B-01", b"one").word == PENDING
    (tmp_path / "out" / "B-01.pay").rename(tmp_path / "taken")
    assert port.send("B-01", b"one").word == PENDING
    assert not (tmp_path / "out" / "B-01.pay").exists()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "B-01.ok").write_text("8812\n")
    (tmp_path / "in" / "B-01.ret").write_bytes(b"answer")

    assert (port.ask("B-01").word, port.ask("B-01").reference) == (ACCEPTED, "8812")
    assert port.collect() == [("B-01.ret", b"answer")]


def test_the_database_lets_a_line_have_one_live_order():
    (file,) = filed(1)
    order = file.lines.get()

    with pytest.raises(DatabaseError, match=r"order_(lives_once|not_returned)"), transaction.atomic():
        PayFileLine.objects.create(
            file=file,
            pay_line=order.pay_line,
            attempt=2,
            seq=2,
            key="again",
            account=order.account,
            fen=order.fen,
        )
