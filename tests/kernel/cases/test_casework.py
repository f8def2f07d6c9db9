"""The whole road: application, matrix, publicity, decision, benefit; what is declared and what counts may differ."""

from datetime import date, timedelta

import pytest

from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases.actions import StepRefused
from anmin.kernel.cases.chain.queries import chain
from anmin.kernel.cases.deciding import actions as deciding
from anmin.kernel.cases.deciding.actions import Point
from anmin.kernel.cases.deciding.queries import changed_since_return
from anmin.kernel.cases.intake import actions as intake
from anmin.kernel.cases.intake.forms import FormProblem, read_form
from anmin.kernel.cases.intake.queries import before_opening, lacking, prefilled_for
from anmin.kernel.cases.matters import procedure_for
from anmin.kernel.cases.publicity.queries import hanging, preview
from anmin.kernel.cases.verification import actions as verification
from anmin.kernel.cases.verification.actions import Said, VerificationProblem
from anmin.kernel.cases.verification.queries import matrix, result_of
from anmin.kernel.entitlements.models import Amount, Entitlement
from anmin.kernel.entitlements.queries import replay, why
from tests.kernel.cases.road import DAY, Road, a_family, a_form, authorise, earns, town_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return town_staff()


@pytest.fixture
def family():
    return a_family(("王秀英", 1970), ("王建国", 1995), ("王小宝", 2012))


def test_a_family_below_the_standard_gets_dibao_from_the_month_after_the_decision(staff, family):
    home, people = family
    road = Road.begin(home, staff, said=[earns(people[0], 12_000)])

    road.to_confirming(earns(people[0], 12_000))
    decision = road.confirm()

    assert decision.outcome == "grant" and decision.benefit == "assistance/dibao"
    standard = result_of(road.case, on=road.day).outcome.rates["dibao_standard"].value(0)
    assert decision.amount == standard * 3 - 1_200_000 // 12
    row = Entitlement.objects.get(household=home, benefit="assistance/dibao")
    assert row.begun_by == decision and row.first_day == date(2026, 5, 1)
    amount = Amount.objects.get(entitlement=row)
    assert (amount.first_month, amount.last_month, amount.fen) == (date(2026, 5, 1), None, decision.amount)


def test_a_decision_replays_to_the_same_bytes_and_says_why(staff, family):
    home, people = family
    road = Road.begin(home, staff, said=[earns(people[0], 12_000)])
    road.to_confirming(earns(people[0], 12_000))

    decision = road.confirm()
    decision.refresh_from_db()

    assert replay(decision).agrees, replay(decision).differences
    assert why(decision, "dibao_amount").value == decision.amount


def test_a_decision_whose_facts_were_touched_no_longer_replays(staff, family):
    home, people = family
    road = Road.begin(home, staff, said=[earns(people[0], 12_000)])
    road.to_confirming()
    decision = road.confirm()

    decision.facts["members"][0]["wage_year"] = 1

    assert set(replay(decision).differences) >= {"findings", "seal"}


def test_another_value_than_the_best_evidenced_one_needs_a_reason(staff, family):
    home, people = family
    road = Road.begin(home, staff, said=[earns(people[0], 12_000)])
    road.accept()
    road.check(earns(people[0], 20_000))
    road.survey()

    with pytest.raises(StepRefused, match="工资性收入"):
        road.adopt_all()
        road.opine()
    with pytest.raises(VerificationProblem, match="理由"):
        adopt(road, people[0], "declared")

    adopt(road, people[0], "declared", reason="社保补缴上年，本年已离职")
    road.opine()
    assert next(row for row in matrix(road.case) if row.row.name == "wage_year").adopted.value == 1_200_000


def adopt(road, person, basis, reason="", value=None, name="wage_year"):
    return verification.adopt(
        by=road.staff["leader"],
        case=road.case,
        name=name,
        person=person.pk,
        basis=basis,
        value=value,
        reason=reason,
        on=road.day,
    )


def test_the_result_line_shows_what_another_choice_would_come_to(staff, family):
    home, people = family
    road = Road.begin(home, staff, said=[earns(people[0], 12_000)])

    now = result_of(road.case, on=DAY)
    then = result_of(road.case, on=DAY, instead={(people[0].pk, "wage_year"): 2_400_000})

    assert then.month == now.month - 100_000
    assert "最低生活保障" in now.line()
    assert result_of(road.case, on=DAY).month == now.month


