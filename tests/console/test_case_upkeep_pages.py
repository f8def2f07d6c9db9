"""Reviews, changes and stops on their pages: due process for the family, false clues closed for good."""

from datetime import date, timedelta

import pytest

from anmin.kernel.audit.models import Act, Read
from anmin.kernel.cases.deaths.actions import raise_deaths
from anmin.kernel.cases.models import Case
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.people.register.actions import record_death
from tests.console.casework import as_, believe, families, text_of

pytestmark = pytest.mark.django_db
DIED = date(2026, 4, 20)


@pytest.fixture(autouse=True)
def that_day(monkeypatch):
    believe(monkeypatch)


def a_recipient_who_died():
    """A benefit runs; then the funeral home's data say that its recipient died."""
    (road,), staff = families(1, to="confirming")
    road.confirm()
    person = road.case.applicant
    record_death(by="test", person=person, source="cremation", day=DIED)
    on = DIED + timedelta(10)
    (case,) = raise_deaths(by="系统", on=on)
    return case, person, staff, on


def press(client, case, action, **more):
    case.refresh_from_db()
    return client.post(f"/cases/{case.number}/step/", {"action": action, "seen": case.last_step, **more})


def test_a_word_of_a_death_becomes_a_task_and_stops_nothing():
    case, person, _staff, on = a_recipient_who_died()

    benefit = Entitlement.objects.get()
    assert (case.matter, case.state) == ("review", "due")
    assert benefit.state == "active"
    assert Decision.objects.filter(outcome="stop").count() == 0
    assert raise_deaths(by="系统", on=on) == []
    assert case.form["clue"]["person"] == person.pk


def test_the_page_of_the_task_says_what_is_paid_and_drafts_the_words_to_the_family(client):
    case, person, staff, on = a_recipient_who_died()

    page = text_of(as_(client, staff, "clerk", on).get(f"/cases/{case.number}/"))

    assert f"{person.name}于 2026-04-20 去世" in page
    assert "照常，直到有人作出决定" in page
    assert "拟发到 2026-04，从 2026-05 起停发" in page
    assert "60 日内申请行政复议" in page
    assert "线索不实，关闭" in page


def test_a_false_match_is_closed_with_one_action_and_not_raised_again(client):
    case, person, staff, on = a_recipient_who_died()

    answer = press(as_(client, staff, "clerk", on), case, "dismiss", reason="同名同姓，本人健在，已见面")
    later = raise_deaths(by="系统", on=on + timedelta(30))
    record_death(by="test", person=person, source="cremation", day=DIED)

    case.refresh_from_db()
    assert answer.status_code == 302
    assert case.state == "dismissed"
    assert later == []
    assert raise_deaths(by="系统", on=on + timedelta(31)) == []
    assert Entitlement.objects.get().state == "active"


def test_another_word_of_another_source_is_raised_of_itself(client):
    """The wrong variant would remember the person instead of the word."""
    case, person, staff, on = a_recipient_who_died()
    press(as_(client, staff, "clerk", on), case, "dismiss", reason="同名同姓，本人健在，已见面")
    record_death(by="test", person=person, source="police", day=DIED)

    assert len(raise_deaths(by="系统", on=on + timedelta(30))) == 1


def test_a_stop_is_told_heard_and_decided_by_another_person(client):
    case, _person, staff, on = a_recipient_who_died()
    clerk = as_(client, staff, "clerk", on)
    press(clerk, case, "propose_urgent", reason="家属确认，4 月 20 日去世")
    press(clerk, case, "tell", reason="已上门告知家属")

    early = text_of(as_(client, staff, "approver", on).get(f"/cases/{case.number}/"))
    too_early = press(client, case, "stop", reason="受助人去世")
    after = on + timedelta(9)
    done = press(as_(client, staff, "approver", after), case, "stop", reason="受助人去世")

    assert "才期满" in early
    assert "没有办成" in text_of(too_early)
    assert done.status_code == 302
    assert Case.objects.get(pk=case.pk).state == "stopped"
    assert Decision.objects.filter(outcome="stop").count() == 1


def test_a_benefit_due_for_review_is_listed_and_its_review_opened_once(client):
    (road,), staff = families(1, to="confirming")
    road.confirm()
    benefit = Entitlement.objects.get()
    later = benefit.review_due + timedelta(1)
    as_(client, staff, "clerk", later)

    listed = text_of(client.get("/reviews/"))
    first = client.post(f"/reviews/{benefit.pk}/open/")
    again = client.post(f"/reviews/{benefit.pk}/open/")

    assert road.case.applicant.name in listed
    assert first["Location"] == again["Location"]
    assert Case.objects.filter(matter="review").count() == 1


def test_the_list_of_reviews_leaves_for_a_purpose_and_says_who_took_it(client):
    (road,), staff = families(1, to="confirming")
    road.confirm()
    as_(client, staff, "clerk", Entitlement.objects.get().review_due + timedelta(1))

    asked = client.get("/reviews/file/", {"kind": "csv"})
    file = client.get("/reviews/file/", {"kind": "csv", "purpose": "check"})

    assert "到期复核名单" in text_of(asked) and "attachment" not in asked.headers.get(
        "Content-Disposition", ""
    )
    lines = file.content.decode("utf-8-sig").splitlines()
    assert road.case.applicant.name in lines[1] and "clerk" in lines[-1]
    assert Act.objects.get(act="cases.file").purpose == "核对家庭经济状况"
    assert Read.objects.filter(fields="review_file").exists()


def test_household_and_person_lead_to_cases_benefits_and_the_chain(client):
    (road,), staff = families(1, to="confirming")
    road.confirm()
    as_(client, staff, "clerk", road.day)

    home = client.get(f"/homes/{road.case.household.number}/").content.decode()
    person = client.get(f"/people/{road.case.applicant.pk}/").content.decode()

    for page in (home, person):
        assert f"/cases/{road.case.number}/" in page
        assert "享受中" in page
    assert "一户一条救助链" in home


def test_what_waits_is_shown_where_one_comes_in(client):
    _roads, staff = families(2)

    page = text_of(as_(client, staff, "clerk").get("/"))

    assert "等您办的" in page
    assert "待入户 2" in page


def test_at_the_visit_of_a_review_one_writes_down_what_the_benefits_form_asks(client):
    """A review has no form of its own; the page offered nothing to fill in."""
    (road,), staff = families(1, to="confirming")
    road.confirm()
    benefit = Entitlement.objects.get()
    later = benefit.review_due + timedelta(1)
    as_(client, staff, "clerk", later)
    client.post(f"/reviews/{benefit.pk}/open/")
    case = Case.objects.get(entitlement=benefit)
    wage = f"f-{case.applicant_id}-wage_year"
    page = f"/cases/{case.number}/survey/"
    assert f'name="{wage}"' in client.get(page).content.decode()

    client.post(
        page, {"seen": case.last_step, "beside": staff["second"].pk, wage: "7200", "remark": "换了工作"}
    )

    row = case.facts.get(name="wage_year", person=case.applicant)
    assert (row.seen, row.seen_by) == (720_000, staff["clerk"])
