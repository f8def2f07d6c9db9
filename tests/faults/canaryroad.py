"""A case in which every free text names canaries: form, survey, adopted facts, scan, objection, refusal, printed papers."""

import struct
import zlib

from anmin.kernel.cases.papers.actions import make_paper
from anmin.kernel.cases.papers.queries import makeable
from anmin.kernel.cases.publicity.actions import object_to, settle
from anmin.kernel.cases.scans.actions import keep_scan
from anmin.kernel.cases.verification import actions as verification
from anmin.kernel.papers.actions import print_papers
from anmin.kernel.payments.payees.actions import NewAccount, confirm_account, record_account
from tests.kernel.cases.road import COUNTY, DAY, TOWN, Road, earns
from tests.make import a_user

POSTS = {"leader": "town_leader", "checker": "county_checker", "approver": "county_approver"}
FINANCE = ("finance one", "finance two")


def walk(home, adult, child):
    """From the form to the refusal, an objection and its answer between; `adult` and `child` are canaries."""
    said = f"{child['name']}的家人{adult['number']}，电话{adult['phone']}，卡号{adult['card']}"
    staff = {
        post: a_user(
            f"road {post}", COUNTY if post in ("checker", "approver") else TOWN, role=POSTS.get(post)
        )
        for post in ("clerk", "second", "leader", "checker", "approver")
    }
    person = home.memberships.get(is_head=True).person
    road = Road.begin(
        home, staff, said=[earns(person, 3_000)], token="canary-road", statement=said, contact=adult["phone"]
    )
    keep_scan(
        by=staff["clerk"],
        file_name=f"{child['name']}{adult['number']}.png",
        content=a_picture(said),
        on=DAY,
        case=road.case,
        key="identity",
    )
    road.accept()
    road.check(earns(person, 90_000))
    road.step("clerk", "start_survey")
    verification.record_survey(
        by=staff["clerk"],
        beside=staff["second"],
        case=road.case,
        said=[earns(person, 80_000)],
        on=road.day,
        seen=road.seen,
        remark=said,
    )
    verification.adopt(
        by=staff["leader"],
        case=road.case,
        name="wage_year",
        basis="declared",
        person=person.pk,
        on=road.day,
        reason=said,
    )
    road.adopt_all()
    road.opine(reason=said)
    road.publish()
    objection = object_to(
        by=staff["clerk"], case=road.case, words=said, objector=child["name"], on=road.day, seen=road.seen
    )
    settle(by=staff["leader"], objection=objection, is_upheld=True, answer=said, on=road.day, seen=road.seen)
    pay_into(person, home, adult)
    papers = [
        make_paper(by=staff["clerk"], case=road.case, kind=one.key, on=road.day, by_hand=True)
        for one in makeable(road.case, on=road.day)
        if one.is_open
    ]
    assert papers
    print_papers(by=staff["clerk"], papers=papers)
    return road


def pay_into(person, home, adult):
    """The card that money would go to, recorded by one and confirmed by another."""
    one, two = (a_user(name, COUNTY, role="county_finance") for name in FINANCE)
    given = NewAccount("card", "乡村银行", adult["card"], person.name)
    row = record_account(
        by=one, person=person, account=given, first_day=DAY.replace(day=1), on=DAY, household=home
    )
    confirm_account(by=two, account=row, on=DAY)


def a_picture(words):
    """A photograph of a paper (PNG), with what its maker wrote into the file."""
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0)),
        (b"iTXt", b"Description\0\0\0\0\0" + words.encode()),
        (b"IDAT", zlib.compress(b"\0\xff\xff" * 2)),
        (b"IEND", b""),
    ]
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
