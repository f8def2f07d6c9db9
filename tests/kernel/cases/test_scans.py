"""Scanned papers: in pieces that go on, sealed under a key of their own, seen by those of the case, erased with the key."""

import hashlib
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from anmin.kernel.access.queries import reader_for
from anmin.kernel.audit.models import Act, Read
from anmin.kernel.cases.intake import actions as intake
from anmin.kernel.cases.intake.models import CaseMaterial
from anmin.kernel.cases.parties import Applicant
from anmin.kernel.cases.scans import actions, queries
from anmin.kernel.cases.scans.models import Scan
from anmin.kernel.keys.signing import problem_with_file
from anmin.policy.errors import PolicyError
from tests.kernel.cases.road import DAY, VILLAGE, Road, a_family, a_form, authorise, town_staff
from tests.make import a_user
from tests.scans import GPS, a_jpeg, a_pdf

pytestmark = pytest.mark.django_db
PAPER = a_jpeg(picture=b"\x12\x34" * 200_000)


@pytest.fixture(autouse=True)
def a_home_of_its_own(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"


@pytest.fixture
def clerk(db):
    return reader_for(a_user("clerk", "371002001"), DAY)


@pytest.fixture
def draft(clerk):
    home, _people = a_family(("王桂兰", 1950))
    authorise(home, "dibao")
    return intake.keep_draft(
        by=clerk, token="form-1", matter="dibao", division=VILLAGE, content={}, household=home
    )


def begun(by, content=PAPER, name="身份证.jpg", **place):
    return actions.begin_scan(
        by=by,
        file_name=name,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        on=DAY,
        **place,
    )


def sent(by, scan, content=PAPER, until=None):
    piece = actions.LARGEST_PIECE
    for at in range(scan.received, until or len(content), piece):
        scan = actions.add_scan_piece(by=by, scan=scan, offset=at, piece=content[at : at + piece], on=DAY)
    return scan


def test_a_paper_in_pieces_goes_on_after_a_cut_line_and_lies_sealed(
    clerk, draft, django_capture_on_commit_callbacks
):
    half = sent(clerk, begun(clerk, draft=draft, key="identity"), until=actions.LARGEST_PIECE)

    again = begun(clerk, draft=draft, key="identity")
    repeated = actions.add_scan_piece(by=clerk, scan=again, offset=0, piece=PAPER[:1000], on=DAY)
    with django_capture_on_commit_callbacks(execute=True):
        kept = actions.finish_scan(by=clerk, scan=sent(clerk, again), on=DAY)

    assert again.pk == half.pk and repeated.received == actions.LARGEST_PIECE
    assert (kept.state, kept.kind) == ("kept", "jpg")
    opened = actions.read_scan(by=clerk, scan=kept)
    assert opened.media_type == "image/jpeg" and GPS not in opened.content
    on_disk = b"".join(path.read_bytes() for path in queries.scans_home().rglob("*") if path.is_file())
    assert PAPER[-5_000:-4_000] not in on_disk and len(on_disk) < len(PAPER) + 2_000
    (path, name, digest) = next(queries.kept_files())
    assert problem_with_file(path, name) == "" and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def test_a_half_paper_is_not_kept_and_loses_nothing_else(clerk, draft):
    half = sent(clerk, begun(clerk, draft=draft, key="identity"), until=actions.LARGEST_PIECE)

    with pytest.raises(PolicyError, match="继续上传"):
        actions.finish_scan(by=clerk, scan=half, on=DAY)

    half.refresh_from_db()
    draft.refresh_from_db()
    assert half.state == "open" and draft.content == {}


def test_what_was_scanned_with_the_form_belongs_to_the_case_and_counts_as_received(clerk, draft):
    actions.keep_scan(by=clerk, file_name="a.pdf", content=a_pdf(), on=DAY, draft=draft, key="identity")
    form = a_form(draft.household)
    lacking = type(form)(**{**form.__dict__, "given": frozenset({"declaration", "promise"})})

    case = intake.file_application(by=clerk, form=lacking, on=DAY)

    assert [row.key for row in queries.scans_of(case)] == ["identity"]
    assert case.materials.get(key="identity").state == CaseMaterial.State.RECEIVED
    assert not case.materials.filter(state="asked").exclude(key="bills").exists()


def test_a_paper_scanned_later_is_received_and_stays_once_the_case_is_accepted(clerk, draft):
    road = Road.begin(draft.household, {"clerk": clerk.user})
    road.case.materials.filter(key="promise").update(state="asked", on=None)

    scan = begun(clerk, a_pdf(), "承诺书.pdf", case=road.case, key="promise")
    intake.receive_scan(by=clerk, scan=sent(clerk, scan, a_pdf()), on=DAY)
    road.accept()

    assert road.case.materials.get(key="promise").state == "received"
    with pytest.raises(PermissionError, match="已受理"):
        actions.drop_scan(by=clerk, scan=scan, on=DAY)


def test_a_dropped_scan_is_erased_with_its_key(clerk, draft, django_capture_on_commit_callbacks):
    scan = actions.keep_scan(by=clerk, file_name="a.pdf", content=a_pdf(), on=DAY, draft=draft)

    with django_capture_on_commit_callbacks(execute=True):
        actions.drop_scan(by=clerk, scan=scan, on=DAY, reason="拍糊了")

    scan.refresh_from_db()
    assert (scan.state, scan.secret) == ("dropped", "")
    assert not (queries.scans_home() / str(scan.pk)).exists()
    assert queries.scan_numbered(clerk, scan.pk) is None


def test_others_see_neither_the_form_nor_its_papers(clerk, draft):
    scan = actions.keep_scan(by=clerk, file_name="a.pdf", content=a_pdf(), on=DAY, draft=draft)
    neighbour = reader_for(a_user("other", "371002001"), DAY)

    assert queries.scan_numbered(neighbour, scan.pk) is None
    with pytest.raises(PermissionError):
        begun(neighbour, draft=draft)
    with pytest.raises(PermissionError):
        begun(Applicant(1), draft=draft)


def test_a_family_hands_papers_in_for_its_own_case_alone():
    home, people = a_family(("王桂兰", 1950), ("王强", 1980))
    road = Road.begin(home, town_staff())
    own, other = Applicant(people[1].pk), Applicant(people[1].pk + 999)

    scan = actions.keep_scan(by=own, file_name="a.pdf", content=a_pdf(), on=DAY, case=road.case, key="bills")

    assert (scan.owner, scan.resident_id) == (None, people[1].pk)
    with pytest.raises(PermissionError, match="您的申请"):
        actions.keep_scan(by=other, file_name="b.pdf", content=a_pdf(), on=DAY, case=road.case)


def test_opening_a_scan_is_noted_in_the_book_of_reads(clerk, draft):
    scan = actions.keep_scan(by=clerk, file_name="a.pdf", content=a_pdf(), on=DAY, draft=draft)
    case = intake.file_application(by=clerk, form=a_form(draft.household), on=DAY)

    actions.read_scan(by=clerk, scan=queries.scan_numbered(clerk, scan.pk), purpose="受理")

    read = Read.objects.get(via="cases.scan")
    assert read.persons == [case.applicant_id]
    assert {"cases.begin_scan", "cases.keep_scan"} <= set(Act.objects.values_list("act", flat=True))


@pytest.mark.parametrize(
    ("content", "name", "word"),
    [(b"", "a.pdf", "空的"), (a_pdf(), "a.exe", "只收"), (b"%PDF" + b"0" * (11 * 1024**2), "a.pdf", "10 MB")],
)
def test_what_is_too_large_or_of_another_kind_is_refused_before_it_is_sent(clerk, draft, content, name, word):
    with pytest.raises(PolicyError, match=word):
        begun(clerk, content, name, draft=draft)


def test_a_paper_that_is_not_what_it_says_is_refused_at_the_end_and_can_be_replaced(clerk, draft):
    with pytest.raises(PolicyError, match="不是照片"):
        actions.keep_scan(by=clerk, file_name="a.jpg", content=b"hello", on=DAY, draft=draft, key="identity")

    assert not Scan.objects.filter(state="kept").exists()


def test_forgotten_halves_go_after_two_days(clerk, draft):
    sent(clerk, begun(clerk, draft=draft), until=actions.LARGEST_PIECE)

    now = timezone.now()

    assert actions.drop_forgotten_scans(by="test", now=now + timedelta(hours=47)) == 0
    assert actions.drop_forgotten_scans(by="test", now=now + timedelta(hours=49)) == 1
    assert not [path for path in queries.scans_home().rglob("*") if path.is_file()]


def test_the_database_knows_no_scan_of_nothing(clerk, draft):
    with pytest.raises(IntegrityError, match="scan_belongs_somewhere"), transaction.atomic():
        Scan(owner=clerk.user, size=1, sha256="0" * 64, file_name="a.pdf", secret="00").save()