def test_a_new_answer_opens_again_what_was_adopted(staff, family):
    home, people = family
    road = Road.begin(home, staff, said=[earns(people[0], 12_000)])
    road.accept()
    road.check(earns(people[0], 12_000))
    road.survey()
    road.adopt_all()

    verification.state_checked(
        by=staff["checker"],
        case=road.case,
        said=[earns(people[0], 30_000)],
        source="税务",
        as_of=DAY,
        on=DAY,
    )

    with pytest.raises(StepRefused, match="不一致"):
        road.opine()


def test_a_refusal_begins_with_the_sentence_with_numbers_and_ends_with_the_way_to_appeal(staff, family):
    home, people = family
    road = Road.begin(home, staff, said=[earns(people[1], 120_000)])
    road.to_confirming(earns(people[1], 120_000))

    decision = road.refuse()

    first, *rest = decision.reason.split("\n")
    assert (
        first == "您家人均每月 3,333.34 元，高于低保标准 1,062 元。高出 2,271.34 元。" and "第十条" in rest[0]
    )
    assert "行政复议" in rest[-3] and "60 日" in rest[-3] and "起诉" in rest[-2]
    assert not Entitlement.objects.filter(household=home).exists()


def test_what_the_rules_grant_is_not_refused_by_a_click(staff, family):
    home, people = family
    road = Road.begin(home, staff, said=[earns(people[0], 12_000)])
    road.to_confirming()

    with pytest.raises(StepRefused, match="符合条件"):
        road.refuse(reason="不想给")


def test_nobody_confirms_their_own_opinion_or_survey(staff, family):
    home, people = family
    road = Road.begin(home, staff, said=[earns(people[0], 12_000)])
    road.to_confirming()

    for name in ("clerk", "second", "leader"):
        with pytest.raises(StepRefused, match=r"另一人|权限"):
            road.confirm(name)


def test_the_sheet_shows_name_members_and_amount_and_nothing_else(staff, family):
    home, people = family
    road = Road.begin(home, staff, said=[earns(people[0], 12_000)])
    road.to_opinion()

    sheet = preview(road.case, on=DAY)
    road.publish()

    assert sheet.shown.as_data().keys() == {"name", "members", "amount"}
    assert (sheet.shown.name, sheet.shown.members) == ("王秀英", 3)
    assert [row.shown for row in hanging("371002", DAY)] == [sheet.shown]
    assert hanging("371002", DAY + timedelta(7)) == []


def test_half_a_household_cannot_apply(staff, family):
    """X-19."""
    home, _people = family
    form = a_form(home)
    part = type(form)(**{**form.__dict__, "members": form.members[:1]})

    with pytest.raises(FormProblem, match="不能只申请一部分"):
        intake.file_application(by=staff["clerk"], form=part, on=DAY)


def test_a_refused_authorisation_ends_the_case_by_a_persons_decision(staff, family):
    """X-20."""
    home, _people = family
    case = intake.file_application(by=staff["clerk"], form=a_form(home), on=DAY)

    with pytest.raises(StepRefused, match="授权"):
        intake.accept(by=staff["clerk"], case=case, on=DAY, seen=case.last_step)
    authorise(home, "dibao")
    road = Road(case, staff)
    road.accept()
    decision = deciding.terminate(
        by=staff["leader"], case=case, on=DAY, seen=road.seen, reason="申请人拒绝授权查询其母亲账户"
    )

    assert decision.outcome == "terminate"
    case.refresh_from_db()
    assert case.state == "terminated" and case.closed_on == DAY


def test_what_is_missing_is_said_once_and_completely(staff, family):
    home, _people = family
    form = a_form(home)
    bare = type(form)(**{**form.__dict__, "given": frozenset()})
    case = intake.file_application(by=staff["clerk"], form=bare, on=DAY)

    sentences = lacking(case, DAY).sentences()
    step = intake.ask_for_more(by=staff["clerk"], case=case, on=DAY, seen=1)

    assert step.told["missing"] == sentences and len(sentences) == 4
    assert not any("户口" in line for line in sentences)
    intake.supply(by=staff["clerk"], case=case, keys=["identity", "declaration", "promise"], on=DAY, seen=2)
    authorise(home, "dibao")
    intake.accept(by=staff["clerk"], case=case, on=DAY, seen=3)


