"""E06: answers that are empty, strange, stale, or first handed in wrongly: nothing breaks, and nothing sound is lost for it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anmin.kernel.payments.banks.contents import FileProblem, read_file, write_file
from anmin.kernel.payments.banks.layouts import form_named
from anmin.kernel.payments.banks.models import BankCall, PayFile, ReturnFile, ReturnLine
from anmin.kernel.payments.banks.outbox import actions as outbox
from anmin.kernel.payments.banks.reissuing import actions as reissuing
from anmin.kernel.payments.banks.returning import actions as returning
from anmin.kernel.payments.banks.storage import content_of, keep
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs.models import PayLine
from tests.kernel.payments.banks.banking import AT, a_bank, a_return, by_force, filed, received, sent
from tests.kernel.payments.money import COUNTY, TODAY, finance, leader

pytestmark = pytest.mark.django_db
NEXT_DAY = TODAY + timedelta(1)


def codes(row):
    return {one["code"] for one in row.reasons}


def states():
    return list(PayLine.objects.order_by("pk").values_list("state", flat=True))


def test_an_answer_without_a_line_is_quarantined():
    file, _bank = sent(1)

    row = received(file, a_return(file, "paid", orders=[]))

    assert (row.state, codes(row)) == ("quarantined", {"empty"})


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"status": "1", "code": "0" * 21}, "unreadable"),
        ({"status": "1", "code": "0\x001"}, "unreadable"),
        ({"key": "1\x00-1"}, "unreadable"),
        ({"key": "k" * 41}, "unreadable"),
    ],
)
def test_a_text_that_is_too_long_or_holds_a_control_character_quarantines_the_file(
    changed, code, monkeypatch
):
    """The bank's program does not mind what ours would refuse to write."""
    file, _bank = sent(2)
    monkeypatch.setattr("anmin.kernel.payments.banks.contents.problem_of", lambda *_given: None)

    row = received(file, a_return(file, "paid", change=lambda lines: [{**lines[0], **changed}, *lines[1:]]))

    assert (row.state, codes(row), states()) == ("quarantined", {code}, ["filed", "filed"])


@pytest.mark.parametrize(
    "batch",
    ["371002-202611-01-²", "371002-202611-01-０１", "371002-202611-01-1", "x\x00-01", "1-" + "9" * 58, ""],
)
def test_a_batch_number_that_is_not_exactly_ours_is_foreign_and_breaks_nothing(batch, monkeypatch):
    file, _bank = sent(1)
    monkeypatch.setattr("anmin.kernel.payments.banks.contents.problem_of", lambda *_given: None)

    row = received(file, a_return(file, "paid").replace(file.batch.encode(), batch.encode("gb18030")))

    assert row.state == "quarantined" and codes(row) <= {"foreign", "unreadable"}


def test_a_file_handed_in_under_the_wrong_format_or_place_first_is_taken_in_under_the_right_one():
    file, _bank = sent(2)
    content = a_return(file, "paid")

    def handed_in(form, division):
        return returning.receive(
            by="test", form=form, division=division, name="hp.ret", content=content, on=TODAY
        )

    assert handed_in("state_xml", COUNTY).state == "quarantined"
    assert handed_in(file.form, "371003").state == "quarantined"
    row = handed_in(file.form, COUNTY)

    assert (row.state, row.division, states()) == ("matched", COUNTY, ["paid", "paid"])
    assert handed_in(file.form, COUNTY).pk == row.pk
    assert ReturnLine.objects.count() == 2


def test_what_waits_in_quarantine_is_looked_at_anew_when_it_is_handed_in_again():
    (file,) = filed(1)
    content = a_return(file, "paid")
    row = received(file, content)
    assert codes(row) == {"not_sent"}
    file.state = "accepted"
    file.save(update_fields=["state"])

    again = received(file, content)

    assert (again.pk, again.state, again.reasons, states()) == (row.pk, "matched", [], ["paid"])


def test_an_answer_of_tomorrow_counts_tomorrow():
    file, _bank = sent(1)
    content = a_return(file, "paid", day=NEXT_DAY)
    assert codes(received(file, content)) == {"day"}

    assert received(file, content, on=NEXT_DAY).state == "matched"


def test_what_somebody_threw_out_stays_out_however_often_it_comes():
    (file,) = filed(1)
    content = a_return(file, "paid")
    row = received(file, content, by=finance())
    returning.reject(by=finance("lingyi"), return_file=row, on=TODAY, reason="银行说作废")
    file.state = "accepted"
    file.save(update_fields=["state"])

    again = received(file, content)

    assert (again.pk, again.state, states()) == (row.pk, "rejected", ["filed"])
    assert ReturnFile.objects.count() == 1


def test_an_older_word_that_comes_later_does_not_send_money_a_second_time():
    """The bank sent it back on one day and paid it on the next; its two answers come the other way round."""
    file, _bank = sent(1)
    paid = a_return(file, "paid", day=NEXT_DAY)
    returned = a_return(file, "returned", change=lambda lines: [{**lines[0], "code": "07"}])
    received(file, paid, on=NEXT_DAY)

    row = received(file, returned, on=NEXT_DAY, by=finance())

    assert (row.state, codes(row), states()) == ("quarantined", {"returned_before_paid"}, ["paid"])
    with pytest.raises(PaymentProblem, match="没有退票"):
        reissuing.reissue(by="test", run=file.run, lines=list(PayLine.objects.all()), on=NEXT_DAY)
    returning.release(by=finance("lingyi"), return_file=row, on=NEXT_DAY, reason="银行来函：确已退回")
    assert states() == ["returned"]
    assert trial_balance(COUNTY)["returned"] == file.fen


