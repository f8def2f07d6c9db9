"""C3 and C4 on the server: a daughter applies for her mother; forms keep what was typed; twice is once."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.access.delegations.actions import delegate
from anmin.kernel.access.delegations.queries import may_act_for
from anmin.kernel.access.messages.models import Message
from anmin.kernel.cases.models import Case
from anmin.kernel.exchange.consents.models import Consent
from anmin.kernel.people.residents.models import ResidentSession
from tests.make import a_user
from tests.portal.entering import begin, entered, fill, text
from tests.portal.world import DAUGHTER, MOTHER, NEIGHBOUR, a_world, number_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(settings):
    settings.DEMO, settings.SMS_COMMAND, settings.SMS_FILE = True, "", ""


@pytest.fixture
def world():
    return a_world(with_cases=False)


def ask_mother(client):
    return client.post(reverse("residents:act_for"), {"number": number_of(1, 1950), "name": MOTHER})


def confirm(client, asked):
    page = text(asked)
    action = re.search(r'action="(/residents/family/act-for/[\w-]+/)"', page).group(1)
    return client.post(action, {"code": re.search(r"确认码 (\d{6})", page).group(1)})


def test_a_daughter_applies_for_her_mother_by_a_code_on_the_mothers_telephone(world):
    daughter = entered(3, DAUGHTER)
    confirm(daughter, ask_mother(daughter))
    token = begin(daughter, world.mother)
    fill(daughter, token, wage_year="6000")

    answer = daughter.post(reverse("residents:send", args=[token]))

    case = Case.objects.get()
    assert answer["Location"] == reverse("residents:confirmation", args=[case.number])
    assert (case.applicant_id, case.channel, case.state) == (world.mother.pk, "resident", "submitted")
    assert case.application.helper_id == world.daughter.pk
    assert {row.declared for row in case.facts.filter(name="wage_year")} == {600_000}
    page = text(daughter.get(answer["Location"]))
    for words in (case.number, "最晚", "保存 PDF", "12345"):
        assert words in page
    assert DAUGHTER in text(daughter.get(reverse("residents:case", args=[case.number])))
    told = Message.objects.get(kind="told")
    assert (told.person, "马上打 12345" in told.words, MOTHER in told.words) == (world.mother.pk, True, False)


def test_a_worker_confirms_the_delegation_face_to_face(world):
    delegate(
        by=a_user("zhen", "371002001"),
        person=world.mother.pk,
        helper=world.daughter.pk,
        purposes=["apply", "progress"],
        channel="worker",
        first_day=timezone.localdate(),
    )

    daughter = entered(3, DAUGHTER)
    token = begin(daughter, world.mother)
    fill(daughter, token)

    assert daughter.post(reverse("residents:send", args=[token])).status_code == 302
    assert Case.objects.get().applicant_id == world.mother.pk


def test_the_mother_takes_it_back_and_the_daughter_sees_nothing_any_more(world):
    daughter, mother = entered(3, DAUGHTER), entered(1, MOTHER)
    confirm(daughter, ask_mother(daughter))
    token = begin(daughter, world.mother)
    fill(daughter, token)
    number = daughter.post(reverse("residents:send", args=[token]))["Location"].split("/")[-3]
    assert daughter.get(reverse("residents:case", args=[number])).status_code == 200
    page = text(mother.get(reverse("residents:family")))

    mother.post(re.search(r'action="(/residents/family/\d+/end/)"', page).group(1))

    assert not may_act_for(world.daughter.pk, world.mother.pk, "progress", timezone.localdate())
    for name, args in (
        ("case", [number]),
        ("confirmation", [number]),
        ("receipt", [number]),
        ("tasks", [token]),
    ):
        assert daughter.get(reverse(f"residents:{name}", args=args)).status_code == 404, name
    assert MOTHER not in text(daughter.get(reverse("residents:home")))
    assert mother.get(reverse("residents:case", args=[number])).status_code == 200


def test_taking_it_back_ends_every_delegation_between_the_two(world):
    daughter, mother = entered(3, DAUGHTER), entered(1, MOTHER)
    delegate(
        by=a_user("zhen", "371002001"),
        person=world.mother.pk,
        helper=world.daughter.pk,
        purposes=["progress"],
        channel="paper",
        first_day=timezone.localdate(),
    )
    confirm(daughter, ask_mother(daughter))
    page = text(mother.get(reverse("residents:family")))

    mother.post(re.search(r'action="(/residents/family/\d+/end/)"', page).group(1))

    for purpose in ("apply", "progress", "money"):
        assert not may_act_for(world.daughter.pk, world.mother.pk, purpose, timezone.localdate())


def test_asking_for_somebody_unknown_answers_like_for_the_mother(world, settings):
    settings.DEMO = True
    daughter = entered(3, DAUGHTER)
    settings.DEMO, settings.SMS_COMMAND = False, "true"

    def plain(answer):
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text(answer))
        return re.sub(r"/act-for/[\w-]+/", "/act-for/T/", page)

    known = plain(ask_mother(daughter))
    unknown = plain(
        daughter.post(reverse("residents:act_for"), {"number": number_of(4, 1960), "name": "别人"})
    )

    assert known == unknown


def test_an_empty_page_names_what_is_wrong_and_keeps_what_was_typed(world):
    mother = entered(1, MOTHER)
    token = begin(mother, world.mother)

    empty = mother.post(reverse("residents:statement", args=[token]), {"statement": "  "})
    page = next(
        key
        for key in re.findall(r"/about/([\w-]+)/", text(mother.get(reverse("residents:tasks", args=[token]))))
        if key.startswith("income")
    )
    fields = {f"{world.mother.pk}:wage_year": "六千", f"{world.mother.pk}:business_year": "１，２００元"}
    wrong = mother.post(reverse("residents:question", args=[token, page]), fields)

    assert (empty.status_code, wrong.status_code) == (422, 422)
    shown = text(wrong)
    assert "<title>错误：" in text(empty)
    assert (
        re.search(rf'<a href="#{world.mother.pk}:wage_year">([^<]+)</a>', shown).group(1)
        in shown.split("</ul>")[1]
    )
    assert 'value="六千"' in shown
    assert 'value="1200"' in shown


def test_what_was_filled_in_stands_there_on_the_next_visit(world):
    mother = entered(1, MOTHER)
    token = begin(mother, world.mother)
    mother.post(reverse("residents:statement", args=[token]), {"statement": "看病花了很多钱。"})

    again = entered(1, MOTHER)

    assert begin(again, world.mother) == token
    assert "看病花了很多钱。" in text(again.get(reverse("residents:statement", args=[token])))


def test_after_a_change_from_the_check_one_is_back_at_the_check(world):
    mother = entered(1, MOTHER)
    token = begin(mother, world.mother)
    fill(mother, token)
    page = text(mother.get(reverse("residents:check", args=[token])))
    assert f'href="{reverse("residents:statement", args=[token])}?back=check"' in page
    assert 'name="back" value="check"' in text(
        mother.get(reverse("residents:statement", args=[token]) + "?back=check")
    )

    answer = mother.post(
        reverse("residents:statement", args=[token]), {"statement": "改过了。", "back": "check"}
    )

    assert answer["Location"] == reverse("residents:check", args=[token])
    assert "改过了。" in text(mother.get(answer["Location"]))


def test_handing_in_twice_makes_one_application(world):
    mother = entered(1, MOTHER)
    token = begin(mother, world.mother)
    fill(mother, token)

    first = mother.post(reverse("residents:send", args=[token]))
    second = mother.post(reverse("residents:send", args=[token]))

    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1


def test_nothing_is_handed_in_while_a_task_is_open(world):
    mother = entered(1, MOTHER)
    token = begin(mother, world.mother)

    answer = mother.post(reverse("residents:send", args=[token]))

    assert answer["Location"] == reverse("residents:tasks", args=[token])
    assert not Case.objects.exists()


def test_somebody_who_lives_apart_needs_a_reason_and_is_left_out(world):
    mother = entered(1, MOTHER)
    token = begin(mother, world.mother)
    apart = {"apart": [world.son.pk]}
    assert mother.post(reverse("residents:members", args=[token]), apart).status_code == 422

    mother.post(
        reverse("residents:members", args=[token]), {**apart, f"why-{world.son.pk}": "结婚后分家另过"}
    )
    page = text(mother.get(reverse("residents:tasks", args=[token])))

    assert "吴大勇" not in page


def test_each_adult_agrees_with_a_code_of_their_own(world):
    mother = entered(1, MOTHER)
    token = begin(mother, world.mother)
    mother.post(reverse("residents:agree", args=[token, world.mother.pk]))
    asked = text(mother.post(reverse("residents:agree", args=[token, world.son.pk])))
    ticket = re.search(r'name="ticket" value="([\w-]+)"', asked).group(1)
    code = re.search(r"确认码 (\d{6})", asked).group(1)

    wrong = mother.post(
        reverse("residents:agree", args=[token, world.son.pk]), {"ticket": ticket, "code": "000000"}
    )
    before = set(Consent.objects.values_list("person", flat=True))
    mother.post(reverse("residents:agree", args=[token, world.son.pk]), {"ticket": ticket, "code": code})

    assert (wrong.status_code, before) == (422, {world.mother.pk})
    assert {(row.person_id, row.channel) for row in Consent.objects.all()} == {
        (world.mother.pk, "phone"),
        (world.son.pk, "phone"),
    }


def test_what_was_typed_into_an_ended_session_comes_along_through_the_log_in(world):
    mother = entered(1, MOTHER)
    token = begin(mother, world.mother)
    ResidentSession.objects.update(seen_at=timezone.now() - timedelta(minutes=31))
    where = reverse("residents:statement", args=[token])

    shut = text(mother.post(where, {"statement": "老伴住院，家里没有钱了。"}))
    kept = re.search(r'name="kept" value="([^"]+)"', shut).group(1)
    asked = text(
        mother.post(
            reverse("residents:enter"),
            {"number": number_of(1, 1950), "name": MOTHER, "kept": kept, "next": where},
        )
    )
    code = re.search(r"登录码 (\d{6})", asked).group(1)
    action = re.search(r'action="(/residents/enter/[\w-]+/)"', asked).group(1)
    going = text(mother.post(action, {"code": code, "kept": kept, "next": where}))

    assert f'action="{where}"' in going
    assert 'name="statement" value="老伴住院，家里没有钱了。"' in going


def test_a_photo_is_kept_with_the_form_and_a_wrong_file_loses_nothing(world):
    from django.core.files.uploadedfile import SimpleUploadedFile

    mother = entered(1, MOTHER)
    token = begin(mother, world.mother)
    where = reverse("residents:papers", args=[token])
    page = text(mother.get(where))
    key = re.search(r'name="key" value="(\w+)"', page).group(1)

    wrong = mother.post(where, {"key": key, "file": SimpleUploadedFile("a.exe", b"MZ" + b"0" * 50)})
    none = mother.post(where, {"key": key})

    assert (wrong.status_code, none.status_code) == (422, 422)
    assert "只收 JPG、PNG 图片和 PDF" in text(wrong)
    assert "再选一次" in text(none)


def probes(client, number, token):
    for name, args in (
        ("case", [number]),
        ("confirmation", [number]),
        ("receipt", [number]),
        ("withdraw", [number]),
        ("refusal", [number]),
        ("tasks", [token]),
        ("check", [token]),
        ("members", [token]),
        ("papers", [token]),
        ("consents", [token]),
    ):
        yield name, client.get(reverse(f"residents:{name}", args=args))


def bytes_of(answer, own, other):
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text(answer)).replace(own, other)
    kept = {
        k: v for k, v in answer.items() if k.lower() not in ("set-cookie", "x-request-id", "content-length")
    }
    return answer.status_code, kept, body


def test_anothers_case_and_form_read_like_ones_that_do_not_exist(world):
    """E22 for pages: byte by byte the same."""
    mother, neighbour = entered(1, MOTHER), entered(4, NEIGHBOUR, sex=1)
    token = begin(mother, world.mother)
    fill(mother, token)
    number = mother.post(reverse("residents:send", args=[token]))["Location"].split("/")[-3]
    second = begin(mother, world.mother, "temp_urgent")

    for real, none in (
        ((number, token), ("DIB3710022026110000000", "x" * len(token))),
        ((number, second), ("DIB371002", "y" * len(second))),
    ):
        for (name, one), (_name, other) in zip(
            probes(neighbour, *real), probes(neighbour, *none), strict=True
        ):
            assert one.status_code == 404, name
            for own, absent in zip(real, none, strict=True):
                one.content = one.content.replace(own.encode(), absent.encode())
            assert bytes_of(one, "-", "-")[0::2] == bytes_of(other, "-", "-")[0::2], name
    assert mother.get(reverse("residents:case", args=[number])).status_code == 200


def test_a_query_that_forgets_whose_it_is_is_stopped_by_the_database(world, monkeypatch):
    """The wrong variant: pages that look nobody up."""
    from anmin.portal.views import following

    mother, neighbour = entered(1, MOTHER), entered(4, NEIGHBOUR, sex=1)
    token = begin(mother, world.mother)
    fill(mother, token)
    number = mother.post(reverse("residents:send", args=[token]))["Location"].split("/")[-3]
    monkeypatch.setattr(
        following, "own_case", lambda resident, asked, *purposes: Case.objects.filter(number=asked).first()
    )

    held = neighbour.get(reverse("residents:case", args=[number])).status_code
    monkeypatch.setattr("anmin.kernel.people.residents.door.RESIDENT_ROLE", "NONE")

    assert (held, neighbour.get(reverse("residents:case", args=[number])).status_code) == (404, 200)