def test_the_same_form_twice_is_one_case(staff, family):
    home, _people = family
    first = intake.file_application(by=staff["clerk"], form=a_form(home), on=DAY)

    assert intake.file_application(by=staff["clerk"], form=a_form(home), on=DAY) == first


def test_a_draft_saved_elsewhere_is_not_overwritten(staff, family):
    home, _people = family
    reader = reader_for(staff["clerk"], DAY)
    intake.keep_draft(by=reader, token="t", matter="dibao", division=home.division, content={"a": 1})
    intake.keep_draft(by=reader, token="t", matter="dibao", division=home.division, content={"a": 2}, seen=1)

    with pytest.raises(intake.DraftMoved) as trouble:
        intake.keep_draft(by=reader, token="t", matter="dibao", division=home.division, content={}, seen=1)

    assert trouble.value.draft.content == {"a": 2}


def test_the_same_words_sent_again_by_an_older_page_are_taken_as_kept(staff, family):
    home, _people = family
    reader = reader_for(staff["clerk"], DAY)
    words = {"token": "t", "matter": "dibao", "division": home.division, "content": {"a": 2}}
    intake.keep_draft(by=reader, **words | {"content": {"a": 1}})
    kept = intake.keep_draft(by=reader, **words, seen=1)

    again = intake.keep_draft(by=reader, **words, seen=1)

    assert (again.pk, again.version) == (kept.pk, 2)


def test_every_field_that_cannot_be_read_is_named(family):
    _home, people = family
    procedure = procedure_for("dibao", "371002001001", DAY)

    with pytest.raises(FormProblem) as trouble:
        read_form(
            procedure, {(people[0].pk, "wage_year"): "三万", (None, "cars"): "-1", (None, "homes"): "1"}
        )

    assert set(trouble.value.fields) == {(people[0].pk, "wage_year"), (None, "cars")}


def test_a_case_under_way_and_a_recent_refusal_are_shown_before_another_is_opened(staff, family):
    home, people = family
    reader = reader_for(staff["clerk"], DAY)
    road = Road.begin(home, staff, said=[earns(people[1], 120_000)])
    assert [row.kind for row in before_opening(reader, home, "dibao", DAY)] == ["open"]
    road.to_confirming(earns(people[1], 120_000))
    road.refuse()

    found = before_opening(reader, home, "dibao", road.day)

    assert [row.kind for row in found] == ["refused"] and "1,062 元" in found[0].words


def test_a_known_family_is_asked_for_little(staff, family):
    home, people = family
    road = Road.begin(home, staff, said=full_form(home, people))
    road.to_confirming()
    road.confirm()

    form = prefilled_for(reader_for(staff["clerk"], DAY), home, "dibao", road.day)

    assert form.open / len(form.fields) <= 0.4
    assert form.sentence() == f"系统已填 {form.filled} 项，需要您填 {form.open} 项"


def full_form(home, people):
    form = procedure_for("dibao", home.division, DAY).intake["form"]
    shared = [Said(name, 1 if name == "homes" else 0) for name in form["household"]]
    return shared + [Said(name, 0, person.pk) for person in people for name in form["person"]]


def test_a_mended_case_goes_back_to_the_same_reviewer_with_what_changed(staff, family):
    home, people = family
    road = Road.begin(home, staff, said=[earns(people[0], 12_000)])
    road.to_confirming()
    points = [Point("medical_paid_year", "缺住院结算单", people[0].pk)]
    deciding.send_for_fixing(by=staff["approver"], case=road.case, points=points, on=road.day, seen=road.seen)

    verification.declare(
        by=staff["clerk"], case=road.case, said=[Said("medical_paid_year", 500_000, people[0].pk)]
    )
    deciding.send_back(by=staff["clerk"], case=road.case, on=road.day, seen=road.seen)

    road.case.refresh_from_db()
    assert road.case.handler == staff["approver"]
    assert changed_since_return(road.case) == [(people[0].pk, "medical_paid_year", None, 500_000)]


def test_the_chain_tells_everything_in_one_order(staff, family):
    home, people = family
    road = Road.begin(home, staff, said=[earns(people[0], 12_000)])
    road.to_confirming()
    road.confirm()

    links = chain(reader_for(staff["approver"], DAY), home)

    kinds = {link.kind for link in links}
    assert kinds == {"step", "decision", "amount"}
    days = [link.on for link in links]
    assert days == sorted(days, reverse=True)