def test_an_answer_is_looked_at_when_the_one_before_it_is_done():
    """The file is locked before its orders are read: else a word of "paid" would pass beside one of "returned"."""
    file, _bank = sent(1)
    content = a_return(file, "paid")

    with CaptureQueriesContext(connection) as asked:
        received(file, content)

    told = [one["sql"] for one in asked.captured_queries]
    lock = next(at for at, sql in enumerate(told) if sql.endswith('FOR UPDATE OF "kernel_payfile"'))
    look = next(at for at, sql in enumerate(told) if sql.startswith('SELECT "kernel_payfileline"'))
    assert lock < look


XML_TRICKS = [
    (b"<fen>", b"<fen>1<!-- -->"),
    (b"<fen>", b"<fen><?x y?>"),
    (b"</fen>", b"<b/></fen>"),
    (b"</fen>", b"</fen>9"),
    (b"<Line>", b'<Line status="0">'),
    (b"<Line>", b'<Line xmlns="urn:x">'),
    (b"<Batch>", b'<!DOCTYPE Batch SYSTEM "http://127.0.0.1/x"><Batch>'),
    (b"<Batch>", b'<Batch xmlns="urn:x">'),
    (b"</Head>", b"</Head>x"),
    (b"</key>", b"</key><key>2-1</key>"),
    (b"</Batch>", b"</Batch><Batch/>"),
]


@pytest.mark.parametrize(("old", "new"), XML_TRICKS)
def test_xml_that_says_more_than_its_fields_is_not_read(old, new):
    form = form_named("state_xml")
    line = {"seq": 1, "key": "1-1", "holder": "王秀英", "fen": 1, "status": "0", "code": ""}
    sound = write_file(form, form.back, {"batch": "b-01", "day": TODAY}, [line])
    assert len(read_file(form, form.back, sound).lines) == 1

    with pytest.raises(FileProblem):
        read_file(form, form.back, sound.replace(old, new, 1))


@pytest.mark.parametrize("key", ["agent_csv", "rural_fixed", "state_xml", "one_card", "cash_sheet"])
def test_trailing_noughts_a_second_mark_and_other_line_ends_are_not_read(key):
    form = form_named(key)
    line = {"seq": 1, "key": "1-1", "holder": "王秀英", "fen": 1, "status": "0", "code": ""}
    sound = write_file(form, form.back, {"batch": "b-01", "day": TODAY}, [line])
    newline = form.newline.encode()
    other = b"\n" if newline == b"\r\n" else b"\r\n"

    name, here = "王秀英", form.encoding.removesuffix("-sig")
    there = "utf-8" if here == "gb18030" else "gb18030"
    for spoiled in (
        sound + b"\x00" * 512,
        sound.rstrip() + b"\x00" + newline,
        b"\xef\xbb\xbf" + sound,
        sound.replace(name.encode(here), name.encode(there), 1),
        sound[: -len(newline)] + other if key != "state_xml" else sound[:-1],
    ):
        with pytest.raises(FileProblem):
            read_file(form, form.back, spoiled)


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_what_a_spreadsheet_takes_for_a_formula_is_refused_in_both_widths(sign):
    form = form_named("cash_sheet")
    line = {
        "seq": 1,
        "key": "1-1",
        "holder": f"{sign}1",
        "fen": 1,
        "place": "1",
        "month": "202611",
        "purpose": "x",
    }

    with pytest.raises(FileProblem, match="公式"):
        write_file(form, form.out, {"batch": "b-01", "day": TODAY}, [line])


def test_a_file_that_is_broken_does_not_keep_the_others_from_leaving():
    (first,) = filed(1)
    by_force("kernel_payfile", f"UPDATE kernel_payfile SET sha256 = 'x' WHERE id = {first.pk}")
    second = PayFile.objects.get(pk=first.pk)
    second.pk, second.number = None, 2
    second.save()
    keep(second, b"x")
    second.save()
    call = BankCall.objects.get(file=first)
    BankCall.objects.create(
        file=second,
        division=COUNTY,
        bank=second.bank,
        what="send",
        key="second",
        next_at=call.next_at + timedelta(minutes=1),
    )
    arrived = []

    class Port:
        def send(self, key, content):
            arrived.append(key)
            return a_bank(second).ask(key)

    with pytest.raises(PaymentProblem) as told:
        outbox.deliver_due(by="test", at=AT, port=Port())

    assert arrived == ["second"]
    assert told.value.code == "file_broken" and call.key in str(told.value)
    assert content_of(second) == b"x"


@pytest.mark.parametrize("day", [TODAY - timedelta(1), TODAY + timedelta(1)])
def test_a_letter_of_a_day_before_the_file_or_after_today_is_refused(day):
    file, _bank = sent(1)
    received(file, a_return(file, "unknown"))

    with pytest.raises(PaymentProblem) as refused:
        returning.settle_by_paper(
            by=finance(),
            beside=leader().user,
            order=file.lines.get(),
            status="paid",
            code="",
            document="函〔2026〕3号",
            on=TODAY,
            day=day,
        )

    assert (refused.value.code, states()) == ("day", ["unknown"])
