"""Procedures as data: dated, overlaid by localities, refused when they contradict themselves."""

import copy
from datetime import date
from pathlib import Path

import pytest

import anmin.domains.assistance
from anmin.kernel.cases.declaring import ProcedureBook
from anmin.kernel.cases.procedures import ProcedureProblem

FOLDER = Path(anmin.domains.assistance.__file__).parent / "matters"
BOOK = ProcedureBook.load(FOLDER)
DAY = date(2024, 3, 25)
IN_FORCE = [matter for matter in BOOK.matters if BOOK.is_in_force(matter, DAY)]


def toy():
    """A procedure of three states, small enough to be spoilt in one place."""
    return {
        "matter": "toy",
        "title": "示例事项",
        "since": date(2020, 1, 1),
        "file": "toy.yaml",
        "states": {"new": {"title": "新"}, "seen": {"title": "已看"}, "done": {"title": "完", "end": True}},
        "limits": {"whole": {"title": "全程", "limit": 5, "unit": "工作日"}},
        "steps": [
            {
                "action": "see",
                "title": "看",
                "from": "new",
                "to": "seen",
                "who": "case.accept",
                "starts": "whole",
            },
            {
                "action": "end",
                "title": "办结",
                "from": "seen",
                "to": "done",
                "who": "case.confirm",
                "after": "see",
            },
        ],
    }


def book_of(*files):
    return ProcedureBook([copy.deepcopy(row) for row in files])


@pytest.mark.parametrize("matter", IN_FORCE)
@pytest.mark.parametrize("city", ["371002", "350203", "460105", "610602"])
def test_every_matter_has_a_sound_procedure_in_every_city(matter, city):
    found = BOOK.procedure(matter, city, DAY)

    assert found.steps_from(found.initial)


def test_weihai_decides_in_twenty_working_days_and_others_in_thirty():
    weihai = BOOK.procedure("dibao", "371002001", DAY)
    yanan = BOOK.procedure("dibao", "610602001", DAY)

    assert weihai.limit("whole").number == 20
    assert weihai.limit("whole").days_for(["objection", "hukou_elsewhere"]) == 35
    assert yanan.limit("whole").number == 30
    assert yanan.limit("whole").days_for(["hard_survey"]) == 45


def test_a_locality_changes_limits_and_takers_but_not_the_ways():
    overlay = {
        "matter": "toy",
        "division": "371000",
        "since": date(2022, 1, 1),
        "limits": {"whole": {"limit": 3, "unit": "日"}},
        "who": {"end": "case.confirm_in_town"},
    }
    book = book_of(toy(), overlay)

    before, after = book.procedure("toy", "371002", date(2021, 1, 1)), book.procedure("toy", "371002", DAY)

    assert before.limit("whole").number == 5
    assert after.limit("whole").number == 3
    assert after.step("seen", "end").who == ("case.confirm_in_town",)
    assert {(s.sources, s.action, s.target) for s in before.transitions} == {
        (s.sources, s.action, s.target) for s in after.transitions
    }
    assert before.version != after.version


def test_a_new_law_is_a_new_file_beside_the_old_one():
    newer = {**toy(), "since": date(2025, 1, 1), "title": "示例事项（新）"}
    book = book_of(toy(), newer)

    assert book.procedure("toy", "371002", date(2024, 12, 31)).title == "示例事项"
    assert book.procedure("toy", "371002", date(2025, 1, 1)).title == "示例事项（新）"


def test_a_day_without_a_procedure_is_refused_by_name():
    with pytest.raises(ProcedureProblem, match=r"2019-12-31.*toy"):
        book_of(toy()).procedure("toy", "371002", date(2019, 12, 31))


def test_a_missing_local_limit_names_who_can_supply_it():
    found = book_of(toy()).procedure("toy", "371002", DAY)

    with pytest.raises(ProcedureProblem, match=r"tell.*请市民政局"):
        found.limit("tell")


def spoilt(change):
    content = toy()
    change(content)
    return book_of(content)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c["steps"][0].update(to="nowhere"), "未声明的状态“nowhere”"),
        (lambda c: c["steps"][1].update(after="sing"), "未声明的环节“sing”"),
        (lambda c: c["steps"][0].update(starts="life"), "未规定的期限“life”"),
        (lambda c: c["steps"][1].update(adverse=True), "要求理由"),
        (lambda c: c["states"].update(lost={"title": "孤岛", "end": True}), "无法到达"),
        (lambda c: c["states"]["done"].update(end=False), "没有出路"),
    ],
)
def test_a_contradiction_is_refused_with_its_place(change, words):
    with pytest.raises(ProcedureProblem, match=words):
        spoilt(change).procedure("toy", "371002", DAY)


def test_every_step_against_people_is_taken_by_a_person_with_a_reason():
    for matter in IN_FORCE:
        for step in BOOK.procedure(matter, "371002", DAY).transitions:
            if step.target in ("refused", "terminated", "stopped", "reduced", "recovering"):
                assert step.adverse and step.who and step.reason and step.decides, (matter, step.action)
