"""Appeals from the family's own pages: from a refusal and from a benefit; answered there; nobody else's case can be appealed."""

import pytest
from django.urls import reverse

from anmin.kernel.cases.appeals.actions import answer_appeal
from anmin.kernel.cases.models import Case
from anmin.kernel.people.residents.door import as_resident
from tests.kernel.cases.road import COUNTY, Road
from tests.make import a_user
from tests.portal.entering import entered, text
from tests.portal.test_following import refused
from tests.portal.world import MOTHER, NEIGHBOUR, a_world, as_reader

pytestmark = pytest.mark.django_db
WORDS = "奖金只发过一次，不是每年都有。"


@pytest.fixture(autouse=True)
def demo(settings):
    settings.DEMO, settings.SMS_COMMAND, settings.SMS_FILE = True, "", ""


def appeal(client, case, **fields):
    return client.post(reverse("residents:appeal", args=[case.number]), fields)


def test_from_a_refusal_one_asks_to_check_again_and_reads_the_answer_there():
    world = a_world()
    case = refused(world)
    mother = entered(1, MOTHER)
    page = text(mother.get(reverse("residents:refusal", args=[case.number])))
    assert reverse("residents:appeal", args=[case.number]) in page

    answer = appeal(mother, case, matter="recheck", words=WORDS)
    again = Case.objects.get(matter="recheck")
    told = text(mother.get(answer["Location"]))

    assert again.follows == case and again.channel == "resident" and again.opened_by is None
    assert "已收到，正在核查" in told and WORDS in told and "下一步最晚在" in told
    road = Road(again, world.staff, again.opened_on)
    road.step("other", "record_survey", beside=a_user("third", "371002001"), reason="已核实。")
    boss = a_user("boss", COUNTY, role="county_leader")
    answer_appeal(
        by=boss, case=again, words="已按全年平均计算，维持。", is_upheld=False, on=road.day, seen=road.seen
    )
    assert "已按全年平均计算，维持。" in text(mother.get(answer["Location"]))
    assert "复核申请 · 已答复" in text(mother.get(reverse("residents:case", args=[case.number])))


def test_sent_twice_it_is_one_appeal():
    world = a_world()
    case = refused(world)
    mother = entered(1, MOTHER)

    first, second = (appeal(mother, case, matter="recheck", words=WORDS) for _at in range(2))

    assert first["Location"] == second["Location"] and Case.objects.filter(matter="recheck").count() == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"matter": "recheck", "words": "不对"}, "至少 5 个字"),
        ({"matter": "lawsuit", "words": WORDS}, "不能再提这种申请"),
        ({"words": WORDS}, "不能再提这种申请"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(fields, says):
    world = a_world()
    case = refused(world)

    page = appeal(entered(1, MOTHER), case, **fields)

    assert page.status_code == 422 and says in text(page) and fields["words"] in text(page)
    assert not Case.objects.filter(follows=case).exists()


def test_nobody_appeals_in_the_matter_of_a_neighbour():
    world = a_world()
    case = refused(world)

    assert appeal(entered(4, NEIGHBOUR, sex=1), case, matter="recheck", words=WORDS).status_code == 404
    assert not Case.objects.filter(follows=case).exists()


def test_the_family_does_not_see_a_complaint_that_staff_wrote_down_about_it():
    from anmin.kernel.cases.appeals.actions import file_appeal
    from anmin.kernel.cases.appeals.queries import appeals_of

    world = a_world()
    case = refused(world)
    file_appeal(
        by=world.staff["clerk"], case=case, matter="complaint", words="有人反映他家有车。", on=world.road.day
    )

    with as_resident(as_reader(world.mother)):
        assert appeals_of(case) == []
